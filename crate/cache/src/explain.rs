//! Plans and comparisons in words.

use std::fmt::Write as _;

use crate::compare::{Change, Comparison, Difference, Role};
use crate::graph::{DerivationGraph, NodeId};
use crate::plan::{Action, Plan};

/// How many changed fields a sentence names.
const MAX_NAMED_CHANGES: usize = 3;

/// A plan in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Derivations whose own fields changed, if there is a comparison.
    pub causes: Option<usize>,
    /// Derivations that are built.
    pub rebuilds: usize,
    /// Store objects that are fetched.
    pub fetched: usize,
    /// Derivations that are in the local store.
    pub present: usize,
    /// Paths that are wanted and cannot be had.
    pub impossible: usize,
}

impl Summary {
    /// Counts what a plan does, and causes if there is something to compare with.
    #[must_use]
    pub fn new(plan: &Plan, comparison: Option<&Comparison>) -> Self {
        let count = |action| {
            let decisions = plan.derivations.iter().map(|it| it.decision.action);
            decisions.filter(|it| *it == action).count()
        };
        let elsewhere = plan.unknown.iter().filter(|it| it.output_of.is_none());
        Self {
            causes: comparison.map(Comparison::cause_count),
            rebuilds: plan.build_count(),
            fetched: plan.fetches.len(),
            present: count(Action::Present),
            impossible: elsewhere.count() + count(Action::Impossible),
        }
    }
}

impl std::fmt::Display for Summary {
    /// Writes for example `1 cause, 7 rebuilds, 12 fetched`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(causes) = self.causes {
            write!(f, "{}, ", counted(causes, "cause"))?;
        }
        write!(
            f,
            "{}, {} fetched",
            counted(self.rebuilds, "rebuild"),
            self.fetched
        )?;
        if self.impossible > 0 {
            write!(f, ", {} cannot be had", self.impossible)?;
        }
        Ok(())
    }
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Says what happens with a derivation and which rule makes it so.
#[must_use]
pub fn action(plan: &Plan, id: NodeId) -> String {
    let decision = &plan.derivations[id.index()].decision;
    let word = match decision.action {
        Action::Present => "there",
        Action::Fetch => "fetched",
        Action::Build => "built",
        Action::Impossible => "cannot be had",
        Action::NotNeeded => "not needed",
    };
    format!("{word}: {}", decision.reason)
}

/// Says what changed in a derivation, or through which inputs a change reaches it.
#[must_use]
pub fn change(
    comparison: &Comparison,
    before: &DerivationGraph,
    after: &DerivationGraph,
    id: NodeId,
) -> String {
    let compared = &comparison.derivations[id.index()];
    let unaffected = match compared.difference {
        Difference::RecipeOnly => "; its output paths stay the same",
        _ => "",
    };
    match compared.role() {
        Role::Unchanged => "unchanged".to_owned(),
        Role::New => "new: there was no such derivation".to_owned(),
        Role::Cause => {
            let fields = fields(&compared.changes, before, after);
            format!("cause: {fields} changed{unaffected}")
        }
        Role::Cascade => {
            let chain = comparison.chain(id);
            let name = |id: &NodeId| after[*id].derivation.name.clone();
            match chain.as_slice() {
                [_, cause] => {
                    let verb = verb(comparison, *cause);
                    format!("follows: its input {} {verb}{unaffected}", name(cause))
                }
                [_, through @ .., cause] => {
                    let verb = verb(comparison, *cause);
                    let through: Vec<_> = through.iter().rev().map(name).collect();
                    let through = through.join(", then ");
                    format!(
                        "follows: {} {verb}, and through it {through}{unaffected}",
                        name(cause)
                    )
                }
                _ => format!("follows: one of its inputs changed{unaffected}"),
            }
        }
    }
}

fn verb(comparison: &Comparison, id: NodeId) -> &'static str {
    match comparison.derivations[id.index()].role() {
        Role::New => "is new",
        _ => "changed",
    }
}

/// Says why a derivation is built, fetched or there, with what changed if anything did.
#[must_use]
pub fn sentence(
    plan: &Plan,
    comparison: Option<&Comparison>,
    before: &DerivationGraph,
    after: &DerivationGraph,
    id: NodeId,
) -> String {
    let action = action(plan, id);
    match comparison {
        Some(comparison) if comparison.derivations[id.index()].role() != Role::Unchanged => {
            let change = change(comparison, before, after, id);
            format!("{action} ({change})")
        }
        _ => action,
    }
}

/// Lists the fields that changed, the first few by name.
#[must_use]
pub fn fields(changes: &[Change], before: &DerivationGraph, after: &DerivationGraph) -> String {
    let mut text = String::new();
    for (index, change) in changes.iter().take(MAX_NAMED_CHANGES).enumerate() {
        let separator = match (index, changes.len()) {
            (0, _) => "",
            (index, length) if index + 1 == length => " and ",
            _ => ", ",
        };
        text.push_str(separator);
        text.push_str(&field(change, before, after));
    }
    if let more @ 1.. = changes.len().saturating_sub(MAX_NAMED_CHANGES) {
        // Writing into a string cannot fail.
        let _ = write!(text, " and {more} more");
    }
    text
}

/// Names the field that changed.
#[must_use]
pub fn field(change: &Change, before: &DerivationGraph, after: &DerivationGraph) -> String {
    match change {
        Change::Name { .. } => "its name".to_owned(),
        Change::System { .. } => "its system".to_owned(),
        Change::Builder { .. } => "its builder".to_owned(),
        Change::Argument { index, .. } => format!("its argument {}", index + 1),
        Change::Environment { name, .. } => format!("its variable {name}"),
        Change::Source { before, after } => {
            let path = after.as_ref().or(before.as_ref());
            format!("its file {}", path.map_or("", |path| path.name()))
        }
        Change::OutputAdded(name) => format!("its new output {name}"),
        Change::OutputRemoved(name) => format!("its former output {name}"),
        Change::OutputAddress(name) => format!("the expected content of its output {name}"),
        Change::InputAdded(id) => format!("its new input {}", after[*id].derivation.name),
        Change::InputRemoved(id) => format!("its former input {}", before[*id].derivation.name),
        Change::InputOutputs(id) => {
            format!("which outputs of {} it needs", after[*id].derivation.name)
        }
    }
}
