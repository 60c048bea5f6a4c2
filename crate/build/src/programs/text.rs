//! Programs that read texts and write texts.

use bstr::{BString, ByteSlice as _};
use drvlab_store::order;

use super::options::Options;
use super::{Process, lines};
use crate::machine::{Step, Stream};
use crate::shell::launch::{Launched, execute};
use crate::shell::pattern::in_class;
use crate::shell::{Start, is_name};

impl Process<'_, '_> {
    /// The operands, or standard input if there are none.
    fn inputs(&self, options: &Options) -> Vec<BString> {
        if options.operands.is_empty() {
            return vec!["-".into()];
        }
        options.operands.clone()
    }

    /// Reads all inputs one after another.
    fn all_input(&mut self, options: &Options) -> Step<Vec<u8>> {
        let mut all = Vec::new();
        for path in self.inputs(options) {
            if let Some(bytes) = self.input(&path)? {
                all.extend_from_slice(&bytes);
            }
        }
        Ok(all)
    }

    pub fn cat(&mut self) -> Step {
        let options = self.options("u", "", &[])?;
        for path in self.inputs(&options) {
            if let (Ok(node), Some(Stream::File(output))) = (
                self.machine.fs.find(self.start.cwd.node, &path),
                self.start.descriptors.get(1),
            ) && path != "-"
                && output.borrow().node == node
            {
                return Err(self.unsupported("reading the file that is written"));
            }
            if let Some(bytes) = self.input(&path)? {
                self.print(&bytes)?;
            }
        }
        Ok(())
    }

    pub fn tac(&mut self) -> Step {
        let options = self.options("", "", &[])?;
        for path in self.inputs(&options) {
            let Some(bytes) = self.input(&path)? else {
                continue;
            };
            let reversed: Vec<&[u8]> = lines(&bytes).collect();
            let text = reversed.into_iter().rev().collect::<Vec<_>>().concat();
            self.print(&text)?;
        }
        Ok(())
    }

    pub fn basename(&mut self) -> Step {
        let options = self.options("a", "s", &[("multiple", b'a'), ("suffix", b's')])?;
        let several = options.has(b'a') || options.has(b's');
        let (names, suffix) = match options.operands.as_slice() {
            names if several => (names, options.value(b's').cloned()),
            [name] => (std::slice::from_ref(name), None),
            [name, suffix] => (std::slice::from_ref(name), Some(suffix.clone())),
            _ => return Err(self.unsupported("this number of operands")),
        };
        for name in names {
            let trimmed = name.trim_end_with(|c| c == '/');
            let mut base = trimmed.rsplit_str("/").next().unwrap_or_default();
            if trimmed.is_empty() && !name.is_empty() {
                base = b"/";
            }
            if let Some(suffix) = &suffix
                && base != suffix.as_slice()
            {
                base = base.strip_suffix(suffix.as_slice()).unwrap_or(base);
            }
            self.print(&[base, b"\n"].concat())?;
        }
        Ok(())
    }

    pub fn dirname(&mut self) -> Step {
        let options = self.options("", "", &[])?;
        if options.operands.is_empty() {
            return Err(self.unsupported("this number of operands"));
        }
        for name in &options.operands {
            let trimmed = name.trim_end_with(|c| c == '/');
            let directory = match trimmed.rfind_byte(b'/') {
                Some(end) => match trimmed[..end].trim_end_with(|c| c == '/') {
                    b"" => b"/",
                    directory => directory,
                },
                None if trimmed.is_empty() && !name.is_empty() => b"/",
                None => b".",
            };
            self.print(&[directory, b"\n"].concat())?;
        }
        Ok(())
    }

