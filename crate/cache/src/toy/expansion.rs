//! Expansion: from words to fields, by parameters, substitutions, splitting and patterns.

use bstr::{BString, ByteSlice as _};

use super::files::{Node, parts, text};
use super::pattern::{self, Piece};
use super::shell::{Shell, Stop};
use super::syntax::{Operation, Part, Word};

/// Bytes that one word may become.
const MAX_WORD: usize = 4 << 20;

/// A field that is being put together.
#[derive(Default)]
struct Field {
    pieces: Vec<Piece>,
    /// Whether it counts although it is empty, because something in it was quoted.
    there: bool,
}

/// Expands words to fields.
///
/// # Errors
/// A substitution ended the shell, or something is not known here.
pub fn fields(shell: &mut Shell<'_>, words: &[Word]) -> Result<Vec<BString>, Stop> {
    let mut fields = Vec::new();
    for word in words {
        for field in split(shell, word)? {
            if pattern::is_pattern(&field.pieces) {
                let found = glob(shell, &field.pieces)?;
                if !found.is_empty() {
                    fields.extend(found);
                    continue;
                }
            }
            fields.push(bytes(&field.pieces));
        }
    }
    Ok(fields)
}

/// Expands a word to one text, without splitting.
///
/// # Errors
/// As [`fields`].
pub fn text_of(shell: &mut Shell<'_>, word: &Word) -> Result<BString, Stop> {
    Ok(bytes(&pieces(shell, word)?))
}

/// Expands a word to a pattern.
///
/// # Errors
/// As [`fields`].
pub fn pieces(shell: &mut Shell<'_>, word: &Word) -> Result<Vec<Piece>, Stop> {
    let mut all = Vec::new();
    for part in word {
        let (value, quoted) = match part {
            Part::Text { text, quoted } => (text.clone(), *quoted),
            Part::Parameter { quoted, .. } => (parameter(shell, part)?, *quoted),
            Part::Substitution { commands, quoted } => (shell.capture(commands)?, *quoted),
        };
        all.extend(value.iter().map(|&byte| Piece { byte, quoted }));
        bounded(all.len())?;
    }
    Ok(all)
}

fn bounded(length: usize) -> Result<(), Stop> {
    if length > MAX_WORD {
        return Err(Stop::Unsupported("such a long word".into()));
    }
    Ok(())
}

fn bytes(pieces: &[Piece]) -> BString {
    let bytes: Vec<u8> = pieces.iter().map(|piece| piece.byte).collect();
    bytes.into()
}

/// Expands a word and splits what came out of unquoted parameters at white space.
fn split(shell: &mut Shell<'_>, word: &Word) -> Result<Vec<Field>, Stop> {
    let mut done: Vec<Field> = Vec::new();
    let mut field = Field::default();
    for part in word {
        let (value, quoted) = match part {
            Part::Text { text, quoted } => {
                field.there |= *quoted || !text.is_empty();
                field.pieces.extend(text.iter().map(|&byte| Piece {
                    byte,
                    quoted: *quoted,
                }));
                continue;
            }
            Part::Parameter {
                name,
                operation: Operation::None,
                quoted: true,
            } if name == "@" => {
                let arguments = shell.arguments.clone();
                for (index, argument) in arguments.iter().enumerate() {
                    if index > 0 {
                        done.push(std::mem::take(&mut field));
                    }
                    field.there = true;
                    field
                        .pieces
                        .extend(argument.iter().map(|&byte| Piece { byte, quoted: true }));
                }
                continue;
            }
            // The word of a default is split as if it stood here.
            Part::Parameter {
                name,
                operation: Operation::Default(b'-', empty, default),
                quoted: false,
            } if shell
                .value(name.as_bstr())
                .is_none_or(|value| *empty && value.is_empty()) =>
            {
                for mut inner in split(shell, default)? {
                    if !field.pieces.is_empty() || field.there {
                        field.pieces.append(&mut inner.pieces);
                        inner = std::mem::take(&mut field);
                        inner.there = true;
                    }
                    done.push(inner);
                }
                // What follows directly belongs to the last field.
                field = done.pop().unwrap_or_default();
                continue;
            }
            Part::Parameter { quoted, .. } => (parameter(shell, part)?, *quoted),
            Part::Substitution { commands, quoted } => (shell.capture(commands)?, *quoted),
        };
        bounded(field.pieces.len() + value.len())?;
        if quoted {
            field.there = true;
            field
                .pieces
                .extend(value.iter().map(|&byte| Piece { byte, quoted: true }));
            continue;
        }
        if shell.value(b"IFS".as_bstr()).is_some() {
            return Err(Stop::Unsupported("IFS".into()));
        }
        for &byte in &value {
            if matches!(byte, b' ' | b'\t' | b'\n') {
                if field.there {
                    done.push(std::mem::take(&mut field));
                }
            } else {
                field.there = true;
                field.pieces.push(Piece {
                    byte,
                    quoted: false,
                });
            }
        }
    }
    if field.there {
        done.push(field);
    }
    Ok(done)
}

