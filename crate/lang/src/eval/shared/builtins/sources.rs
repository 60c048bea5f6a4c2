//! Builtins that put files and texts into the store.

use super::super::{Stk, call, import, suspendable, typed};
use super::files::kind_name;
use crate::context::{ContextElement, ContextId};
use crate::error::{EvalError, Result};
use crate::files::FileKind;
use crate::loading::{Kept, join, without_dots};
use crate::machine::Machine;
use crate::source::Pos;
use crate::store_objects::Text;
use crate::value::Value;
use drvlab_store::{ContentAddress, ContentAddressMethod, Hash, HashAlgorithm, StorePath};
use std::rc::Rc;

/// What is to be added to the store, and how.
struct Request {
    path: Vec<u8>,
    name: Vec<u8>,
    filter: Option<Value>,
    method: ContentAddressMethod,
    expected: Option<Hash>,
}

/// `path { path, name ? …, filter ? …, recursive ? true, sha256 ? … }`
#[suspendable]
pub async fn path(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let set = typed::attrs(
        stk,
        m,
        args[0],
        pos,
        "while evaluating the argument passed to 'builtins.path'",
    )
    .await?;
    let flat = m.heap.flat(set);
    let mut path = None;
    let (mut name, mut filter, mut expected) = (Vec::new(), None, None);
    let mut method = ContentAddressMethod::Nar;
    for (attribute, value, at) in m.heap.attributes(&m.ir, flat) {
        match m.symbols.name(attribute) {
            b"path" => {
                let what = "while evaluating the 'path' attribute passed to 'builtins.path'";
                path = Some(import::path_value(stk, m, value, at, what).await?);
            }
            b"name" => {
                let what = "while evaluating the `name` attribute passed to builtins.path";
                name = typed::plain_string(stk, m, value, at, what).await?;
            }
            b"filter" => {
                let what = "while evaluating the `filter` parameter passed to builtins.path";
                filter = Some(typed::function(stk, m, value, at, what).await?);
            }
            b"recursive" => {
                let what = "while evaluating the `recursive` attribute passed to builtins.path";
                let recursive = typed::boolean(stk, m, value, at, what).await?;
                method = if recursive {
                    ContentAddressMethod::Nar
                } else {
                    ContentAddressMethod::Flat
                };
            }
            b"sha256" => {
                let what = "while evaluating the `sha256` attribute passed to builtins.path";
                let text = typed::plain_string(stk, m, value, at, what).await?;
                let hash = m.parse_output_hash(&text.into(), Some(HashAlgorithm::Sha256));
                expected = Some(hash.map_err(|message| EvalError::other(message, pos))?);
            }
            _ => {
                let message = [
                    b"unsupported argument '".as_slice(),
                    &m.shown_name(attribute),
                    b"' to 'builtins.path'",
                ]
                .concat();
                return Err(EvalError::other(message, at));
            }
        }
    }
    let Some((path, context)) = path else {
        let message = "missing required 'path' attribute in the first argument to 'builtins.path'";
        return Err(EvalError::other(message, pos));
    };
    if name.is_empty() {
        name = base_name(&path);
    }
    add(
        stk,
        m,
        Request {
            path,
            name,
            filter,
            method,
            expected,
        },
        context,
    )
    .await
}

/// `filterSource filter path`
#[suspendable]
pub async fn filter_source(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the second argument (the path to filter) passed to 'builtins.filterSource'";
    let (path, context) = import::path_value(stk, m, args[1], pos, what).await?;
    let what = "while evaluating the first argument passed to builtins.filterSource";
    let filter = Some(typed::function(stk, m, args[0], pos, what).await?);
    let name = base_name(&path);
    add(
        stk,
        m,
        Request {
            path,
            name,
            filter,
            method: ContentAddressMethod::Nar,
            expected: None,
        },
        context,
    )
    .await
}

