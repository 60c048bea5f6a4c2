//! What differs between the own fields of two derivations that are a pair.

use drvlab_store::OrderedSet;

use bstr::{BStr, BString};
use drvlab_store::order;
use drvlab_store::{Derivation, DerivationOutput, HashedSet, StoreDir, StorePath};

use super::Change;
use super::matching::Matching;
use super::mentions::{Mentions, Target, Token};
use crate::graph::{DerivationGraph, NodeId};

/// Compares fields of derivations of two graphs.
#[derive(Clone, Copy)]
pub struct FieldComparison<'a> {
    before: &'a DerivationGraph,
    after: &'a DerivationGraph,
    matching: &'a Matching,
    store_dir: &'a StoreDir,
}

/// Two texts of a pair, compared with knowledge of what they mention.
struct Texts<'a> {
    matching: &'a Matching,
    store_dir: &'a StoreDir,
    before: Mentions<'a>,
    after: Mentions<'a>,
}

impl Texts<'_> {
    fn same(&self, before: &[u8], after: &[u8]) -> bool {
        if before == after {
            return true;
        }
        let (before, old) = self.apart(self.before.tokens(before));
        let (after, new) = self.apart(self.after.tokens(after));
        let same = |((old_place, old), (new_place, new)): (&(usize, _), &(usize, _))| {
            old_place == new_place && self.same_target(*old, *new)
        };
        before == after && old.len() == new.len() && old.iter().zip(&new).all(same)
    }

    /// Returns ordinary text, and where in it what is mentioned. A placeholder counts as a path, so that it is the same input whether its
    /// path is known or not.
    fn apart<'t>(&self, tokens: Vec<Token<'_, 't>>) -> (Vec<u8>, Vec<(usize, Target<'t>)>) {
        let mut text = Vec::new();
        let mut targets = Vec::new();
        for token in tokens {
            match token {
                Token::Text(ordinary) => text.extend_from_slice(ordinary),
                Token::Mention(target) => targets.push((text.len(), target)),
                Token::Placeholder(target) => {
                    text.extend_from_slice(self.store_dir.as_str().as_bytes());
                    text.push(b'/');
                    targets.push((text.len(), target));
                }
            }
        }
        (text, targets)
    }

    fn same_target(&self, before: Target<'_>, after: Target<'_>) -> bool {
        let paired = |before, after| self.matching.after(before) == Some(after);
        match (before, after) {
            (Target::Output(before, old), Target::Output(after, new)) => {
                paired(before, after) && old == new
            }
            (Target::Derivation(before), Target::Derivation(after)) => paired(before, after),
            // Changed sources are reported as such, not once more for each text that names them.
            (Target::Source(..), Target::Source(..)) => before == after,
            _ => false,
        }
    }
}

impl<'a> FieldComparison<'a> {
    /// Prepares to compare pairs of `matching`.
    #[must_use]
    pub const fn new(
        before: &'a DerivationGraph,
        after: &'a DerivationGraph,
        matching: &'a Matching,
        store_dir: &'a StoreDir,
    ) -> Self {
        Self {
            before,
            after,
            matching,
            store_dir,
        }
    }

    /// Returns what differs in the own fields of a pair; nothing if only inputs changed.
    #[must_use]
    pub fn changes(&self, before: NodeId, after: NodeId) -> Vec<Change> {
        let texts = Texts {
            matching: self.matching,
            store_dir: self.store_dir,
            before: Mentions::of_inputs(self.before, before),
            after: Mentions::of_inputs(self.after, after),
        };
        let mut changes = Vec::new();
        let old: &Derivation = &self.before[before].derivation;
        let new: &Derivation = &self.after[after].derivation;
        if old.name != new.name {
            changes.push(Change::Name {
                before: old.name.clone(),
                after: new.name.clone(),
            });
        }
        if old.system != new.system {
            changes.push(Change::System {
                before: old.system.clone(),
                after: new.system.clone(),
            });
        }
        if !texts.same(&old.builder, &new.builder) {
            changes.push(Change::Builder {
                before: old.builder.clone(),
                after: new.builder.clone(),
            });
        }
        arguments(&texts, old, new, &mut changes);
        environment(&texts, old, new, &mut changes);
        sources(&old.input_srcs, &new.input_srcs, &mut changes);
        outputs(old, new, &mut changes);
        self.inputs(before, after, &mut changes);
        changes
    }

