//! From a pattern to an automaton, state by state as the reference builds it, so that its limit of states is met too.

use super::PatternError;
use super::PatternError::{Invalid, TooLarge};
use super::program::{Action, NONE, Node, NodeId, Program};
use super::{bracket, cycles};
use drvlab_store::HashedMap;

/// More states than this are an error (`_GLIBCXX_REGEX_STATE_LIMIT`).
const MAX_STATES: usize = 100_000;

/// Characters that may follow a backslash.
const SPECIAL: &[u8] = b".[\\()*+?{|^$";

/// Compiles a pattern.
///
/// # Errors
/// See [`PatternError`].
#[inline]
pub(super) fn compile(pattern: &[u8]) -> Result<Program, PatternError> {
    let program = Program {
        nodes: Vec::new(),
        sets: Vec::new(),
        start: 0,
        groups: 1,
        has_line_start: false,
        first_bytes: None,
        lookaheads: Vec::new(),
    };
    let mut compiler = Compiler {
        pattern,
        at: 0,
        program,
    };
    compiler.run()?;
    let mut program = compiler.program;
    cycles::find(&mut program.nodes);
    program.first_bytes = program.find_first_bytes();
    program.lookaheads = super::lookahead::find(&mut program);
    Ok(program)
}

/// A part of the automaton whose last node has no successor yet.
#[derive(Clone, Copy)]
struct Fragment {
    start: NodeId,
    end: NodeId,
}

/// A group that is being read.
struct Open {
    /// The node that starts it.
    start: Fragment,
    index: u32,
    /// The alternatives before the last `|`.
    before: Option<Fragment>,
    /// What has been read of the current alternative.
    current: Option<Fragment>,
}

struct Compiler<'a> {
    pattern: &'a [u8],
    at: usize,
    program: Program,
}

