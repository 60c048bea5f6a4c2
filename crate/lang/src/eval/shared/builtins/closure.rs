//! `genericClosure`: everything that an operator reaches from a start.

use super::super::call::call;
use super::super::force::force;
use super::super::{Stk, equality, suspendable, typed};
use super::attrs::required;
use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::number::Number;
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Tag, Value};
use rustc_hash::FxHashSet;

/// The keys met so far. Integers and strings, which most keys are, are hashed as long as all keys are of the same kind.
#[derive(Default)]
struct Keys {
    integers: FxHashSet<i64>,
    strings: FxHashSet<Box<[u8]>>,
    /// All of them, in the order they were met.
    met: Vec<(Value, Value)>,
    /// Once there are others: indices into `met`, by key.
    ordered: Option<Vec<u32>>,
}

impl Keys {
    /// Adds a key if the kind of all keys allows to hash them; tells whether it is new.
    fn insert_hashed(&mut self, m: &Machine, key: Value) -> Option<bool> {
        if self.ordered.is_some() {
            return None;
        }
        if key.tag() == Tag::String && self.integers.is_empty() {
            let bytes = m.bytes(key);
            return Some(!self.strings.contains(bytes) && self.strings.insert(bytes.into()));
        }
        match m.number(key) {
            Some(Number::Int(number)) if self.strings.is_empty() => {
                Some(self.integers.insert(number))
            }
            _ => None,
        }
    }

    /// Returns the indices of all keys by key. If all so far were hashed, they are sorted now.
    fn order(&mut self, m: &Machine) -> &mut Vec<u32> {
        let met = &self.met;
        self.ordered.get_or_insert_with(|| {
            let mut order: Vec<u32> = (0..met.len() as u32).collect();
            drvlab_store::order::sort_by(&mut order, |&a, &b| {
                m.compare_simple(met[a as usize].0, met[b as usize].0)
            });
            order
        })
    }
}

/// `genericClosure { startSet, operator }`
#[suspendable]
pub async fn generic_closure(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    const ARGUMENT: &str = "in the attrset passed as argument to builtins.genericClosure";
    let what = "while evaluating the first argument passed to builtins.genericClosure";
    let set = typed::attrs(stk, m, args[0], pos, what).await?;
    let start = required(m, set, well_known::START_SET, ARGUMENT)?;
    let what =
        "while evaluating the 'startSet' attribute passed as argument to builtins.genericClosure";
    let start = typed::list(stk, m, start, pos, what).await?;
    if m.heap.list_len(start) == 0 {
        return Ok(Value::object(Tag::List, start));
    }
    let operator = required(m, set, well_known::OPERATOR, ARGUMENT)?;
    let what =
        "while evaluating the 'operator' attribute passed as argument to builtins.genericClosure";
    let operator = typed::function(stk, m, operator, pos, what).await?;

    let mut work: std::collections::VecDeque<Value> = m.heap.elements(start).into();
    let mut keys = Keys::default();
    while let Some(element) = work.pop_front() {
        m.tick()?;
        let (element, key) = element_and_key(stk, m, element).await?;
        let new = match keys.insert_hashed(m, key) {
            Some(new) => new,
            None => insert_ordered(stk, m, &mut keys, element, key).await?,
        };
        if !new {
            continue;
        }
        keys.met.push((key, element));
        m.check_memory(32 * keys.met.len() + 4 * work.len(), pos)?;
        let reached = match reach(stk, m, operator, element).await {
            Ok(list) => list,
            Err(error) => {
                let message = [
                    b"while calling operator on genericClosure element ".as_slice(),
                    &m.print_short(element),
                ];
                return Err(error.traced(message.concat(), Pos::NONE));
            }
        };
        work.extend(m.heap.elements(reached.addr()));
    }
    m.check_memory(4 * keys.met.len(), pos)?;
    let elements: Vec<Value> = keys.met.iter().map(|&(_, element)| element).collect();
    Ok(m.heap.list(&elements))
}

/// Evaluates an element and its key.
#[suspendable]
async fn element_and_key(stk: &mut Stk, m: &mut Machine, element: Value) -> Result<(Value, Value)> {
    let element = force(stk, m, element).await?;
    let error = if element.tag() == Tag::Attrs {
        match m.heap.get_attr(element.addr(), well_known::KEY) {
            Some(key) => return Ok((element, force(stk, m, key).await?)),
            None => EvalError::other("attribute 'key' missing", Pos::NONE),
        }
    } else {
        m.expected("a set", element, Pos::NONE)
    };
    let message = [
        b"in genericClosure element ".as_slice(),
        &m.print_short(element),
    ]
    .concat();
    Err(error.traced(message, Pos::NONE))
}

/// Calls the operator, which must return a list.
#[suspendable]
async fn reach(stk: &mut Stk, m: &mut Machine, operator: Value, element: Value) -> Result<Value> {
    let result = call(stk, m, operator, &[element], Pos::NONE).await?;
    let what =
        "while evaluating the return value of the `operator` passed to builtins.genericClosure";
    let list = typed::list(stk, m, result, Pos::NONE, what).await?;
    for index in 0..m.heap.list_len(list) {
        let element = m.heap.element(list, index);
        force(stk, m, element).await?;
    }
    Ok(Value::object(Tag::List, list))
}

/// Adds a key of any kind, by comparing; tells whether it is new.
#[suspendable]
async fn insert_ordered(
    stk: &mut Stk,
    m: &mut Machine,
    keys: &mut Keys,
    element: Value,
    key: Value,
) -> Result<bool> {
    let (mut low, mut high) = (0, keys.order(m).len());
    let mut after = None;
    while low < high {
        let middle = (low + high) / 2;
        let index = keys.order(m)[middle] as usize;
        let (other_key, other) = keys.met[index];
        if compare(stk, m, (key, element), (other_key, other)).await? {
            high = middle;
        } else {
            after = Some((other_key, other));
            low = middle + 1;
        }
    }
    if let Some(other) = after
        && !compare(stk, m, other, (key, element)).await?
    {
        return Ok(false);
    }
    let index = keys.met.len() as u32;
    keys.order(m).insert(low, index);
    Ok(true)
}

/// Tells whether one element's key is less than another's.
#[suspendable]
async fn compare(
    stk: &mut Stk,
    m: &mut Machine,
    a: (Value, Value),
    b: (Value, Value),
) -> Result<bool> {
    let (left, right) = (a.0, b.0);
    match stk
        .run(|stk| equality::less_than(stk, m, left, right, ""))
        .await
    {
        Ok(less) => Ok(less),
        Err(error) => {
            let with = [b"with element ".as_slice(), &m.print_short(b.1)].concat();
            let comparing = [b"while comparing element ".as_slice(), &m.print_short(a.1)].concat();
            Err(error.traced(with, Pos::NONE).traced(comparing, Pos::NONE))
        }
    }
}
