//! From graphs, plans and comparisons to what the page gets to see.

use crate::detail::character_pieces;
use crate::diagnostics::text;
use crate::model::detail::FieldChange;
use crate::model::{
    Action, Change, DerivationSummary, Kind, Outcome, OutputSummary, PlanSummary,
    RemovedDerivation, Report, Role,
};
use drvlab_cache::compare::{self, Comparison, Difference};
use drvlab_cache::explain::{self, Summary};
use drvlab_cache::plan::{Plan, dry_run};
use drvlab_cache::{DerivationGraph, NodeId, Reason};
use drvlab_store::derivation::DerivationKind;
use drvlab_store::{StoreDir, StorePath};

/// What a report is made from.
pub(crate) struct Picture<'a> {
    pub graph: &'a DerivationGraph,
    pub plan: &'a Plan,
    pub baseline: Option<(&'a DerivationGraph, &'a Comparison)>,
    pub store_dir: &'a StoreDir,
}

impl Picture<'_> {
    fn path(&self, path: &StorePath) -> String {
        self.store_dir.display(path)
    }

    /// Describes everything, with what is said of derivations.
    pub fn report(&self, derivations: Vec<DerivationSummary>) -> Report {
        let roots = self.graph.roots().iter();
        Report {
            outcome: Outcome::Derivations,
            diagnostics: Vec::new(),
            value: None,
            roots: roots.map(|root| self.path(root)).collect(),
            derivations,
            removed: self.removed(),
            plan: self.plan(),
            has_baseline: self.baseline.is_some(),
            micros: 0.0,
        }
    }

    /// Describes all derivations, inputs before their users.
    pub fn derivations(&self) -> Vec<DerivationSummary> {
        self.graph.ids().map(|id| self.derivation(id)).collect()
    }

    /// Describes one derivation.
    pub fn derivation(&self, id: NodeId) -> DerivationSummary {
        let node = &self.graph[id];
        let before = self.baseline.and_then(|(graph, comparison)| {
            let compared = &comparison.derivations[id.index()];
            Some((&graph[compared.before?], compared))
        });
        let difference = self
            .baseline
            .map(|(_, comparison)| comparison.derivations[id.index()].difference);
        let outputs = node
            .outputs()
            .map(|(name, path)| {
                let old = before.and_then(|(old, _)| {
                    let mut outputs = old.outputs();
                    outputs.find(|(other, _)| *other == name)
                });
                let change = match (self.baseline, old) {
                    (None, _) => Change::Unchanged,
                    (Some(_), None) => Change::New,
                    (Some(_), Some(_))
                        if path.is_none() && difference != Some(Difference::Same) =>
                    {
                        Change::Unknown
                    }
                    (Some(_), Some((_, old))) if old == path => Change::Unchanged,
                    (Some(_), Some(_)) => Change::Changed,
                };
                OutputSummary {
                    name: text(name),
                    path: path.map(|path| self.path(path)),
                    change,
                    baseline_path: old.and_then(|(_, path)| path).map(|path| self.path(path)),
                }
            })
            .collect();
        let drv_change = match difference {
            None | Some(Difference::Same) => Change::Unchanged,
            Some(Difference::New) => Change::New,
            Some(Difference::RecipeOnly | Difference::Outputs) => Change::Changed,
        };
        let role = match self
            .baseline
            .map(|(_, comparison)| comparison.derivations[id.index()].role())
        {
            None | Some(compare::Role::Unchanged) => Role::None,
            Some(compare::Role::Cause) => Role::Cause,
            Some(compare::Role::Cascade) => Role::Cascade,
            Some(compare::Role::New) => Role::New,
        };
        let caused_by = match (role, self.baseline) {
            (Role::Cascade, Some((_, comparison))) => {
                let cause = comparison
                    .chain(id)
                    .last()
                    .copied()
                    .filter(|&cause| cause != id);
                cause
                    .map(|cause| self.path(&self.graph[cause].path))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        };
        let decision = &self.plan.derivations[id.index()].decision;
        DerivationSummary {
            name: node.derivation.name.clone(),
            drv_path: self.path(&node.path),
            level: node.level,
            inputs: node
                .inputs
                .iter()
                .map(|&input| self.path(&self.graph[input].path))
                .collect(),
            kind: kind(node.derivation.kind()),
            outputs,
            drv_change,
            baseline_drv_path: before.map(|(old, _)| self.path(&old.path)),
            role,
            changed_fields: before.map_or_else(Vec::new, |(_, compared)| {
                compared
                    .changes
                    .iter()
                    .map(|change| field_name(change, self))
                    .collect()
            }),
            caused_by,
            action: action(decision.action),
            cache: match &decision.reason {
                Reason::InCache { cache } | Reason::Reference { cache, .. } => {
                    Some(cache.to_string())
                }
                _ => None,
            },
            reason: self.sentence(id),
        }
    }

    fn sentence(&self, id: NodeId) -> String {
        let mut sentence = match self.baseline {
            Some((before, comparison)) => {
                explain::sentence(self.plan, Some(comparison), before, self.graph, id)
            }
            None => explain::action(self.plan, id),
        };
        if let Some(first) = sentence.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        sentence.push('.');
        sentence
    }

    /// Lists what the baseline had and is gone.
    fn removed(&self) -> Vec<RemovedDerivation> {
        let Some((before, comparison)) = self.baseline else {
            return Vec::new();
        };
        let describe = |&id: &NodeId| RemovedDerivation {
            name: before[id].derivation.name.clone(),
            drv_path: self.path(&before[id].path),
        };
        comparison.removed.iter().map(describe).collect()
    }

    /// Puts the plan into numbers and words.
    fn plan(&self) -> PlanSummary {
        let summary = Summary::new(self.plan, self.baseline.map(|(_, comparison)| comparison));
        let count = |wanted| {
            let decisions = self
                .plan
                .derivations
                .iter()
                .map(|plan| plan.decision.action);
            decisions.filter(|&action| action == wanted).count() as u32
        };
        let cascades = self.baseline.map_or(0, |(_, comparison)| {
            comparison.count(|compared| compared.role() == compare::Role::Cascade)
        });
        PlanSummary {
            causes: summary.causes.unwrap_or(0) as u32,
            cascades: cascades as u32,
            build: summary.rebuilds as u32,
            fetch: summary.fetched as u32,
            there: summary.present as u32,
            skipped: count(drvlab_cache::Action::NotNeeded),
            impossible: summary.impossible as u32,
            sentence: summary.to_string(),
            dry_run: match dry_run::text(self.plan, self.graph, self.store_dir) {
                Ok(text) => text,
                Err(fault) => format!("error: {fault}"),
            },
        }
    }

    /// Lists what differs from the baseline in a derivation's own fields.
    pub fn changes(&self, id: NodeId) -> Vec<FieldChange> {
        let Some((_, comparison)) = self.baseline else {
            return Vec::new();
        };
        let changes = &comparison.derivations[id.index()].changes;
        changes.iter().map(|change| self.change(change)).collect()
    }

    fn change(&self, change: &compare::Change) -> FieldChange {
        use compare::Change;
        let bytes = |value: &bstr::BString| Some(value.to_vec());
        let path = |path: &StorePath| self.path(path).into_bytes();
        let node = |id: &NodeId, graph: &DerivationGraph| Some(path(&graph[*id].path));
        let (before, after) = match change {
            Change::Name { before, after } => (
                Some(before.clone().into_bytes()),
                Some(after.clone().into_bytes()),
            ),
            Change::System { before, after } | Change::Builder { before, after } => {
                (bytes(before), bytes(after))
            }
            Change::Argument { before, after, .. } | Change::Environment { before, after, .. } => (
                before.as_ref().and_then(bytes),
                after.as_ref().and_then(bytes),
            ),
            Change::Source { before, after } => {
                (before.as_ref().map(path), after.as_ref().map(path))
            }
            Change::OutputAdded(name) => (None, bytes(name)),
            Change::OutputRemoved(name) => (bytes(name), None),
            Change::OutputAddress(_) => (None, None),
            Change::InputAdded(id) => (None, node(id, self.graph)),
            Change::InputRemoved(id) => {
                (self.baseline.and_then(|(graph, _)| node(id, graph)), None)
            }
            Change::InputOutputs(id) => (None, node(id, self.graph)),
        };
        FieldChange {
            field: field_name(change, self),
            pieces: character_pieces(before.as_deref(), after.as_deref()),
        }
    }
}

