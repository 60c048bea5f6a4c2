//! POSIX regular expressions, basic and extended, with GNU's additions, in the locale `C`: leftmost, then longest.
//!
//! All ways through the expression are followed at once, so the time is bounded by text times expression.

use crate::machine::Step;
use crate::shell::pattern::in_class;

use super::Process;

/// Most instructions of one expression.
const MAX_PROGRAM: usize = 2_000;

/// Deepest nesting of groups.
const MAX_GROUPS: usize = 32;

#[derive(Clone, Debug)]
enum Instruction {
    Set(Box<[u64; 4]>),
    Start,
    End,
    Save(usize),
    /// Goes on at both places; the first one counts more.
    Split(usize, usize),
    Jump(usize),
    Match,
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Regex {
    program: Vec<Instruction>,
    groups: usize,
    /// Whether POSIX may choose other groups than this matcher: with alternatives, or repeated groups.
    pub ambiguous: bool,
}

/// Start and end of the match and of each group; `usize::MAX` where there is none.
pub type Slots = Vec<usize>;

struct Compiler<'t> {
    text: &'t [u8],
    position: usize,
    extended: bool,
    ignore_case: bool,
    program: Vec<Instruction>,
    groups: usize,
    depth: usize,
    ambiguous: bool,
}

impl Process<'_, '_> {
    /// Compiles an expression; one that is not understood gives the build up.
    pub fn regex(&mut self, text: &[u8], extended: bool, ignore_case: bool) -> Step<Regex> {
        let mut compiler = Compiler {
            text,
            position: 0,
            extended,
            ignore_case,
            program: vec![Instruction::Save(0)],
            groups: 0,
            depth: 0,
            ambiguous: false,
        };
        if compiler.alternatives().is_none() || compiler.position < text.len() {
            return Err(self.unsupported("such a regular expression"));
        }
        compiler.program.push(Instruction::Save(1));
        compiler.program.push(Instruction::Match);
        Ok(Regex {
            program: compiler.program,
            groups: compiler.groups,
            ambiguous: compiler.ambiguous,
        })
    }

    /// Finds the leftmost longest match that starts at `from` or later.
    pub fn find(&mut self, regex: &Regex, text: &[u8], from: usize) -> Step<Option<Slots>> {
        self.machine
            .spend((text.len() - from).saturating_mul(regex.program.len()) / 16)?;
        Ok(regex.find(text, from))
    }
}

