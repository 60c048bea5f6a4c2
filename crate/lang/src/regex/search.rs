//! The search: the reference's depth-first order with an explicit stack, and with a memory of what was found from where.
//!
//! What a search from a node at a place finds depends on nothing but how often repetitions have been entered at this place already. So
//! each choice is examined once, and afterwards the chosen way is gone again to see where the groups are.

use super::program::{Action, NONE, Node, NodeId, Program};
use super::{Group, LimitExceeded};
use rustc_hash::FxHashMap;

/// Choices that are remembered or waiting at the same time; each takes some 30 bytes.
const MAX_CHOICES: usize = 4_000_000;

/// Steps of one search over all its matches.
const MAX_STEPS: u64 = 400_000_000;

/// A repetition that has been entered this often at one place is not entered again there.
const MAX_ENTRIES: u8 = 2;

/// After so many choices that are none a place is remembered nevertheless, lest searches that start one after the other go the same
/// long way again and again.
const MAX_STRAIGHT: u32 = 64;

/// No match.
const NOWHERE: u32 = u32::MAX;

/// Where and how a match has to start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// The first byte.
    pub begin: usize,
    /// Whether `^` holds there.
    pub is_line_start: bool,
    /// Whether an empty match does not count.
    pub not_empty: bool,
}

/// A point of the search.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Place {
    node: NodeId,
    at: u32,
    entries: EntriesId,
}

/// Which way is best at a choice, and where the match ends then.
#[derive(Clone, Copy, Debug)]
struct Choice {
    end: u32,
    other: bool,
}

/// A choice that is being examined.
#[derive(Debug)]
struct Waiting {
    place: Place,
    /// What `other` gave, once it is known.
    other: Option<u32>,
}

/// A search in one text.
#[derive(Debug)]
pub(super) struct Search<'a> {
    program: &'a Program,
    text: &'a [u8],
    /// Whether a match has to end where the text ends.
    whole: bool,
    start: Start,
    /// Whether choices at the start of the match are different from choices there in other searches.
    is_special: bool,
    choices: FxHashMap<Place, Choice>,
    special_choices: FxHashMap<Place, Choice>,
    waiting: Vec<Waiting>,
    entries: EntryCounts,
    steps: u64,
    /// Where groups have started on a straight way, and where they matched.
    starts: Vec<usize>,
    groups: Vec<Group>,
}

/// How a straight way through the automaton ends.
enum Way {
    Ends(u32),
    Choice(Place),
}

impl<'a> Search<'a> {
    pub fn new(program: &'a Program, text: &'a [u8], whole: bool) -> Self {
        Search {
            program,
            text,
            whole,
            start: Start {
                begin: 0,
                is_line_start: true,
                not_empty: false,
            },
            is_special: false,
            choices: FxHashMap::default(),
            special_choices: FxHashMap::default(),
            waiting: Vec::new(),
            entries: EntryCounts::default(),
            steps: 0,
            starts: Vec::new(),
            groups: Vec::new(),
        }
    }

    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Finds the first match that starts at a place or after it.
    pub fn find(
        &mut self,
        from: usize,
        is_line_start: bool,
    ) -> Result<Option<Vec<Group>>, LimitExceeded> {
        for begin in from..=self.text.len() {
            if let Some(first) = &self.program.first_bytes
                && !self
                    .text
                    .get(begin)
                    .is_some_and(|&byte| first[usize::from(byte)])
            {
                continue;
            }
            let start = Start {
                begin,
                is_line_start: is_line_start && begin == from,
                not_empty: false,
            };
            if let Some(groups) = self.run(start)? {
                return Ok(Some(groups));
            }
        }
        Ok(None)
    }

    /// Finds the match that starts at a place.
    pub fn run(&mut self, start: Start) -> Result<Option<Vec<Group>>, LimitExceeded> {
        self.start = start;
        self.is_special = start.not_empty || (start.is_line_start && self.program.has_line_start);
        self.special_choices.clear();
        let first = Place {
            node: self.program.start,
            at: start.begin as u32,
            entries: EntriesId::NONE,
        };
        self.forget_groups();
        let end = match self.walk_to_groups(first) {
            Way::Ends(end) => end,
            Way::Choice(_) => {
                let end = self.explore(first)?;
                if end != NOWHERE {
                    self.find_groups(first);
                }
                end
            }
        };
        Ok((end != NOWHERE).then(|| self.groups.clone()))
    }

