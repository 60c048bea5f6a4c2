//! Builtins that fetch. What is on the same machine is read. There is no network here: with a known hash they compute the store path that
//! fetching would give, as the reference does when the store has it already; without one they say what is missing.

use super::super::call::call;
use super::super::coerce::coerce;
use super::super::force::{force, force_at};
use super::super::import::import_file;
use super::super::{Stk, suspendable, typed};
use crate::access::is_locked;
use crate::builtin::Builtin;
use crate::coercion::Coercion;
use crate::diagnostic::{Shown, TraceFrame};
use crate::error::{ErrorKind, EvalError, Result};
use crate::fetching::{
    base_name, feature_disabled, input_error, invalid_name, no_flake, no_network,
};
use crate::flake_reference::{parse, to_url};
use crate::heap::thunk;
use crate::input::{Attributes, Input, InputValue, git_url, is_revision};
use crate::machine::Machine;
use crate::number::Number;
use crate::source::Pos;
use crate::symbol::{Symbol, well_known};
use crate::value::{Tag, Value};
use bstr::BString;
use drvlab_store::store_path::check_name;
use drvlab_store::url::{Ignored, Url};
use drvlab_store::{ContentAddressMethod, Hash, HashAlgorithm};

/// `fetchurl url` or `fetchurl { url, sha256, name ? … }`: one file.
#[suspendable]
pub async fn fetchurl(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    fetch(stk, m, args[0], pos, "fetchurl", ContentAddressMethod::Flat).await
}

/// `fetchTarball url` or `fetchTarball { url, sha256, name ? "source" }`: an unpacked archive.
#[suspendable]
pub async fn fetch_tarball(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    fetch(
        stk,
        m,
        args[0],
        pos,
        "fetchTarball",
        ContentAddressMethod::Nar,
    )
    .await
}

/// Fails for what is no URL: `fetchurl` only looks for a scheme.
fn check_url(m: &mut Machine, url: &[u8], method: ContentAddressMethod) -> Result<()> {
    if method == ContentAddressMethod::Flat {
        if url.contains(&b':') {
            return Ok(());
        }
        let message = [b"URL '".as_slice(), url, b"' doesn't have a scheme"];
        return Err(EvalError::other(message.concat(), Pos::NONE));
    }
    let mut ignored = Ignored::new();
    let parsed = Url::parse(url, false, &mut ignored);
    m.warn_of_ignored(ignored)?;
    match parsed {
        Ok(_) => Ok(()),
        Err(error) => Err(EvalError::other(error.0, Pos::NONE)),
    }
}