impl Compiler<'_> {
    fn looking_at(&self, text: &[u8]) -> bool {
        self.text[self.position..].starts_with(text)
    }

    /// Passes over an operator, which has a backslash in basic expressions.
    fn operator(&mut self, byte: u8) -> bool {
        let found = if self.extended {
            self.looking_at(&[byte])
        } else {
            self.looking_at(&[b'\\', byte])
        };
        if found {
            self.position += if self.extended { 1 } else { 2 };
        }
        found
    }

    fn at_operator(&self, byte: u8) -> bool {
        if self.extended {
            self.looking_at(&[byte])
        } else {
            self.looking_at(&[b'\\', byte])
        }
    }

    fn alternatives(&mut self) -> Option<()> {
        let start = self.program.len();
        self.sequence()?;
        while self.operator(b'|') {
            self.ambiguous = true;
            // The split in front of what is there moves it by one.
            self.insert(start, Instruction::Split(start + 1, self.program.len() + 2));
            let jump = self.program.len();
            self.program.push(Instruction::Jump(0));
            let second = self.program.len();
            self.sequence()?;
            // A third alternative becomes one of the second.
            if self.at_operator(b'|') {
                return None;
            }
            self.program[start] = Instruction::Split(start + 1, second);
            self.program[jump] = Instruction::Jump(self.program.len());
        }
        Some(())
    }

    /// Inserts an instruction and moves the targets behind it.
    fn insert(&mut self, at: usize, instruction: Instruction) {
        for other in &mut self.program[at..] {
            match other {
                Instruction::Split(one, two) => {
                    *one += 1;
                    *two += 1;
                }
                Instruction::Jump(target) => *target += 1,
                _ => {}
            }
        }
        self.program.insert(at, instruction);
    }

    fn sequence(&mut self) -> Option<()> {
        let mut first = true;
        while self.position < self.text.len() && !self.at_operator(b'|') {
            if self.depth > 0 && self.at_operator(b')') {
                break;
            }
            self.repeated(first)?;
            first = false;
            if self.program.len() > MAX_PROGRAM {
                return None;
            }
        }
        Some(())
    }

    fn repeated(&mut self, first: bool) -> Option<()> {
        let start = self.program.len();
        let groups = self.groups;
        let repeatable = self.atom(first)?;
        if !repeatable {
            return Some(());
        }
        let (least, most) = if self.looking_at(b"*") {
            self.position += 1;
            (0, None)
        } else if self.operator(b'+') {
            (1, None)
        } else if self.operator(b'?') {
            (0, Some(1))
        } else if self.operator(b'{') {
            self.bounds()?
        } else {
            return Some(());
        };
        self.ambiguous |= self.groups > groups;
        // A second operator on the same atom is rare.
        if self.looking_at(b"*") || self.at_operator(b'+') || self.at_operator(b'?') {
            return None;
        }
        let atom: Vec<Instruction> = self.program.drain(start..).collect();
        for _ in 0..least {
            self.append(&atom, start)?;
        }
        match most {
            None => {
                let split = self.program.len();
                self.program.push(Instruction::Jump(0));
                self.append(&atom, start)?;
                self.program.push(Instruction::Jump(split));
                self.program[split] = Instruction::Split(split + 1, self.program.len());
            }
            Some(most) => {
                let mut splits = Vec::new();
                for _ in least..most {
                    splits.push(self.program.len());
                    self.program.push(Instruction::Jump(0));
                    self.append(&atom, start)?;
                }
                for split in splits {
                    self.program[split] = Instruction::Split(split + 1, self.program.len());
                }
            }
        }
        Some(())
    }

    /// Appends a copy of instructions that stood at `origin`.
    fn append(&mut self, atom: &[Instruction], origin: usize) -> Option<()> {
        if self.program.len() + atom.len() > MAX_PROGRAM {
            return None;
        }
        let shift = self.program.len() - origin;
        self.program.extend(atom.iter().map(|it| match it {
            Instruction::Split(one, two) => Instruction::Split(one + shift, two + shift),
            Instruction::Jump(target) => Instruction::Jump(target + shift),
            other => other.clone(),
        }));
        Some(())
    }

    fn bounds(&mut self) -> Option<(usize, Option<usize>)> {
        let close: &[u8] = if self.extended { b"}" } else { b"\\}" };
        let rest = &self.text[self.position..];
        let length = rest.windows(close.len()).position(|it| it == close)?;
        let text = std::str::from_utf8(&rest[..length]).ok()?;
        self.position += length + close.len();
        let number = |text: &str| text.parse::<usize>().ok().filter(|&it| it <= 255);
        Some(match text.split_once(',') {
            None => (number(text)?, Some(number(text)?)),
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => {
                let (least, most) = (number(least)?, number(most)?);
                (least <= most).then_some((least, Some(most)))?
            }
        })
    }

    /// Reads one atom; tells whether it can be repeated.
    fn atom(&mut self, first: bool) -> Option<bool> {
        if self.operator(b'(') {
            if self.depth >= MAX_GROUPS {
                return None;
            }
            self.depth += 1;
            self.groups += 1;
            let group = self.groups;
            self.program.push(Instruction::Save(group * 2));
            self.alternatives()?;
            if !self.operator(b')') {
                return None;
            }
            self.program.push(Instruction::Save(group * 2 + 1));
            self.depth -= 1;
            return Some(true);
        }
        let byte = *self.text.get(self.position)?;
        self.position += 1;
        match byte {
            b'^' if first || self.extended => self.program.push(Instruction::Start),
            b'$' if self.at_end() || self.extended => self.program.push(Instruction::End),
            b'*' if first && !self.extended => {
                self.literal(b'*');
                return Some(true);
            }
            b'*' => return None,
            b'+' | b'?' | b'{' if self.extended => return None,
            b'.' => {
                self.program.push(set(|_| true));
                return Some(true);
            }
            b'[' => {
                self.bracket()?;
                return Some(true);
            }
            b'\\' => {
                let next = *self.text.get(self.position)?;
                self.position += 1;
                match next {
                    b'n' => self.literal(b'\n'),
                    b't' => self.literal(b'\t'),
                    b'w' => self
                        .program
                        .push(set(|it| it.is_ascii_alphanumeric() || it == b'_')),
                    b's' => self.program.push(set(|it| in_class(b"space", it))),
                    _ if next.is_ascii_punctuation() && !b"<>`'{".contains(&next) => {
                        self.literal(next);
                    }
                    _ => return None,
                }
                return Some(true);
            }
            byte => {
                self.literal(byte);
                return Some(true);
            }
        }
        // An anchor that is repeated means other things elsewhere.
        (!self.looking_at(b"*")).then_some(false)
    }

    fn at_end(&self) -> bool {
        self.position == self.text.len() || self.at_operator(b')') || self.at_operator(b'|')
    }

    fn literal(&mut self, byte: u8) {
        let ignore_case = self.ignore_case;
        self.program.push(set(|it| {
            it == byte || (ignore_case && it.eq_ignore_ascii_case(&byte))
        }));
    }

    fn bracket(&mut self) -> Option<()> {
        let mut position = self.position;
        let negated = self.text.get(position) == Some(&b'^');
        if negated {
            position += 1;
        }
        let start = position;
        let mut members = [false; 256];
        loop {
            let rest = &self.text[position..];
            match *rest {
                [b']', ..] if position > start => break,
                [b'[', b':', ..] => {
                    let length = rest[2..].windows(2).position(|it| it == b":]")?;
                    let class = &rest[2..2 + length];
                    for byte in 0..=255_u8 {
                        members[usize::from(byte)] |= in_class(class, byte);
                    }
                    position += length + 4;
                }
                [b'[', b'.' | b'=', ..] => return None,
                [low, b'-', high, ..] if high != b']' => {
                    if high < low || high == b'[' {
                        return None;
                    }
                    for byte in low..=high {
                        members[usize::from(byte)] = true;
                    }
                    position += 3;
                }
                // GNU sed reads escapes here, others do not.
                [b'\\', b'n' | b't' | b']' | b'\\', ..] => return None,
                [byte, ..] => {
                    members[usize::from(byte)] = true;
                    position += 1;
                }
                [] => return None,
            }
        }
        self.position = position + 1;
        let ignore_case = self.ignore_case;
        self.program.push(set(|it| {
            let found = members[usize::from(it)]
                || (ignore_case
                    && (members[usize::from(it.to_ascii_lowercase())]
                        || members[usize::from(it.to_ascii_uppercase())]));
            found != negated
        }));
        Some(())
    }
}

