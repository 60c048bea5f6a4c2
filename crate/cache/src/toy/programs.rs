//! The commands that toy builds know: those of the shell, and some of coreutils.
//!
//! Whatever option or case is not known here makes the build a simulated one.

use bstr::{BStr, BString, ByteSlice as _};

use super::files::{FileError, Location, Node, base_name, parts, text};
use super::shell::{Shell, Stop};

/// Tells whether a command is part of the shell in such a way that assignments before it stay.
#[must_use]
pub fn is_special(command: &BStr) -> bool {
    matches!(
        &**command,
        b":" | b"."
            | b"break"
            | b"continue"
            | b"eval"
            | b"exit"
            | b"export"
            | b"return"
            | b"set"
            | b"shift"
            | b"unset"
    )
}

type Status = Result<i32, Stop>;

fn unsupported<T>(what: &str) -> Result<T, Stop> {
    Err(Stop::Unsupported(what.to_owned()))
}

/// Runs a command and returns its status.
///
/// # Errors
/// See [`Stop`].
pub fn run(shell: &mut Shell<'_>, command: &BString, arguments: &[BString]) -> Status {
    match &***command {
        b":" | b"true" => Ok(0),
        b"false" => Ok(1),
        b"echo" => echo(shell, arguments),
        b"printf" => printf(shell, arguments),
        b"test" => test(shell, arguments),
        b"[" => match arguments.split_last() {
            Some((last, arguments)) if *last == "]" => test(shell, arguments),
            _ => Ok(2),
        },
        b"cd" => change_folder(shell, arguments),
        b"pwd" => {
            let folder = [&shell.folder[..], b"\n"].concat();
            shell.print(&folder)?;
            Ok(0)
        }
        b"exit" => Err(Stop::Exit(
            number(arguments.first())?.unwrap_or(shell.status),
        )),
        b"return" => Err(Stop::Return),
        b"break" => Err(Stop::Break(level(arguments)?)),
        b"continue" => Err(Stop::Continue(level(arguments)?)),
        b"set" => set(shell, arguments),
        b"shift" => {
            let count =
                usize::try_from(number(arguments.first())?.unwrap_or(1)).unwrap_or(usize::MAX);
            if count > shell.arguments.len() {
                return Err(Stop::Exit(2));
            }
            shell.arguments.drain(..count);
            Ok(0)
        }
        b"unset" => {
            for name in arguments {
                if name.starts_with(b"-") {
                    return unsupported("options of unset");
                }
                shell.unset(name.as_bstr());
            }
            Ok(0)
        }
        b"export" => export(shell, arguments),
        b"eval" => {
            let script = bstr::join(" ", arguments);
            shell.status = 0;
            shell.deeper()?;
            let result = shell.run_text(&script);
            shell.shallower();
            result?;
            Ok(shell.status)
        }
        b"." => source(shell, arguments),
        b"read" => read(shell, arguments),
        b"command" | b"exec" | b"type" | b"local" | b"trap" | b"wait" | b"umask" | b"getopts"
        | b"hash" | b"alias" | b"kill" | b"jobs" | b"ulimit" | b"times" | b"readonly" | b"fg"
        | b"bg" => unsupported(&format!("the command {command}")),
        _ => external(shell, command, arguments),
    }
}

