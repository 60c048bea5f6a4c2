//! `sort`: the reference's merge sort, peeksort after Munro and Wild, with the same comparisons in the same order (`peeksort.hh`).
//!
//! The order of comparisons shows when the comparing function traces, throws or is no order at all.

use super::super::call::call;
use super::super::force::force;
use super::super::{Stk, equality, suspendable, typed};
use crate::builtin::Builtin;
use crate::error::Result;
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::{Tag, Value};

/// Stretches of up to this many elements are sorted by insertion.
const INSERTION: usize = 16;

/// A step of the sort. Ranges of the list are given by their bounds.
#[derive(Clone, Copy)]
enum Step {
    /// Sort `begin..end`, of which `begin..left` and `right..end` are known to be in order.
    Sort {
        begin: usize,
        end: usize,
        left: usize,
        right: usize,
    },
    /// Merge `begin..middle` with `middle..end`, both in order.
    Merge {
        begin: usize,
        middle: usize,
        end: usize,
    },
}

/// `sort comparator list`
#[suspendable]
pub async fn sort(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the second argument passed to builtins.sort";
    let list = typed::list(stk, m, args[1], pos, what).await?;
    let len = m.heap.list_len(list);
    if len == 0 {
        return Ok(Value::object(Tag::List, list));
    }
    let what = "while evaluating the first argument passed to builtins.sort";
    let comparator = typed::function(stk, m, args[0], pos, what).await?;
    m.check_memory(12 * len, pos)?;
    let mut elements = Vec::with_capacity(len);
    for index in 0..len {
        let element = m.heap.element(list, index);
        let value = force(stk, m, element).await?;
        // Sets, lists and functions are told apart by the places that refer to them.
        elements.push(match value.tag() {
            Tag::Attrs | Tag::List | Tag::Lambda => element,
            Tag::Boxed if m.is_function(value) => element,
            _ => value,
        });
    }
    let natural = comparator == Value::builtin(Builtin::LessThan.index());
    if !(natural && m.sort_simple(&mut elements)) {
        merge_sort(stk, m, &mut elements, comparator, natural).await?;
    }
    Ok(m.heap.list(&elements))
}

/// Tells whether `a` must come before `b`.
#[suspendable]
async fn before(
    stk: &mut Stk,
    m: &mut Machine,
    comparator: Value,
    natural: bool,
    a: Value,
    b: Value,
) -> Result<bool> {
    if natural {
        let what = "while evaluating the ordering function passed to builtins.sort";
        return stk.run(|stk| equality::less_than(stk, m, a, b, what)).await;
    }
    let result = call(stk, m, comparator, &[a, b], Pos::NONE).await?;
    let what = "while evaluating the return value of the sorting function passed to builtins.sort";
    typed::boolean(stk, m, result, Pos::NONE, what).await
}

#[suspendable]
async fn merge_sort(
    stk: &mut Stk,
    m: &mut Machine,
    elements: &mut [Value],
    comparator: Value,
    natural: bool,
) -> Result<()> {
    let len = elements.len();
    if len == 2 {
        if before(stk, m, comparator, natural, elements[1], elements[0]).await? {
            elements.swap(0, 1);
        }
        return Ok(());
    }
    // The last step is performed first.
    let mut steps = vec![Step::Sort {
        begin: 0,
        end: len,
        left: 0,
        right: len,
    }];
    let mut buffer = Vec::new();
    while let Some(step) = steps.pop() {
        match step {
            Step::Merge { begin, middle, end } => {
                buffer.clear();
                buffer.extend_from_slice(&elements[begin..middle]);
                let (mut from_left, mut from_right, mut to) = (0, middle, begin);
                while from_left < buffer.len() && from_right < end {
                    let (left, right) = (buffer[from_left], elements[from_right]);
                    if before(stk, m, comparator, natural, right, left).await? {
                        elements[to] = right;
                        from_right += 1;
                    } else {
                        elements[to] = left;
                        from_left += 1;
                    }
                    to += 1;
                }
                let rest = buffer.len() - from_left;
                elements[to..to + rest].copy_from_slice(&buffer[from_left..]);
            }
            Step::Sort {
                begin,
                end,
                left,
                right,
            } if left == end || right == begin => {}
            Step::Sort { begin, end, .. } if end - begin <= INSERTION => {
                insertion_sort(stk, m, &mut elements[begin..end], comparator, natural).await?;
            }
            Step::Sort {
                begin,
                end,
                left,
                right,
            } => {
                let middle = begin + (end - begin) / 2;
                if middle <= left {
                    steps.push(Step::Merge {
                        begin,
                        middle: left,
                        end,
                    });
                    steps.push(Step::Sort {
                        begin: left,
                        end,
                        left: left + 1,
                        right,
                    });
                } else if middle >= right {
                    steps.push(Step::Merge {
                        begin,
                        middle: right,
                        end,
                    });
                    steps.push(Step::Sort {
                        begin,
                        end: right,
                        left,
                        right: right - 1,
                    });
                } else {
                    let (first, last) =
                        run_around(stk, m, elements, middle, left, right, comparator, natural)
                            .await?;
                    if first == begin && last == end {
                        continue;
                    }
                    if middle - first < last - middle {
                        steps.push(Step::Merge {
                            begin,
                            middle: first,
                            end,
                        });
                        steps.push(Step::Sort {
                            begin: first,
                            end,
                            left: last,
                            right,
                        });
                        steps.push(Step::Sort {
                            begin,
                            end: first,
                            left,
                            right: first - 1,
                        });
                    } else {
                        steps.push(Step::Merge {
                            begin,
                            middle: last,
                            end,
                        });
                        steps.push(Step::Sort {
                            begin: last,
                            end,
                            left: last + 1,
                            right,
                        });
                        steps.push(Step::Sort {
                            begin,
                            end: last,
                            left,
                            right: first,
                        });
                    }
                }
            }
        }
    }
    Ok(())
}

/// Finds the longest stretch around `middle`, between `left` and `right`, that is in order, or in reverse order and is then turned around.
#[suspendable]
#[expect(
    clippy::too_many_arguments,
    reason = "three bounds, and how to compare"
)]
async fn run_around(
    stk: &mut Stk,
    m: &mut Machine,
    elements: &mut [Value],
    middle: usize,
    left: usize,
    right: usize,
    comparator: Value,
    natural: bool,
) -> Result<(usize, usize)> {
    let falls = before(
        stk,
        m,
        comparator,
        natural,
        elements[middle],
        elements[middle - 1],
    )
    .await?;
    let mut first = middle - 1;
    while first > left
        && before(
            stk,
            m,
            comparator,
            natural,
            elements[first],
            elements[first - 1],
        )
        .await?
            == falls
    {
        first -= 1;
    }
    let mut last = middle;
    while last < right
        && before(
            stk,
            m,
            comparator,
            natural,
            elements[last],
            elements[last - 1],
        )
        .await?
            == falls
    {
        last += 1;
    }
    if falls {
        elements[first..last].reverse();
    }
    Ok((first, last))
}

#[suspendable]
async fn insertion_sort(
    stk: &mut Stk,
    m: &mut Machine,
    elements: &mut [Value],
    comparator: Value,
    natural: bool,
) -> Result<()> {
    for index in 1..elements.len() {
        let element = elements[index];
        let mut at = index;
        while at > 0 && before(stk, m, comparator, natural, element, elements[at - 1]).await? {
            elements[at] = elements[at - 1];
            at -= 1;
        }
        elements[at] = element;
    }
    Ok(())
}
