//! The program `sed`: the commands `s`, `y`, `d`, `p`, `q` and `=`, with addresses.

use bstr::BString;

use super::regex::{Regex, Slots};
use super::{Process, lines};
use crate::machine::{Step, Stop};

#[derive(Clone, Debug)]
enum Address {
    Line(usize),
    Last,
    Matching(Regex),
}

#[derive(Clone, Debug)]
enum Action {
    Substitute {
        regex: Regex,
        replacement: Vec<Replacement>,
        /// Which match is the first to be replaced.
        first: usize,
        all: bool,
        print: bool,
    },
    Translate(Vec<u8>, Vec<u8>),
    Delete,
    Print,
    Quit,
    Number,
}

#[derive(Clone, Debug)]
enum Replacement {
    Text(Vec<u8>),
    /// A group, or with zero the whole match.
    Group(usize),
}

#[derive(Clone, Debug)]
struct Command {
    from: Option<Address>,
    to: Option<Address>,
    negated: bool,
    action: Action,
    /// Whether the range has begun, and not ended.
    inside: bool,
}

struct Reader<'t> {
    text: &'t [u8],
    position: usize,
    extended: bool,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    fn skip(&mut self, bytes: &[u8]) {
        while self.peek().is_some_and(|byte| bytes.contains(&byte)) {
            self.position += 1;
        }
    }

    /// Reads up to a delimiter, which is passed over; before it, it is escaped.
    fn delimited(&mut self, delimiter: u8, expression: bool) -> Option<Vec<u8>> {
        let mut part = Vec::new();
        let mut bracket = false;
        loop {
            let byte = self.peek()?;
            self.position += 1;
            match byte {
                b'\\' => {
                    let next = self.peek()?;
                    self.position += 1;
                    if next != delimiter || b"&\\".contains(&next) {
                        part.push(b'\\');
                    } else if expression && b"|+?.*[]^$(){}".contains(&next) {
                        // Whether it is special then depends on the version.
                        return None;
                    }
                    part.push(next);
                }
                byte if byte == delimiter && !bracket => return Some(part),
                b'\n' if expression => return None,
                byte => {
                    if expression && byte == b'[' {
                        bracket = true;
                    } else if byte == b']' {
                        bracket = false;
                    }
                    // A delimiter inside brackets ends the expression in the reference.
                    if byte == delimiter {
                        return None;
                    }
                    part.push(byte);
                }
            }
        }
    }
}

impl Process<'_, '_> {
    pub fn sed(&mut self) -> Step {
        let options = self.options(
            "nErsi",
            "e",
            &[
                ("quiet", b'n'),
                ("silent", b'n'),
                ("regexp-extended", b'E'),
                ("expression", b'e'),
                ("in-place", b'i'),
            ],
        )?;
        if options.has(b's') {
            return Err(self.unsupported("the option -s"));
        }
        let mut operands = options.operands.clone();
        let mut scripts: Vec<BString> = options.values(b'e').cloned().collect();
        if scripts.is_empty() {
            if operands.is_empty() {
                return Err(self.unsupported("no script"));
            }
            scripts.push(operands.remove(0));
        }
        let script = bstr::join("\n", &scripts);
        let extended = options.has(b'E') || options.has(b'r');
        let commands = self.sed_commands(&script, extended)?;
        let quiet = options.has(b'n');
        if options.has(b'i') {
            for path in &operands {
                let Some(text) = self.input(path)? else {
                    self.status = 4;
                    continue;
                };
                let (output, _) = self.edit(&mut commands.clone(), &text, quiet)?;
                self.replace_file(path, output)?;
            }
            return Ok(());
        }
        if operands.is_empty() {
            operands.push("-".into());
        }
        let mut all = Vec::new();
        for path in &operands {
            if let Some(text) = self.input(path)? {
                if !all.is_empty() && !all.ends_with(b"\n") {
                    all.push(b'\n');
                }
                all.extend_from_slice(&text);
            }
        }
        let (output, _) = self.edit(&mut commands.clone(), &all, quiet)?;
        self.print(&output)
    }

    fn replace_file(&mut self, path: &BString, output: Vec<u8>) -> Step {
        let cwd = self.start.cwd.node;
        let fs = &mut self.machine.fs;
        let replaced = fs.find(cwd, path).and_then(|node| {
            let mode = fs.mode(node);
            let mut place = fs.place(cwd, path)?;
            fs.unlink(&place)?;
            place.node = None;
            fs.create(&place, mode)
        });
        match replaced {
            Ok(node) => {
                self.machine.spend(output.len())?;
                self.machine.fs.write(node, 0, &output);
                Ok(())
            }
            Err(_) => Err(self.unsupported("a file that cannot be replaced")),
        }
    }

    fn not_understood(&self) -> Stop {
        self.unsupported("such a script")
    }