/// Runs a program that is a file.
fn external(shell: &mut Shell<'_>, command: &BString, arguments: &[BString]) -> Status {
    let system = |folder: &[u8]| matches!(folder, b"/bin" | b"/usr/bin");
    let name = if command.contains(&b'/') {
        let (folder, name) = command.rsplit_once_str("/").unwrap_or_default();
        if !system(folder) {
            return script(shell, command, arguments);
        }
        BString::from(name)
    } else {
        let path = shell.value(BStr::new("PATH")).unwrap_or_default();
        let mut found = false;
        for folder in path.split_str(":") {
            if system(folder) {
                found = true;
                break;
            }
            let file = [folder, b"/", command].concat();
            match shell.files.locate(&shell.folder, &file, true) {
                Ok(location) if shell.files.node(&location).is_some() => {
                    return script(shell, &file.into(), arguments);
                }
                Err(FileError::Unknown(what)) if folder != b"/path-not-set" => {
                    return Err(Stop::Unsupported(what));
                }
                _ => {}
            }
        }
        if !found {
            shell.complain(&format!("{command}: not found"))?;
            return Ok(127);
        }
        command.clone()
    };
    match &**name {
        b"cat" => cat(shell, arguments),
        b"mkdir" => mkdir(shell, arguments),
        b"cp" => copy(shell, arguments, false),
        b"mv" => copy(shell, arguments, true),
        b"ln" => link(shell, arguments),
        b"chmod" => chmod(shell, arguments),
        b"rm" => remove(shell, arguments),
        b"touch" => touch(shell, arguments),
        b"basename" | b"dirname" => part_of_path(shell, name.as_bstr(), arguments),
        b"sleep" => Ok(0),
        b"sh" | b"dash" => shell.run_process(arguments),
        _ => unsupported(&format!("the program {name}")),
    }
}

/// Runs a file that says that it is for the shell.
fn script(shell: &mut Shell<'_>, path: &BString, arguments: &[BString]) -> Status {
    let location = match shell.files.locate(&shell.folder, path, true) {
        Ok(location) => location,
        Err(error) => return not_run(shell, path, error),
    };
    match shell.files.node(&location) {
        Some(Node::File {
            executable: true,
            contents,
        }) => {
            let line = contents.lines().next().unwrap_or_default();
            if !matches!(
                line,
                b"#!/bin/sh" | b"#! /bin/sh" | b"#!/bin/sh -e" | b"#! /bin/sh -e"
            ) {
                return unsupported("a program that is no shell script");
            }
            let mut all = Vec::new();
            if line.ends_with(b"-e") {
                all.push("-e".into());
            }
            all.push(path.clone());
            all.extend(arguments.iter().cloned());
            shell.run_process(&all)
        }
        Some(_) => {
            shell.complain(&format!("{path}: Permission denied"))?;
            Ok(126)
        }
        None => not_run(shell, path, FileError::Plain("not found")),
    }
}

fn not_run(shell: &mut Shell<'_>, path: &BString, error: FileError) -> Status {
    match error {
        FileError::Plain(_) => {
            shell.complain(&format!("{path}: not found"))?;
            Ok(127)
        }
        FileError::Unknown(what) => Err(Stop::Unsupported(what)),
    }
}

/// Ends a program that could not do something with a file.
fn failed(shell: &mut Shell<'_>, program: &str, path: &[u8], error: FileError) -> Status {
    match error {
        FileError::Plain(what) => {
            shell.complain(&format!("{program}: {}: {what}", path.as_bstr()))?;
            Ok(1)
        }
        FileError::Unknown(what) => Err(Stop::Unsupported(what)),
    }
}

fn number(text: Option<&BString>) -> Result<Option<i32>, Stop> {
    let Some(text) = text else { return Ok(None) };
    match text.to_str().ok().and_then(|text| text.parse::<u16>().ok()) {
        Some(number) => Ok(Some(i32::from(number))),
        None => Err(Stop::Exit(2)),
    }
}

fn level(arguments: &[BString]) -> Result<usize, Stop> {
    let level = number(arguments.first())?.unwrap_or(1);
    usize::try_from(level)
        .ok()
        .filter(|level| *level > 0)
        .ok_or(Stop::Exit(2))
}