    pub fn env(&mut self) -> Step {
        let arguments = std::mem::take(&mut self.start.arguments);
        let mut rest = &arguments[1..];
        if let [option, after @ ..] = rest
            && (option == "-i" || option == "-")
        {
            self.start.environment.clear();
            rest = after;
        }
        while let [first, after @ ..] = rest {
            if first.starts_with(b"-") {
                return Err(self.unsupported(&format!("the option {first}")));
            }
            let Some((name, value)) = first.split_once_str("=") else {
                break;
            };
            if !is_name(name) {
                return Err(self.unsupported("such a variable"));
            }
            let environment = &mut self.start.environment;
            match environment.iter_mut().find(|(known, _)| known == name) {
                Some(variable) => variable.1 = value.into(),
                None => environment.push((name.into(), value.into())),
            }
            rest = after;
        }
        let Some(program) = rest.first() else {
            let environment = self.start.environment.clone();
            for (name, value) in environment {
                self.print(&[name.as_slice(), b"=", value.as_slice(), b"\n"].concat())?;
            }
            return Ok(());
        };
        let path = match self
            .start
            .environment
            .iter()
            .find(|(name, _)| name == "PATH")
        {
            Some((_, path)) => path.clone(),
            None => return Err(self.unsupported("no PATH")),
        };
        let mut candidates = vec![program.clone()];
        if !program.contains(&b'/') {
            candidates = path
                .split_str(":")
                .map(|directory| [directory, b"/", program.as_slice()].concat().into())
                .collect();
        }
        for candidate in candidates {
            let start = Start {
                arguments: rest.to_vec(),
                ..self.start.clone()
            };
            self.machine.enter()?;
            if let Launched::Ended(status) = execute(self.machine, candidate.as_bstr(), start)? {
                self.machine.leave();
                self.status = status;
                return Ok(());
            }
            self.machine.leave();
        }
        self.complain(&format!(
            "{}: No such file or directory",
            self.quoted(program.as_bstr())?
        ))?;
        self.status = 127;
        Ok(())
    }

    pub fn printenv(&mut self) -> Step {
        let options = self.options("", "", &[])?;
        let environment = self.start.environment.clone();
        if options.operands.is_empty() {
            for (name, value) in &environment {
                self.print(&[name.as_slice(), b"=", value.as_slice(), b"\n"].concat())?;
            }
        }
        for wanted in &options.operands {
            match environment.iter().find(|(name, _)| name == wanted) {
                Some((_, value)) => self.print(&[value.as_slice(), b"\n"].concat())?,
                None => self.status = 1,
            }
        }
        Ok(())
    }

    /// Turns `head -5` into `head -n 5`.
    fn old_count(&mut self) {
        if let Some(argument) = self.start.arguments.get_mut(1)
            && argument.len() > 1
            && argument.starts_with(b"-")
            && argument[1..].iter().all(u8::is_ascii_digit)
        {
            argument.insert(1, b'n');
        }
    }

    /// Reads the options of `head` and `tail`: of what, whether a part is counted in lines, and how much is wanted.
    fn part(&mut self) -> Step<(Vec<BString>, bool, BString)> {
        self.old_count();
        let options = self.options(
            "q",
            "nc",
            &[("lines", b'n'), ("bytes", b'c'), ("quiet", b'q')],
        )?;
        let inputs = self.inputs(&options);
        if inputs.len() > 1 && !options.has(b'q') {
            return Err(self.unsupported("headings"));
        }
        let letter = options.last_of(b"nc").unwrap_or(b'n');
        let value = options
            .value(letter)
            .cloned()
            .unwrap_or_else(|| "10".into());
        Ok((inputs, letter == b'n', value))
    }

    pub fn head(&mut self) -> Step {
        let (inputs, by_lines, value) = self.part()?;
        let (all_but, value) = match value.strip_prefix(b"-") {
            Some(value) => (true, value.into()),
            None => (false, value),
        };
        let count = self.count(&value)?;
        for path in inputs {
            let Some(bytes) = self.input(&path)? else {
                continue;
            };
            let take = if all_but {
                units(&bytes, by_lines).saturating_sub(count)
            } else {
                count
            };
            self.print(&bytes[..offset(&bytes, by_lines, take)])?;
        }
        Ok(())
    }

    pub fn tail(&mut self) -> Step {
        let (inputs, by_lines, value) = self.part()?;
        let (from, value) = match value.strip_prefix(b"+") {
            Some(value) => (true, value.into()),
            None => (
                false,
                value
                    .strip_prefix(b"-")
                    .map_or_else(|| value.clone(), BString::from),
            ),
        };
        let count = self.count(&value)?;
        for path in inputs {
            let Some(bytes) = self.input(&path)? else {
                continue;
            };
            let skip = if from {
                count.saturating_sub(1)
            } else {
                units(&bytes, by_lines).saturating_sub(count)
            };
            self.print(&bytes[offset(&bytes, by_lines, skip)..])?;
        }
        Ok(())
    }

