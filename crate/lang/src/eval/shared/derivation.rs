//! `derivationStrict`: from attributes to a derivation, its paths, and strings that refer to them.
//!
//! Source: the reference's `primops.cc`, `derivationStrictInternal`.

use super::coerce::{append, coerce};
use super::force::force;
use super::{Stk, suspendable, typed};
use crate::coercion::Coercion;
use crate::context::GatheredContext;
use crate::derivation::Recipe;
use crate::error::{EvalError, Result};
use crate::json_text::JsonText;
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::{Symbol, well_known};
use crate::value::{Tag, Value};

const WHAT: &str = "while evaluating the argument passed to builtins.derivationStrict";

/// Makes a derivation of a set and returns `drvPath` and one attribute for each output.
#[suspendable]
pub async fn derivation_strict(
    stk: &mut Stk,
    m: &mut Machine,
    attrs: Value,
    pos: Pos,
) -> Result<Value> {
    let place = attrs;
    let attrs = force(stk, m, attrs).await?;
    if attrs.tag() != Tag::Attrs {
        return Err(m.expected("a set", place, pos).traced(WHAT, pos));
    }
    let flat = m.heap.flat(attrs.addr());
    match of_set(stk, m, flat, pos).await {
        Ok(value) => Ok(value),
        Err(error) => {
            let place = m.place_of(flat, &[well_known::NAME]);
            Err(m.near(error, place))
        }
    }
}

#[suspendable]
async fn of_set(
    stk: &mut Stk,
    m: &mut Machine,
    flat: crate::value::Addr,
    pos: Pos,
) -> Result<Value> {
    let Some(name) = m.heap.get_attr(flat, well_known::NAME) else {
        let what = "in the attrset passed as argument to builtins.derivationStrict";
        return Err(EvalError::other("attribute 'name' missing", pos).traced(what, pos));
    };
    let name_pos = m.heap.named_attr_pos(&m.ir, flat, well_known::NAME);
    let what = "while evaluating the `name` attribute passed to builtins.derivationStrict";
    let name = match typed::plain_string(stk, m, name, Pos::NONE, what).await {
        Ok(name) => name,
        Err(error) => {
            return Err(error.traced("while evaluating the derivation attribute 'name'", name_pos));
        }
    };
    match from_attributes(stk, m, flat, &name).await {
        Ok(value) => Ok(value),
        Err(error) => {
            let at = m.describe_position(name_pos);
            let message = [
                b"while evaluating derivation '",
                name.as_slice(),
                b"'\n  whose name attribute is located at ",
                &at,
            ];
            Err(error.traced(message.concat(), Pos::NONE))
        }
    }
}