fn set(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match &***argument {
            b"-e" => shell.errexit = true,
            b"+e" => shell.errexit = false,
            b"-u" => shell.nounset = true,
            b"+u" => shell.nounset = false,
            b"-eu" | b"-ue" => (shell.errexit, shell.nounset) = (true, true),
            b"--" => {
                shell.arguments = arguments.cloned().collect();
                return Ok(0);
            }
            other if other.starts_with(b"-") || other.starts_with(b"+") => {
                return unsupported("such an option of set");
            }
            _ => return unsupported("set without --"),
        }
    }
    Ok(0)
}

fn export(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    for argument in arguments {
        if argument.starts_with(b"-") {
            return unsupported("options of export");
        }
        let (name, value) = match argument.split_once_str("=") {
            Some((name, value)) => (BString::from(name), Some(value)),
            None => (argument.clone(), None),
        };
        if let Some(value) = value {
            shell.set(name.clone(), value.into());
        }
        shell.export(name);
    }
    Ok(0)
}

fn source(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    let Some(path) = arguments.first().filter(|path| path.contains(&b'/')) else {
        return unsupported("a script from PATH");
    };
    match shell.read(path) {
        Ok(text) => {
            shell.status = 0;
            shell.deeper()?;
            let result = shell.run_text(&text);
            shell.shallower();
            match result {
                Ok(()) | Err(Stop::Return) => Ok(shell.status),
                Err(stop) => Err(stop),
            }
        }
        Err(FileError::Plain(_)) => Err(Stop::Exit(2)),
        Err(FileError::Unknown(what)) => Err(Stop::Unsupported(what)),
    }
}

fn read(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    let mut names = arguments;
    let raw = names.first().is_some_and(|it| *it == "-r");
    if raw {
        names = &names[1..];
    }
    let input = shell.input.clone();
    let (line, complete) = input.read_line();
    if names.is_empty() || names[0].starts_with(b"-") || (!raw && line.contains(&b'\\')) {
        return unsupported("such a use of read");
    }
    let mut rest = line.trim_with(|c| c == ' ' || c == '\t');
    for (index, name) in names.iter().enumerate() {
        let last = index + 1 == names.len();
        let end = if last {
            None
        } else {
            rest.find_byteset(b" \t")
        };
        let (word, after) = end.map_or((rest, &b""[..]), |end| rest.split_at(end));
        rest = after.trim_start_with(|c| c == ' ' || c == '\t');
        shell.set(name.clone(), word.into());
    }
    Ok(i32::from(!complete))
}

fn change_folder(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    let [path] = arguments else {
        return unsupported("cd without a folder");
    };
    match shell.files.locate(&shell.folder, path, true) {
        Ok(location) => match shell.files.node(&location) {
            Some(Node::Folder(_)) => {
                // The shell keeps links in the name of the folder; scripts that look are rare.
                shell.folder = text(&location);
                let folder = shell.folder.clone();
                shell.set("PWD".into(), folder.into());
                Ok(0)
            }
            _ => {
                shell.complain(&format!("cd: can't cd to {path}"))?;
                Ok(2)
            }
        },
        Err(FileError::Plain(_)) => Ok(2),
        Err(FileError::Unknown(what)) => Err(Stop::Unsupported(what)),
    }
}

/// Replaces escapes as `echo` and `printf` do; tells whether `\c` ended the text.
fn unescape(text: &[u8], leading_zero: bool, out: &mut Vec<u8>) -> bool {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&escape) = text.get(at) else {
            out.push(b'\\');
            break;
        };
        at += 1;
        let byte = match escape {
            b'a' => 7,
            b'b' => 8,
            b'e' => 27,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'\\' => b'\\',
            b'c' => return true,
            b'0'..=b'7' if escape == b'0' || !leading_zero => {
                let start = if leading_zero { at } else { at - 1 };
                let digits = text[start..]
                    .iter()
                    .take(3)
                    .take_while(|digit| (b'0'..=b'7').contains(digit))
                    .count();
                at = start + digits;
                let value = text[start..at]
                    .iter()
                    .fold(0_u32, |value, digit| value * 8 + u32::from(digit - b'0'));
                (value & 0xff) as u8
            }
            other => {
                out.push(b'\\');
                other
            }
        };
        out.push(byte);
    }
    false
}