fn set(contains: impl Fn(u8) -> bool) -> Instruction {
    let mut bits = Box::new([0; 4]);
    for byte in 0..=255_u8 {
        if contains(byte) {
            bits[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
    }
    Instruction::Set(bits)
}

/// Ways through the expression that are open at one position, the preferred one first.
#[derive(Default)]
struct Threads {
    list: Vec<(usize, Slots)>,
    seen: Vec<bool>,
}

impl Regex {
    /// Tells whether the expression has so many groups.
    pub const fn has_group(&self, group: usize) -> bool {
        group <= self.groups
    }

    fn find(&self, text: &[u8], from: usize) -> Option<Slots> {
        let mut current = Threads::default();
        let mut next = Threads::default();
        let mut best: Option<Slots> = None;
        let mut position = from;
        current.seen.resize(self.program.len(), false);
        next.seen.resize(self.program.len(), false);
        loop {
            if best.is_none() {
                let slots = vec![usize::MAX; (self.groups + 1) * 2];
                self.follow(0, slots, text, position, &mut current);
            }
            for (at, slots) in std::mem::take(&mut current.list) {
                match &self.program[at] {
                    Instruction::Match => {
                        let better = best
                            .as_ref()
                            .is_none_or(|best| slots[0] == best[0] && slots[1] > best[1]);
                        if better {
                            best = Some(slots);
                        }
                    }
                    Instruction::Set(bits) => {
                        if let Some(&byte) = text.get(position)
                            && bits[usize::from(byte >> 6)] & (1 << (byte & 63)) != 0
                            && best.as_ref().is_none_or(|best| slots[0] <= best[0])
                        {
                            self.follow(at + 1, slots, text, position + 1, &mut next);
                        }
                    }
                    _ => {}
                }
            }
            current.seen.fill(false);
            std::mem::swap(&mut current, &mut next);
            if position >= text.len() || (best.is_some() && current.list.is_empty()) {
                return best;
            }
            position += 1;
        }
    }

    /// Follows everything that needs no byte.
    fn follow(&self, at: usize, slots: Slots, text: &[u8], position: usize, threads: &mut Threads) {
        let mut stack = vec![(at, slots)];
        while let Some((at, mut slots)) = stack.pop() {
            if std::mem::replace(&mut threads.seen[at], true) {
                continue;
            }
            match &self.program[at] {
                Instruction::Jump(target) => stack.push((*target, slots)),
                Instruction::Split(one, two) => {
                    stack.push((*two, slots.clone()));
                    stack.push((*one, slots));
                }
                Instruction::Save(slot) => {
                    slots[*slot] = position;
                    stack.push((at + 1, slots));
                }
                Instruction::Start if position == 0 => stack.push((at + 1, slots)),
                Instruction::End if position == text.len() => stack.push((at + 1, slots)),
                Instruction::Start | Instruction::End => {}
                Instruction::Set(_) | Instruction::Match => threads.list.push((at, slots)),
            }
        }
    }
}