    /// Finds where the best match from a place ends.
    fn explore(&mut self, first: Place) -> Result<u32, LimitExceeded> {
        self.waiting.clear();
        let mut here = Some(first);
        loop {
            let mut end = match here.map(|place| self.walk(place)) {
                None => NOWHERE,
                Some(Way::Ends(end)) => end,
                Some(Way::Choice(place)) => match self.known(place) {
                    Some(choice) => choice.end,
                    None => {
                        if self.waiting.len() + self.choices.len() >= MAX_CHOICES
                            || self.steps > MAX_STEPS
                        {
                            return Err(LimitExceeded);
                        }
                        self.waiting.push(Waiting { place, other: None });
                        here = self.other(place);
                        continue;
                    }
                },
            };
            // Give the result to whoever waits for it, until somebody wants to try something else.
            here = loop {
                let Some(waiting) = self.waiting.last_mut() else {
                    return Ok(end);
                };
                let place = waiting.place;
                let node = self.program.nodes[place.node as usize];
                let other = match waiting.other {
                    None if end == NOWHERE || (node.action == Action::Either && !self.whole) => {
                        waiting.other = Some(end);
                        break Some(after(node, node.next, place, self.program));
                    }
                    None => true,
                    Some(found) => {
                        let is_other = found != NOWHERE && (end == NOWHERE || end <= found);
                        end = if is_other { found } else { end };
                        is_other
                    }
                };
                self.waiting.pop();
                let choice = Choice { end, other };
                if self.is_special && place.at as usize == self.start.begin {
                    self.special_choices.insert(place, choice);
                } else {
                    self.choices.insert(place, choice);
                }
            };
        }
    }

    fn known(&self, place: Place) -> Option<Choice> {
        if self.is_special && place.at as usize == self.start.begin {
            self.special_choices.get(&place).copied()
        } else {
            self.choices.get(&place).copied()
        }
    }

    /// Goes the first way of a choice, unless a repetition has been entered often enough here.
    fn other(&mut self, place: Place) -> Option<Place> {
        let node = self.program.nodes[place.node as usize];
        let mut place = place;
        let stays = self.program.nodes[node.other as usize].cycle == node.cycle;
        if node.action == Action::Repeat && stays {
            place.entries = self.entries.enter(place.entries, place.node)?;
        }
        Some(after(node, node.other, place, self.program))
    }

    /// Goes on as long as there is only one way.
    fn walk(&mut self, place: Place) -> Way {
        self.walk_with(place, |_, _| {})
    }

    fn walk_with(&mut self, mut place: Place, mut visit: impl FnMut(Action, u32)) -> Way {
        let program = self.program;
        let mut straight = 0;
        loop {
            self.steps += 1;
            let node = program.nodes[place.node as usize];
            let at = place.at as usize;
            let byte = self.text.get(at).copied();
            let holds = match node.action {
                Action::Either | Action::Repeat => {
                    straight += 1;
                    let ways = match program.lookaheads.get(node.lookahead as usize) {
                        Some(lookahead) if straight < MAX_STRAIGHT => {
                            lookahead.ways(byte, self.whole)
                        }
                        _ => return Way::Choice(place),
                    };
                    let only = match (ways.other, ways.next) {
                        (true, true) => return Way::Choice(place),
                        (true, false) => self.other(place),
                        (false, true) => Some(after(node, node.next, place, program)),
                        (false, false) => None,
                    };
                    match only {
                        Some(only) => place = only,
                        None => return Way::Ends(NOWHERE),
                    }
                    continue;
                }
                Action::Accept => {
                    let counts = (!self.whole || byte.is_none())
                        && !(self.start.not_empty && at == self.start.begin);
                    return Way::Ends(if counts { place.at } else { NOWHERE });
                }
                Action::Skip => true,
                Action::GroupStart(_) | Action::GroupEnd(_) => {
                    visit(node.action, place.at);
                    true
                }
                Action::LineStart => at == self.start.begin && self.start.is_line_start,
                Action::LineEnd => byte.is_none(),
                Action::Byte(wanted) => byte == Some(wanted),
                Action::Any => byte.is_some_and(|byte| byte != 0),
                Action::Set(set) => {
                    byte.is_some_and(|byte| program.sets[set as usize][usize::from(byte)])
                }
            };
            if !holds {
                return Way::Ends(NOWHERE);
            }
            if matches!(node.action, Action::Byte(_) | Action::Any | Action::Set(_)) {
                place = Place {
                    node: node.next,
                    at: place.at + 1,
                    entries: EntriesId::NONE,
                };
            } else {
                place = after(node, node.next, place, program);
            }
        }
    }