impl Compiler<'_> {
    #[inline]
    fn run(&mut self) -> Result<(), PatternError> {
        let mut outer = Vec::new();
        let mut open = self.open(0)?;
        self.program.start = open.start.start;
        while let Some(&byte) = self.pattern.get(self.at) {
            self.at += 1;
            match byte {
                b'|' => {
                    let finished = self.alternatives(&mut open)?;
                    open.before = Some(finished);
                }
                b'(' => {
                    let index = self.program.groups as u32;
                    self.program.groups += 1;
                    let inner = self.open(index)?;
                    outer.push(std::mem::replace(&mut open, inner));
                }
                b')' => {
                    let parent = outer.pop().ok_or(Invalid)?;
                    let group = self.close(&mut open)?;
                    open = parent;
                    self.quantified(&mut open, group)?;
                }
                b'^' | b'$' => {
                    let action = if byte == b'^' {
                        Action::LineStart
                    } else {
                        Action::LineEnd
                    };
                    self.program.has_line_start |= byte == b'^';
                    let assertion = self.single(action)?;
                    self.append_to(&mut open.current, assertion);
                }
                b'*' | b'+' | b'?' | b'{' => return Err(Invalid),
                _ => {
                    let action = self.atom(byte)?;
                    let atom = self.single(action)?;
                    self.quantified(&mut open, atom)?;
                }
            }
        }
        if !outer.is_empty() {
            return Err(Invalid);
        }
        let whole = self.close(&mut open)?;
        let accept = self.single(Action::Accept)?;
        self.append(whole, accept);
        Ok(())
    }

    /// Reads what stands for one byte.
    #[inline]
    fn atom(&mut self, byte: u8) -> Result<Action, PatternError> {
        match byte {
            b'.' => Ok(Action::Any),
            b'[' => {
                let (set, end) = bracket::parse(self.pattern, self.at)?;
                self.at = end;
                self.program.sets.push(set);
                Ok(Action::Set(self.program.sets.len() as u32 - 1))
            }
            b'\\' => {
                let escaped = *self
                    .pattern
                    .get(self.at)
                    .filter(|byte| SPECIAL.contains(byte))
                    .ok_or(Invalid)?;
                self.at += 1;
                Ok(Action::Byte(escaped))
            }
            _ => Ok(Action::Byte(byte)),
        }
    }

    #[inline]
    fn open(&mut self, index: u32) -> Result<Open, PatternError> {
        Ok(Open {
            start: self.single(Action::GroupStart(index))?,
            index,
            before: None,
            current: None,
        })
    }

    /// Ends a group.
    #[inline]
    fn close(&mut self, open: &mut Open) -> Result<Fragment, PatternError> {
        let inside = self.alternatives(open)?;
        let end = self.single(Action::GroupEnd(open.index))?;
        let group = self.append(open.start, inside);
        Ok(self.append(group, end))
    }

    /// Ends an alternative, and joins it with those before.
    #[inline]
    fn alternatives(&mut self, open: &mut Open) -> Result<Fragment, PatternError> {
        let end = self.single(Action::Skip)?;
        self.append_to(&mut open.current, end);
        let current = open.current.take().unwrap_or(end);
        let Some(before) = open.before.take() else {
            return Ok(current);
        };
        let end = self.single(Action::Skip)?;
        self.append(before, end);
        self.append(current, end);
        let either = self.branch(Action::Either, before.start, current.start)?;
        Ok(Fragment {
            start: either,
            end: end.end,
        })
    }

    /// Appends an atom with the quantifiers that follow it.
    #[inline]
    fn quantified(&mut self, open: &mut Open, atom: Fragment) -> Result<(), PatternError> {
        let mut fragment = atom;
        while let Some(&byte) = self.pattern.get(self.at) {
            fragment = match byte {
                b'*' => {
                    let repeat = self.branch(Action::Repeat, fragment.start, NONE)?;
                    let repeat = Fragment {
                        start: repeat,
                        end: repeat,
                    };
                    self.append(fragment, repeat);
                    repeat
                }
                b'+' => {
                    let repeat = self.branch(Action::Repeat, fragment.start, NONE)?;
                    self.append(
                        fragment,
                        Fragment {
                            start: repeat,
                            end: repeat,
                        },
                    )
                }
                b'?' => {
                    let end = self.single(Action::Skip)?;
                    let repeat = self.branch(Action::Repeat, fragment.start, end.start)?;
                    self.append(fragment, end);
                    Fragment {
                        start: repeat,
                        end: end.end,
                    }
                }
                b'{' => {
                    self.at += 1;
                    let (least, most) = self.interval()?;
                    self.repeated(fragment, least, most)?
                }
                _ => break,
            };
            if byte != b'{' {
                self.at += 1;
            }
        }
        self.append_to(&mut open.current, fragment);
        Ok(())
    }

    /// Reads what follows `{`: `n}`, `n,}` or `n,m}`.
    #[inline]
    fn interval(&mut self) -> Result<(u32, Option<u32>), PatternError> {
        let least = self.count()?.ok_or(Invalid)?;
        let mut most = Some(least);
        if self.pattern.get(self.at) == Some(&b',') {
            self.at += 1;
            most = self.count()?;
        }
        if self.pattern.get(self.at) != Some(&b'}') || most.is_some_and(|most| most < least) {
            return Err(Invalid);
        }
        self.at += 1;
        Ok((least, most))
    }

    #[inline]
    fn count(&mut self) -> Result<Option<u32>, PatternError> {
        let digits = self.pattern[self.at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if digits == 0 {
            return Ok(None);
        }
        let mut count: i32 = 0;
        for &digit in &self.pattern[self.at..self.at + digits] {
            count = count
                .checked_mul(10)
                .and_then(|count| count.checked_add(i32::from(digit - b'0')))
                .ok_or(Invalid)?;
        }
        self.at += digits;
        Ok(Some(count as u32))
    }

    /// Repeats a fragment by copying it.
    #[inline]
    fn repeated(
        &mut self,
        fragment: Fragment,
        least: u32,
        most: Option<u32>,
    ) -> Result<Fragment, PatternError> {
        let mut result = self.single(Action::Skip)?;
        for _ in 0..least {
            let copy = self.copy(fragment)?;
            result = self.append(result, copy);
        }
        let Some(most) = most else {
            let copy = self.copy(fragment)?;
            let repeat = self.branch(Action::Repeat, copy.start, NONE)?;
            let repeat = Fragment {
                start: repeat,
                end: repeat,
            };
            self.append(copy, repeat);
            return Ok(self.append(result, repeat));
        };
        let end = self.single(Action::Skip)?;
        for _ in least..most {
            let copy = self.copy(fragment)?;
            let optional = self.branch(Action::Repeat, copy.start, end.start)?;
            result = self.append(
                result,
                Fragment {
                    start: optional,
                    end: copy.end,
                },
            );
        }
        Ok(self.append(result, end))
    }

    #[inline]
    fn single(&mut self, action: Action) -> Result<Fragment, PatternError> {
        let node = self.push(Node {
            action,
            next: NONE,
            other: NONE,
            cycle: NONE,
            lookahead: NONE,
        })?;
        Ok(Fragment {
            start: node,
            end: node,
        })
    }

    #[inline]
    fn branch(
        &mut self,
        action: Action,
        other: NodeId,
        next: NodeId,
    ) -> Result<NodeId, PatternError> {
        self.push(Node {
            action,
            next,
            other,
            cycle: NONE,
            lookahead: NONE,
        })
    }

    #[inline]
    fn push(&mut self, node: Node) -> Result<NodeId, PatternError> {
        if self.program.nodes.len() >= MAX_STATES {
            return Err(TooLarge);
        }
        self.program.nodes.push(node);
        Ok(self.program.nodes.len() as NodeId - 1)
    }

    #[inline]
    fn append(&mut self, first: Fragment, second: Fragment) -> Fragment {
        self.program.nodes[first.end as usize].next = second.start;
        Fragment {
            start: first.start,
            end: second.end,
        }
    }

    #[inline]
    fn append_to(&mut self, sequence: &mut Option<Fragment>, fragment: Fragment) {
        *sequence = Some(match *sequence {
            Some(before) => self.append(before, fragment),
            None => fragment,
        });
    }

    /// Copies the nodes between the start and the end of a fragment.
    #[inline]
    fn copy(&mut self, fragment: Fragment) -> Result<Fragment, PatternError> {
        let mut copies: HashedMap<NodeId, NodeId> = HashedMap::new();
        let mut pending = vec![fragment.start];
        while let Some(id) = pending.pop() {
            if copies.contains_key(&id) {
                continue;
            }
            let node = self.program.nodes[id as usize];
            let copy = self.push(node)?;
            copies.insert(id, copy);
            if node.other != NONE {
                pending.push(node.other);
            }
            if id != fragment.end && node.next != NONE {
                pending.push(node.next);
            }
        }
        let copied = |id: NodeId| copies.get(&id).copied().unwrap_or(NONE);
        for &copy in copies.values() {
            let node = &mut self.program.nodes[copy as usize];
            (node.next, node.other) = (copied(node.next), copied(node.other));
        }
        Ok(Fragment {
            start: copied(fragment.start),
            end: copied(fragment.end),
        })
    }
}