#[suspendable]
async fn fetch(
    stk: &mut Stk,
    m: &mut Machine,
    argument: Value,
    pos: Pos,
    who: &'static str,
    method: ContentAddressMethod,
) -> Result<Value> {
    let what = "while evaluating the url we should fetch";
    let argument = force(stk, m, argument).await?;
    let (mut url, mut name, mut expected) = (None, None, None);
    let is_set = argument.tag() == Tag::Attrs;
    if is_set {
        let flat = m.heap.flat(argument.addr());
        for (attribute, value, at) in m.heap.attributes(&m.ir, flat) {
            match m.symbols.name(attribute) {
                b"url" => url = Some(typed::plain_string(stk, m, value, at, what).await?),
                b"sha256" => {
                    let what = "while evaluating the sha256 of the content we should fetch";
                    let text = typed::plain_string(stk, m, value, at, what).await?;
                    let hash = m.parse_output_hash(&text.into(), Some(HashAlgorithm::Sha256));
                    expected = Some(hash.map_err(|message| EvalError::other(message, pos))?);
                }
                b"name" => {
                    let what = "while evaluating the name of the content we should fetch";
                    name = Some(typed::plain_string(stk, m, value, at, what).await?);
                }
                other => {
                    let message = [
                        b"unsupported argument '".as_slice(),
                        other,
                        b"' to '",
                        who.as_bytes(),
                        b"'",
                    ];
                    return Err(EvalError::other(message.concat(), pos));
                }
            }
        }
    } else {
        url = Some(typed::plain_string(stk, m, argument, pos, what).await?);
    }
    let Some(url) = url else {
        return Err(EvalError::other("'url' argument required", pos));
    };
    if m.settings.restrict_eval {
        match url.strip_prefix(b"channel:") {
            Some(channel) if method == ContentAddressMethod::Nar => {
                let file = b"/nixexprs.tar.xz".as_slice();
                m.check_url_access(&[b"https://channels.nixos.org/", channel, file].concat())?;
            }
            _ => m.check_url_access(&url)?,
        }
    }
    let is_named = name.is_some();
    let name = name
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| match method {
            ContentAddressMethod::Nar if !is_named => b"source".to_vec(),
            _ => base_name(&url),
        });
    if let Err(error) = check_name(&name) {
        return Err(invalid_name(&url, &error.message(), who, is_set, is_named));
    }
    if m.settings.pure_eval && expected.is_none() {
        let message = format!("in pure evaluation mode, '{who}' requires a 'sha256' argument");
        return Err(EvalError::other(message, Pos::NONE));
    }
    check_url(m, &url, method)?;
    if let Some(hash) = expected
        && m.has_object(&name, method, hash)
    {
        return fixed_path(m, &name, method, hash);
    }
    let local = match method {
        ContentAddressMethod::Flat => m.fetch_file(&url)?,
        _ => m.fetch_archive(&url, None)?,
    };
    if let Some(local) = local {
        return m.add_download(&url, &name, method, expected, &local);
    }
    match expected {
        Some(hash) => fixed_path(m, &name, method, hash),
        None => Err(no_network(&url, "sha256")),
    }
}

#[inline]
fn fixed_path(
    m: &mut Machine,
    name: &[u8],
    method: ContentAddressMethod,
    hash: Hash,
) -> Result<Value> {
    let object = m.fixed_object(name, method, hash)?;
    Ok(m.store_path_string(&object))
}

/// `fetchTree { type, …, narHash }` or `fetchTree "url?narHash=…"`
#[suspendable]
pub async fn fetch_tree(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    tree(
        stk,
        m,
        args[0],
        pos,
        Purpose::Tree,
        "while evaluating the first argument passed to 'fetchTree'",
    )
    .await
}

/// `fetchFinalTree attributes`: a tree as a lock file has it.
#[suspendable]
pub async fn fetch_final_tree(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    tree(stk, m, args[0], pos, Purpose::LockedTree, "").await
}

/// What a tree is fetched for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// `fetchTree`
    Tree,
    /// `fetchGit`
    Git,
    /// An input of a flake.
    LockedTree,
}

/// `fetchGit { url, rev, narHash, … }` or `fetchGit url`
#[suspendable]
pub async fn fetch_git(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    tree(
        stk,
        m,
        args[0],
        pos,
        Purpose::Git,
        "while evaluating the first argument passed to 'fetchGit'",
    )
    .await
}