pub(crate) fn action(action: drvlab_cache::Action) -> Action {
    match action {
        drvlab_cache::Action::Present => Action::There,
        drvlab_cache::Action::Fetch => Action::Fetch,
        drvlab_cache::Action::Build => Action::Build,
        drvlab_cache::Action::Impossible => Action::Impossible,
        drvlab_cache::Action::NotNeeded => Action::Skip,
    }
}

fn kind<E>(kind: Result<DerivationKind, E>) -> Kind {
    match kind {
        Ok(DerivationKind::Fixed) => Kind::Fixed,
        Ok(DerivationKind::Floating) => Kind::Floating,
        Ok(DerivationKind::Deferred) => Kind::Deferred,
        Ok(DerivationKind::Impure) => Kind::Impure,
        Ok(DerivationKind::InputAddressed) | Err(_) => Kind::InputAddressed,
    }
}

fn field_name(change: &compare::Change, picture: &Picture<'_>) -> String {
    use compare::Change;
    let name = |id: &NodeId, graph: &DerivationGraph| graph[*id].derivation.name.clone();
    match change {
        Change::Name { .. } => "name".into(),
        Change::System { .. } => "system".into(),
        Change::Builder { .. } => "builder".into(),
        Change::Argument { index, .. } => format!("args[{index}]"),
        Change::Environment { name, .. } => format!("env.{}", text(name)),
        Change::Source { before, after } => {
            let path = after.as_ref().or(before.as_ref());
            format!("source {}", path.map_or("", |path| path.name()))
        }
        Change::OutputAdded(name) | Change::OutputRemoved(name) | Change::OutputAddress(name) => {
            format!("outputs.{}", text(name))
        }
        Change::InputAdded(id) | Change::InputOutputs(id) => {
            format!("input {}", name(id, picture.graph))
        }
        Change::InputRemoved(id) => {
            let graph = picture.baseline.map_or(picture.graph, |(before, _)| before);
            format!("input {}", name(id, graph))
        }
    }
}
