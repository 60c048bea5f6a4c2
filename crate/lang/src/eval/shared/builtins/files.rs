//! Builtins that read the file tree.

use super::super::call::call;
use super::super::force::force;
use super::super::{Stk, coerce, import, suspendable, typed};
use crate::coercion::Coercion;
use crate::context::ContextElement;
use crate::error::{ErrorKind, EvalError, Result};
use crate::fetching::no_flake;
use crate::files::{FileKind, canonical};
use crate::loading::join;
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Tag, Value};

/// `import path`
#[suspendable]
pub async fn import(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let path = import::path_argument(stk, m, args[0], pos).await?;
    match (m.deferred.import_derivation)(m, &path)? {
        Some(file) => imported_derivation(stk, m, file).await,
        None => import::import_file(stk, m, &path, pos).await,
    }
}

/// Makes the set of a derivation of what its file says.
#[suspendable]
async fn imported_derivation(stk: &mut Stk, m: &mut Machine, file: Value) -> Result<Value> {
    let path = crate::internal::IMPORTED_DERIVATION_PATH;
    let function = import::import_file(stk, m, path, Pos::NONE).await?;
    call(stk, m, function, &[file], Pos::NONE).await
}

/// `scopedImport scope path`
#[suspendable]
pub async fn scoped_import(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.scopedImport";
    let path = import::path_argument(stk, m, args[1], pos).await?;
    if let Some(file) = (m.deferred.import_derivation)(m, &path)? {
        return imported_derivation(stk, m, file).await;
    }
    let scope = typed::attrs(stk, m, args[0], pos, what).await?;
    import::import_scoped(stk, m, &path, scope, pos).await
}

/// `readFile path`
#[suspendable]
pub async fn read_file(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let path = import::path_argument(stk, m, args[0], pos).await?;
    m.check_realised(&path, true, pos)?;
    let contents = m.read_file(&path, pos)?;
    if contents.contains(&0) {
        let message = [
            b"the contents of the file '".as_slice(),
            &path,
            b"' cannot be represented as a Nix string",
        ];
        return Err(EvalError::other(message.concat(), pos));
    }
    // A file in the store refers to what the store knows it to refer to, if its text still mentions it.
    let mut elements = m.references_of(&path);
    elements.retain(|reference| bstr::ByteSlice::contains_str(&*contents, reference.hash_part()));
    let context = m
        .contexts
        .intern(elements.into_iter().map(ContextElement::Opaque).collect());
    m.check_memory(contents.len(), pos)?;
    Ok(m.heap.string(&contents, context))
}

/// `readDir path`
#[suspendable]
pub async fn read_dir(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let path = import::path_argument(stk, m, args[0], pos).await?;
    m.check_realised(&path, true, pos)?;
    let entries = m.list_dir(&path, pos)?;
    m.check_memory(entries.len() * 64, pos)?;
    let mut attributes = Vec::with_capacity(entries.len());
    // One text for all entries of a kind.
    let mut kinds: Vec<(&[u8], Value)> = Vec::new();
    for (name, kind) in entries {
        let name = m.symbols.intern(&name);
        let kind = kind_name(kind);
        let known = kinds.iter().find(|&&(other, _)| other == kind);
        let text = match known {
            Some(&(_, text)) => text,
            None => {
                let text = m.string(kind);
                kinds.push((kind, text));
                text
            }
        };
        attributes.push((name, text, Pos::NONE));
    }
    Ok(m.heap.attrs_from(attributes))
}

/// `readFileType path`
#[suspendable]
pub async fn read_file_type(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let path = import::path_argument(stk, m, args[0], pos).await?;
    let kind = if m.is_store_dir(&path) {
        FileKind::Directory
    } else {
        m.kind_of(&path, pos)?
    };
    Ok(m.string(kind_name(kind)))
}

/// The name of a kind of file, as `readDir` and filters know it.
pub fn kind_name(kind: FileKind) -> &'static [u8] {
    match kind {
        FileKind::Regular { .. } => b"regular",
        FileKind::Directory => b"directory",
        FileKind::Symlink => b"symlink",
        FileKind::Unknown => b"unknown",
    }
}

