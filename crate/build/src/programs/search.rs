//! The program `grep`.

use bstr::ByteSlice as _;

use super::{Process, lines};
use crate::machine::Step;

impl Process<'_, '_> {
    pub fn grep(&mut self) -> Step {
        let options = self.options(
            "EFGcnvioqlxhsH",
            "e",
            &[
                ("extended-regexp", b'E'),
                ("fixed-strings", b'F'),
                ("count", b'c'),
                ("line-number", b'n'),
                ("invert-match", b'v'),
                ("ignore-case", b'i'),
                ("only-matching", b'o'),
                ("quiet", b'q'),
                ("silent", b'q'),
                ("files-with-matches", b'l'),
                ("line-regexp", b'x'),
                ("no-filename", b'h'),
                ("no-messages", b's'),
                ("regexp", b'e'),
            ],
        )?;
        let mut operands = options.operands.clone();
        let mut patterns: Vec<Vec<u8>> = options.values(b'e').map(|it| it.to_vec()).collect();
        if patterns.is_empty() {
            if operands.is_empty() {
                return Err(self.unsupported("no pattern"));
            }
            patterns.push(operands.remove(0).into());
        }
        let kind = options.last_of(b"EFG").unwrap_or(b'G');
        let mut regexes = Vec::new();
        for pattern in patterns
            .iter()
            .flat_map(|it| it.split(|&byte| byte == b'\n'))
        {
            let mut text = pattern.to_vec();
            if kind == b'F' {
                text = escaped(pattern);
            }
            regexes.push(self.regex(&text, kind == b'E', options.has(b'i'))?);
        }
        let named = options.has(b'H') || (operands.len() > 1 && !options.has(b'h'));
        if operands.is_empty() {
            operands.push("-".into());
            if named || options.has(b'l') {
                return Err(self.unsupported("names of standard input"));
            }
        }
        let mut found_any = false;
        for path in &operands {
            if options.has(b's')
                && self.machine.fs.find(self.start.cwd.node, path).is_err()
                && path != "-"
            {
                self.status = 2;
                continue;
            }
            let Some(text) = self.input(path)? else {
                continue;
            };
            if text.contains(&0) {
                return Err(self.unsupported("a binary file"));
            }
            let prefix = if named {
                format!("{path}:")
            } else {
                String::new()
            };
            let mut output = Vec::new();
            let mut count = 0;
            for (index, line) in lines(&text).enumerate() {
                self.machine.step()?;
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                let mut matches = Vec::new();
                let mut from = 0;
                let mut found = false;
                while from <= line.len() {
                    let mut best: Option<(usize, usize)> = None;
                    for regex in &regexes {
                        if let Some(slots) = self.find(regex, line, from)? {
                            if options.has(b'x') && (slots[0] > 0 || slots[1] < line.len()) {
                                if regex.ambiguous {
                                    return Err(self.unsupported("the option -x with alternatives"));
                                }
                                continue;
                            }
                            let candidate = (slots[0], slots[1]);
                            if best.is_none_or(|best| {
                                candidate.0 < best.0
                                    || (candidate.0 == best.0 && candidate.1 > best.1)
                            }) {
                                best = Some(candidate);
                            }
                        }
                    }
                    let Some((start, end)) = best else {
                        break;
                    };
                    found = true;
                    if !options.has(b'o') {
                        break;
                    }
                    if start < end {
                        matches.push(&line[start..end]);
                    }
                    from = end.max(start + 1);
                }
                if found == options.has(b'v') {
                    continue;
                }
                count += 1;
                let number = if options.has(b'n') {
                    format!("{}:", index + 1)
                } else {
                    String::new()
                };
                if !options.has(b'o') {
                    matches = vec![line];
                } else if options.has(b'v') {
                    matches.clear();
                }
                for part in matches {
                    output.extend_from_slice(prefix.as_bytes());
                    output.extend_from_slice(number.as_bytes());
                    output.extend_from_slice(part);
                    output.push(b'\n');
                }
            }
            found_any |= count > 0;
            if options.has(b'q') {
                continue;
            }
            if options.has(b'l') {
                if count > 0 {
                    self.print(&[path.as_bytes(), b"\n"].concat())?;
                }
            } else if options.has(b'c') {
                self.print(format!("{prefix}{count}\n").as_bytes())?;
            } else {
                self.print(&output)?;
            }
        }
        if self.status == 0 {
            self.status = u8::from(!found_any);
        } else if options.has(b'q') && found_any {
            self.status = 0;
        }
        Ok(())
    }
}

/// A basic expression for a text itself.
fn escaped(text: &[u8]) -> Vec<u8> {
    let mut expression = Vec::new();
    for &byte in text {
        if b"\\.*[^$".contains(&byte) {
            expression.push(b'\\');
        }
        expression.push(byte);
    }
    expression
}