fn echo(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    let (newline, arguments) = match arguments.split_first() {
        Some((first, rest)) if *first == "-n" => (false, rest),
        _ => (true, arguments),
    };
    let mut out = Vec::new();
    let ended = unescape(&bstr::join(" ", arguments), true, &mut out);
    if newline && !ended {
        out.push(b'\n');
    }
    shell.print(&out)?;
    Ok(0)
}

fn printf(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    let Some((format, mut values)) = arguments.split_first() else {
        return Ok(2);
    };
    let mut out = Vec::new();
    loop {
        shell.tick(1)?;
        let before = values.len();
        let mut rest = &format[..];
        while let Some(percent) = rest.find_byte(b'%') {
            if unescape(&rest[..percent], false, &mut out) {
                shell.print(&out)?;
                return Ok(0);
            }
            rest = &rest[percent + 1..];
            let conversion = rest.first().copied();
            rest = rest.get(1..).unwrap_or_default();
            if conversion == Some(b'%') {
                out.push(b'%');
                continue;
            }
            let value = values.split_first().map(|(first, others)| {
                values = others;
                &first[..]
            });
            match conversion {
                Some(b's') => out.extend_from_slice(value.unwrap_or_default()),
                Some(b'b') => {
                    if unescape(value.unwrap_or_default(), true, &mut out) {
                        shell.print(&out)?;
                        return Ok(0);
                    }
                }
                Some(b'd' | b'i') => {
                    let text = value.unwrap_or(b"0").to_str().unwrap_or_default();
                    // Octal, hexadecimal and broken numbers are not known here.
                    let plain = text == "0" || !text.trim_start_matches('-').starts_with('0');
                    match text.parse::<i64>() {
                        Ok(number) if plain => out.extend_from_slice(number.to_string().as_bytes()),
                        _ => return unsupported("such a number for printf"),
                    }
                }
                _ => return unsupported("such a format of printf"),
            }
        }
        if unescape(rest, false, &mut out) || values.is_empty() || values.len() == before {
            break;
        }
    }
    shell.print(&out)?;
    Ok(0)
}

fn test(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    let truth = |value: bool| Ok(i32::from(!value));
    match arguments {
        [] => Ok(1),
        [not, rest @ ..] if *not == "!" && !rest.is_empty() => match test(shell, rest)? {
            status @ (0 | 1) => Ok(1 - status),
            status => Ok(status),
        },
        [text] => truth(!text.is_empty()),
        [operator, operand] => match &***operator {
            b"-n" => truth(!operand.is_empty()),
            b"-z" => truth(operand.is_empty()),
            b"-e" | b"-f" | b"-d" | b"-L" | b"-h" | b"-s" | b"-x" => {
                let follow = !matches!(&***operator, b"-L" | b"-h");
                let location = match shell.files.locate(&shell.folder, operand, follow) {
                    Ok(location) => location,
                    Err(FileError::Plain(_)) => return Ok(1),
                    Err(FileError::Unknown(what)) => return Err(Stop::Unsupported(what)),
                };
                truth(match (&***operator, shell.files.node(&location)) {
                    (_, None) => false,
                    (b"-e", _)
                    | (b"-d" | b"-x", Some(Node::Folder(_)))
                    | (b"-f", Some(Node::File { .. })) => true,
                    (b"-L" | b"-h", Some(Node::Link(_))) => true,
                    (b"-s", Some(Node::File { contents, .. })) => !contents.is_empty(),
                    (b"-s", Some(Node::Folder(_))) => true,
                    // Programs are run as the user that owns them, and sources are not writable.
                    (b"-x", Some(Node::File { executable, .. })) => *executable,
                    _ => false,
                })
            }
            _ => unsupported("such a test"),
        },
        [left, operator, right] => {
            let numbers = || {
                let parse = |text: &BString| {
                    text.to_str()
                        .ok()
                        .and_then(|text| text.trim().parse::<i64>().ok())
                };
                parse(left).zip(parse(right))
            };
            let compare = |holds: fn(i64, i64) -> bool| match numbers() {
                Some((left, right)) => Ok(i32::from(!holds(left, right))),
                None => Ok(2),
            };
            match &***operator {
                b"=" => truth(left == right),
                b"!=" => truth(left != right),
                b"-eq" => compare(|a, b| a == b),
                b"-ne" => compare(|a, b| a != b),
                b"-lt" => compare(|a, b| a < b),
                b"-le" => compare(|a, b| a <= b),
                b"-gt" => compare(|a, b| a > b),
                b"-ge" => compare(|a, b| a >= b),
                _ => unsupported("such a test"),
            }
        }
        _ => unsupported("such a test"),
    }
}

