//! Scenarios: worlds that show something, and say what must come out.
//!
//! A scenario is a JSON file beside the package set that it plans. Tests run all of them, so none can go stale.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::graph::DerivationGraph;
use crate::plan::{Action, Decision};
use crate::simulation::package_name;
use crate::world::Run;
use crate::world_file::{Subject, WorldFile};

/// A scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scenario {
    /// A few words.
    pub title: String,
    /// What it shows, in a sentence or two.
    pub shows: String,
    /// What is planned now.
    pub now: Subject,
    /// The world.
    pub world: WorldFile,
    /// What must come out.
    pub expect: Expectation,
}

/// What must come out of a scenario.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Expectation {
    /// What the dry run says of packages, by name; only if it differs from what Nix does.
    pub dry_run: BTreeMap<String, String>,
    /// What Nix does with packages, by name.
    pub nix: BTreeMap<String, String>,
    /// The rules that decide what Nix does with packages, by name.
    pub rules: BTreeMap<String, u8>,
    /// How many derivations are built, if that is the point.
    pub builds: Option<usize>,
    /// A part of the failure; without it nothing may fail.
    pub failure: Option<String>,
    /// The caches that are not asked.
    pub not_asked: Vec<String>,
}

/// The word for an action in scenarios.
#[must_use]
pub const fn word(action: Action) -> &'static str {
    match action {
        Action::Present => "there",
        Action::Fetch => "fetch",
        Action::Build => "build",
        Action::Impossible => "fail",
        Action::NotNeeded => "skip",
    }
}

impl Expectation {
    /// Returns what is not as it must be, in sentences.
    #[must_use]
    pub fn differences(&self, run: &Run, graph: &DerivationGraph) -> Vec<String> {
        let mut wrong = Vec::new();
        let find = |name: &str| {
            let is_it = |id: &crate::NodeId| {
                let full = &graph[*id].derivation.name;
                full == name || package_name(full) == name
            };
            graph.ids().find(is_it)
        };
        let mut compare =
            |what: &str, name: &str, expected: &str, found: Option<&Decision>| match found {
                None => wrong.push(format!("there is no package '{name}'")),
                Some(decision) if word(decision.action) == expected => {}
                Some(decision) => wrong.push(format!(
                    "{what} of {name}: {} ({}), not {expected}",
                    word(decision.action),
                    decision.reason
                )),
            };
        for (name, expected) in &self.nix {
            let id = find(name);
            let done = id.map(|id| &run.realised.derivations[id.index()].decision);
            compare("what Nix does", name, expected, done);
            let planned = id.map(|id| &run.plan.derivations[id.index()].decision);
            let expected = self.dry_run.get(name).unwrap_or(expected);
            compare("the dry run", name, expected, planned);
        }
        for (name, rule) in &self.rules {
            let found = find(name)
                .and_then(|id| run.realised.derivations[id.index()].decision.reason.rule());
            if found != Some(*rule) {
                wrong.push(format!("{name} is decided by rule {found:?}, not {rule}"));
            }
        }
        let builds = run.realised.builds().count();
        if self.builds.is_some_and(|expected| expected != builds) {
            wrong.push(format!(
                "{builds} derivations are built, not {:?}",
                self.builds
            ));
        }
        match (&run.realised.failure, &self.failure) {
            (None, None) => {}
            (Some(found), Some(expected)) if found.contains(expected.as_str()) => {}
            (found, expected) => wrong.push(format!("the failure is {found:?}, not {expected:?}")),
        }
        let dropped: Vec<_> = run
            .dropped
            .iter()
            .map(|dropped| dropped.cache().to_string())
            .collect();
        if dropped != self.not_asked {
            wrong.push(format!("not asked: {dropped:?}, not {:?}", self.not_asked));
        }
        wrong
    }
}
