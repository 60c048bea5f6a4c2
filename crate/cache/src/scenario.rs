//! Scenarios: worlds that show something, and say what must come out.
//!
//! A scenario is a JSON file beside the package set that it plans. Tests run all of them, so none can go stale.

use drvlab_store::{OrderedMap, OrderedSet};

use serde::Deserialize;
#[cfg(feature = "tsify")]
use tsify::Tsify;

use crate::binary_cache::BinaryCache;
use crate::graph::DerivationGraph;
use crate::plan::{Action, Decision};
use crate::reason::duration;
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
    /// Seconds that all builds take together, rounded up, if that is the point.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub build_seconds: Option<u64>,
    /// Store objects, by name with version, for which an index by names would hand out another one of that name.
    #[cfg_attr(feature = "tsify", tsify(type = "string[]"))]
    pub by_name: OrderedSet<String>,
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
    pub fn checks(&self, run: &Run, graph: &DerivationGraph, caches: &[BinaryCache]) -> Vec<Check> {
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
        if let Some(expected) = self.build_seconds {
            let seconds = run.schedule.build_time.div_ceil(1000);
            checks.push(Check {
                expected: format!("time of all builds: {}", duration(expected)),
                instead: (seconds != expected).then(|| duration(seconds)),
            });
        }
        if !self.by_name.is_empty() {
            let mistaken = mistaken_by_name(graph, caches);
            let list = |names: &OrderedSet<String>| {
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                names.join(", ")
            };
            checks.push(Check {
                expected: format!("an index by names mistakes {}", list(&self.by_name)),
                instead: (mistaken != self.by_name).then(|| list(&mistaken)),
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
    pub fn differences(
        &self,
        run: &Run,
        graph: &DerivationGraph,
        caches: &[BinaryCache],
    ) -> Vec<String> {
        let checks = self.checks(run, graph, caches).into_iter();
        let wrong = checks.filter_map(|check| Some((check.expected, check.instead?)));
        wrong
            .map(|(expected, instead)| format!("{expected}; instead: {instead}"))
            .collect()
    }
}

/// Returns the names of outputs of which caches have another store object, and not the one that is meant.
fn mistaken_by_name(graph: &DerivationGraph, caches: &[BinaryCache]) -> OrderedSet<String> {
    let infos: Vec<_> = caches.iter().flat_map(BinaryCache::narinfos).collect();
    let outputs = graph.nodes().iter().flat_map(|node| node.outputs());
    let paths = outputs.filter_map(|(_, path)| path);
    let mistaken = paths.filter(|path| {
        let mut named = infos.iter().filter(|it| it.path.name() == path.name());
        named.clone().next().is_some() && named.all(|it| it.path != **path)
    });
    mistaken.map(|path| path.name().to_owned()).collect()
}