    pub fn wc(&mut self) -> Step {
        let options = self.options(
            "lwc",
            "",
            &[("lines", b'l'), ("words", b'w'), ("bytes", b'c')],
        )?;
        let single = ["l", "w", "c"]
            .iter()
            .filter(|it| options.has(it.as_bytes()[0]))
            .count()
            == 1;
        if !single {
            return Err(self.unsupported("columns"));
        }
        if options.operands.len() > 1 {
            return Err(self.unsupported("several files"));
        }
        for path in self.inputs(&options) {
            let Some(bytes) = self.input(&path)? else {
                continue;
            };
            let count = if options.has(b'l') {
                bytes.iter().filter(|&&byte| byte == b'\n').count()
            } else if options.has(b'w') {
                bytes
                    .split(|&byte| in_class(b"space", byte))
                    .filter(|word| !word.is_empty())
                    .count()
            } else {
                bytes.len()
            };
            let mut text = count.to_string().into_bytes();
            if options.operands.is_empty() {
                text.push(b'\n');
            } else {
                text.push(b' ');
                text.extend_from_slice(&path);
                text.push(b'\n');
            }
            self.print(&text)?;
        }
        Ok(())
    }

    pub fn sort(&mut self) -> Step {
        let options = self.options("rnu", "o", &[("reverse", b'r'), ("unique", b'u')])?;
        let text = self.all_input(&options)?;
        if self.status != 0 {
            return Ok(());
        }
        let mut rows: Vec<&[u8]> = lines(&text)
            .map(|line| line.strip_suffix(b"\n").unwrap_or(line))
            .collect();
        self.machine.spend(text.len())?;
        if options.has(b'n') {
            order::sort_by(&mut rows, |one, other| {
                let by_number = decimal(one).cmp(&decimal(other));
                // Lines with equal numbers are ordered by bytes, unless only one of them stays.
                if options.has(b'u') {
                    by_number
                } else {
                    by_number.then_with(|| one.cmp(other))
                }
            });
            if options.has(b'u') {
                rows.dedup_by(|one, other| decimal(one) == decimal(other));
            }
        } else {
            order::sort_by(&mut rows, Ord::cmp);
            if options.has(b'u') {
                rows.dedup();
            }
        }
        if options.has(b'r') {
            rows.reverse();
        }
        let mut sorted = Vec::with_capacity(text.len() + 1);
        for row in rows {
            sorted.extend_from_slice(row);
            sorted.push(b'\n');
        }
        match options.value(b'o').cloned() {
            None => self.print(&sorted),
            Some(_) => Err(self.unsupported("the option -o")),
        }
    }

    pub fn uniq(&mut self) -> Step {
        let options = self.options("cdu", "", &[])?;
        if options.operands.len() > 1 {
            return Err(self.unsupported("an output file"));
        }
        let text = self.all_input(&options)?;
        let rows: Vec<&[u8]> = lines(&text)
            .map(|line| line.strip_suffix(b"\n").unwrap_or(line))
            .collect();
        let mut output = Vec::new();
        for group in rows.chunk_by(|one, other| one == other) {
            if (options.has(b'd') && group.len() == 1) || (options.has(b'u') && group.len() > 1) {
                continue;
            }
            if options.has(b'c') {
                output.extend_from_slice(format!("{:>7} ", group.len()).as_bytes());
            }
            output.extend_from_slice(group[0]);
            output.push(b'\n');
        }
        self.print(&output)
    }

    pub fn tee(&mut self) -> Step {
        let options = self.options("a", "", &[("append", b'a')])?;
        let text = self.all_input(&Options::default())?;
        for path in &options.operands {
            let append = options.has(b'a');
            let opened = self.machine.open_to_write(
                self.start.cwd.node,
                path,
                append,
                !append,
                false,
                self.start.umask,
            );
            match opened {
                Ok(stream) => {
                    // It was opened for writing.
                    let _ = self.machine.write(Some(&stream), &text)?;
                }
                Err(error) => {
                    let path = self.escaped(path.as_bstr())?;
                    self.complain(&format!("{path}: {error}"))?;
                }
            }
        }
        self.print(&text)
    }