/// The last part of a path, which the root has none of.
#[inline]
fn base_name(path: &[u8]) -> Vec<u8> {
    match path.rsplit(|&byte| byte == b'/').next() {
        Some(b"") | None => b"source".to_vec(),
        Some(name) => name.to_vec(),
    }
}

#[suspendable]
async fn add(
    stk: &mut Stk,
    m: &mut Machine,
    request: Request,
    context: ContextId,
) -> Result<Value> {
    match add_untraced(stk, m, &request, context).await {
        Ok(value) => Ok(value),
        Err(error) => {
            let what = [b"while adding path '".as_slice(), &request.path, b"'"].concat();
            Err(error.traced(what, Pos::NONE))
        }
    }
}

#[suspendable]
async fn add_untraced(
    stk: &mut Stk,
    m: &mut Machine,
    request: &Request,
    context: ContextId,
) -> Result<Value> {
    m.check_access(&request.path)?;
    // Below a store path the filter sees that path, although the files are read where they were copied from.
    let is_in_store = m.store.dir.split_path(&request.path).is_ok();
    if m.is_in_store(&request.path) {
        m.check_built(&request.path, context)?;
    }
    // The reference takes a path without context for one that is no business of the store. Otherwise a copy of an object, or of a part of it,
    // refers to what the whole object does.
    let references = if context.is_empty() {
        Vec::new()
    } else {
        m.references_of(&request.path)
    };
    // Where the path is to be is found out first, which tells whether the name is one for the store.
    let expected = match request.expected {
        Some(hash) => Some(address_of(m, request, hash, &references)?),
        None => None,
    };
    let original = m.resolve_links(&request.path, true, Pos::NONE)?;
    let shown = if is_in_store {
        &request.path
    } else {
        &original
    };
    let kept = match request.filter {
        Some(filter)
            if request.method == ContentAddressMethod::Nar
                && m.path_exists(&request.path, true) =>
        {
            Some(filtered(stk, m, filter, shown, &original).await?)
        }
        _ => None,
    };
    if !m.path_exists(&request.path, true) {
        return Err(m.nothing_at(&request.path, Pos::NONE));
    }
    let hash = if request.method == ContentAddressMethod::Nar {
        // What another filter has left out of a copy is known by the path of the copy.
        let is_whole_copy = is_in_store && (kept.is_none() || m.is_no_program(&request.path));
        let place = if is_whole_copy { shown } else { &original };
        let tree = m.read_tree(place, Pos::NONE, kept.as_ref())?;
        drvlab_store::nar::hash(&tree, HashAlgorithm::Sha256)
    } else {
        Hash::of(
            HashAlgorithm::Sha256,
            &m.read_file(&request.path, Pos::NONE)?,
        )
    };
    let object = address_of(m, request, hash, &references)?;
    if expected.is_some_and(|expected| expected != object) {
        let message = [
            b"store path mismatch in (possibly filtered) path added from '".as_slice(),
            &request.path,
            b"'",
        ];
        return Err(EvalError::other(message.concat(), Pos::NONE));
    }
    if !references.is_empty() {
        m.store.references.insert(object.clone(), references.into());
    }
    // The same object can be reached unfiltered; then all of it is there.
    if !m.store.sources.contains_key(&object) {
        if request.method == ContentAddressMethod::Flat || m.is_no_program(&request.path) {
            m.store.not_executable.insert(object.clone());
        }
        m.store.sources.insert(object.clone(), original.into());
        // A copy of a copy lacks what that does.
        if let Some(kept) = kept.map(Rc::new).or_else(|| m.kept_at(&request.path)) {
            m.store.kept.insert(object.clone(), kept);
        }
    }
    Ok(m.store_path_string(&object))
}

/// The store path of a request's files if they have this hash.
#[inline]
fn address_of(
    m: &Machine,
    request: &Request,
    hash: Hash,
    references: &[StorePath],
) -> Result<StorePath> {
    let address = ContentAddress {
        method: request.method,
        hash,
    };
    let path = address.path_with_references(&m.store.dir, &request.name, references, false);
    path.map_err(|error| EvalError::other(error.message(), Pos::NONE))
}