    fn forget_groups(&mut self) {
        self.groups.clear();
        self.groups.resize(self.program.groups, None);
        self.starts.resize(self.program.groups, 0);
    }

    /// Goes on as long as there is only one way, and notes the groups.
    fn walk_to_groups(&mut self, place: Place) -> Way {
        let mut starts = std::mem::take(&mut self.starts);
        let mut groups = std::mem::take(&mut self.groups);
        let way = self.walk_with(place, |action, at| match action {
            Action::GroupStart(group) => starts[group as usize] = at as usize,
            Action::GroupEnd(group) => {
                groups[group as usize] = Some((starts[group as usize], at as usize));
            }
            _ => {}
        });
        (self.starts, self.groups) = (starts, groups);
        way
    }

    /// Goes the way that has been chosen, and notes the groups.
    fn find_groups(&mut self, first: Place) {
        self.forget_groups();
        let mut place = first;
        loop {
            let Way::Choice(choice) = self.walk_to_groups(place) else {
                return;
            };
            let chosen = self
                .known(choice)
                .expect("every choice on the way to a match has been examined");
            let node = self.program.nodes[choice.node as usize];
            place = match chosen.other.then(|| self.other(choice)).flatten() {
                Some(place) => place,
                None => after(node, node.next, choice, self.program),
            };
        }
    }
}

/// Steps to a node without taking a byte. Entries are forgotten where they can't matter any more.
fn after(node: Node, next: NodeId, place: Place, program: &Program) -> Place {
    debug_assert_ne!(next, NONE, "a compiled pattern has no loose ends");
    let stays = program.nodes[next as usize].cycle == node.cycle;
    Place {
        node: next,
        at: place.at,
        entries: if stays {
            place.entries
        } else {
            EntriesId::NONE
        },
    }
}

/// Which repetitions have been entered at the current place of the text: an index of [`EntryCounts`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct EntriesId(u32);

impl EntriesId {
    const NONE: EntriesId = EntriesId(0);
}

/// The table of entry counts.
#[derive(Debug, Default)]
struct EntryCounts {
    /// The set at index 0, the empty one, is not stored.
    sets: Vec<Vec<(NodeId, u8)>>,
    ids: FxHashMap<Vec<(NodeId, u8)>, EntriesId>,
    entered: FxHashMap<(EntriesId, NodeId), Option<EntriesId>>,
}

impl EntryCounts {
    /// Counts one more entry, or returns `None` if there have been enough.
    fn enter(&mut self, entries: EntriesId, node: NodeId) -> Option<EntriesId> {
        if let Some(&known) = self.entered.get(&(entries, node)) {
            return known;
        }
        let result = self.enter_first_time(entries, node);
        self.entered.insert((entries, node), result);
        result
    }

    fn enter_first_time(&mut self, entries: EntriesId, node: NodeId) -> Option<EntriesId> {
        let mut set = match entries {
            EntriesId::NONE => Vec::new(),
            EntriesId(id) => self.sets[id as usize - 1].clone(),
        };
        match set.binary_search_by_key(&node, |&(node, _)| node) {
            Ok(index) if set[index].1 >= MAX_ENTRIES => return None,
            Ok(index) => set[index].1 += 1,
            Err(index) => set.insert(index, (node, 1)),
        }
        if let Some(&id) = self.ids.get(&set) {
            return Some(id);
        }
        self.sets.push(set.clone());
        let id = EntriesId(self.sets.len() as u32);
        self.ids.insert(set, id);
        Some(id)
    }
}
