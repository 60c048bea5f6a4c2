//! Builtins that fetch. There is no network here: with a known hash they compute the store path that fetching would give, as the
//! reference does when the store has it already; without one they say what is missing.

use super::super::coerce::coerce;
use super::super::force::force;
use super::super::{Stk, suspendable, typed};
use crate::coercion::Coercion;
use crate::error::{EvalError, Result};
use crate::fetching::{InputValue, Tree, base_name, invalid_name, no_network};
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::{Tag, Value};
use drvlab_store::store_path::check_name;
use drvlab_store::{ContentAddress, ContentAddressMethod, Hash, HashAlgorithm};

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
    let is_named = name.is_some();
    let name = name
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| match method {
            ContentAddressMethod::Nar if !is_named => b"source".to_vec(),
            _ => base_name(&url),
        });
    if let Err(error) = check_name(&name) {
        return Err(invalid_name(
            &url,
            &error.to_string(),
            who,
            is_set,
            is_named,
        ));
    }
    match expected {
        Some(hash) => fixed_path(m, &name, method, hash),
        None => Err(no_network(&url, "sha256")),
    }
}

fn fixed_path(
    m: &mut Machine,
    name: &[u8],
    method: ContentAddressMethod,
    hash: Hash,
) -> Result<Value> {
    let path = ContentAddress { method, hash }.path(&m.store.dir, name);
    let path = path.map_err(|error| EvalError::other(error.to_string(), Pos::NONE))?;
    Ok(m.store_path_string(&path))
}

/// `fetchTree { type, …, narHash }` or `fetchTree "url?narHash=…"`
#[suspendable]
pub async fn fetch_tree(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    tree(
        stk,
        m,
        args[0],
        pos,
        None,
        "while evaluating the first argument passed to 'fetchTree'",
    )
    .await
}

/// `fetchGit { url, rev, narHash, … }` or `fetchGit url`
#[suspendable]
pub async fn fetch_git(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    tree(
        stk,
        m,
        args[0],
        pos,
        Some("git"),
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
    let mut argument = force(stk, m, args[0]).await?;
    if argument.tag() == Tag::Attrs {
        let url = m.symbols.intern(b"url");
        match m.heap.get_attr(argument.addr(), url) {
            Some(url) => argument = url,
            None => return Err(EvalError::other("'url' argument required", pos)),
        }
    }
    let what = "while evaluating the `url` attribute passed to builtins.fetchMercurial";
    let how = Coercion {
        numbers: false,
        copy_paths: false,
    };
    let (url, _) = coerce(stk, m, argument, how, pos, what).await?;
    let message = [
        b"cannot fetch '".as_slice(),
        &url,
        b"': this evaluator has no network; use fetchTarball with a sha256",
    ];
    Err(EvalError::other(message.concat(), pos))
}

/// `getFlake reference`; never possible here, for a flake is only known when its files are.
#[suspendable]
pub async fn get_flake(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the argument passed to builtins.getFlake";
    let reference = typed::plain_string(stk, m, args[0], pos, what).await?;
    let message = [
        b"cannot fetch the flake '".as_slice(),
        &reference,
        b"': this evaluator has no network; import the files of the flake instead",
    ];
    Err(EvalError::other(message.concat(), pos))
}

#[suspendable]
async fn tree(
    stk: &mut Stk,
    m: &mut Machine,
    argument: Value,
    pos: Pos,
    kind: Option<&'static str>,
    what: &'static str,
) -> Result<Value> {
    let who = if kind.is_some() {
        "fetchGit"
    } else {
        "fetchTree"
    };
    let argument = force(stk, m, argument).await?;
    let mut tree = Tree::new(kind);
    if argument.tag() == Tag::Attrs {
        let type_name = m.symbols.intern(b"type");
        let flat = m.heap.flat(argument.addr());
        if kind.is_none() && m.heap.find_attr(flat, type_name).is_none() {
            return Err(EvalError::other(
                "argument 'type' is missing in call to 'fetchTree'",
                pos,
            ));
        }
        for (name, value, at) in m.heap.attributes(&m.ir, flat) {
            if name == type_name && kind.is_some() {
                return Err(EvalError::other("unexpected argument 'type'", pos));
            }
            let value = if name == type_name {
                let what = "while evaluating the `type` argument passed to 'fetchTree'";
                typed::string(stk, m, value, at, what).await?
            } else {
                force(stk, m, value).await?
            };
            let value = match value.tag() {
                // A path is the text of it here: what is fetched gets a name of its own.
                Tag::String | Tag::Boxed if value.tag() == Tag::String || m.is_path(value) => {
                    let how = Coercion {
                        numbers: false,
                        copy_paths: false,
                    };
                    InputValue::Text(coerce(stk, m, value, how, at, "").await?.0)
                }
                Tag::Constant if value == Value::TRUE || value == Value::FALSE => {
                    InputValue::Bool(value == Value::TRUE)
                }
                _ => match m.number(value) {
                    Some(crate::number::Number::Int(number)) => InputValue::Int(number),
                    _ => {
                        let (found, name) = (m.describe(value), m.shown_name(name));
                        let message = [
                            b"argument '",
                            name.as_slice(),
                            b"' to '",
                            who.as_bytes(),
                            b"' is ",
                            found.as_bytes(),
                            b" while a string, Boolean or integer is expected",
                        ];
                        return Err(EvalError::other(message.concat(), pos));
                    }
                },
            };
            let name = m.symbols.name(name).to_vec();
            tree.set(name, value, who)?;
        }
    } else {
        let how = Coercion {
            numbers: false,
            copy_paths: false,
        };
        let (url, _) = coerce(stk, m, argument, how, pos, what).await?;
        tree.set_url(&url);
    }
    m.fetched_tree(&tree)
}
