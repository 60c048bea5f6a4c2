//! Builtins that change variables, parameters and options.

use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use crate::machine::Step;
use crate::shell::Shell;
use crate::shell::lexer::is_name;

/// `export` and `readonly`.
pub fn declare(shell: &mut Shell<'_, '_>, arguments: &[BString], export: bool) -> Step<u8> {
    let command = arguments[0].to_str_lossy().into_owned();
    let names = &arguments[1..];
    if names.is_empty() || names == ["-p"] {
        return list(shell, &command, export);
    }
    for name in names {
        let (name, value) = split(name);
        if name.starts_with(b"-") {
            return Err(shell.machine.unsupported(format!("an option of {command}")));
        }
        if !is_name(&name) {
            return Err(shell.fail_in(&command, &format!("{name}: bad variable name")));
        }
        if let Some(value) = value {
            shell.assign(name.clone(), value)?;
        }
        let variable = shell.state.variable(name);
        if export {
            variable.exported = true;
        } else {
            variable.read_only = true;
        }
    }
    Ok(0)
}

/// Shows all variables that are exported or read-only, in a form that a shell can read.
fn list(shell: &mut Shell<'_, '_>, command: &str, export: bool) -> Step<u8> {
    let mut text = Vec::new();
    for (name, variable) in shell.state.variables() {
        if !(if export {
            variable.exported
        } else {
            variable.read_only
        }) {
            continue;
        }
        text.extend_from_slice(format!("{command} ").as_bytes());
        text.extend_from_slice(name);
        if let Some(value) = &variable.value {
            text.push(b'=');
            quote(value.as_bstr(), &mut text);
        }
        text.push(b'\n');
    }
    shell.print(&text)
}

/// Appends a text in single quotes; single quotes themselves are in double quotes.
fn quote(value: &BStr, out: &mut Vec<u8>) {
    let mut rest = value.as_bytes();
    loop {
        let plain = rest.find_byte(b'\'').unwrap_or(rest.len());
        if plain > 0 || rest.is_empty() {
            out.push(b'\'');
            out.extend_from_slice(&rest[..plain]);
            out.push(b'\'');
        }
        rest = &rest[plain..];
        let quotes = rest.iter().take_while(|&&byte| byte == b'\'').count();
        if quotes == 0 {
            return;
        }
        out.push(b'"');
        out.extend_from_slice(&rest[..quotes]);
        out.push(b'"');
        rest = &rest[quotes..];
        if rest.is_empty() {
            return;
        }
    }
}

/// Takes `name=value` apart.
fn split(argument: &BString) -> (BString, Option<BString>) {
    match argument.find_byte(b'=') {
        Some(end) => (argument[..end].into(), Some(argument[end + 1..].into())),
        None => (argument.clone(), None),
    }
}

/// `local`
pub fn local(shell: &mut Shell<'_, '_>, names: &[BString]) -> Step<u8> {
    if shell.state.locals.is_empty() {
        return Err(shell.refuse("local", "not in a function"));
    }
    for name in names {
        let (name, value) = split(name);
        if !is_name(&name) {
            return Err(shell.machine.unsupported("this use of local"));
        }
        let saved = shell.state.saved(&name);
        if let Some(locals) = shell.state.locals.last_mut()
            && locals.iter().all(|(known, _)| *known != name)
        {
            locals.push((name.clone(), saved));
        }
        if let Some(value) = value {
            shell.assign(name, value)?;
        }
    }
    Ok(0)
}

/// `unset`
pub fn unset(shell: &mut Shell<'_, '_>, arguments: &[BString]) -> Step<u8> {
    let (functions, names) = match arguments {
        [option, rest @ ..] if option == "-f" => (true, rest),
        [option, rest @ ..] if option == "-v" => (false, rest),
        [option, ..] if option.starts_with(b"-") => {
            return Err(shell.machine.unsupported("an option of unset"));
        }
        names => (false, names),
    };
    for name in names {
        if functions {
            Rc::make_mut(&mut shell.state.functions).remove(name.as_bstr());
            continue;
        }
        if shell.state.is_read_only(name) {
            return Err(shell.fail_in("unset", &format!("{name}: is read only")));
        }
        shell.state.unset(name);
    }
    Ok(0)
}

/// `shift`
pub fn shift(shell: &mut Shell<'_, '_>, arguments: &[BString]) -> Step<u8> {
    let count = match arguments.first() {
        None => 1,
        Some(argument) => match super::number(argument) {
            Some(count) => usize::try_from(count).unwrap_or(usize::MAX),
            None => return Err(shell.fail_in("shift", &format!("Illegal number: {argument}"))),
        },
    };
    if count > shell.state.positional.len() {
        return Err(shell.fail_in("shift", "can't shift that many"));
    }
    shell.machine.spend(shell.state.positional.len())?;
    Rc::make_mut(&mut shell.state.positional).drain(..count);
    Ok(0)
}

