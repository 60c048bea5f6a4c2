//! Scenarios: worlds that show something, and say what must come out.
//!
//! A scenario is a JSON file beside the package set that it plans. Tests run all of them, so none can go stale.

use drvlab_store::OrderedMap;

use serde::Deserialize;
#[cfg(feature = "tsify")]
use tsify::Tsify;

use crate::graph::DerivationGraph;
use crate::plan::{Action, Decision};
use crate::simulation::package_name;
use crate::world::Run;
use crate::world_file::{Subject, WorldFile};

/// A scenario.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "tsify", derive(Tsify))]
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
    /// What other systems do in its place, to be shown beside it: `names` for an index by names and versions.
    #[serde(default)]
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub beside: Option<Beside>,
}

/// Another system that is shown beside a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "tsify", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub enum Beside {
    /// An index by names and versions, as apt and yum have it.
    Names,
}

/// What must come out of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "tsify", derive(Tsify), tsify(hashmap_as_object))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Expectation {
    /// What the dry run says of packages, by name; only if it differs from what Nix does.
    #[cfg_attr(feature = "tsify", tsify(type = "Record<string, string>"))]
    pub dry_run: OrderedMap<String, String>,
    /// What Nix does with packages, by name.
    #[cfg_attr(feature = "tsify", tsify(type = "Record<string, string>"))]
    pub nix: OrderedMap<String, String>,
    /// The rules that decide what Nix does with packages, by name.
    #[cfg_attr(feature = "tsify", tsify(type = "Record<string, number>"))]
    pub rules: OrderedMap<String, u8>,
    /// How many derivations are built, if that is the point.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub builds: Option<usize>,
    /// A part of the failure; without it nothing may fail.
    #[cfg_attr(feature = "tsify", tsify(optional))]
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

/// One thing that must come out, and whether it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What must come out, in a few words.
    pub expected: String,
    /// What came out instead; none if it is as it must be.
    pub instead: Option<String>,
}

impl Expectation {
    /// Compares everything that must come out with a run.
    #[must_use]
    pub fn checks(&self, run: &Run, graph: &DerivationGraph) -> Vec<Check> {
        let find = |name: &str| {
            let is_it = |id: &crate::NodeId| {
                let full = &graph[*id].derivation.name;
                full == name || package_name(full) == name
            };
            graph.ids().find(is_it)
        };
        let compare = |what: &str, name: &str, expected: &str, found: Option<&Decision>| Check {
            expected: format!("{what} {name}: {expected}"),
            instead: match found {
                None => Some("there is no such package".to_owned()),
                Some(decision) if word(decision.action) == expected => None,
                Some(decision) => Some(format!("{} ({})", word(decision.action), decision.reason)),
            },
        };
        let mut checks = Vec::new();
        for (name, expected) in &self.nix {
            let id = find(name);
            let done = id.map(|id| &run.realised.derivations[id.index()].decision);
            checks.push(compare("Nix,", name, expected, done));
            let planned = id.map(|id| &run.plan.derivations[id.index()].decision);
            let expected = self.dry_run.get(name).unwrap_or(expected);
            checks.push(compare("dry run,", name, expected, planned));
        }
        for (name, rule) in &self.rules {
            let found = find(name)
                .and_then(|id| run.realised.derivations[id.index()].decision.reason.rule());
            checks.push(Check {
                expected: format!("rule {rule} decides about {name}"),
                instead: (found != Some(*rule)).then(|| match found {
                    Some(rule) => format!("rule {rule} does"),
                    None => "none does".to_owned(),
                }),
            });
        }
        if let Some(expected) = self.builds {
            let builds = run.realised.builds().count();
            checks.push(Check {
                expected: format!("number of builds: {expected}"),
                instead: (builds != expected).then(|| builds.to_string()),
            });
        }
        let failure = run.realised.failure.as_deref();
        checks.push(match &self.failure {
            None => Check {
                expected: "nothing fails".to_owned(),
                instead: failure.map(str::to_owned),
            },
            Some(part) => Check {
                expected: format!("it fails: {part}"),
                instead: match failure {
                    Some(failure) if failure.contains(part.as_str()) => None,
                    Some(failure) => Some(failure.to_owned()),
                    None => Some("nothing fails".to_owned()),
                },
            },
        });
        let dropped: Vec<_> = run
            .dropped
            .iter()
            .map(|dropped| dropped.cache().to_string())
            .collect();
        if !self.not_asked.is_empty() || !dropped.is_empty() {
            checks.push(Check {
                expected: format!("not asked: {}", self.not_asked.join(", ")),
                instead: (dropped != self.not_asked).then(|| dropped.join(", ")),
            });
        }
        checks
    }

    /// Returns what is not as it must be, in sentences.
    #[must_use]
    pub fn differences(&self, run: &Run, graph: &DerivationGraph) -> Vec<String> {
        let checks = self.checks(run, graph).into_iter();
        let wrong = checks.filter_map(|check| Some((check.expected, check.instead?)));
        wrong
            .map(|(expected, instead)| format!("{expected}; instead: {instead}"))
            .collect()
    }
}
