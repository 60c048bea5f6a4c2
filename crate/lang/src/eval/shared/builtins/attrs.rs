//! Builtins on attribute sets, and on what functions say about the sets that they take.

use super::super::call::call;
use super::super::force::force;
use super::super::{Stk, suspendable, typed};
use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::{Symbol, well_known};
use crate::value::{Addr, Tag, Value};
use drvlab_store::order;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

/// Bytes of a thunk that applies a function to two arguments.
const APPLICATION: usize = 24;

/// `attrNames set`
#[suspendable]
pub async fn attr_names(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let set = typed::attrs(
        stk,
        m,
        args[0],
        pos,
        "while evaluating the argument passed to builtins.attrNames",
    )
    .await?;
    let flat = m.heap.flat(set);
    let attributes = m.heap.attributes_by_name(&m.symbols, flat);
    let list = m.heap.alloc_list(attributes.len());
    for (index, (name, _)) in attributes.into_iter().enumerate() {
        m.tick()?;
        let name = m.symbol_string(name);
        m.heap.set_element(list, index, name);
    }
    Ok(Value::object(Tag::List, list))
}

/// `attrValues set`
#[suspendable]
pub async fn attr_values(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let set = typed::attrs(
        stk,
        m,
        args[0],
        pos,
        "while evaluating the argument passed to builtins.attrValues",
    )
    .await?;
    let flat = m.heap.flat(set);
    let attributes = m.heap.attributes_by_name(&m.symbols, flat);
    m.check_memory(4 * attributes.len(), pos)?;
    let list = m.heap.alloc_list(attributes.len());
    for (index, (_, value)) in attributes.into_iter().enumerate() {
        m.heap.set_element(list, index, value);
    }
    Ok(Value::object(Tag::List, list))
}