/// Asks a filter which files below a directory to keep: each directory before what is in it, in the order of names.
///
/// `shown` is the path that the filter sees for the directory, `original` where it is read.
#[suspendable]
async fn filtered(
    stk: &mut Stk,
    m: &mut Machine,
    filter: Value,
    shown: &[u8],
    original: &[u8],
) -> Result<Kept> {
    let mut kept = Kept::new();
    if m.kind_of(original, Pos::NONE)? != FileKind::Directory {
        return Ok(kept);
    }
    // Directories whose entries are still to be asked about: those entries, last first, and the two paths.
    let mut open = vec![(
        reversed(m.list_dir(shown, Pos::NONE)?),
        shown.to_vec(),
        original.to_vec(),
    )];
    while let Some((entries, shown, original)) = open.last_mut() {
        let Some((name, kind)) = entries.pop() else {
            open.pop();
            continue;
        };
        m.tick()?;
        let (shown, original) = (join(shown, &name), join(original, &name));
        let path = m.string(&shown);
        let kind_text = m.string(kind_name(kind));
        let answer = call::call(stk, m, filter, &[path, kind_text], Pos::NONE).await?;
        let what = "while evaluating the return value of the path filter function";
        if !typed::boolean(stk, m, answer, Pos::NONE, what).await? {
            continue;
        }
        kept.insert(original.clone());
        if kind == FileKind::Directory {
            open.push((reversed(m.list_dir(&shown, Pos::NONE)?), shown, original));
        }
    }
    Ok(kept)
}

#[inline]
fn reversed(mut entries: Vec<(Vec<u8>, FileKind)>) -> Vec<(Vec<u8>, FileKind)> {
    entries.reverse();
    entries
}

/// `toFile name contents`
#[suspendable]
pub async fn to_file(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.toFile";
    let name = typed::plain_string(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.toFile";
    let contents = typed::string(stk, m, args[1], pos, what).await?;
    let mut references = Vec::new();
    for element in m.contexts.elements(m.context(contents)).iter() {
        match element {
            ContextElement::Opaque(path) => references.push(path.clone()),
            other => {
                let message = [
                    b"files created by builtins.toFile may not reference derivations, but "
                        .as_slice(),
                    &name,
                    b" references ",
                    &m.render_context_element(other),
                ];
                return Err(EvalError::other(message.concat(), pos));
            }
        }
    }
    let contents: Rc<[u8]> = m.bytes(contents).into();
    let digest = m.store.dir.digest(&contents);
    let path = m.store.dir.text_path(&digest, &name, &references);
    let path = path.map_err(|error| EvalError::other(error.message(), pos))?;
    m.store.texts.entry(path.clone()).or_insert(Text {
        contents,
        references,
    });
    Ok(m.store_path_string(&path))
}

/// `storePath path`
#[suspendable]
pub async fn store_path(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    if m.settings.pure_eval {
        let message = "'builtins.storePath' is not allowed in pure evaluation mode";
        return Err(EvalError::other(message, Pos::NONE));
    }
    let what = "while evaluating the first argument passed to 'builtins.storePath'";
    let (path, context) = import::path_value(stk, m, args[0], pos, what).await?;
    let object = match m.store.dir.split_path(&path) {
        Ok((object, _)) => object,
        Err(error) => {
            let path = crate::internal::path_text(&path);
            if m.is_in_store(path) {
                return Err(EvalError::other(error.message(), pos));
            }
            let path = without_dots(path);
            let message = [b"path '", path.as_slice(), b"' is not in the Nix store"].concat();
            return Err(EvalError::other(message, pos));
        }
    };
    let more = m.contexts.singleton(ContextElement::Opaque(object));
    let context = m.contexts.union(context, more);
    Ok(m.heap.string(&path, context))
}