/// `fetchMercurial { url, … }` or `fetchMercurial url`; never possible here, for it takes no hash.
#[suspendable]
pub async fn fetch_mercurial(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let how = Coercion {
        numbers: false,
        copy_paths: false,
    };
    let argument = force(stk, m, args[0]).await?;
    let mut attributes = Attributes::new();
    let mut url = Vec::new();
    if argument.tag() == Tag::Attrs {
        let flat = m.heap.flat(argument.addr());
        for (name, value, at) in m.heap.attributes(&m.ir, flat) {
            match m.symbols.name(name) {
                b"url" => {
                    let what =
                        "while evaluating the `url` attribute passed to builtins.fetchMercurial";
                    url = coerce(stk, m, value, how, at, what).await?.0;
                }
                b"rev" => {
                    let what =
                        "while evaluating the `rev` attribute passed to builtins.fetchMercurial";
                    let rev = typed::plain_string(stk, m, value, at, what).await?;
                    let name = if is_revision(&rev) { "rev" } else { "ref" };
                    attributes.insert(name.into(), InputValue::Text(rev));
                }
                b"name" => {
                    let what =
                        "while evaluating the `name` attribute passed to builtins.fetchMercurial";
                    let name = typed::plain_string(stk, m, value, at, what).await?;
                    attributes.insert(b"name".to_vec(), InputValue::Text(name));
                }
                other => {
                    let message = [
                        b"unsupported argument '".as_slice(),
                        other,
                        b"' to 'fetchMercurial'",
                    ];
                    return Err(EvalError::other(message.concat(), at));
                }
            }
        }
        if url.is_empty() {
            return Err(EvalError::other("'url' argument required", pos));
        }
    } else {
        let what = "while evaluating the first argument passed to builtins.fetchMercurial";
        url = coerce(stk, m, argument, how, pos, what).await?.0;
    }
    if !url.windows(3).any(|three| three == b"://") {
        url = [b"file://".as_slice(), &url].concat();
    }
    m.check_url_access(&url)?;
    if m.settings.pure_eval && !attributes.contains_key(b"rev".as_slice()) {
        let message = "in pure evaluation mode, 'fetchMercurial' requires a Mercurial revision";
        return Err(EvalError::other(message, Pos::NONE));
    }
    attributes.insert(b"type".to_vec(), InputValue::Text(b"hg".to_vec()));
    attributes.insert(b"url".to_vec(), InputValue::Text(url));
    fetched(m, attributes)
}

/// How the error of `fromJSON` for what is no JSON begins.
const NOT_PARSED: &[u8] = b"[json.exception.parse_error";

/// How errors of JSON that is not what a lock file should hold begin.
const NOT_TYPED: &[u8] = b"[json.exception.type_error";