    /// Compares which derivations are inputs, and which of their outputs are needed.
    fn inputs(&self, before: NodeId, after: NodeId, changes: &mut Vec<Change>) {
        let (old, new) = (&self.before[before], &self.after[after]);
        let old_inputs: HashedSet<NodeId> = old.inputs.iter().copied().collect();
        let mut kept: HashedSet<NodeId> = HashedSet::new();
        for &input in &new.inputs {
            let partner = self.matching.before(input);
            let Some(partner) = partner.filter(|partner| old_inputs.contains(partner)) else {
                changes.push(Change::InputAdded(input));
                continue;
            };
            kept.insert(partner);
            let old_need = old.derivation.input_drvs.get(&self.before[partner].path);
            let new_need = new.derivation.input_drvs.get(&self.after[input].path);
            if old_need != new_need {
                changes.push(Change::InputOutputs(input));
            }
        }
        let gone = old.inputs.iter().filter(|input| !kept.contains(input));
        changes.extend(gone.map(|&input| Change::InputRemoved(input)));
    }
}

fn arguments(texts: &Texts<'_>, old: &Derivation, new: &Derivation, changes: &mut Vec<Change>) {
    for index in 0..old.args.len().max(new.args.len()) {
        let pair = (old.args.get(index), new.args.get(index));
        if !matches!(pair, (Some(before), Some(after)) if texts.same(before, after)) {
            changes.push(Change::Argument {
                index,
                before: pair.0.cloned(),
                after: pair.1.cloned(),
            });
        }
    }
}

fn environment(texts: &Texts<'_>, old: &Derivation, new: &Derivation, changes: &mut Vec<Change>) {
    // Variables named after outputs hold the derivation's own paths, and `name` is a field.
    let derived = |name: &BStr| {
        (old.outputs.contains_key(name) && new.outputs.contains_key(name))
            || (name == "name" && old.name != new.name)
    };
    let names = OrderedSet::from_iter(old.env.keys().chain(new.env.keys()));
    for name in names.into_iter().filter(|name| !derived(name)) {
        let pair = (old.env.get(name), new.env.get(name));
        if !matches!(pair, (Some(before), Some(after)) if texts.same(before, after)) {
            changes.push(Change::Environment {
                name: name.into(),
                before: pair.0.map(BString::from),
                after: pair.1.map(BString::from),
            });
        }
    }
}

/// Compares sources: those of one name are paired in the order of their paths.
fn sources(old: &OrderedSet<StorePath>, new: &OrderedSet<StorePath>, changes: &mut Vec<Change>) {
    let mut gone: Vec<&StorePath> = old.difference(new).collect();
    let mut come: Vec<&StorePath> = new.difference(old).collect();
    // Sorting is stable, so the order of paths stays among equal names.
    order::sort_by(&mut gone, |a, b| a.name().cmp(b.name()));
    order::sort_by(&mut come, |a, b| a.name().cmp(b.name()));
    let (mut gone, mut come) = (gone.into_iter().peekable(), come.into_iter().peekable());
    loop {
        let order = match (gone.peek(), come.peek()) {
            (None, None) => return,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(before), Some(after)) => before.name().cmp(after.name()),
        };
        changes.push(Change::Source {
            before: gone.next_if(|_| order.is_le()).cloned(),
            after: come.next_if(|_| order.is_ge()).cloned(),
        });
    }
}

fn outputs(old: &Derivation, new: &Derivation, changes: &mut Vec<Change>) {
    for (name, output) in &new.outputs {
        match old.outputs.get(name) {
            None => changes.push(Change::OutputAdded(name.clone())),
            Some(before) if !same_address(before, output) => {
                changes.push(Change::OutputAddress(name.clone()));
            }
            Some(_) => {}
        }
    }
    for name in old.outputs.keys() {
        if !new.outputs.contains_key(name) {
            changes.push(Change::OutputRemoved(name.clone()));
        }
    }
}

/// Tells whether two outputs get their paths in the same way; the paths themselves do not count.
fn same_address(before: &DerivationOutput, after: &DerivationOutput) -> bool {
    use DerivationOutput as Output;
    match (before, after) {
        // Which of the two it is follows from the inputs.
        (
            Output::InputAddressed { .. } | Output::Deferred,
            Output::InputAddressed { .. } | Output::Deferred,
        ) => true,
        (
            Output::Fixed {
                address: before, ..
            },
            Output::Fixed { address: after, .. },
        ) => before == after,
        _ => before == after,
    }
}
