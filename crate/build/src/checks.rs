//! Checks of outputs that a derivation asks for: `allowedReferences`, `maxSize` and so on.
//!
//! Source: `checkOutputs` in `libstore/build/derivation-check.cc`.

use drvlab_store::{OrderedMap, OrderedSet};

use bstr::{BStr, BString, ByteSlice as _};
use drvlab_store::{Json, StorePath};

use crate::build::Task;
use crate::environment::structured_attributes;
use crate::host::StoreObjects;
use crate::outcome::GiveUp;
use crate::store_object::StoreObject;

/// Checks of one output.
#[derive(Debug, Default)]
struct Checks {
    /// Whether a reference to itself is no requisite.
    ignore_self: bool,
    max_size: Option<u64>,
    max_closure_size: Option<u64>,
    allowed_references: Option<Vec<BString>>,
    allowed_requisites: Option<Vec<BString>>,
    disallowed_references: Vec<BString>,
    disallowed_requisites: Vec<BString>,
}

type Outputs = OrderedMap<BString, (StorePath, StoreObject)>;

/// Checks all outputs; the inner error is the reference's message.
pub fn check<O: StoreObjects>(
    task: &Task<'_, O>,
    outputs: &Outputs,
) -> Result<Result<(), String>, GiveUp> {
    for (name, (path, object)) in outputs {
        let checks = checks_of(task, name)?;
        if let Err(message) = check_one(task, outputs, name, path, object, &checks)? {
            return Ok(Err(message));
        }
    }
    Ok(Ok(()))
}

fn check_one<O: StoreObjects>(
    task: &Task<'_, O>,
    outputs: &Outputs,
    name: &BString,
    path: &StorePath,
    object: &StoreObject,
    checks: &Checks,
) -> Result<Result<(), String>, GiveUp> {
    let shown = task.store_dir.display(path);
    if let Some(limit) = checks.max_size
        && object.nar_size > limit
    {
        return Ok(Err(format!(
            "path '{shown}' is too large at {} bytes; limit is {limit} bytes",
            object.nar_size
        )));
    }
    let closure = closure(task, outputs, path);
    if let Some(limit) = checks.max_closure_size {
        let size: u64 = closure
            .iter()
            .filter_map(|path| find(task, outputs, path))
            .map(|object| object.nar_size)
            .sum();
        if size > limit {
            return Ok(Err(format!(
                "closure of path '{shown}' is too large at {size} bytes; limit is {limit} bytes"
            )));
        }
    }
    let mut requisites = closure;
    if checks.ignore_self {
        requisites.remove(path);
    }
    for (used, specifiers, allowed) in [
        (&object.references, checks.allowed_references.as_ref(), true),
        (&requisites, checks.allowed_requisites.as_ref(), true),
        (
            &object.references,
            Some(&checks.disallowed_references),
            false,
        ),
        (&requisites, Some(&checks.disallowed_requisites), false),
    ] {
        let Some(specifiers) = specifiers else {
            continue;
        };
        let mut named = OrderedSet::new();
        for specifier in specifiers {
            match task.store_dir.parse_path(specifier) {
                Ok(path) => {
                    named.insert(path);
                }
                Err(_) => match outputs.get(specifier) {
                    Some((path, _)) => {
                        named.insert(path.clone());
                    }
                    None => {
                        let valid: Vec<String> = outputs.keys().map(ToString::to_string).collect();
                        return Ok(Err(format!(
                            "derivation '{}' output check for '{name}' contains output name '{specifier}', but this is not a valid output of this derivation. (Valid outputs are [{}].)",
                            task.store_dir.display(task.path),
                            valid.join(", ")
                        )));
                    }
                },
            }
        }
        let bad: Vec<String> = used
            .iter()
            .filter(|path| named.contains(path) != allowed)
            .map(|path| format!("\n  {}", task.store_dir.display(path)))
            .collect();
        if !bad.is_empty() {
            return Ok(Err(format!(
                "output '{shown}' is not allowed to refer to the following paths:{}",
                bad.concat()
            )));
        }
    }
    Ok(Ok(()))
}

fn find<'o, O: StoreObjects>(
    task: &'o Task<'_, O>,
    outputs: &'o Outputs,
    path: &StorePath,
) -> Option<&'o StoreObject> {
    outputs
        .values()
        .find(|(known, _)| known == path)
        .map(|(_, object)| object)
        .or_else(|| task.objects.object(path))
}

/// Everything that a path refers to, itself included.
fn closure<O: StoreObjects>(
    task: &Task<'_, O>,
    outputs: &Outputs,
    path: &StorePath,
) -> OrderedSet<StorePath> {
    let mut closure = OrderedSet::new();
    let mut pending = vec![path.clone()];
    while let Some(path) = pending.pop() {
        if let Some(object) = find(task, outputs, &path)
            && !closure.contains(&path)
        {
            pending.extend(object.references.iter().cloned());
        }
        closure.insert(path);
    }
    closure
}

fn checks_of<O>(task: &Task<'_, O>, output: &BString) -> Result<Checks, GiveUp> {
    let wrong = GiveUp::Derivation("derivations with broken checks of outputs");
    let Some(attributes) = structured_attributes(task.derivation) else {
        let words = |name: &str| {
            task.derivation.env.get(BStr::new(name)).map(|value| {
                value
                    .split(|byte| b" \t\n\r".contains(byte))
                    .filter(|word| !word.is_empty())
                    .map(BString::from)
                    .collect()
            })
        };
        return Ok(Checks {
            ignore_self: true,
            max_size: None,
            max_closure_size: None,
            allowed_references: words("allowedReferences"),
            allowed_requisites: words("allowedRequisites"),
            disallowed_references: words("disallowedReferences").unwrap_or_default(),
            disallowed_requisites: words("disallowedRequisites").unwrap_or_default(),
        });
    };
    let checks = match attributes.get("outputChecks") {
        None => return Ok(Checks::default()),
        Some(Json::Object(checks)) => checks,
        Some(_) => return Err(wrong),
    };
    let own = match output.to_str().ok().and_then(|name| checks.get(name)) {
        None => return Ok(Checks::default()),
        Some(Json::Object(own)) => own,
        Some(_) => return Err(wrong),
    };
    let size = |name: &str| match own.get(name) {
        None => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or(wrong.clone()),
    };
    let words = |name: &str| match own.get(name) {
        None => Ok(None),
        Some(Json::Array(words)) => words
            .iter()
            .map(|word| word.as_str().map(BString::from).ok_or(wrong.clone()))
            .collect::<Result<Vec<_>, _>>()
            .map(Some),
        Some(_) => Err(wrong.clone()),
    };
    Ok(Checks {
        ignore_self: match own.get("ignoreSelfRefs") {
            None => false,
            Some(value) => value.as_bool().ok_or(wrong.clone())?,
        },
        max_size: size("maxSize")?,
        max_closure_size: size("maxClosureSize")?,
        allowed_references: words("allowedReferences")?,
        allowed_requisites: words("allowedRequisites")?,
        disallowed_references: words("disallowedReferences")?.unwrap_or_default(),
        disallowed_requisites: words("disallowedRequisites")?.unwrap_or_default(),
    })
}
