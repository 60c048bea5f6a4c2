//! Decides for each wanted output whether it is there, fetched or built, and follows from there.
//!
//! Source: `Store::queryMissing` in `libstore/misc.cc`. The reference works through requests in parallel; the result
//! does not depend on their order, so here it is one queue.

use std::collections::VecDeque;

use bstr::{BStr, BString};
use drvlab_store::order;
use drvlab_store::{DerivationInputs, DerivationOutput, HashedMap, HashedSet, StorePath};

use super::skip::{self, Skipper};
use super::{
    Action, Decision, DerivationPlan, Fetch, Plan, Unknown, Wanted, WantedOutputs, Warning,
};
use crate::graph::{DerivationGraph, NodeId};
use crate::identity::Identities;
use crate::local_store::LocalStore;
use crate::options::allows_substitutes;
use crate::preparation::output_path;
use crate::reason::Reason;
use crate::settings::Settings;
use crate::substituters::{Hit, Lookup, Substituters};

/// Plans how to get `wanted`, and says for each derivation of the graph what happens with it and why.
#[must_use]
pub fn plan(
    graph: &DerivationGraph,
    wanted: &[Wanted],
    local: &LocalStore,
    substituters: &Substituters<'_>,
    settings: &Settings,
) -> Plan {
    decide(graph, wanted, local, substituters, settings).complete()
}

/// Decides how to get `wanted`, without a word about derivations that need not be looked at.
///
/// Derivations that are not in the graph cannot be built. Works at any depth. Time and memory are linear in the number of derivations that
/// must be built, of their inputs, and of paths that are fetched, whatever the size of the graph and of the caches: after an edit they
/// follow what the edit has changed.
#[must_use]
pub fn decide<'a>(
    graph: &'a DerivationGraph,
    wanted: &[Wanted],
    local: &'a LocalStore,
    substituters: &'a Substituters<'a>,
    settings: &'a Settings,
) -> Decisions<'a> {
    let mut planner = Decisions {
        identities: Identities::new(graph, &settings.store_dir),
        graph,
        local,
        substituters,
        settings,
        queue: VecDeque::new(),
        seen: HashedSet::new(),
        wanted: HashedSet::new(),
        decided: HashedMap::new(),
        needed_by: HashedMap::new(),
        left_out: HashedMap::new(),
        fetches: HashedMap::new(),
        unknown: HashedMap::new(),
        plan: Plan::default(),
    };
    for wanted in wanted {
        match wanted {
            Wanted::Outputs {
                derivation,
                outputs,
            } => planner.want_outputs(derivation, outputs),
            Wanted::Path(path) => planner.queue.push_back(Request::Path {
                path: path.clone(),
                asker: Asker::User,
            }),
            Wanted::Dynamic { derivation, needed } => {
                planner.warn_of_dynamic(derivation, needed, &mut Vec::new());
            }
        }
    }
    while let Some(request) = planner.queue.pop_front() {
        match request {
            Request::Outputs(node, outputs) => planner.decide_outputs(node, &outputs),
            Request::Path { path, asker } => planner.decide_path(path, asker),
        }
    }
    planner
}

/// Positions of outputs in the order of their names, rising.
type OutputSet = Box<[u32]>;

/// Something that must be in the local store.
enum Request {
    Outputs(NodeId, OutputSet),
    Path { path: StorePath, asker: Asker },
}

/// Who wants a path.
enum Asker {
    /// The user, who named the path.
    User,
    /// The derivation with this output, which is in a cache.
    Output,
    /// Something that is fetched and refers to it.
    Reference(StorePath),
}

/// A wanted output that is not in the local store.
struct Missing<'a> {
    name: &'a BString,
    output: &'a DerivationOutput,
    path: StorePath,
}