/// `getFlake reference`; possible where the flake is on this machine, and its inputs are or are not needed.
#[suspendable]
pub async fn get_flake(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the argument passed to builtins.getFlake";
    let reference = typed::plain_string(stk, m, args[0], pos, what).await?;
    let mut ignored = Ignored::new();
    let parsed = parse(&reference, false, &mut ignored);
    m.warn_of_ignored(ignored)?;
    let mut attributes = parsed.map_err(|message| EvalError::other(message, Pos::NONE))?;
    if m.settings.pure_eval {
        check_locked(m, &attributes, &reference)?;
    }
    if !is_on_this_machine(&attributes) {
        return Err(no_flake(&reference, pos));
    }
    let shown = to_url(attributes.clone(), &mut Ignored::new());
    let shown = m.string(&shown.unwrap_or_else(|_| reference.clone()));
    let directory = match attributes.remove(b"dir".as_slice()) {
        Some(InputValue::Text(directory)) if !directory.is_empty() => {
            let directory = crate::files::canonical(&directory);
            if directory == b"/" {
                Vec::new()
            } else {
                directory
            }
        }
        _ => Vec::new(),
    };
    let tree = fetched(m, attributes.clone())?;
    let out_path = m.heap.get_attr(tree.addr(), well_known::OUT_PATH);
    let object = out_path.map_or(b"".as_slice(), |path| m.bytes(path));
    let folder = [object, &directory].concat();
    let file = [&folder, b"/flake.nix".as_slice()].concat();
    if !m.path_exists(&file, true) {
        return Err(m.nothing_at(&file, Pos::NONE));
    }
    let flake = import_file(stk, m, &file, Pos::NONE).await?;
    m.check_flake(&file, flake, &reference)?;
    let [check, fetch_final, parse_input] = [
        Builtin::CheckFlake,
        Builtin::FetchFinalTree,
        Builtin::ParseInputRef,
    ]
    .map(|builtin| {
        let function = Value::builtin(builtin.index());
        m.heap.thunk(thunk::DONE, function.bits())
    });
    let members = vec![
        (m.symbols.intern(b"sourceInfo"), tree, Pos::NONE),
        (m.symbols.intern(b"dir"), m.string(&directory), Pos::NONE),
        (m.symbols.intern(b"ref"), m.string(&reference), Pos::NONE),
        (m.symbols.intern(b"url"), shown, Pos::NONE),
        (m.symbols.intern(b"checkFlake"), check, Pos::NONE),
        (m.symbols.intern(b"fetchFinalTree"), fetch_final, Pos::NONE),
        (m.symbols.intern(b"parseInputRef"), parse_input, Pos::NONE),
    ];
    let argument = m.heap.attrs_from(members);
    let function = crate::internal::call_flake_function(m)?;
    let node = call(stk, m, function, &[argument], Pos::NONE).await?;
    let member = |m: &mut Machine, name: &[u8]| {
        let name = m.symbols.intern(name);
        let value = m.heap.get_attr(node.addr(), name);
        let flat = m.heap.flat(node.addr());
        let pos = m.heap.named_attr_pos(&m.ir, flat, name);
        (value.unwrap_or(Value::NULL), pos)
    };
    // What the function behind this one does is nobody's concern as long as the reference does it elsewhere.
    let without_steps = |m: &Machine, mut error: Box<EvalError>| {
        // What the function throws nobody can catch.
        let thrown = |frame: &&TraceFrame| frame.message == "while calling the 'throw' builtin";
        if let Some(throw) = error.diagnostic.trace.iter().find(thrown)
            && !m.is_in_file(throw.pos)
            && error.kind == ErrorKind::Thrown
        {
            error.kind = ErrorKind::Other;
        }
        if error.diagnostic.message.starts_with(NOT_TYPED) {
            error.kind = ErrorKind::Foreign;
            error.diagnostic.trace.clear();
            return error;
        }
        if error.diagnostic.message.starts_with(NOT_PARSED) {
            let what = [b"Could not parse '", folder.as_slice(), b"/flake.lock': "].concat();
            error.diagnostic.message.splice(0..0, what);
        }
        error.diagnostic.trace.retain(|frame| {
            m.is_in_file(frame.pos)
                || frame.message.starts_with(b"while updating")
                || frame.message.starts_with(b"while fetching the input")
                || frame.message.starts_with(b"while evaluating the file")
        });
        for frame in &mut error.diagnostic.trace {
            // `addErrorContext` is only how these came about.
            if frame.message.starts_with(b"while updating") {
                frame.shown = Shown::WhileShort;
            }
        }
        error
    };
    let (own, _) = member(m, b"flake");
    if let Err(error) = force(stk, m, own).await {
        return Err(without_steps(m, error));
    }
    let (checked, _) = member(m, b"checked");
    if let Err(error) = force(stk, m, checked).await {
        let error = without_steps(m, error);
        let mut url = attributes;
        if !directory.is_empty() {
            let directory = directory[1..].to_vec();
            url.insert(b"dir".to_vec(), InputValue::Text(directory));
        }
        for name in ["lastModified", "narHash"] {
            let symbol = m.symbols.intern(name.as_bytes());
            let value = m.heap.get_attr(tree.addr(), symbol);
            let value = value.and_then(|value| m.input_value(value));
            url.extend(value.map(|value| (name.as_bytes().to_vec(), value)));
        }
        let url = to_url(url, &mut Ignored::new()).unwrap_or(reference);
        let what = [
            b"while updating the lock file of flake '".as_slice(),
            &url,
            b"'",
        ];
        return Err(error.traced(what.concat(), Pos::NONE));
    }
    let (warnings, pos) = member(m, b"warnings");
    let warnings = typed::list(stk, m, warnings, pos, "").await?;
    for warning in m.heap.elements(warnings) {
        let warning = typed::string(stk, m, warning, pos, "").await?;
        let mut lines = m.bytes(warning).split(|&byte| byte == b'\n');
        let first = lines.next().unwrap_or_default().to_vec();
        let more = lines.map(BString::from).collect();
        m.warn_with(first, more)?;
    }
    let (placed, _) = member(m, b"placed");
    if let Err(mut error) = force(stk, m, placed).await {
        error.diagnostic.trace.clear();
        return Err(error);
    }
    let (result, pos) = member(m, b"result");
    let flake = force(stk, m, result).await;
    flake.map_err(|error| error.traced("while evaluating the attribute 'root.result'", pos))
}

