//! Builtins on string contexts.

use super::super::coerce::coerce;
use super::super::force::force;
use super::super::{Stk, suspendable, typed};
use crate::coercion::Coercion;
use crate::context::ContextElement;
use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::{Symbol, well_known};
use crate::value::{Addr, Tag, Value};
use drvlab_store::OrderedMap;
use drvlab_store::StorePath;
use std::rc::Rc;

const STRINGS: Coercion = Coercion {
    numbers: false,
    copy_paths: true,
};

/// `hasContext s`
#[suspendable]
pub async fn has_context(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the argument passed to builtins.hasContext";
    let string = typed::string(stk, m, args[0], pos, what).await?;
    Ok(Value::bool(!m.context(string).is_empty()))
}

/// What a string refers to of one store path.
#[derive(Default)]
struct Reference {
    path: bool,
    all_outputs: bool,
    outputs: Vec<Rc<[u8]>>,
}

/// `getContext s`
#[suspendable]
pub async fn get_context(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the argument passed to builtins.getContext";
    let string = typed::string(stk, m, args[0], pos, what).await?;
    let elements = m.contexts.elements(m.context(string));
    let mut references: OrderedMap<StorePath, Reference> = OrderedMap::new();
    for element in elements.iter() {
        match element {
            ContextElement::Opaque(path) => references.entry(path.clone()).or_default().path = true,
            ContextElement::DrvDeep(path) => {
                references.entry(path.clone()).or_default().all_outputs = true
            }
            ContextElement::Built { drv, output } => {
                references
                    .entry(drv.clone())
                    .or_default()
                    .outputs
                    .push(output.clone());
            }
            ContextElement::Dynamic { drv, outputs } => {
                let (drv, output) = m.resolve_chain(drv, outputs, pos)?;
                references.entry(drv).or_default().outputs.push(output);
            }
        }
    }
    let mut members = Vec::with_capacity(references.len());
    for (path, reference) in references {
        let mut parts = Vec::new();
        if reference.path {
            parts.push((well_known::PATH, Value::TRUE, Pos::NONE));
        }
        if reference.all_outputs {
            let name = m.symbols.intern(b"allOutputs");
            parts.push((name, Value::TRUE, Pos::NONE));
        }
        if !reference.outputs.is_empty() {
            let outputs: Vec<Value> = reference
                .outputs
                .iter()
                .map(|output| m.string(output))
                .collect();
            parts.push((well_known::OUTPUTS, m.heap.list(&outputs), Pos::NONE));
        }
        let name = m.symbols.intern(m.store.dir.display(&path).as_bytes());
        members.push((name, m.heap.attrs_from(parts), Pos::NONE));
    }
    Ok(m.heap.attrs_from(members))
}