/// What was decided; [`Decisions::complete`] makes a plan of it that covers the whole graph.
pub struct Decisions<'a> {
    identities: Identities,
    graph: &'a DerivationGraph,
    local: &'a LocalStore,
    substituters: &'a Substituters<'a>,
    settings: &'a Settings,
    queue: VecDeque<Request>,
    /// Requests for the same outputs of the same derivation are dealt with once, other sets anew.
    seen: HashedSet<(NodeId, OutputSet)>,
    /// Outputs that somebody wants, by their positions.
    wanted: HashedSet<(NodeId, u32)>,
    decided: HashedMap<NodeId, Decision>,
    needed_by: HashedMap<NodeId, NodeId>,
    /// Derivations of which an output of an output is needed, with the first that needs it.
    left_out: HashedMap<NodeId, NodeId>,
    fetches: HashedMap<StorePath, Fetch>,
    unknown: HashedMap<StorePath, Unknown>,
    plan: Plan,
}

impl<'a> Decisions<'a> {
    /// Returns how many derivations were looked at.
    #[must_use]
    pub const fn looked_at(&self) -> usize {
        self.plan.looked_at
    }

    /// Returns how many derivations are built.
    #[must_use]
    pub fn build_count(&self) -> usize {
        let builds = self.decided.values();
        builds.filter(|it| it.action == Action::Build).count()
    }

    /// Returns how many paths are fetched.
    #[must_use]
    pub fn fetch_count(&self) -> usize {
        self.fetches.len()
    }

    fn want_outputs(&mut self, derivation: &StorePath, wanted: &WantedOutputs) {
        let Some(node) = self.graph.find(derivation) else {
            self.note_unknown(derivation.clone(), Reason::NoDerivation);
            return;
        };
        let names = self.graph[node].derivation.outputs.keys();
        let outputs = positions(names, |name| match wanted {
            WantedOutputs::All => true,
            WantedOutputs::Names(wanted) => wanted.contains(name),
        });
        self.queue.push_back(Request::Outputs(node, outputs));
    }

    fn decide_outputs(&mut self, id: NodeId, wanted: &OutputSet) {
        if !self.seen.insert((id, wanted.clone())) {
            return;
        }
        self.plan.looked_at += 1;
        self.wanted
            .extend(wanted.iter().map(|&position| (id, position)));
        let graph = self.graph;
        let node = &graph[id];
        let mut missing: Vec<Missing<'_>> = Vec::new();
        let mut all_known = true;
        for (position, (name, output)) in (0..).zip(&node.derivation.outputs) {
            match output_path(graph, id, BStr::new(name), self.local, &self.identities) {
                // One unknown path is enough, whether it is wanted or not.
                None => all_known = false,
                Some(path)
                    if wanted.binary_search(&position).is_ok() && !self.local.contains(&path) =>
                {
                    missing.push(Missing { name, output, path });
                }
                Some(_) => {}
            }
        }
        if all_known && missing.is_empty() {
            self.decide(id, Action::Present, Reason::AlreadyValid);
            return;
        }
        let impure = |output: &DerivationOutput| matches!(output, DerivationOutput::Impure { .. });
        let must_build = if node.derivation.outputs.values().any(impure) {
            Reason::Impure
        } else if !self.settings.substitute {
            Reason::SubstitutionDisabled
        } else if !self.settings.always_allow_substitutes && !allows_substitutes(&node.derivation) {
            Reason::SubstitutesNotAllowed
        } else if self.substituters.caches().is_empty() {
            self.substituters.no_caches()
        } else if let Some(unknown) = self.look_up_realisations(id, wanted, all_known, &mut missing)
        {
            if let Reason::CacheFailed(fault) = &unknown {
                self.plan.failure.get_or_insert_with(|| fault.clone());
                self.decide(id, Action::Impossible, unknown);
                return;
            }
            unknown
        } else if missing.is_empty() {
            self.decide(id, Action::Present, Reason::AlreadyValid);
            return;
        } else {
            let (output, lookup) = match self.look_up_all(&missing) {
                Ok(hit) => {
                    let cache = hit.cache;
                    let reason = if all_known {
                        Reason::InCache { cache }
                    } else {
                        Reason::Realised { cache }
                    };
                    self.decide(id, Action::Fetch, reason);
                    for Missing { path, .. } in missing {
                        self.queue.push_back(Request::Path {
                            path,
                            asker: Asker::Output,
                        });
                    }
                    return;
                }
                Err(miss) => miss,
            };
            if let (Some(fault), false) = (lookup.failed, self.settings.fallback) {
                self.plan.failure.get_or_insert_with(|| fault.clone());
                self.decide(id, Action::Impossible, Reason::CacheFailed(fault));
                return;
            }
            Reason::NotInCaches {
                output,
                misses: lookup.misses,
            }
        };
        self.build(id, must_build);
    }