/// Tells whether a flake is a directory or an archive of the same machine.
fn is_on_this_machine(attributes: &Attributes) -> bool {
    let text = |name: &[u8]| match attributes.get(name) {
        Some(InputValue::Text(text)) => text.as_slice(),
        _ => b"",
    };
    match text(b"type") {
        b"path" => true,
        b"tarball" | b"file" => text(b"url").starts_with(b"file:"),
        _ => false,
    }
}

/// Fails for a flake that can change.
fn check_locked(m: &mut Machine, attributes: &Attributes, reference: &[u8]) -> Result<()> {
    let mut attributes = attributes.clone();
    attributes.remove(b"dir".as_slice());
    let input = input_of(m, attributes)?;
    if is_locked(&input) {
        return Ok(());
    }
    let message = [
        b"cannot call 'getFlake' on unlocked flake reference '".as_slice(),
        reference,
        b"', at \xc2\xabnone\xc2\xbb:0 (use --impure to override)",
    ];
    Err(EvalError::other(message.concat(), Pos::NONE))
}

#[suspendable]
async fn tree(
    stk: &mut Stk,
    m: &mut Machine,
    argument: Value,
    pos: Pos,
    purpose: Purpose,
    what: &'static str,
) -> Result<Value> {
    let kind = (purpose == Purpose::Git).then_some("git");
    let who = if kind.is_some() {
        "fetchGit"
    } else {
        "fetchTree"
    };
    let argument = force(stk, m, argument).await?;
    let how = Coercion {
        numbers: false,
        copy_paths: false,
    };
    let mut attributes = Attributes::new();
    if argument.tag() == Tag::Attrs {
        let type_name = m.symbols.intern(b"type");
        let flat = m.heap.flat(argument.addr());
        let given = m.heap.find_attr(flat, type_name);
        if given.is_some() && kind.is_some() {
            return Err(EvalError::other("unexpected argument 'type'", pos));
        }
        if given.is_none() && kind.is_none() {
            let message = "argument 'type' is missing in call to 'fetchTree'";
            return Err(EvalError::other(message, pos));
        }
        // The type is evaluated before all others.
        for (name, value, at) in m.heap.attributes(&m.ir, flat) {
            if name == type_name {
                let what = "while evaluating the `type` argument passed to 'fetchTree'";
                let text = typed::plain_string(stk, m, value, at, what).await?;
                attributes.insert(b"type".to_vec(), InputValue::Text(text));
            }
        }
        for (name, value, at) in m.heap.attributes(&m.ir, flat) {
            if name == type_name {
                continue;
            }
            let value = force_at(stk, m, value, at).await?;
            let value = match value.tag() {
                // A path is the text of it here: what is fetched gets a name of its own.
                Tag::String | Tag::Boxed if value.tag() == Tag::String || m.is_path(value) => {
                    let text = coerce(stk, m, value, how, at, "").await?.0;
                    let is_git_url = kind.is_some() && m.symbols.name(name) == b"url";
                    InputValue::Text(if is_git_url {
                        rendered_git_url(m, &text)?
                    } else {
                        text
                    })
                }
                Tag::Constant if value == Value::TRUE || value == Value::FALSE => {
                    InputValue::Bool(value == Value::TRUE)
                }
                _ => input_number(m, name, value, who, pos)?,
            };
            let name = m.symbols.name(name).to_vec();
            attributes.insert(name, value);
        }
        // The name of the store object is always `source`; `fetchGit` takes a `name` for the sake of old programs.
        if attributes.contains_key(b"name".as_slice()) && kind.is_none() {
            let message = format!("argument 'name' isn’t supported in call to '{who}'");
            return Err(EvalError::other(message, pos));
        }
    } else {
        let (url, _) = coerce(stk, m, argument, how, pos, what).await?;
        if kind.is_none() {
            let mut ignored = Ignored::new();
            let input = Url::parse(&url, false, &mut ignored)
                .map_err(Into::into)
                .and_then(|url| Input::from_url(&url, &mut ignored));
            m.warn_of_ignored(ignored)?;
            let input = input.map_err(input_error)?;
            m.check_fetch(&input, who, pos)?;
            return tree_of(m, &input);
        }
        let url = rendered_git_url(m, &url)?;
        attributes.insert(b"url".to_vec(), InputValue::Text(url));
    }
    if let Some(kind) = kind {
        attributes.insert(b"type".to_vec(), InputValue::Text(kind.into()));
        let submodules = attributes.get(b"submodules".as_slice());
        match submodules {
            None | Some(InputValue::Bool(false)) => {
                attributes
                    .entry(b"exportIgnore".to_vec())
                    .or_insert(InputValue::Bool(true));
            }
            Some(InputValue::Bool(true)) => {}
            Some(_) => {
                let message = "input attribute 'submodules' is not a Boolean";
                return Err(EvalError::other(message, Pos::NONE));
            }
        }
    } else if attributes.get(b"type".as_slice()) == Some(&InputValue::Text(b"git".to_vec())) {
        attributes
            .entry(b"shallow".to_vec())
            .or_insert(InputValue::Bool(true));
    }
    if purpose == Purpose::LockedTree {
        attributes.insert(b"__final".to_vec(), InputValue::Bool(true));
        let input = input_of(m, attributes)?;
        return m.fetched_tree(&input, true, &mut Ignored::new());
    }
    let input = input_of(m, attributes)?;
    m.check_fetch(&input, who, pos)?;
    tree_of(m, &input)
}