    fn sed_commands(&mut self, script: &[u8], extended: bool) -> Step<Vec<Command>> {
        let mut reader = Reader {
            text: script,
            position: 0,
            extended,
        };
        let mut commands = Vec::new();
        loop {
            reader.skip(b" \t\n;");
            if reader.peek().is_none() {
                return Ok(commands);
            }
            let from = self.address(&mut reader)?;
            let mut to = None;
            if from.is_some() && reader.peek() == Some(b',') {
                reader.position += 1;
                reader.skip(b" \t");
                to = self.address(&mut reader)?;
                if to.is_none() {
                    return Err(self.not_understood());
                }
            }
            reader.skip(b" \t");
            let negated = reader.peek() == Some(b'!');
            if negated {
                reader.position += 1;
                reader.skip(b" \t");
            }
            let Some(letter) = reader.peek() else {
                return Err(self.not_understood());
            };
            reader.position += 1;
            let action = match letter {
                b's' => self.substitute(&mut reader)?,
                b'y' => self.translation(&mut reader)?,
                b'd' => Action::Delete,
                b'p' => Action::Print,
                b'q' if to.is_none() => Action::Quit,
                b'=' => Action::Number,
                _ => return Err(self.not_understood()),
            };
            reader.skip(b" \t");
            if !matches!(reader.peek(), None | Some(b';' | b'\n')) {
                return Err(self.not_understood());
            }
            commands.push(Command {
                from,
                to,
                negated,
                action,
                inside: false,
            });
        }
    }

    fn address(&mut self, reader: &mut Reader<'_>) -> Step<Option<Address>> {
        match reader.peek() {
            Some(b'$') => {
                reader.position += 1;
                Ok(Some(Address::Last))
            }
            Some(b'/') => {
                reader.position += 1;
                match reader.delimited(b'/', true) {
                    Some(text) if !text.is_empty() => Ok(Some(Address::Matching(self.regex(
                        &text,
                        reader.extended,
                        false,
                    )?))),
                    _ => Err(self.not_understood()),
                }
            }
            Some(byte) if byte.is_ascii_digit() => {
                let start = reader.position;
                reader.skip(b"0123456789");
                let digits: BString = reader.text[start..reader.position].into();
                match self.count(&digits)? {
                    0 => Err(self.not_understood()),
                    line if reader.peek() != Some(b'~') => Ok(Some(Address::Line(line))),
                    _ => Err(self.not_understood()),
                }
            }
            _ => Ok(None),
        }
    }

    fn substitute(&mut self, reader: &mut Reader<'_>) -> Step<Action> {
        let delimiter = match reader.peek() {
            Some(byte) if byte != b'\n' && byte != b'\\' => byte,
            _ => return Err(self.not_understood()),
        };
        reader.position += 1;
        let (Some(expression), Some(text)) = (
            reader.delimited(delimiter, true),
            reader.delimited(delimiter, false),
        ) else {
            return Err(self.not_understood());
        };
        let (mut first, mut all, mut print, mut ignore_case) = (1, false, false, false);
        while let Some(flag) = reader.peek() {
            match flag {
                b'g' => all = true,
                b'p' => print = true,
                b'i' | b'I' => ignore_case = true,
                b'1'..=b'9' => first = usize::from(flag - b'0'),
                _ => break,
            }
            reader.position += 1;
        }
        if expression.is_empty() {
            return Err(self.not_understood());
        }
        let regex = self.regex(&expression, reader.extended, ignore_case)?;
        let mut replacement = Vec::new();
        let mut literal = Vec::new();
        let mut bytes = text.iter();
        while let Some(&byte) = bytes.next() {
            let group = match byte {
                b'&' => 0,
                b'\\' => match bytes.next() {
                    Some(&digit @ b'0'..=b'9') => usize::from(digit - b'0'),
                    Some(b'n') => {
                        literal.push(b'\n');
                        continue;
                    }
                    Some(b't') => {
                        literal.push(b'\t');
                        continue;
                    }
                    Some(&other) if !other.is_ascii_alphanumeric() => {
                        literal.push(other);
                        continue;
                    }
                    _ => return Err(self.not_understood()),
                },
                byte => {
                    literal.push(byte);
                    continue;
                }
            };
            if group > 0 && regex.ambiguous {
                return Err(self.unsupported("groups of such a regular expression"));
            }
            if !regex.has_group(group) {
                return Err(self.not_understood());
            }
            replacement.push(Replacement::Text(std::mem::take(&mut literal)));
            replacement.push(Replacement::Group(group));
        }
        replacement.push(Replacement::Text(literal));
        Ok(Action::Substitute {
            regex,
            replacement,
            first,
            all,
            print,
        })
    }

    fn translation(&mut self, reader: &mut Reader<'_>) -> Step<Action> {
        let Some(delimiter) = reader.peek() else {
            return Err(self.not_understood());
        };
        reader.position += 1;
        match (
            reader.delimited(delimiter, false),
            reader.delimited(delimiter, false),
        ) {
            (Some(from), Some(to))
                if from.len() == to.len() && !from.contains(&b'\\') && !to.contains(&b'\\') =>
            {
                Ok(Action::Translate(from, to))
            }
            _ => Err(self.not_understood()),
        }
    }