    /// Asks what wanted outputs turned out to be whose paths follow from their contents, and adds those that are missing.
    ///
    /// Returns why that is not known, if it is not.
    fn look_up_realisations(
        &self,
        id: NodeId,
        wanted: &OutputSet,
        all_known: bool,
        missing: &mut Vec<Missing<'a>>,
    ) -> Option<Reason> {
        if all_known {
            return None;
        }
        missing.clear();
        let graph = self.graph;
        for (position, (name, output)) in (0..).zip(&graph[id].derivation.outputs) {
            if wanted.binary_search(&position).is_err() {
                continue;
            }
            let Some(output_id) = self.identities.output(id, BStr::new(name)) else {
                return Some(Reason::OutputPathUnknown { misses: Vec::new() });
            };
            let lookup = self.substituters.realisation(&output_id);
            // The first failure ends everything, whatever `fallback` says.
            if let Some(fault) = lookup.failed {
                return Some(Reason::CacheFailed(fault));
            }
            let Some((_, realisation)) = lookup.found else {
                let misses = lookup.misses;
                return Some(Reason::OutputPathUnknown { misses });
            };
            if !self.local.contains(&realisation.path) {
                let path = realisation.path;
                missing.push(Missing { name, output, path });
            }
        }
        None
    }

    /// Asks for several outputs; gives the last hit, or the first output that nobody has.
    fn look_up_all(&self, outputs: &[Missing<'_>]) -> Result<Hit, (BString, Lookup)> {
        let mut last = None;
        for Missing { name, output, path } in outputs {
            let address = match output {
                DerivationOutput::Fixed { address, .. } => Some(address),
                _ => None,
            };
            let mut lookup = self.substituters.look_up(path, address);
            match lookup.hit.take() {
                Some(hit) => last = Some(hit),
                None => return Err(((*name).clone(), lookup)),
            }
        }
        Ok(last.expect("the caller asks for at least one output"))
    }

    fn build(&mut self, id: NodeId, reason: Reason) {
        let already = matches!(
            self.decided.get(&id),
            Some(Decision {
                action: Action::Build,
                ..
            })
        );
        self.decide(id, Action::Build, reason);
        if already {
            return;
        }
        let graph = self.graph;
        let derivation = &graph[id].derivation;
        for (path, inputs) in &derivation.input_drvs {
            self.leave_out(id, path, inputs);
            if inputs.outputs.is_empty() {
                continue;
            }
            let Some(input) = graph.find(path) else {
                self.note_unknown(path.clone(), Reason::NoDerivation);
                continue;
            };
            let names = graph[input].derivation.outputs.keys();
            let outputs = positions(names, |name| inputs.outputs.contains(name));
            self.needed_by.entry(input).or_insert(id);
            self.queue.push_back(Request::Outputs(input, outputs));
        }
    }

    /// Leaves out the outputs of outputs that a derivation needs.
    fn leave_out(&mut self, id: NodeId, input: &StorePath, inputs: &DerivationInputs) {
        if !inputs.dynamic.is_empty()
            && let Some(input) = self.graph.find(input)
        {
            self.left_out.entry(input).or_insert(id);
        }
        self.warn_of_dynamic(input, inputs, &mut Vec::new());
    }

    /// Warns of all outputs of outputs that are needed, which are left out.
    ///
    /// Recursion is bounded by the nesting of dynamic outputs.
    fn warn_of_dynamic(
        &mut self,
        derivation: &StorePath,
        needed: &DerivationInputs,
        outputs: &mut Vec<BString>,
    ) {
        for (output, inner) in &needed.dynamic {
            outputs.push(output.clone());
            let warning = Warning::Dynamic {
                derivation: derivation.clone(),
                outputs: outputs.clone(),
            };
            if !inner.outputs.is_empty() && !self.plan.warnings.contains(&warning) {
                self.plan.warnings.push(warning);
            }
            self.warn_of_dynamic(derivation, inner, outputs);
            outputs.pop();
        }
    }

    fn note_unknown(&mut self, path: StorePath, reason: Reason) {
        let unknown = Unknown {
            path: path.clone(),
            output_of: None,
            reason,
        };
        self.unknown.insert(path, unknown);
    }

    /// Notes a decision unless a weightier one was made on another request for the same derivation.
    fn decide(&mut self, id: NodeId, action: Action, reason: Reason) {
        let old = self.decided.get(&id);
        if old.is_none_or(|old| old.action.weight() < action.weight()) {
            self.decided.insert(id, Decision { action, reason });
        }
    }

    fn decide_path(&mut self, path: StorePath, asker: Asker) {
        if self.local.contains(&path)
            || self.fetches.contains_key(&path)
            || self.unknown.contains_key(&path)
        {
            return;
        }
        let lookup = if self.settings.substitute {
            self.substituters.look_up(&path, None)
        } else {
            Lookup::default()
        };
        let Some(Hit { cache, info }) = lookup.hit else {
            let reason = match (lookup.failed, asker) {
                (Some(fault), _) if !self.settings.fallback => {
                    self.plan.failure.get_or_insert_with(|| fault.clone());
                    Reason::CacheFailed(fault)
                }
                (_, Asker::Reference(of)) => Reason::MissingReference {
                    of,
                    misses: lookup.misses,
                },
                (_, Asker::User | Asker::Output) => Reason::NotSubstitutable {
                    misses: lookup.misses,
                },
            };
            self.note_unknown(path, reason);
            return;
        };
        let references: Vec<_> = info
            .references
            .iter()
            .filter(|reference| **reference != path)
            .cloned()
            .collect();
        for reference in &references {
            self.queue.push_back(Request::Path {
                path: reference.clone(),
                asker: Asker::Reference(path.clone()),
            });
        }
        let reason = match asker {
            Asker::User | Asker::Output => Reason::InCache { cache },
            Asker::Reference(of) => Reason::Reference { of, cache },
        };
        let fetch = Fetch {
            path: path.clone(),
            output_of: None,
            reason,
            download_size: info.file_size,
            nar_size: info.nar_size,
            references,
        };
        self.fetches.insert(path, fetch);
    }

    /// Says for each derivation of the graph what happens with it and why; takes time linear in the size of the graph.
    #[must_use]
    pub fn complete(mut self) -> Plan {
        let mut derivations: Vec<Option<DerivationPlan>> = vec![None; self.graph.len()];
        // From dependents to inputs, because what skips a dependent skips its inputs.
        let mut skipped_by: Vec<Option<Skipper>> = vec![None; self.graph.len()];
        for id in self.graph.ids().rev() {
            let plan = self.derivation_plan(id, skipped_by[id.index()].as_ref());
            let outputs = self.graph[id].outputs().zip(&plan.outputs);
            let outputs = outputs.map(|((name, path), it)| (name, path, it));
            let at_hand = skip::at_hand(outputs);
            let action = plan.decision.action;
            skip::pass_on(self.graph, id, action, at_hand, &mut skipped_by);
            derivations[id.index()] = Some(plan);
        }
        self.plan.derivations = derivations.into_iter().flatten().collect();
        if self.plan.failure.is_none() {
            self.plan.fetches = self.fetches.into_values().collect();
        }
        order::sort_by(&mut self.plan.fetches, |a, b| {
            (a.path.name(), &a.path).cmp(&(b.path.name(), &b.path))
        });
        self.plan.unknown = self.unknown.into_values().collect();
        order::sort_by(&mut self.plan.unknown, |a, b| a.path.cmp(&b.path));
        self.plan
    }

    fn not_needed(&self, id: NodeId, skipped_by: Option<&Skipper>) -> Reason {
        match self.left_out.get(&id) {
            Some(dependent) => Reason::DynamicInput {
                of: self.graph[*dependent].derivation.name.as_str().into(),
            },
            None => skip::not_needed(skipped_by),
        }
    }

    /// Puts together what was decided about a derivation and its outputs.
    fn derivation_plan(&mut self, id: NodeId, skipped_by: Option<&Skipper>) -> DerivationPlan {
        let graph = self.graph;
        let decided = self.decided.remove(&id);
        let builds = decided
            .as_ref()
            .is_some_and(|it| it.action == Action::Build);
        let mut at_hand = None;
        let mut outputs = Vec::with_capacity(graph[id].derivation.outputs.len());
        for (position, (name, _)) in (0..).zip(graph[id].outputs()) {
            let path = output_path(graph, id, name, self.local, &self.identities);
            let found = path.as_ref().and_then(|path| {
                if self.local.contains(path) {
                    return Some((Action::Present, Reason::AlreadyValid));
                }
                let fetch = self.fetches.get_mut(path)?;
                fetch.output_of = Some(id);
                Some((Action::Fetch, fetch.reason.clone()))
            });
            let (action, reason) = match (found, &decided) {
                (Some(found), _) => {
                    let heavier = |(action, _): &(Action, _)| action.weight() < found.0.weight();
                    if at_hand.as_ref().is_none_or(heavier) {
                        at_hand = Some(found.clone());
                    }
                    found
                }
                (None, Some(it)) if builds && !self.wanted.contains(&(id, position)) => {
                    (it.action, Reason::BuiltAlong)
                }
                (None, Some(it)) if builds || it.action == Action::Impossible => {
                    (it.action, it.reason.clone())
                }
                (None, decided) => match path.and_then(|path| self.unknown.get_mut(&path)) {
                    Some(unknown) => {
                        unknown.output_of = Some(id);
                        let found = (Action::Impossible, unknown.reason.clone());
                        at_hand = Some(found.clone());
                        found
                    }
                    None if decided.is_some() => (Action::NotNeeded, Reason::NotWanted),
                    None => (Action::NotNeeded, self.not_needed(id, skipped_by)),
                },
            };
            outputs.push(Decision { action, reason });
        }
        let decision = match decided {
            Some(decision) => decision,
            // Nobody asked for the derivation, but an output is there, or is fetched or missed as somebody's reference.
            None => {
                let (action, reason) =
                    at_hand.unwrap_or_else(|| (Action::NotNeeded, self.not_needed(id, skipped_by)));
                Decision { action, reason }
            }
        };
        let mut plan = DerivationPlan {
            decision,
            outputs,
            needed_by: self.needed_by.get(&id).copied(),
        };
        if self.plan.failure.is_some() {
            plan.decision.give_up();
            plan.outputs.iter_mut().for_each(Decision::give_up);
        }
        plan
    }
}

/// Returns the positions of the names for which `wanted` holds.
fn positions<'a>(
    names: impl Iterator<Item = &'a BString>,
    wanted: impl Fn(&BString) -> bool,
) -> OutputSet {
    (0..)
        .zip(names)
        .filter(|(_, name)| wanted(name))
        .map(|(position, _)| position)
        .collect()
}