#[suspendable]
async fn from_attributes(
    stk: &mut Stk,
    m: &mut Machine,
    flat: crate::value::Addr,
    name: &[u8],
) -> Result<Value> {
    let variables = m.heap.attrs_len(flat);
    let mut recipe =
        Recipe::new(name, variables).map_err(|message| EvalError::other(message, Pos::NONE))?;
    let structured = flag(stk, m, flat, well_known::STRUCTURED_ATTRS).await?;
    let ignore_nulls = flag(stk, m, flat, well_known::IGNORE_NULLS).await?;
    let mut json = structured.then(Vec::<(Symbol, JsonText)>::new);
    let mut context = GatheredContext::default();
    let mut bytes = Vec::new();
    for (attribute, value) in m.heap.attributes_by_name(&m.symbols, flat) {
        if attribute == well_known::IGNORE_NULLS {
            continue;
        }
        let forced = if ignore_nulls {
            force(stk, m, value).await
        } else {
            Ok(value)
        };
        let result = match forced {
            Ok(Value::NULL) if ignore_nulls => continue,
            Ok(value) => {
                add_attribute(
                    stk,
                    m,
                    attribute,
                    value,
                    &mut recipe,
                    &mut json,
                    &mut bytes,
                    &mut context,
                )
                .await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            let pos = m.heap.named_attr_pos(&m.ir, flat, attribute);
            let message = [
                b"while evaluating attribute '".as_slice(),
                &m.shown_name(attribute),
                b"' of derivation '",
                name,
                b"'",
            ];
            let error = error.traced(message.concat(), pos);
            return Err(m.near(error, pos));
        }
    }
    if let Some(members) = json {
        let mut text = vec![b'{'];
        for (index, (attribute, member)) in members.into_iter().enumerate() {
            // The reference writes the JSON last, so that everything else is wrong first.
            if let Some((reason, _)) = member.invalid {
                recipe.invalid_json.get_or_insert(reason);
            }
            if index > 0 {
                text.push(b',');
            }
            if let Err(reason) =
                crate::json_text::append_string(m.symbols.name(attribute), &mut text)
            {
                recipe.invalid_json.get_or_insert(reason);
            }
            text.push(b':');
            text.extend_from_slice(&member.bytes);
        }
        text.push(b'}');
        recipe.env.set(b"__json", &text);
    }
    recipe.attributes = Some(flat);
    let context = m.contexts.unite(&context);
    (m.deferred.instantiate)(m, recipe, context, Pos::NONE).map_err(|error| {
        let place = m.place_of(flat, &[well_known::OUTPUT_HASH, well_known::NAME]);
        m.near(error, place)
    })
}

#[suspendable]
async fn flag(
    stk: &mut Stk,
    m: &mut Machine,
    flat: crate::value::Addr,
    name: Symbol,
) -> Result<bool> {
    let Some(value) = m.heap.get_attr(flat, name) else {
        return Ok(false);
    };
    let result = boolean(stk, m, value).await;
    result.map_err(|error| {
        let what = [
            b"while evaluating the `",
            m.symbols.name(name),
            b"` attribute passed to builtins.derivationStrict",
        ];
        error.traced(what.concat(), Pos::NONE)
    })
}

#[suspendable]
async fn boolean(stk: &mut Stk, m: &mut Machine, value: Value) -> Result<bool> {
    match force(stk, m, value).await? {
        Value::TRUE => Ok(true),
        Value::FALSE => Ok(false),
        _ => Err(m.expected("a Boolean", value, Pos::NONE)),
    }
}

/// Evaluates an attribute that must be a string without context.
#[suspendable]
async fn plain_string(stk: &mut Stk, m: &mut Machine, value: Value) -> Result<Vec<u8>> {
    let string = force(stk, m, value).await?;
    if string.tag() != Tag::String {
        return Err(m.expected("a string", value, Pos::NONE));
    }
    m.string_without_context(string, Pos::NONE, "")
}

#[suspendable]
#[expect(clippy::too_many_arguments, reason = "what is being made, in parts")]
async fn add_attribute(
    stk: &mut Stk,
    m: &mut Machine,
    attribute: Symbol,
    value: Value,
    recipe: &mut Recipe,
    json: &mut Option<Vec<(Symbol, JsonText)>>,
    bytes: &mut Vec<u8>,
    context: &mut GatheredContext,
) -> Result<()> {
    if attribute == well_known::CONTENT_ADDRESSED {
        recipe.content_addressed = boolean(stk, m, value).await?;
        return Ok(());
    }
    if attribute == well_known::IMPURE {
        recipe.impure = boolean(stk, m, value).await?;
        return Ok(());
    }
    let how = Coercion {
        numbers: true,
        copy_paths: true,
    };
    if attribute == well_known::ARGS {
        let list = force(stk, m, value).await?;
        if list.tag() != Tag::List {
            return Err(m.expected("a list", value, Pos::NONE));
        }
        for index in 0..m.heap.list_len(list.addr()) {
            let argument = m.heap.element(list.addr(), index);
            let what = "while evaluating an element of the argument list";
            let (bytes, more) = coerce(stk, m, argument, how, Pos::NONE, what).await?;
            context.add(more);
            recipe.args.push(bytes.into());
        }
        return Ok(());
    }
    let Some(members) = json else {
        bytes.clear();
        append(stk, m, value, how, Pos::NONE, "", bytes, context).await?;
        if attribute == well_known::OUTPUTS {
            let names = bytes
                .split(|byte| b" \t\n\r".contains(byte))
                .filter(|name| !name.is_empty())
                .map(Into::into)
                .collect();
            recipe
                .set_outputs(names)
                .map_err(|message| EvalError::other(message, Pos::NONE))?;
        }
        set_special(m, recipe, attribute, bytes)?;
        if attribute == well_known::JSON {
            *bytes = compact_json(stk, m, bytes).await?;
        }
        recipe.env.set(m.symbols.name(attribute), bytes);
        return Ok(());
    };
    if attribute == well_known::STRUCTURED_ATTRS {
        return Ok(());
    }
    let mut text = JsonText::default();
    super::json::append(stk, m, value, true, Pos::NONE, &mut text).await?;
    context.add(m.contexts.unite(&text.context));
    members.push((attribute, text));
    match attribute {
        well_known::BUILDER => {
            let builder = force(stk, m, value).await?;
            if builder.tag() != Tag::String {
                return Err(m.expected("a string", value, Pos::NONE));
            }
            context.add(m.context(builder));
            recipe.builder = m.bytes(builder).into();
        }
        well_known::OUTPUTS => {
            let list = force(stk, m, value).await?;
            if list.tag() != Tag::List {
                return Err(m.expected("a list", value, Pos::NONE));
            }
            let mut names = Vec::new();
            for index in 0..m.heap.list_len(list.addr()) {
                let element = m.heap.element(list.addr(), index);
                names.push(plain_string(stk, m, element).await?.into());
            }
            recipe
                .set_outputs(names)
                .map_err(|message| EvalError::other(message, Pos::NONE))?;
        }
        well_known::SYSTEM
        | well_known::OUTPUT_HASH
        | well_known::OUTPUT_HASH_ALGO
        | well_known::OUTPUT_HASH_MODE => {
            let bytes = plain_string(stk, m, value).await?;
            set_special(m, recipe, attribute, &bytes)?;
        }
        well_known::ALLOWED_REFERENCES
        | well_known::ALLOWED_REQUISITES
        | well_known::DISALLOWED_REFERENCES
        | well_known::DISALLOWED_REQUISITES
        | well_known::MAX_SIZE
        | well_known::MAX_CLOSURE_SIZE => {
            let attribute = m.symbols.name(attribute);
            let message = [
                b"In a derivation named '",
                recipe.name.as_bytes(),
                b"', 'structuredAttrs' disables the effect of the derivation attribute '",
                attribute,
                b"'; use 'outputChecks.<output>.",
                attribute,
                b"' instead",
            ];
            m.warn(message.concat())?;
        }
        _ => {}
    }
    Ok(())
}

/// Rewrites the attribute `__json` as the reference does, which reads it as structured attributes.
#[suspendable]
async fn compact_json(stk: &mut Stk, m: &mut Machine, json: &[u8]) -> Result<Vec<u8>> {
    let wrong = |reason: &[u8]| {
        EvalError::other(
            [b"cannot process __json attribute: ", reason].concat(),
            Pos::NONE,
        )
    };
    let value = m
        .read_json(json, Pos::NONE)
        .map_err(|error| wrong(&error.diagnostic.message))?;
    if value.tag() != Tag::Attrs {
        let found = match value.tag() {
            Tag::List => "array",
            Tag::String => "string",
            Tag::Constant if value == Value::NULL => "null",
            Tag::Constant => "boolean",
            _ => "number",
        };
        let reason = format!("[json.exception.type_error.302] type must be object, but is {found}");
        return Err(wrong(reason.as_bytes()));
    }
    let mut text = JsonText {
        plain_sets: true,
        ..JsonText::default()
    };
    super::json::append(stk, m, value, false, Pos::NONE, &mut text).await?;
    Ok(text.bytes)
}

/// Sets a field that an attribute determines besides its place in the environment.
fn set_special(
    m: &mut Machine,
    recipe: &mut Recipe,
    attribute: Symbol,
    bytes: &[u8],
) -> Result<()> {
    let result = match attribute {
        well_known::BUILDER => {
            recipe.builder = bytes.into();
            Ok(())
        }
        well_known::SYSTEM => {
            recipe.system = bytes.into();
            Ok(())
        }
        well_known::OUTPUT_HASH => {
            recipe.output_hash = Some(bytes.into());
            Ok(())
        }
        well_known::OUTPUT_HASH_ALGO => recipe.set_hash_algorithm(bytes),
        well_known::OUTPUT_HASH_MODE => recipe.set_hash_mode(bytes),
        well_known::JSON => {
            let message = [
                b"In derivation '",
                recipe.name.as_bytes(),
                b"': setting structured attributes via '__json' is deprecated, and may be disallowed in future versions of Nix. Set '__structuredAttrs = true' instead.",
            ];
            m.warn(message.concat())?;
            Ok(())
        }
        _ => Ok(()),
    };
    result.map_err(|message| EvalError::other(message, Pos::NONE))
}