/// Splits options from operands; all options must be among those that are known.
fn options<'a>(
    arguments: &'a [BString],
    known: &[u8],
) -> Result<(Vec<u8>, Vec<&'a BString>), Stop> {
    let mut options = Vec::new();
    let mut operands = Vec::new();
    let mut ended = false;
    for argument in arguments {
        match argument.strip_prefix(b"-") {
            Some(b"-") if !ended => ended = true,
            Some(letters) if !ended && !letters.is_empty() => {
                if !letters.iter().all(|letter| known.contains(letter)) {
                    return Err(Stop::Unsupported(format!("the option {argument}")));
                }
                options.extend_from_slice(letters);
            }
            _ => operands.push(argument),
        }
    }
    Ok((options, operands))
}

fn cat(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    let (_, operands) = options(arguments, b"")?;
    let mut status = 0;
    if operands.is_empty() {
        let input = shell.input.clone();
        shell.print(input.read_all())?;
    }
    for operand in operands {
        if *operand == "-" {
            let input = shell.input.clone();
            shell.print(input.read_all())?;
            continue;
        }
        match shell.read(operand) {
            Ok(bytes) => shell.print(&bytes)?,
            Err(error) => status = failed(shell, "cat", operand, error)?,
        }
    }
    Ok(status)
}

fn mkdir(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    let (options, operands) = options(arguments, b"pv")?;
    let parents = options.contains(&b'p');
    let mut status = 0;
    for operand in operands {
        let mut made = Ok(());
        let path: &[u8] = operand;
        let ends: Vec<usize> = if parents {
            let slashes = path.find_iter("/").filter(|at| *at > 0);
            slashes.chain([path.len()]).collect()
        } else {
            vec![path.len()]
        };
        for end in ends {
            made = shell
                .files
                .locate(&shell.folder, &path[..end], true)
                .and_then(|location| match shell.files.node(&location) {
                    Some(Node::Folder(_)) if parents => Ok(()),
                    Some(_) => Err(FileError::Plain("File exists")),
                    None => shell.files.put(&location, Node::Folder(Default::default())),
                });
            if made.is_err() {
                break;
            }
        }
        if let Err(error) = made {
            status = failed(shell, "mkdir", operand, error)?;
        }
    }
    Ok(status)
}

/// Returns where something goes: into a folder, under its own name, or to the place itself.
fn destination(
    shell: &Shell<'_>,
    target: &[u8],
    from: &[u8],
    into: bool,
) -> Result<Location, FileError> {
    let location = shell.files.locate(&shell.folder, target, true)?;
    match shell.files.node(&location) {
        Some(Node::Folder(_)) => {
            let name = base_name(from);
            if matches!(&**name, b"" | b"." | b"..") {
                return Err(FileError::Unknown("such a source".into()));
            }
            let mut inside = text(&location);
            inside.push(b'/');
            inside.extend_from_slice(name);
            shell.files.locate(b"/", &inside, false)
        }
        _ if into => Err(FileError::Plain("Not a directory")),
        _ => shell.files.locate(&shell.folder, target, false),
    }
}