    pub fn seq(&mut self) -> Step {
        // Negative numbers look like options.
        let arguments = std::mem::take(&mut self.start.arguments);
        let mut arguments = arguments.into_iter().skip(1);
        let mut separator: BString = "\n".into();
        let mut numbers: Vec<i64> = Vec::new();
        while let Some(argument) = arguments.next() {
            match argument.strip_prefix(b"-s") {
                Some(b"") => separator = arguments.next().unwrap_or_default(),
                Some(value) => separator = value.into(),
                None => match argument.to_str().ok().and_then(|text| text.parse().ok()) {
                    Some(number) if !argument.starts_with(b"+") => numbers.push(number),
                    _ => return Err(self.unsupported("such a number")),
                },
            }
        }
        let (first, step, last) = match *numbers.as_slice() {
            [last] => (1, 1, last),
            [first, last] => (first, 1, last),
            [first, step, last] if step != 0 => (first, step, last),
            _ => return Err(self.unsupported("this number of operands")),
        };
        let mut text = Vec::new();
        let mut next = first;
        while (step > 0 && next <= last) || (step < 0 && next >= last) {
            self.machine.step()?;
            if next != first {
                text.extend_from_slice(&separator);
            }
            text.extend_from_slice(next.to_string().as_bytes());
            match next.checked_add(step) {
                Some(sum) => next = sum,
                None => break,
            }
        }
        if !text.is_empty() {
            text.push(b'\n');
        }
        self.print(&text)
    }

    pub fn cut(&mut self) -> Step {
        let options = self.options("s", "dfcb", &[("delimiter", b'd'), ("fields", b'f')])?;
        let letter = options.last_of(b"fcb").unwrap_or(b'f');
        let Some(list) = options.value(letter) else {
            return Err(self.unsupported("no list"));
        };
        let ranges = self.ranges(list)?;
        let wanted = |index: usize| {
            ranges
                .iter()
                .any(|&(low, high)| (low..=high).contains(&index))
        };
        let delimiter = match options.value(b'd').map(|value| value.as_slice()) {
            None => b'\t',
            Some(&[byte]) => byte,
            Some(_) => return Err(self.unsupported("such a delimiter")),
        };
        let mut output = Vec::new();
        for path in self.inputs(&options) {
            let Some(text) = self.input(&path)? else {
                continue;
            };
            for line in lines(&text) {
                self.machine.step()?;
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                if letter != b'f' {
                    output.extend(
                        line.iter()
                            .enumerate()
                            .filter(|(index, _)| wanted(index + 1))
                            .map(|(_, &byte)| byte),
                    );
                } else if line.contains(&delimiter) {
                    let fields: Vec<&[u8]> = line
                        .split(|&byte| byte == delimiter)
                        .enumerate()
                        .filter(|(index, _)| wanted(index + 1))
                        .map(|(_, field)| field)
                        .collect();
                    output.extend_from_slice(&fields.join(&delimiter));
                } else if options.has(b's') {
                    continue;
                } else {
                    output.extend_from_slice(line);
                }
                output.push(b'\n');
            }
        }
        self.print(&output)
    }

    fn ranges(&self, list: &BString) -> Step<Vec<(usize, usize)>> {
        let mut ranges = Vec::new();
        for range in list.split_str(",") {
            let (low, high) = range.split_once_str("-").unwrap_or((range, range));
            let low = if low.is_empty() {
                1
            } else {
                self.count(&low.into())?
            };
            let high = if high.is_empty() {
                usize::MAX
            } else {
                self.count(&high.into())?
            };
            if low == 0 || high < low {
                return Err(self.unsupported("such a list"));
            }
            ranges.push((low, high));
        }
        Ok(ranges)
    }

    pub fn tr(&mut self) -> Step {
        let options = self.options(
            "dscC",
            "",
            &[
                ("delete", b'd'),
                ("squeeze-repeats", b's'),
                ("complement", b'c'),
            ],
        )?;
        let (delete, squeeze) = (options.has(b'd'), options.has(b's'));
        let (one, two) = match options.operands.as_slice() {
            [one] if delete != squeeze => (one, None),
            [one, two] if !delete => (one, Some(two)),
            _ => return Err(self.unsupported("this number of operands")),
        };
        let mut from = self.set(one)?;
        if options.has(b'c') || options.has(b'C') {
            from = (0..=255).filter(|byte| !from.contains(byte)).collect();
        }
        let mut to = match two {
            Some(two) => self.set(two)?,
            None => Vec::new(),
        };
        if two.is_some() {
            let Some(&last) = to.last() else {
                return Err(self.unsupported("an empty set"));
            };
            to.resize(to.len().max(from.len()), last);
        }
        let text = self.all_input(&Options::default())?;
        let squeezed = if two.is_some() { &to } else { &from };
        let mut output: Vec<u8> = Vec::with_capacity(text.len());
        for byte in text {
            // The last mention of a byte counts.
            let index = from.iter().rposition(|&it| it == byte);
            let byte = match index {
                Some(_) if delete => continue,
                Some(index) if two.is_some() => to[index],
                _ => byte,
            };
            if squeeze && output.last() == Some(&byte) && squeezed.contains(&byte) {
                continue;
            }
            output.push(byte);
        }
        self.print(&output)
    }

