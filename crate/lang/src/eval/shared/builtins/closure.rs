//! `genericClosure`: everything that an operator reaches from a start.

use super::super::call::call;
use super::super::force::force;
use super::super::{Stk, equality, suspendable, typed};
use super::attrs::required;
use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::number::Number;
use crate::search_tree::{Node, SearchTree, Side};
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Tag, Value};
use rustc_hash::FxHashSet;
use std::cmp::Ordering;

/// The keys met so far. Integers and strings, which most keys are, are hashed as long as all keys are of the same kind.
#[derive(Default)]
struct Keys {
    integers: FxHashSet<i64>,
    strings: FxHashSet<Box<[u8]>>,
    /// All of them, in the order they were met.
    met: Vec<(Value, Value)>,
    /// Once there are others: the places of all in `met`, by key.
    tree: Option<SearchTree>,
}

impl Keys {
    /// Adds a key if the kind of all keys allows to hash them; tells whether it is new.
    fn insert_hashed(&mut self, m: &Machine, key: Value) -> Option<bool> {
        if self.tree.is_some() {
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

    /// Returns the tree of all keys. If all so far were hashed, it is made now.
    fn tree(&mut self, m: &Machine) -> &mut SearchTree {
        let met = &self.met;
        self.tree.get_or_insert_with(|| {
            let mut tree = SearchTree::default();
            for &(key, _) in met {
                let (mut next, mut last) = (tree.root(), None);
                while let Some(node) = next {
                    let side = match m.compare_simple(key, met[node as usize].0) {
                        Ordering::Less => Side::Less,
                        _ => Side::Greater,
                    };
                    last = Some((node, side));
                    next = tree.child(node, side);
                }
                tree.add(last);
            }
            tree
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
        m.check_memory(64 * keys.met.len() + 4 * work.len(), pos)?;
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
    let error = match force(stk, m, element).await {
        Err(error) => error,
        Ok(found) if found.tag() != Tag::Attrs => m.expected("a set", element, Pos::NONE),
        Ok(element) => match m.heap.get_attr(element.addr(), well_known::KEY) {
            Some(key) => return Ok((element, force(stk, m, key).await?)),
            None => EvalError::other("attribute 'key' missing", Pos::NONE),
        },
    };
    // For the reference, a value that needs itself has failed by now, and no longer says what it is.
    let shown = if m.heap.is_under_evaluation(element) {
        "«thunk»".as_bytes().to_vec()
    } else {
        m.print_short(element)
    };
    let message = [b"in genericClosure element ".as_slice(), &shown].concat();
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
    match search(stk, m, keys, key).await {
        Ok(place) => {
            if let Some(last) = place {
                keys.tree(m).add(last);
            }
            Ok(place.is_some())
        }
        Err(error) => {
            // Whatever it was compared with, the reference names the element with the least key.
            let tree = keys.tree(m);
            let mut least = 0;
            let mut next = tree.root();
            while let Some(node) = next {
                least = node as usize;
                next = tree.child(node, Side::Less);
            }
            let least = m.print_short(keys.met[least].1);
            let with = [b"with element ".as_slice(), &least].concat();
            let comparing = [
                b"while comparing element ".as_slice(),
                &m.print_short(element),
            ]
            .concat();
            Err(error.traced(with, Pos::NONE).traced(comparing, Pos::NONE))
        }
    }
}

/// Where a key goes in the tree; `None` if it is there.
type Place = Option<Option<(Node, Side)>>;

/// Finds the place of a key that is not there yet.
#[suspendable]
async fn search(stk: &mut Stk, m: &mut Machine, keys: &mut Keys, key: Value) -> Result<Place> {
    let (mut next, mut last, mut after) = (keys.tree(m).root(), None, None);
    while let Some(node) = next {
        let other = keys.met[node as usize].0;
        let side = match stk
            .run(|stk| equality::less_than(stk, m, key, other, ""))
            .await?
        {
            true => Side::Less,
            false => {
                after = Some(other);
                Side::Greater
            }
        };
        last = Some((node, side));
        next = keys.tree(m).child(node, side);
    }
    if let Some(other) = after
        && !stk
            .run(|stk| equality::less_than(stk, m, other, key, ""))
            .await?
    {
        return Ok(None);
    }
    Ok(Some(last))
}