fn copy(shell: &mut Shell<'_>, arguments: &[BString], moves: bool) -> Status {
    let program = if moves { "mv" } else { "cp" };
    let (options, operands) = options(arguments, if moves { b"fv" } else { b"rRapvfd" })?;
    let recursive = moves || options.iter().any(|option| b"rRa".contains(option));
    let keep_links = moves || options.iter().any(|option| b"ad".contains(option)) || recursive;
    let Some((target, sources)) = operands
        .split_last()
        .filter(|(_, sources)| !sources.is_empty())
    else {
        return Ok(1);
    };
    let mut status = 0;
    for source in sources {
        let copied = shell
            .files
            .locate(&shell.folder, source, !keep_links)
            .and_then(|from| {
                let node = shell.files.node(&from).cloned();
                let node = node.ok_or(FileError::Plain("No such file or directory"))?;
                // `cp -r dir/.` copies what is in it.
                if source.ends_with(b"/.") || source.ends_with(b"/") {
                    return Err(FileError::Unknown("such a source".into()));
                }
                if matches!(node, Node::Folder(_)) && !recursive {
                    return Err(FileError::Plain("-r not specified; omitting directory"));
                }
                let to = destination(shell, target, source, sources.len() > 1)?;
                if to.starts_with(&from) {
                    return Err(FileError::Plain("cannot copy a directory into itself"));
                }
                match (shell.files.node(&to), &node) {
                    (None, _) => {}
                    // Other combinations merge folders or fail in ways of their own.
                    (Some(Node::File { executable, .. }), Node::File { contents, .. })
                        if !moves =>
                    {
                        // A file that is there keeps its permissions.
                        let executable = *executable;
                        let contents = contents.clone();
                        return shell.files.put(
                            &to,
                            Node::File {
                                contents,
                                executable,
                            },
                        );
                    }
                    (Some(Node::File { .. }), Node::File { .. }) => {}
                    _ => return Err(FileError::Unknown("copying onto something".into())),
                }
                shell.files.put(&to, node)?;
                if moves {
                    shell.files.remove(&from)?;
                }
                Ok(())
            });
        if let Err(error) = copied {
            status = failed(shell, program, source, error)?;
        }
    }
    Ok(status)
}

fn link(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    let (options, operands) = options(arguments, b"sfvnT")?;
    if !options.contains(&b's') || options.iter().any(|option| b"nT".contains(option)) {
        return unsupported("such a use of ln");
    }
    let (sources, target): (&[&BString], BString) = match operands.as_slice() {
        [] => return Ok(1),
        [source] => (std::slice::from_ref(source), ".".into()),
        [sources @ .., target] => (sources, (*target).clone()),
    };
    let mut status = 0;
    for source in sources {
        let linked = destination(shell, &target, source, sources.len() > 1).and_then(|to| {
            match shell.files.node(&to) {
                Some(_) if !options.contains(&b'f') => return Err(FileError::Plain("File exists")),
                Some(Node::Folder(_)) => {
                    return Err(FileError::Plain("cannot overwrite directory"));
                }
                _ => {}
            }
            shell.files.put(&to, Node::Link((*source).clone()))
        });
        if let Err(error) = linked {
            status = failed(shell, "ln", source, error)?;
        }
    }
    Ok(status)
}