/// `getAttr name set`
#[suspendable]
pub async fn get_attr(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.getAttr";
    let name = typed::name(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.getAttr";
    let set = typed::attrs(stk, m, args[1], pos, what).await?;
    let name = m.intern(name);
    let value = required(m, set, name, "in the attribute set under consideration")?;
    force(stk, m, value).await
}

/// Returns an attribute that a builtin needs.
///
/// # Errors
/// That it is missing, with `what` in the trace.
pub fn required(m: &Machine, set: Addr, name: Symbol, what: &'static str) -> Result<Value> {
    m.heap.get_attr(set, name).ok_or_else(|| {
        let message = [b"attribute '".as_slice(), &m.shown_name(name), b"' missing"].concat();
        EvalError::other(message, Pos::NONE).traced(what, Pos::NONE)
    })
}

/// `hasAttr name set`
#[suspendable]
pub async fn has_attr(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.hasAttr";
    let name = typed::name(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.hasAttr";
    let set = typed::attrs(stk, m, args[1], pos, what).await?;
    let name = m.intern(name);
    Ok(Value::bool(m.heap.find_attr(set, name).is_some()))
}

/// `removeAttrs set names`
#[suspendable]
pub async fn remove_attrs(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.removeAttrs";
    let set = typed::attrs(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.removeAttrs";
    let names = typed::list(stk, m, args[1], pos, what).await?;
    let mut removed = SmallVec::<[Symbol; 16]>::new();
    for index in 0..m.heap.list_len(names) {
        m.tick()?;
        let name = m.heap.element(names, index);
        let what =
            "while evaluating the values of the second argument passed to builtins.removeAttrs";
        let name = typed::name(stk, m, name, pos, what).await?;
        removed.push(m.intern(name));
    }
    order::sort_by_number(&mut removed, |name| name.0);
    let flat = m.heap.flat(set);
    let len = m.heap.attrs_len(flat);
    let mut removed = removed.into_iter().peekable();
    let mut kept = Vec::with_capacity(len);
    for index in 0..len {
        let (name, _) = m.heap.attr(flat, index);
        while removed.next_if(|&it| it < name).is_some() {}
        if removed.peek() != Some(&name) {
            kept.push(index);
        }
    }
    m.check_memory(12 * kept.len(), pos)?;
    Ok(Value::object(Tag::Attrs, m.heap.subset(flat, &kept)))
}

/// `listToAttrs pairs`; of several with one name the first counts, and only its value must be there.
#[suspendable]
pub async fn list_to_attrs(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    const PAIR: &str = "in a {name=...; value=...;} pair";
    let what = "while evaluating the argument passed to builtins.listToAttrs";
    let list = typed::list(stk, m, args[0], pos, what).await?;
    let len = m.heap.list_len(list);
    let mut pairs = Vec::with_capacity(len);
    for index in 0..len {
        m.tick()?;
        let pair = m.heap.element(list, index);
        let what = "while evaluating an element of the list passed to builtins.listToAttrs";
        let pair = typed::attrs(stk, m, pair, pos, what).await?;
        let given = required(m, pair, well_known::NAME, PAIR)?;
        let name = m.heap.peek(given);
        let name = if name.tag() == Tag::String && m.context(name).is_empty() {
            m.intern(name)
        } else {
            let at = m.heap.named_attr_pos(&m.ir, pair, well_known::NAME);
            let what = "while evaluating the `name` attribute of an element of the list passed to builtins.listToAttrs";
            let name = typed::name(stk, m, given, at, what).await?;
            m.intern(name)
        };
        pairs.push((name, pair));
    }
    m.check_memory(12 * len, pos)?;
    let mut attributes = Vec::with_capacity(len);
    for &(name, pair) in &pairs {
        let pair = m.heap.flat(pair);
        let (value, at) = match m.heap.attr_index(pair, well_known::VALUE) {
            Some(index) => (
                m.heap.attr(pair, index).1,
                m.heap.attr_pos(&m.ir, pair, index),
            ),
            None => (Value::UNSET, Pos::NONE),
        };
        attributes.push((name, value, at));
    }
    if attributes
        .iter()
        .any(|&(_, value, _)| value == Value::UNSET)
    {
        let mut seen = FxHashSet::default();
        for (name, pair) in pairs {
            if seen.insert(name) {
                required(m, pair, well_known::VALUE, PAIR)?;
            }
        }
    }
    Ok(m.heap.attrs_from(attributes))
}

/// `intersectAttrs left right`: the attributes of `right` whose names `left` has.
#[suspendable]
pub async fn intersect_attrs(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.intersectAttrs";
    let left = typed::attrs(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.intersectAttrs";
    let right = typed::attrs(stk, m, args[1], pos, what).await?;
    let (left, right) = (m.heap.flat(left), m.heap.flat(right));
    let (left_len, right_len) = (m.heap.attrs_len(left), m.heap.attrs_len(right));
    // Looking the smaller set's names up in the larger one: package sets are intersected with the few arguments of a function.
    let kept: Vec<usize> = if left_len < right_len {
        (0..left_len)
            .filter_map(|index| m.heap.attr_index(right, m.heap.attr(left, index).0))
            .collect()
    } else {
        (0..right_len)
            .filter(|&index| {
                m.heap
                    .find_attr(left, m.heap.attr(right, index).0)
                    .is_some()
            })
            .collect()
    };
    m.check_memory(12 * kept.len(), pos)?;
    Ok(Value::object(Tag::Attrs, m.heap.subset(right, &kept)))
}

/// `mapAttrs f set`
#[suspendable]
pub async fn map_attrs(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the second argument passed to builtins.mapAttrs";
    let set = typed::attrs(stk, m, args[1], pos, what).await?;
    let flat = m.heap.flat(set);
    let len = m.heap.attrs_len(flat);
    m.check_memory((8 + APPLICATION) * len, pos)?;
    let result = m.heap.alloc_attrs(len, None);
    for index in 0..len {
        m.tick()?;
        let (symbol, value) = m.heap.attr(flat, index);
        let name = m.symbol_string(symbol);
        let value = m.heap.delay_call(args[0], [name, value]);
        m.heap.set_attr(result, index, symbol, value);
    }
    Ok(Value::object(Tag::Attrs, result))
}

/// `catAttrs name sets`
#[suspendable]
pub async fn cat_attrs(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.catAttrs";
    let name = typed::name(stk, m, args[0], pos, what).await?;
    let name = m.intern(name);
    let what = "while evaluating the second argument passed to builtins.catAttrs";
    let list = typed::list(stk, m, args[1], pos, what).await?;
    let mut found = Vec::new();
    for index in 0..m.heap.list_len(list) {
        m.tick()?;
        let set = m.heap.element(list, index);
        let what = "while evaluating an element in the list passed as second argument to builtins.catAttrs";
        let set = typed::attrs(stk, m, set, pos, what).await?;
        found.extend(m.heap.get_attr(set, name));
    }
    m.check_memory(4 * found.len(), pos)?;
    Ok(m.heap.list(&found))
}

/// `zipAttrsWith f sets`
#[suspendable]
pub async fn zip_attrs_with(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.zipAttrsWith";
    let function = typed::function(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.zipAttrsWith";
    let list = typed::list(stk, m, args[1], pos, what).await?;
    let mut collected: FxHashMap<Symbol, Vec<Value>> = FxHashMap::default();
    for index in 0..m.heap.list_len(list) {
        let set = m.heap.element(list, index);
        let what = "while evaluating a value of the list passed as second argument to builtins.zipAttrsWith";
        let set = typed::attrs(stk, m, set, pos, what).await?;
        let flat = m.heap.flat(set);
        for index in 0..m.heap.attrs_len(flat) {
            m.tick()?;
            let (name, value) = m.heap.attr(flat, index);
            collected.entry(name).or_default().push(value);
        }
    }
    let mut attributes = Vec::with_capacity(collected.len());
    for (symbol, values) in collected {
        m.tick()?;
        m.check_memory(4 * values.len(), pos)?;
        let (name, values) = (m.symbol_string(symbol), m.heap.list(&values));
        attributes.push((
            symbol,
            m.heap.delay_call_in_turn(function, name, values),
            Pos::NONE,
        ));
    }
    Ok(m.heap.attrs_from(attributes))
}

/// `groupBy f list`
#[suspendable]
pub async fn group_by(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.groupBy";
    let function = typed::function(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.groupBy";
    let list = typed::list(stk, m, args[1], pos, what).await?;
    let mut groups: FxHashMap<Symbol, Vec<Value>> = FxHashMap::default();
    for index in 0..m.heap.list_len(list) {
        let element = m.heap.element(list, index);
        let name = call(stk, m, function, &[element], pos).await?;
        let what =
            "while evaluating the return value of the grouping function passed to builtins.groupBy";
        let name = m.name_symbol(name, pos, what)?;
        groups.entry(name).or_default().push(element);
    }
    let mut attributes = Vec::with_capacity(groups.len());
    for (name, values) in groups {
        m.check_memory(4 * values.len(), pos)?;
        attributes.push((name, m.heap.list(&values), Pos::NONE));
    }
    Ok(m.heap.attrs_from(attributes))
}

/// `functionArgs f`: which of the pattern's names have a default.
#[suspendable]
pub async fn function_args(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let function = force(stk, m, args[0]).await?;
    let Some((lambda, given)) = m.lambda_of(function) else {
        if m.is_function(function) {
            return Ok(m.heap.attrs_from(Vec::new()));
        }
        return Err(EvalError::other("'functionArgs' requires a function", pos));
    };
    let parameters = m.ir.lambda(lambda).parameters;
    let next = m.ir.parameters[parameters.start as usize + given];
    let formals = next
        .pattern
        .map(|pattern| &m.ir.formals[pattern.formals.range()])
        .unwrap_or_default();
    let attributes: Vec<_> = formals
        .iter()
        .map(|formal| {
            (
                formal.name,
                Value::bool(formal.default.is_some()),
                formal.pos,
            )
        })
        .collect();
    Ok(m.heap.attrs_from_sorted(&attributes))
}

/// `unsafeGetAttrPos name set`
#[suspendable]
pub async fn unsafe_get_attr_pos(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.unsafeGetAttrPos";
    let name = typed::name(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.unsafeGetAttrPos";
    let set = typed::attrs(stk, m, args[1], pos, what).await?;
    let name = m.intern(name);
    let at = m.heap.named_attr_pos(&m.ir, set, name);
    Ok(m.position_value(at))
}
