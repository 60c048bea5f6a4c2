//! Pairs of derivations that are the same one before and after an edit.
//!
//! Paths change with every edit, so names and positions tell: first equal paths, then roots, then going down from
//! each pair the inputs by name and by where they are mentioned, last whatever has the same name. It is a guess when
//! several derivations share a name; a wrong guess makes an explanation longer, never a plan wrong.

use super::mentions::{Mentions, Target};
use crate::graph::{DerivationGraph, Node, NodeId};
use drvlab_store::{HashedMap, order};

/// Largest number of comparisons in a group of derivations with one name; larger groups are paired in order.
const MAX_GROUP_COMPARISONS: usize = 256;

/// Pairs of derivations of two graphs; each derivation is in at most one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    before_of: Vec<Option<NodeId>>,
    after_of: Vec<Option<NodeId>>,
}

impl Matching {
    /// Returns the partner of a derivation after the edit.
    #[must_use]
    pub fn before(&self, after: NodeId) -> Option<NodeId> {
        self.before_of[after.index()]
    }

    /// Returns the partner of a derivation before the edit.
    #[must_use]
    pub fn after(&self, before: NodeId) -> Option<NodeId> {
        self.after_of[before.index()]
    }
}

struct Matcher<'a> {
    before: &'a DerivationGraph,
    after: &'a DerivationGraph,
    matching: Matching,
    /// Pairs whose inputs have not been looked at.
    queue: Vec<(NodeId, NodeId)>,
}

/// Pairs the derivations of two graphs.
#[must_use]
pub fn pair(before: &DerivationGraph, after: &DerivationGraph) -> Matching {
    let mut matcher = Matcher {
        before,
        after,
        matching: Matching {
            before_of: vec![None; after.len()],
            after_of: vec![None; before.len()],
        },
        queue: Vec::new(),
    };
    for new in after.ids() {
        if let Some(old) = before.find(&after[new].path) {
            matcher.matching.before_of[new.index()] = Some(old);
            matcher.matching.after_of[old.index()] = Some(new);
        }
    }
    matcher.pair_roots();
    matcher.pair_inputs();
    for key in [exact_name, package_name] {
        let old: Vec<_> = before.ids().collect();
        let new: Vec<_> = after.ids().collect();
        matcher.pair_by_name(&old, &new, key);
        matcher.pair_inputs();
    }
    matcher.matching
}

/// What must be equal for two derivations to be paired.
type Key<'a> = (&'a str, bool);

fn exact_name(node: &Node) -> Key<'_> {
    (&node.derivation.name, false)
}

/// The name without version, and whether the derivation is a fixed output: `hello-1.0.tar.gz` is not `hello-1.1`.
fn package_name(node: &Node) -> Key<'_> {
    (without_version(&node.derivation.name), is_fixed(node))
}

fn is_fixed(node: &Node) -> bool {
    node.derivation.kind() == Ok(drvlab_store::derivation::DerivationKind::Fixed)
}

/// Cuts the version off a name: it begins behind the first dash that is not followed by a letter.
///
/// Source: `builtins.parseDrvName`.
fn without_version(name: &str) -> &str {
    let mut dashes = name.match_indices('-').map(|(index, _)| index);
    let version = dashes.find(|index| {
        let next = name.as_bytes().get(index + 1);
        next.is_some_and(|byte| !byte.is_ascii_alphabetic())
    });
    version.map_or(name, |index| &name[..index])
}