fn chmod(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    let Some((mode, paths)) = arguments
        .split_first()
        .filter(|(_, paths)| !paths.is_empty())
    else {
        return Ok(1);
    };
    // Only the owner's right to run it counts in a store.
    let executable = match &***mode {
        b"+x" | b"u+x" | b"a+x" | b"ugo+x" | b"+rx" | b"a+rx" => Some(true),
        b"-x" | b"u-x" | b"a-x" => Some(false),
        b"+w" | b"u+w" | b"-w" | b"a-w" | b"+r" | b"a+r" | b"u+r" | b"u+rw" | b"go-w" | b"g-w"
        | b"o-w" => None,
        [b'0'..=b'7', b'0'..=b'7', b'0'..=b'7'] => Some(mode[0] & 1 == 1),
        [b'0', b'0'..=b'7', b'0'..=b'7', b'0'..=b'7'] => Some(mode[1] & 1 == 1),
        _ => return unsupported("such a mode"),
    };
    let mut status = 0;
    for path in paths {
        let changed = shell
            .files
            .locate(&shell.folder, path, true)
            .and_then(|location| match executable {
                Some(executable) => shell.files.set_executable(&location, executable),
                None if shell.files.node(&location).is_some() => Ok(()),
                None => Err(FileError::Plain("No such file or directory")),
            });
        if let Err(error) = changed {
            status = failed(shell, "chmod", path, error)?;
        }
    }
    Ok(status)
}

fn remove(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    let (options, operands) = options(arguments, b"rRfv")?;
    let (recursive, force) = (
        options.iter().any(|it| b"rR".contains(it)),
        options.contains(&b'f'),
    );
    let mut status = 0;
    for operand in operands {
        let removed = shell
            .files
            .locate(&shell.folder, operand, false)
            .and_then(|location| {
                match shell.files.node(&location) {
                    None => return Err(FileError::Plain("No such file or directory")),
                    Some(Node::Folder(_)) if !recursive => {
                        return Err(FileError::Plain("Is a directory"));
                    }
                    Some(_) if parts(&text(&location)).len() < 2 => {
                        return Err(FileError::Unknown("removing such a folder".into()));
                    }
                    Some(_) => {}
                }
                shell.files.remove(&location).map(|_| ())
            });
        match removed {
            Err(FileError::Plain("No such file or directory")) if force => {}
            Err(error) => status = failed(shell, "rm", operand, error)?,
            Ok(()) => {}
        }
    }
    Ok(status)
}

fn touch(shell: &mut Shell<'_>, arguments: &[BString]) -> Status {
    let (_, operands) = options(arguments, b"")?;
    let mut status = 0;
    for operand in operands {
        let touched = shell
            .files
            .locate(&shell.folder, operand, true)
            .and_then(|location| match shell.files.node(&location) {
                Some(_) => Ok(()),
                None => shell.files.truncate(&location, true),
            });
        if let Err(error) = touched {
            status = failed(shell, "touch", operand, error)?;
        }
    }
    Ok(status)
}

fn part_of_path(shell: &mut Shell<'_>, program: &BStr, arguments: &[BString]) -> Status {
    let (path, suffix): (&[u8], &[u8]) = match arguments {
        [path] if !path.starts_with(b"-") => (path, b""),
        [path, suffix] if program == "basename" && !path.starts_with(b"-") => (path, suffix),
        _ => return unsupported("such a use of basename"),
    };
    let trimmed = path.trim_end_with(|c| c == '/');
    let mut part: Vec<u8> = if trimmed.is_empty() {
        if path.is_empty() && program == "dirname" {
            b".".to_vec()
        } else {
            path.iter().copied().take(1).collect()
        }
    } else if program == "basename" {
        let name = base_name(trimmed);
        match name.strip_suffix(suffix) {
            Some(stem) if !stem.is_empty() => stem.to_vec(),
            _ => name.to_vec(),
        }
    } else {
        match trimmed.rfind_byte(b'/') {
            Some(slash) => {
                let folder = trimmed[..slash].trim_end_with(|c| c == '/');
                if folder.is_empty() {
                    b"/".to_vec()
                } else {
                    folder.to_vec()
                }
            }
            None => b".".to_vec(),
        }
    };
    part.push(b'\n');
    shell.print(&part)?;
    Ok(0)
}