/// `pathExists path`; a string that ends with a slash asks for a directory.
#[suspendable]
pub async fn path_exists(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let argument = force(stk, m, args[0]).await?;
    let path = import::path_argument(stk, m, argument, pos).await?;
    let must_be_directory = argument.tag() == Tag::String
        && (m.bytes(argument).ends_with(b"/") || m.bytes(argument).ends_with(b"/."));
    if !m.may_read(&path) {
        return Ok(Value::FALSE);
    }
    let exists = if must_be_directory {
        m.directory_exists(&path)
    } else {
        m.path_exists(&path, false)
    };
    if !exists {
        m.check_realised(&path, must_be_directory, pos)?;
    }
    Ok(Value::bool(exists))
}

/// `findFile searchPath name`; `<name>` is sugar for it.
#[suspendable]
pub async fn find_file(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.findFile";
    let list = typed::list(stk, m, args[0], pos, what).await?;
    let mut entries = Vec::new();
    for index in 0..m.heap.list_len(list) {
        m.tick()?;
        let element = m.heap.element(list, index);
        let what = "while evaluating an element of the list passed to builtins.findFile";
        let entry = typed::attrs(stk, m, element, pos, what).await?;
        let mut prefix = Vec::new();
        if let Some(value) = m.heap.get_attr(entry, well_known::PREFIX) {
            let what = "while evaluating the `prefix` attribute of an element of the list passed to builtins.findFile";
            prefix = typed::plain_string(stk, m, value, pos, what).await?;
        }
        let Some(path) = m.heap.get_attr(entry, well_known::PATH) else {
            let error =
                super::super::select::missing_attribute(m, entry, well_known::PATH, Pos::NONE);
            return Err(without_hints(error).traced("in an element of the __nixPath", pos));
        };
        let what = "while evaluating the `path` attribute of an element of the list passed to builtins.findFile";
        let how = Coercion {
            numbers: false,
            copy_paths: false,
        };
        let (path, context) = coerce::coerce(stk, m, path, how, pos, what).await?;
        m.check_built(&path, context)?;
        entries.push((prefix, path));
    }
    let what = "while evaluating the second argument passed to builtins.findFile";
    let name = typed::plain_string(stk, m, args[1], pos, what).await?;
    for (prefix, path) in entries {
        let Some(rest) = below_prefix(&name, &prefix) else {
            continue;
        };
        if let Some(reference) = path.strip_prefix(b"flake:") {
            return Err(no_flake(reference, pos));
        }
        let folder = m.settings.search_place(&path);
        if let Some(folder) = &folder {
            m.check_access(folder)?;
            m.check_links(folder, true, Pos::NONE)?;
        }
        let is_there = |folder: &Vec<u8>| m.path_exists(folder, true);
        let Some(folder) = folder.clone().filter(is_there) else {
            m.check_possible(&folder.unwrap_or_default(), Pos::NONE)?;
            m.ignore_search_path_entry(&path)?;
            continue;
        };
        let file = canonical(&join(&folder, &canonical(rest)[1..]));
        // Inside the store a path stays what it is, wherever this evaluator has the file from.
        let found = if m.store.dir.split_path(&file).is_ok() {
            file.clone()
        } else {
            m.resolve_links(&file, true, pos)?
        };
        if m.path_exists(&found, true) {
            return Ok(m.heap.path(&found));
        }
        m.check_possible(&file, Pos::NONE)?;
    }
    if let Some(inside) = name.strip_prefix(b"nix/") {
        let path = crate::internal::own_path(&canonical(inside));
        return Ok(m.heap.path(&path));
    }
    if m.settings.pure_eval {
        let message = [
            b"cannot look up '<".as_slice(),
            &name,
            b">' in pure evaluation mode (use '--impure' to override)",
        ];
        return Err(EvalError::new(ErrorKind::Thrown, message.concat(), pos));
    }
    let message = [
        b"file '".as_slice(),
        &name,
        b"' was not found in the Nix search path (add it using $NIX_PATH or -I)",
    ];
    Err(EvalError::new(ErrorKind::Thrown, message.concat(), pos))
}

/// Returns what of a name is below a prefix that ends where a part of the name does.
fn below_prefix<'a>(name: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let rest = name.strip_prefix(prefix)?;
    match rest.first() {
        Some(b'/') if !prefix.is_empty() => Some(&rest[1..]),
        Some(_) if !prefix.is_empty() => None,
        _ => Some(rest),
    }
}

/// The reference suggests no names for attributes that a builtin asks for.
fn without_hints(mut error: Box<EvalError>) -> Box<EvalError> {
    error.diagnostic.hints.clear();
    error
}