impl Matcher<'_> {
    fn is_free(&self, old: NodeId, new: NodeId) -> bool {
        self.matching.after(old).is_none() && self.matching.before(new).is_none()
    }

    fn make_pair(&mut self, old: NodeId, new: NodeId) {
        if self.is_free(old, new) {
            self.matching.before_of[new.index()] = Some(old);
            self.matching.after_of[old.index()] = Some(new);
            self.queue.push((old, new));
        }
    }

    /// Pairs roots with the same position, if their names agree, or if there are as many as before and no name is found elsewhere: what is
    /// wanted may also be another part of the same set.
    fn pair_roots(&mut self) {
        let same_count = self.before.roots().len() == self.after.roots().len();
        for (old, new) in self.before.roots().iter().zip(self.after.roots()) {
            let (Some(old), Some(new)) = (self.before.find(old), self.after.find(new)) else {
                continue;
            };
            let (old_name, new_name) = (
                package_name(&self.before[old]),
                package_name(&self.after[new]),
            );
            let has = |graph: &DerivationGraph, name| {
                graph.nodes().iter().any(|node| package_name(node) == name)
            };
            let renamed =
                || same_count && !has(self.before, new_name) && !has(self.after, old_name);
            if old_name == new_name || renamed() {
                self.make_pair(old, new);
            }
        }
    }

    fn pair_inputs(&mut self) {
        while let Some((old, new)) = self.queue.pop() {
            for key in [exact_name, package_name] {
                let (old_inputs, new_inputs) = self.free_inputs(old, new);
                self.pair_by_name(&old_inputs, &new_inputs, key);
            }
            self.pair_by_position(old, new);
        }
    }

    fn free_inputs(&self, old: NodeId, new: NodeId) -> (Vec<NodeId>, Vec<NodeId>) {
        let old_inputs = self.before[old].inputs.iter().copied();
        let new_inputs = self.after[new].inputs.iter().copied();
        (
            old_inputs
                .filter(|id| self.matching.after(*id).is_none())
                .collect(),
            new_inputs
                .filter(|id| self.matching.before(*id).is_none())
                .collect(),
        )
    }

    /// Pairs derivations with equal keys; in groups of several those that are most alike.
    fn pair_by_name(&mut self, old: &[NodeId], new: &[NodeId], key: fn(&Node) -> Key<'_>) {
        let (before, after) = (self.before, self.after);
        let mut groups: HashedMap<Key<'_>, (Vec<NodeId>, Vec<NodeId>)> = HashedMap::new();
        for &id in new.iter().filter(|id| self.matching.before(**id).is_none()) {
            groups.entry(key(&after[id])).or_default().1.push(id);
        }
        for &id in old.iter().filter(|id| self.matching.after(**id).is_none()) {
            if let Some(group) = groups.get_mut(&key(&before[id])) {
                group.0.push(id);
            }
        }
        // A fixed order, for the queue decides about ambiguous cases further down.
        let mut groups: Vec<_> = groups.into_values().collect();
        order::sort_by(&mut groups, |a, b| a.1.cmp(&b.1));
        for (old, new) in groups {
            let comparisons = old.len().saturating_mul(new.len());
            if comparisons <= 1 || comparisons > MAX_GROUP_COMPARISONS {
                for (&old, &new) in old.iter().zip(&new) {
                    self.make_pair(old, new);
                }
                continue;
            }
            let mut scored = Vec::with_capacity(comparisons);
            for (i, &old) in old.iter().enumerate() {
                for (j, &new) in new.iter().enumerate() {
                    let alike = self.likeness(old, new);
                    scored.push((std::cmp::Reverse(alike), i.abs_diff(j), i, j));
                }
            }
            order::sort_by(&mut scored, Ord::cmp);
            for (_, _, i, j) in scored {
                self.make_pair(old[i], new[j]);
            }
        }
    }

    /// Counts what two derivations have in common.
    fn likeness(&self, old_id: NodeId, new_id: NodeId) -> usize {
        let (old, new) = (&self.before[old_id], &self.after[new_id]);
        let (a, b) = (&old.derivation, &new.derivation);
        let same_env = a
            .env
            .iter()
            .filter(|(name, value)| b.env.get(*name) == Some(*value));
        // Dependents are sorted, so both directions are looked up there.
        let same_inputs = old.inputs.iter().filter(|input| {
            let partner = self.matching.after(**input);
            let dependents = partner.map(|partner| &self.after[partner].dependents);
            dependents.is_some_and(|it| it.binary_search(&new_id).is_ok())
        });
        let same_dependents = old.dependents.iter().filter(|dependent| {
            let partner = self.matching.after(**dependent);
            partner.is_some_and(|partner| new.dependents.binary_search(&partner).is_ok())
        });
        same_env.count()
            + 2 * same_inputs.count()
            + 2 * same_dependents.count()
            + usize::from(a.builder == b.builder)
            + usize::from(a.args == b.args)
            + usize::from(a.outputs.keys().eq(b.outputs.keys()))
            + usize::from(old.level == new.level)
    }

    /// Pairs inputs that are mentioned in the same place of the same variable, whatever their names.
    fn pair_by_position(&mut self, old: NodeId, new: NodeId) {
        let (old_inputs, new_inputs) = self.free_inputs(old, new);
        if old_inputs.is_empty() || new_inputs.is_empty() {
            return;
        }
        let (before, after) = (self.before, self.after);
        let old_mentions = Mentions::of_inputs(before, old);
        let new_mentions = Mentions::of_inputs(after, new);
        for (name, old_text) in &before[old].derivation.env {
            let Some(new_text) = after[new].derivation.env.get(name) else {
                continue;
            };
            let old_targets = old_mentions.targets(old_text);
            let new_targets = new_mentions.targets(new_text);
            if old_targets.len() != new_targets.len() {
                continue;
            }
            for pair in old_targets.into_iter().zip(new_targets) {
                if let (Target::Output(old, _), Target::Output(new, _)) = pair {
                    let same_kind = is_fixed(&before[old]) == is_fixed(&after[new]);
                    if same_kind {
                        self.make_pair(old, new);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_version;

    #[test]
    fn versions_begin_behind_a_dash_without_a_letter() {
        for (name, package) in [
            ("gcc-15.2.0", "gcc"),
            ("system-path", "system-path"),
            ("pcre2-10.46", "pcre2"),
            ("a-", "a-"),
            ("a-b-1-c", "a-b"),
        ] {
            assert_eq!(without_version(name), package);
        }
    }
}