    /// Reads a set of bytes: ranges, classes, escapes.
    fn set(&self, text: &BString) -> Step<Vec<u8>> {
        let mut set = Vec::new();
        let mut rest = text.as_slice();
        while let Some(&first) = rest.first() {
            if let Some(class) = rest.strip_prefix(b"[:") {
                let Some(end) = class.find(b":]") else {
                    return Err(self.unsupported("such a set"));
                };
                let name = &class[..end];
                if !matches!(
                    name,
                    b"alpha"
                        | b"digit"
                        | b"alnum"
                        | b"upper"
                        | b"lower"
                        | b"space"
                        | b"blank"
                        | b"punct"
                ) {
                    return Err(self.unsupported("such a class"));
                }
                set.extend((0..=255).filter(|&byte| in_class(name, byte)));
                rest = &class[end + 2..];
                continue;
            }
            if rest.starts_with(b"[=")
                || (first == b'[' && rest.contains(&b'*') && rest.contains(&b']'))
            {
                return Err(self.unsupported("such a set"));
            }
            let low = self.set_byte(&mut rest)?;
            if rest.first() == Some(&b'-') && rest.len() > 1 {
                rest = &rest[1..];
                let high = self.set_byte(&mut rest)?;
                if high < low {
                    return Err(self.unsupported("such a range"));
                }
                set.extend(low..=high);
            } else {
                set.push(low);
            }
        }
        Ok(set)
    }

    fn set_byte(&self, rest: &mut &[u8]) -> Step<u8> {
        let (byte, length) = match **rest {
            [b'\\', b'n', ..] => (b'\n', 2),
            [b'\\', b't', ..] => (b'\t', 2),
            [b'\\', b'r', ..] => (b'\r', 2),
            [b'\\', byte @ (b'\\' | b'-' | b'[' | b']'), ..] => (byte, 2),
            [b'\\', ..] => return Err(self.unsupported("such an escape")),
            [byte, ..] => (byte, 1),
            [] => return Err(self.unsupported("such a set")),
        };
        *rest = &rest[length..];
        Ok(byte)
    }
}

/// Number of lines, or of bytes.
fn units(bytes: &[u8], by_lines: bool) -> usize {
    if by_lines {
        lines(bytes).count()
    } else {
        bytes.len()
    }
}

/// Offset behind the first lines, or bytes.
fn offset(bytes: &[u8], by_lines: bool, count: usize) -> usize {
    if by_lines {
        lines(bytes).take(count).map(<[u8]>::len).sum()
    } else {
        count.min(bytes.len())
    }
}

/// Sign, distance from zero of negative numbers, length and digits of the whole part, digits of the fraction.
type Decimal = (
    i8,
    std::cmp::Reverse<(usize, Vec<u8>)>,
    usize,
    Vec<u8>,
    Vec<u8>,
);

/// The number that a line begins with, in a form that is ordered like it: negative ones by their distance from zero.
fn decimal(line: &[u8]) -> Decimal {
    let text = line.trim_with(|c| c == ' ' || c == '\t');
    let (negative, text) = match text.strip_prefix(b"-") {
        Some(text) => (true, text),
        None => (false, text),
    };
    let digits: Vec<u8> = text
        .iter()
        .copied()
        .take_while(u8::is_ascii_digit)
        .skip_while(|&byte| byte == b'0')
        .collect();
    let whole = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut fraction: Vec<u8> = match text[whole..].strip_prefix(b".") {
        Some(rest) => rest
            .iter()
            .copied()
            .take_while(u8::is_ascii_digit)
            .collect(),
        None => Vec::new(),
    };
    while fraction.last() == Some(&b'0') {
        fraction.pop();
    }
    let none = std::cmp::Reverse((0, Vec::new()));
    if digits.is_empty() && fraction.is_empty() {
        return (0, none, 0, Vec::new(), Vec::new());
    }
    if negative {
        let mut all = digits.clone();
        all.extend_from_slice(&fraction);
        return (
            -1,
            std::cmp::Reverse((digits.len(), all)),
            0,
            Vec::new(),
            Vec::new(),
        );
    }
    (1, none, digits.len(), digits, fraction)
}