/// `set`
pub fn set(shell: &mut Shell<'_, '_>, arguments: &[BString]) -> Step<u8> {
    if arguments.is_empty() {
        return Err(shell
            .machine
            .unsupported("set without arguments, which shows $PPID"));
    }
    let mut rest = arguments;
    while let [option, after @ ..] = rest {
        let on = match option.first() {
            Some(b'-') => true,
            Some(b'+') => false,
            _ => break,
        };
        if option.len() == 1 {
            return Err(shell.machine.unsupported("set - or +"));
        }
        rest = after;
        if option == "--" {
            shell.state.positional = Rc::new(rest.to_vec());
            return Ok(0);
        }
        for &letter in &option[1..] {
            if letter == b'o' {
                let [name, after @ ..] = rest else {
                    return Err(shell.machine.unsupported("set -o without a name"));
                };
                rest = after;
                let letter = match name.as_slice() {
                    b"allexport" => b'a',
                    b"errexit" => b'e',
                    b"noglob" => b'f',
                    b"nounset" => b'u',
                    b"xtrace" => b'x',
                    b"pipefail" => {
                        shell.state.options.pipe_fail = on;
                        continue;
                    }
                    _ => return Err(shell.machine.unsupported(format!("set -o {name}"))),
                };
                shell.state.options.set(letter, on);
            } else if !shell.state.options.set(letter, on) {
                let letter = letter as char;
                return Err(shell.machine.unsupported(format!("set -{letter}")));
            }
        }
    }
    if !rest.is_empty() {
        shell.state.positional = Rc::new(rest.to_vec());
    }
    Ok(0)
}

/// `read`
pub fn read(shell: &mut Shell<'_, '_>, arguments: &[BString]) -> Step<u8> {
    let (raw, names) = match arguments {
        [option, rest @ ..] if option == "-r" => (true, rest),
        [option, ..] if option.starts_with(b"-") => {
            return Err(shell.machine.unsupported("an option of read"));
        }
        names => (false, names),
    };
    if names.is_empty() {
        return Err(shell.refuse("read", "arg count"));
    }
    let input = shell.state.descriptors.get(0).cloned();
    // Bytes of the line, and whether they were escaped.
    let mut line: Vec<(u8, bool)> = Vec::new();
    let complete = loop {
        let Ok(bytes) = shell.machine.read(input.as_ref(), Some(b'\n'))? else {
            return Err(shell.machine.unsupported("reading from this descriptor"));
        };
        shell.machine.step()?;
        let mut bytes = bytes.as_slice();
        let ended = bytes.last() == Some(&b'\n');
        let mut continued = false;
        bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let mut position = 0;
        while let Some(&byte) = bytes.get(position) {
            position += 1;
            if byte != b'\\' || raw {
                line.push((byte, false));
                continue;
            }
            match bytes.get(position) {
                Some(&next) => line.push((next, true)),
                None => continued = true,
            }
            position += 1;
        }
        if !continued || !ended {
            break ended;
        }
    };
    line.retain(|&(byte, _)| byte != 0);
    let separators = shell.separators();
    for (name, value) in names.iter().zip(fields(&line, &separators, names.len())) {
        if !is_name(name) {
            return Err(shell.fail_in("read", &format!("{name}: bad variable name")));
        }
        shell.assign(name.clone(), value)?;
    }
    Ok(u8::from(!complete))
}

/// Splits a line into so many fields; the last one takes all that is left.
fn fields(line: &[(u8, bool)], separators: &[u8], count: usize) -> Vec<BString> {
    let is_separator = |&(byte, escaped): &(u8, bool)| !escaped && separators.contains(&byte);
    let is_blank = |it: &(u8, bool)| is_separator(it) && matches!(it.0, b' ' | b'\t' | b'\n');
    let blanks = |rest: &[(u8, bool)]| rest.iter().take_while(|it| is_blank(it)).count();
    let text = |part: &[(u8, bool)]| {
        part.iter()
            .map(|&(byte, _)| byte)
            .collect::<Vec<u8>>()
            .into()
    };
    let mut rest = &line[blanks(line)..];
    let mut result = Vec::new();
    while result.len() + 1 < count {
        let length = rest.iter().position(is_separator).unwrap_or(rest.len());
        result.push(text(&rest[..length]));
        rest = &rest[length..];
        rest = &rest[blanks(rest)..];
        if rest.first().is_some_and(is_separator) {
            rest = &rest[1..];
            rest = &rest[blanks(rest)..];
        }
    }
    let mut last = rest;
    while last.last().is_some_and(is_blank) {
        last = &last[..last.len() - 1];
    }
    // One separator at the end belongs to the last field only if there are others in it.
    if let [field @ .., end] = last
        && is_separator(end)
        && !field.iter().any(is_separator)
    {
        last = field;
    }
    result.push(text(last));
    result
}