    /// Edits a text; the flag tells whether `q` ended that.
    fn edit(
        &mut self,
        commands: &mut [Command],
        text: &[u8],
        quiet: bool,
    ) -> Step<(Vec<u8>, bool)> {
        let mut output = Vec::new();
        let all: Vec<&[u8]> = lines(text).collect();
        for (index, line) in all.iter().enumerate() {
            self.machine.step()?;
            let (mut space, newline) = match line.strip_suffix(b"\n") {
                Some(line) => (line.to_vec(), true),
                None => (line.to_vec(), false),
            };
            let last = index + 1 == all.len();
            let mut deleted = false;
            let mut quit = false;
            for command in &mut *commands {
                if self.selects(command, index + 1, last, &space)? == command.negated {
                    continue;
                }
                match &command.action {
                    Action::Delete => {
                        deleted = true;
                        break;
                    }
                    Action::Quit => {
                        quit = true;
                        break;
                    }
                    Action::Print => put(&mut output, &space, newline),
                    Action::Number => put(&mut output, (index + 1).to_string().as_bytes(), true),
                    Action::Translate(from, to) => {
                        for byte in &mut space {
                            if let Some(found) = from.iter().position(|it| it == byte) {
                                *byte = to[found];
                            }
                        }
                    }
                    Action::Substitute {
                        regex,
                        replacement,
                        first,
                        all,
                        print,
                    } => {
                        let replaced = self.replaced(&space, regex, replacement, *first, *all)?;
                        if let Some(replaced) = replaced {
                            space = replaced;
                            if *print {
                                put(&mut output, &space, newline);
                            }
                        }
                    }
                }
            }
            if !deleted && !quiet {
                put(&mut output, &space, newline);
            }
            self.machine.spend(space.len())?;
            if quit {
                return Ok((output, true));
            }
        }
        Ok((output, false))
    }

    fn selects(
        &mut self,
        command: &mut Command,
        line: usize,
        last: bool,
        space: &[u8],
    ) -> Step<bool> {
        let Some(from) = command.from.clone() else {
            return Ok(true);
        };
        let Some(to) = command.to.clone() else {
            return self.is_at(&from, line, last, space);
        };
        if !command.inside {
            if !self.is_at(&from, line, last, space)? {
                return Ok(false);
            }
            // A last line that is not behind the first one makes a range of one line.
            command.inside = match to {
                Address::Line(end) => end > line,
                Address::Last => !last,
                Address::Matching(_) => true,
            };
            return Ok(true);
        }
        command.inside = match to {
            Address::Line(end) if line > end => {
                command.inside = false;
                return self.selects(command, line, last, space);
            }
            Address::Line(end) => line < end,
            to => !self.is_at(&to, line, last, space)?,
        };
        Ok(true)
    }

    fn is_at(&mut self, address: &Address, line: usize, last: bool, space: &[u8]) -> Step<bool> {
        Ok(match address {
            Address::Line(wanted) => *wanted == line,
            Address::Last => last,
            Address::Matching(regex) => self.find(regex, space, 0)?.is_some(),
        })
    }

    fn replaced(
        &mut self,
        space: &[u8],
        regex: &Regex,
        replacement: &[Replacement],
        first: usize,
        all: bool,
    ) -> Step<Option<Vec<u8>>> {
        let mut result = Vec::new();
        let (mut copied, mut from, mut count) = (0, 0, 0);
        let mut changed = false;
        let mut last_end = None;
        while from <= space.len() {
            self.machine.step()?;
            let Some(slots) = self.find(regex, space, from)? else {
                break;
            };
            let (start, end) = (slots[0], slots[1]);
            // An empty match directly behind a match does not count.
            let empty_behind = start == end && last_end == Some(start);
            if !empty_behind {
                count += 1;
                if count >= first {
                    result.extend_from_slice(&space[copied..start]);
                    append(&mut result, space, &slots, replacement);
                    copied = end;
                    changed = true;
                    if !all {
                        break;
                    }
                }
            }
            last_end = Some(end);
            from = if start == end { end + 1 } else { end };
        }
        if !changed {
            return Ok(None);
        }
        result.extend_from_slice(&space[copied..]);
        self.machine.spend(result.len())?;
        Ok(Some(result))
    }
}

fn append(result: &mut Vec<u8>, space: &[u8], slots: &Slots, replacement: &[Replacement]) {
    for part in replacement {
        match part {
            Replacement::Text(text) => result.extend_from_slice(text),
            Replacement::Group(group) => {
                if let Some(text) = space.get(slots[group * 2]..slots[group * 2 + 1]) {
                    result.extend_from_slice(text);
                }
            }
        }
    }
}

fn put(output: &mut Vec<u8>, line: &[u8], newline: bool) {
    // A missing newline at the end of the input is missing only behind the last output.
    if !output.is_empty() && !output.ends_with(b"\n") {
        output.push(b'\n');
    }
    output.extend_from_slice(line);
    if newline {
        output.push(b'\n');
    }
}
