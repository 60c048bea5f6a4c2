//! Builtins on hashes.

use super::super::{Stk, import, suspendable, typed};
use crate::context::ContextId;
use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::Symbol;
use crate::value::{Addr, Tag, Value};
use drvlab_store::encoding::hex_digits;
use drvlab_store::{Hash, HashAlgorithm, HashFormat};

/// `hashString algorithm s`
#[suspendable]
pub async fn hash_string(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.hashString";
    let name = typed::name(stk, m, args[0], pos, what).await?;
    let algorithm = parse_algorithm(m.bytes(name), pos)?;
    let what = "while evaluating the second argument passed to builtins.hashString";
    let string = typed::string(stk, m, args[1], pos, what).await?;
    let hash = Hash::of(algorithm, m.bytes(string));
    let digits = m
        .heap
        .alloc_string(2 * hash.digest().len(), ContextId::EMPTY);
    hex_digits(hash.digest(), m.heap.string_bytes_mut(digits));
    Ok(Value::object(Tag::String, digits))
}

/// `hashFile algorithm path`
#[suspendable]
pub async fn hash_file(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.hashFile";
    let name = typed::plain_string(stk, m, args[0], pos, what).await?;
    let algorithm = parse_algorithm(&name, pos)?;
    let path = import::path_argument(stk, m, args[1], pos).await?;
    m.check_realised(&path, true, pos)?;
    let contents = m.read_file(&path, pos)?;
    Ok(m.string(
        Hash::of(algorithm, &contents)
            .render(HashFormat::Base16)
            .as_bytes(),
    ))
}

/// `convertHash { hash, hashAlgo ? …, toHashFormat }`
#[suspendable]
pub async fn convert_hash(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.convertHash";
    let set = typed::attrs(stk, m, args[0], pos, what).await?;
    let name = m.symbols.intern(b"hash");
    let value = required(m, set, name, "while locating the attribute 'hash'", pos)?;
    let text =
        typed::plain_string(stk, m, value, pos, "while evaluating the attribute 'hash'").await?;
    let mut algorithm = None;
    let name = m.symbols.intern(b"hashAlgo");
    if let Some(value) = m.heap.get_attr(set, name) {
        let name = typed::plain_string(
            stk,
            m,
            value,
            pos,
            "while evaluating the attribute 'hashAlgo'",
        )
        .await?;
        algorithm = Some(parse_algorithm(&name, pos)?);
    }
    let name = m.symbols.intern(b"toHashFormat");
    let value = required(
        m,
        set,
        name,
        "while locating the attribute 'toHashFormat'",
        pos,
    )?;
    let name = typed::plain_string(
        stk,
        m,
        value,
        pos,
        "while evaluating the attribute 'toHashFormat'",
    )
    .await?;
    let Some(format) = HashFormat::parse(&name) else {
        let message = [
            b"unknown hash format '".as_slice(),
            &name,
            b"', expect 'base16', 'base32', 'base64', or 'sri'",
        ]
        .concat();
        return Err(EvalError::other(message, pos));
    };
    if name == b"base32" {
        let message = "\"base32\" is a deprecated alias for hash format \"nix32\".";
        m.warn(message)?;
    }
    let hash = Hash::parse_any(&text, algorithm)
        .map_err(|error| EvalError::other(error.to_string(), pos))?;
    Ok(m.string(hash.render(format).as_bytes()))
}

/// `placeholder output`
#[suspendable]
pub async fn placeholder(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.placeholder";
    let output = typed::plain_string(stk, m, args[0], pos, what).await?;
    Ok(m.output_placeholder(&output))
}

fn parse_algorithm(name: &[u8], pos: Pos) -> Result<HashAlgorithm> {
    HashAlgorithm::parse(name).map_err(|error| EvalError::other(error.to_string(), pos))
}

fn required(m: &Machine, set: Addr, name: Symbol, what: &'static str, pos: Pos) -> Result<Value> {
    m.heap.get_attr(set, name).ok_or_else(|| {
        let message = [b"attribute '".as_slice(), &m.shown_name(name), b"' missing"].concat();
        EvalError::other(message, pos).traced(what, pos)
    })
}