/// Reads the location of a Git repository in its many forms, to the URL that it stands for.
#[inline]
fn rendered_git_url(m: &mut Machine, text: &[u8]) -> Result<Vec<u8>> {
    let mut ignored = Ignored::new();
    let url = git_url(text, &mut ignored).map_err(input_error)?.render();
    m.warn_of_ignored(ignored)?;
    Ok(url)
}

/// The value of an attribute that has to be an integer.
#[inline]
fn input_number(
    m: &mut Machine,
    name: Symbol,
    value: Value,
    who: &str,
    pos: Pos,
) -> Result<InputValue> {
    let shown = m.shown_name(name);
    match m.number(value) {
        Some(Number::Int(number)) => u64::try_from(number).map(InputValue::Int).map_err(|_| {
            let number = number.to_string();
            let message = [
                b"negative value given for '",
                who.as_bytes(),
                b"' argument '",
                &shown,
                b"': ",
                number.as_bytes(),
            ];
            EvalError::other(message.concat(), pos)
        }),
        _ if m.symbols.name(name) == b"publicKeys" => Err(EvalError::other(
            feature_disabled("verified-fetches"),
            Pos::NONE,
        )),
        _ => {
            let found = m.describe(value);
            let message = [
                b"argument '",
                shown.as_slice(),
                b"' to '",
                who.as_bytes(),
                b"' is ",
                found.as_bytes(),
                b" while a string, Boolean or integer is expected",
            ];
            Err(EvalError::other(message.concat(), pos))
        }
    }
}

#[inline]
fn fetched(m: &mut Machine, attributes: Attributes) -> Result<Value> {
    let input = input_of(m, attributes)?;
    tree_of(m, &input)
}

#[inline]
fn input_of(m: &mut Machine, attributes: Attributes) -> Result<Input> {
    let mut ignored = Ignored::new();
    let input = Input::from_attributes(attributes, &mut ignored);
    m.warn_of_ignored(ignored)?;
    input.map_err(input_error)
}

#[inline]
fn tree_of(m: &mut Machine, input: &Input) -> Result<Value> {
    let mut ignored = Ignored::new();
    let tree = m.fetched_tree(input, false, &mut ignored);
    m.warn_of_ignored(ignored)?;
    tree
}