/// Returns the value of a parameter after its operation.
fn parameter(shell: &mut Shell<'_>, part: &Part) -> Result<Vec<u8>, Stop> {
    let Part::Parameter {
        name, operation, ..
    } = part
    else {
        return Ok(Vec::new());
    };
    let value = shell.value(name.as_bstr());
    if value.is_none() && matches!(&***name, b"$" | b"!" | b"-") {
        return Err(Stop::Unsupported(format!("the parameter ${name}")));
    }
    match operation {
        Operation::None => match value {
            Some(value) => Ok(value.into()),
            None if shell.nounset && !matches!(&***name, b"@" | b"*") => Err(Stop::Exit(2)),
            None => Ok(Vec::new()),
        },
        Operation::Length => {
            let value = value.unwrap_or_default();
            // The shell counts bytes or characters, as the locale is.
            if !value.is_ascii() {
                return Err(Stop::Unsupported("the length of such a text".into()));
            }
            Ok(value.len().to_string().into_bytes())
        }
        Operation::Default(operator, empty, word) => {
            let given = value.filter(|value| !*empty || !value.is_empty());
            match (operator, given) {
                (b'+', None) => Ok(Vec::new()),
                (b'+', Some(_)) | (b'-', None) => Ok(text_of(shell, word)?.into()),
                (b'=', None) => {
                    let value = text_of(shell, word)?;
                    shell.set(name.clone(), value.clone());
                    Ok(value.into())
                }
                (b'?', None) => Err(Stop::Exit(2)),
                (_, Some(value)) => Ok(value.into()),
                (_, None) => Ok(Vec::new()),
            }
        }
        Operation::Trim {
            suffix,
            longest,
            pattern,
        } => {
            let value: Vec<u8> = value.unwrap_or_default().into();
            let pattern = pieces(shell, pattern)?;
            shell.tick(value.len() * pattern.len() / 64)?;
            let mut ends: Vec<usize> = (0..=value.len()).collect();
            // From the shortest to the longest part that could go.
            if *suffix != *longest {
                ends.reverse();
            }
            for end in ends {
                let (before, after) = value.split_at(end);
                let (gone, kept) = if *suffix {
                    (after, before)
                } else {
                    (before, after)
                };
                if pattern::matches(&pattern, gone) {
                    return Ok(kept.to_vec());
                }
            }
            Ok(value)
        }
    }
}

/// Finds the files that a pattern matches, sorted.
fn glob(shell: &mut Shell<'_>, pattern: &[Piece]) -> Result<Vec<BString>, Stop> {
    let absolute = pattern.first().is_some_and(|piece| piece.byte == b'/');
    let start = if absolute {
        BString::from("/")
    } else {
        BString::default()
    };
    let mut found = vec![start];
    for part in pattern
        .split(|piece| piece.byte == b'/')
        .filter(|part| !part.is_empty())
    {
        let mut next = Vec::new();
        for prefix in found {
            shell.tick(1)?;
            let join = |name: &[u8]| {
                let separator: &[u8] = if prefix.is_empty() || prefix.ends_with(b"/") {
                    b""
                } else {
                    b"/"
                };
                BString::from([&prefix[..], separator, name].concat())
            };
            if !pattern::is_pattern(part) {
                next.push(join(&bytes(part)));
                continue;
            }
            let folder: &[u8] = if prefix.is_empty() { b"." } else { &prefix };
            let location = match shell.files.locate(&shell.folder, folder, true) {
                Ok(location) => location,
                Err(super::files::FileError::Plain(_)) => continue,
                Err(super::files::FileError::Unknown(what)) => return Err(Stop::Unsupported(what)),
            };
            let path = text(&location);
            // What else is there is not known.
            let elsewhere =
                !path.starts_with(super::BUILD_TOP.as_bytes()) && parts(&path).len() < 3;
            if elsewhere {
                return Err(Stop::Unsupported("a pattern for such a folder".into()));
            }
            if let Some(Node::Folder(entries)) = shell.files.node(&location) {
                let names = entries.keys().filter(|name| {
                    let hidden = name.starts_with(b".");
                    let asked = part.first().is_some_and(|piece| piece.byte == b'.');
                    (!hidden || asked) && pattern::matches(part, name)
                });
                next.extend(names.map(|name| join(name)));
            }
        }
        found = next;
    }
    // Parts without a pattern were not looked at.
    let mut there = Vec::new();
    for path in found {
        if let Ok(location) = shell.files.locate(&shell.folder, &path, false)
            && shell.files.node(&location).is_some()
        {
            there.push(path);
        }
    }
    drvlab_store::order::sort_by(&mut there, Ord::cmp);
    Ok(there)
}