/// `appendContext s context`
#[suspendable]
pub async fn append_context(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.appendContext";
    let string = typed::string(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.appendContext";
    let set = typed::attrs(stk, m, args[1], pos, what).await?;
    let set = m.heap.flat(set);
    let mut elements = m.contexts.elements(m.context(string));
    for (name, value, at) in m.heap.attributes(&m.ir, set) {
        m.ask_store();
        append_reference(stk, m, name, value, at, &mut elements).await?;
    }
    let context = m.contexts.intern(elements);
    let bytes = m.bytes(string).to_vec();
    Ok(m.heap.string(&bytes, context))
}

#[suspendable]
async fn append_reference(
    stk: &mut Stk,
    m: &mut Machine,
    name: Symbol,
    value: Value,
    pos: Pos,
    elements: &mut Vec<ContextElement>,
) -> Result<()> {
    let shown = m.symbols.name(name).to_vec();
    let Ok(path) = m.store.dir.parse_path(&shown) else {
        let message = [
            b"context key '".as_slice(),
            &m.shown_name(name),
            b"' is not a store path",
        ]
        .concat();
        return Err(EvalError::other(message, pos));
    };
    let set = typed::attrs(
        stk,
        m,
        value,
        pos,
        "while evaluating the value of a string context",
    )
    .await?;
    if let Some((value, at)) = member(m, set, well_known::PATH) {
        let what = "while evaluating the `path` attribute of a string context";
        if typed::boolean(stk, m, value, at, what).await? {
            elements.push(ContextElement::Opaque(path.clone()));
        }
    }
    let all_outputs = m.symbols.intern(b"allOutputs");
    if let Some((value, at)) = member(m, set, all_outputs) {
        let what = "while evaluating the `allOutputs` attribute of a string context";
        if typed::boolean(stk, m, value, at, what).await? {
            if !path.is_derivation() {
                return Err(not_a_derivation(
                    b"tried to add all-outputs context of \"",
                    &shown,
                    pos,
                ));
            }
            elements.push(ContextElement::DrvDeep(path.clone()));
        }
    }
    if let Some((value, at)) = member(m, set, well_known::OUTPUTS) {
        let what = "while evaluating the `outputs` attribute of a string context";
        let list = typed::list(stk, m, value, at, what).await?;
        let len = m.heap.list_len(list);
        if len > 0 && !path.is_derivation() {
            return Err(not_a_derivation(
                b"tried to add derivation output context of \"",
                &shown,
                pos,
            ));
        }
        for index in 0..len {
            let element = m.heap.element(list, index);
            let what = "while evaluating an output name within a string context";
            let output = typed::plain_string(stk, m, element, at, what).await?;
            elements.push(ContextElement::Built {
                drv: path.clone(),
                output: output.into(),
            });
        }
    }
    Ok(())
}

#[inline]
fn member(m: &mut Machine, set: Addr, name: Symbol) -> Option<(Value, Pos)> {
    let value = m.heap.get_attr(set, name)?;
    Some((value, m.heap.named_attr_pos(&m.ir, set, name)))
}

#[inline]
fn not_a_derivation(doing: &[u8], path: &[u8], pos: Pos) -> Box<EvalError> {
    let message = [doing, path, b"\", which is not a derivation, to a string"].concat();
    EvalError::other(message, pos)
}

/// `addDrvOutputDependencies s`
#[suspendable]
pub async fn add_drv_output_dependencies(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the argument passed to builtins.addDrvOutputDependencies";
    let (bytes, context) = coerce(stk, m, args[0], STRINGS, pos, what).await?;
    let elements = m.contexts.elements(context);
    let [element] = &*elements else {
        let count = elements.len().to_string();
        let message = [
            b"context of string '",
            bytes.as_slice(),
            b"' must have exactly one element, but has ",
            count.as_bytes(),
        ];
        return Err(EvalError::other(message.concat(), pos));
    };
    let context = match element {
        ContextElement::Opaque(path) => {
            if !path.is_derivation() {
                let message = format!("path '{}' is not a derivation", m.store.dir.display(path));
                return Err(EvalError::other(message, pos));
            }
            m.contexts.singleton(ContextElement::DrvDeep(path.clone()))
        }
        ContextElement::DrvDeep(_) => context,
        ContextElement::Built { output, .. } => return Err(on_an_output(output, pos)),
        ContextElement::Dynamic { outputs, .. } => {
            return Err(on_an_output(
                outputs.last().map_or(b"", |output| output),
                pos,
            ));
        }
    };
    Ok(m.heap.string(&bytes, context))
}

#[inline]
fn on_an_output(output: &[u8], pos: Pos) -> Box<EvalError> {
    let message =
        [b"`addDrvOutputDependencies` can only act on derivations, not on a derivation output such as '", output, b"'"];
    EvalError::other(message.concat(), pos)
}

/// `unsafeDiscardStringContext s`
#[suspendable]
pub async fn unsafe_discard_string_context(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the argument passed to builtins.unsafeDiscardStringContext";
    let (bytes, _) = coerce(stk, m, args[0], STRINGS, pos, what).await?;
    Ok(m.string(&bytes))
}

/// `unsafeDiscardOutputDependency s`
#[suspendable]
pub async fn unsafe_discard_output_dependency(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the argument passed to builtins.unsafeDiscardOutputDependency";
    let (bytes, context) = coerce(stk, m, args[0], STRINGS, pos, what).await?;
    let elements = m.contexts.elements(context).into_iter();
    let elements = elements.map(|element| match element {
        ContextElement::DrvDeep(path) => ContextElement::Opaque(path),
        other => other,
    });
    let elements = elements.collect();
    let context = m.contexts.intern(elements);
    Ok(m.heap.string(&bytes, context))
}

/// `outputOf derivation output`: the output of a derivation that may itself be an output (`dynamic-derivations`).
#[suspendable]
pub async fn output_of(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument to builtins.outputOf";
    let string = force(stk, m, args[0])
        .await
        .map_err(|error| error.traced(what, pos))?;
    if string.tag() != Tag::String {
        return Err(m.expected("a string", string, pos).traced(what, pos));
    }
    let (drv, mut outputs) = m
        .output_chain(string, pos)
        .map_err(|error| error.traced(what, pos))?;
    let text = m.output_chain_text(&drv, &outputs, pos)?;
    m.check_chain(string, &text, &drv, &outputs, pos)
        .map_err(|error| error.traced(what, pos))?;
    let what = "while evaluating the second argument to builtins.outputOf";
    let output = typed::plain_string(stk, m, args[1], pos, what).await?;
    outputs.push(output.into());
    let text = m.output_chain_text(&drv, &outputs, pos)?;
    let element = match outputs.as_slice() {
        [output] => ContextElement::Built {
            drv,
            output: output.clone(),
        },
        _ => ContextElement::Dynamic {
            drv,
            outputs: outputs.into(),
        },
    };
    let context = m.contexts.singleton(element);
    Ok(m.heap.string(&text, context))
}
