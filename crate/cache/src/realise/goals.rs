//! Goals that get outputs of derivations: by fetching them, or else by building, which is in the module `builds`.
//!
//! Rules 1–4 and 17; source: `libstore/build/derivation-goal.cc`.

use drvlab_store::OrderedMap;
use std::collections::VecDeque;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};
use drvlab_store::derivation::DerivationKind;
use drvlab_store::{ContentAddress, DerivationOutput, OutputId, StorePath};

use super::substitution::{Abort, Fetcher, Log, NotFetched};
use super::{Outcome, Realised, Step, World};
use crate::graph::{Node, NodeId};
use crate::local_store::LocalStore;
use crate::options::allows_substitutes;
use crate::plan::skip::{self, Skipper};
use crate::plan::{Action, Decision, Plan, Wanted, WantedOutputs};
use crate::preparation::output_path;
use crate::reason::Reason;

/// Works through all that is wanted.
pub(super) fn run(
    world: &World<'_>,
    wanted: &[Wanted],
    local: LocalStore,
    plan: &Plan,
) -> Realised {
    let mut worker = Worker::new(world, local);
    match &plan.failure {
        Some(fault) => worker.abort(Rc::clone(&fault.text)),
        None => worker.work(wanted),
    }
    worker.finish(plan)
}

/// A derivation that must be built.
pub(super) struct Pending {
    /// Why.
    pub(super) reason: Reason,
    /// Milliseconds until that was known.
    pub(super) known_at: u64,
}

/// Outputs that are wanted, with the time at which that is known.
type Want = (NodeId, Vec<BString>, u64);

/// Why an output must be built, or that it is there.
enum Attempt {
    Valid(Action, Reason),
    Build(Reason),
    Fail(Reason, Rc<str>),
}

pub(super) struct Worker<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) fetcher: Fetcher<'a>,
    pub(super) log: Log,
    pub(super) local: LocalStore,
    pub(super) learned: Vec<(OutputId, StorePath)>,
    pub(super) decided: Vec<Option<Decision>>,
    pub(super) outputs: Vec<Vec<Option<Decision>>>,
    /// What must be built, by index.
    pub(super) pending: OrderedMap<NodeId, Pending>,
    /// What is still to be looked at.
    queue: VecDeque<Want>,
    /// The first failure.
    pub(super) failure: Option<Rc<str>>,
    /// Whether nothing is begun any more.
    pub(super) stopped: bool,
    /// Whether that is so whatever `keep-going` says.
    pub(super) aborted: bool,
    /// How many derivations that were outputs of builds led here.
    pub(super) depth: usize,
    /// Milliseconds until it was known what is wanted.
    pub(super) known_at: u64,
}

impl<'a> Worker<'a> {
    /// Makes a worker that has done nothing yet.
    pub(super) fn new(world: &'a World<'a>, local: LocalStore) -> Self {
        let outputs = |node: &Node| vec![None; node.derivation.outputs.len()];
        Self {
            world,
            fetcher: Fetcher::new(world),
            log: Log::default(),
            local,
            learned: Vec::new(),
            decided: vec![None; world.graph.len()],
            outputs: world.graph.nodes().iter().map(outputs).collect(),
            pending: OrderedMap::new(),
            queue: VecDeque::new(),
            failure: None,
            stopped: false,
            aborted: false,
            depth: 0,
            known_at: 0,
        }
    }
}

impl Worker<'_> {
    pub(super) fn work(&mut self, wanted: &[Wanted]) {
        for wanted in wanted {
            match wanted {
                Wanted::Outputs {
                    derivation,
                    outputs,
                } => self.want_wanted(derivation, |name| match outputs {
                    WantedOutputs::All => true,
                    WantedOutputs::Names(wanted) => wanted.contains(name),
                }),
                Wanted::Dynamic { derivation, needed } => {
                    self.want_wanted(derivation, |name| needed.dynamic.contains_key(name));
                }
                Wanted::Path(path) => {
                    let settings = self.world.settings;
                    let fetched = if self.local.contains(path) {
                        Ok(())
                    } else if settings.substitute {
                        match self.fetch(path, None, 0) {
                            Ok(fetched) => fetched.map_err(|_| ()),
                            Err(Abort(fault)) => {
                                self.abort(fault.text);
                                Ok(())
                            }
                        }
                    } else {
                        Err(())
                    };
                    if fetched.is_err() {
                        let path = settings.store_dir.display(path);
                        self.fail(format!("path '{path}' is required, but there is no substituter that can build it").into());
                    }
                }
            }
            if self.aborted {
                return;
            }
        }
        // Builds about which no cache is asked begin at once if nothing is missing for them.
        let asking = self.want_all(|worker, node| worker.must_build(node).is_none());
        self.build_all(|worker, node| worker.failed_input(node).is_none());
        self.queue.extend(asking);
        // Whatever can be fetched is fetched while nothing else is built: asking is quick, building is not.
        self.want_all(|_, _| false);
        self.build_all(|_, _| true);
        for wanted in wanted {
            if let Wanted::Dynamic { derivation, needed } = wanted {
                self.realise_wanted(derivation, needed);
            }
        }
    }

    /// Puts the chosen outputs of a derivation into the queue.
    fn want_wanted(&mut self, derivation: &StorePath, chosen: impl Fn(&BString) -> bool) {
        let Some(node) = self.world.graph.find(derivation) else {
            let path = self.world.settings.store_dir.display(derivation);
            self.abort(format!("failed to obtain derivation of '{path}'").into());
            return;
        };
        let names = self.world.graph[node].derivation.outputs.keys();
        let names = names.filter(|name| chosen(name)).cloned().collect();
        self.queue.push_back((node, names, self.known_at));
    }

    /// Takes up what is left when something has ended everything, as jobs do that know nothing of each other.
    pub(super) fn go_on(&mut self) {
        while self.aborted {
            self.aborted = false;
            self.stopped = false;
            self.build_all(|_, _| true);
        }
    }

    /// Works through the queue but for what is put off, which is returned.
    fn want_all(&mut self, put_off: impl Fn(&Self, NodeId) -> bool) -> Vec<Want> {
        let mut left = Vec::new();
        while let Some(want) = self.queue.pop_front() {
            if self.stopped {
                break;
            }
            if put_off(self, want.0) {
                left.push(want);
            } else {
                self.want(want.0, &want.1, want.2);
            }
        }
        left
    }

    /// Builds what is pending and chosen, inputs first.
    fn build_all(&mut self, chosen: impl Fn(&Self, NodeId) -> bool) {
        let chosen: Vec<NodeId> = self
            .pending
            .keys()
            .copied()
            .filter(|id| chosen(self, *id))
            .collect();
        for id in chosen {
            if self.stopped {
                return;
            }
            if let Some(pending) = self.pending.remove(&id) {
                self.build(id, pending);
            }
        }
    }

    /// Notes that something cannot be had.
    pub(super) fn fail(&mut self, why: Rc<str>) {
        self.failure.get_or_insert(why);
        self.stopped |= !self.world.settings.keep_going;
    }

    /// Ends everything, as a cache failure does even if the client wants to keep going.
    pub(super) fn abort(&mut self, why: Rc<str>) {
        self.failure.get_or_insert(why);
        self.stopped = true;
        self.aborted = true;
    }

    pub(super) fn fetch(
        &mut self,
        path: &StorePath,
        address: Option<ContentAddress>,
        known_at: u64,
    ) -> Result<Result<(), NotFetched>, Abort> {
        self.fetcher
            .fetch(path, address, known_at, &mut self.local, &mut self.log)
    }

    /// Gets outputs that can be had without a build, and notes if one is needed.
    fn want(&mut self, node: NodeId, outputs: &[BString], known_at: u64) {
        let mut reason = None;
        let mut known_at = known_at;
        for output in outputs {
            let Some(position) = self.world.graph[node]
                .derivation
                .outputs
                .keys()
                .position(|name| name == output)
            else {
                let path = self
                    .world
                    .settings
                    .store_dir
                    .display(&self.world.graph[node].path);
                self.fail(
                    format!("derivation '{path}' does not have wanted outputs '{output}'").into(),
                );
                continue;
            };
            match self.attempt(node, output, &mut known_at) {
                Ok(Attempt::Valid(action, why)) => self.decide(node, position, action, why),
                Ok(Attempt::Build(why)) => {
                    self.decide(node, position, Action::Build, why.clone());
                    reason.get_or_insert(why);
                }
                Ok(Attempt::Fail(why, message)) => {
                    self.decide(node, position, Action::Impossible, why);
                    self.fail(message);
                }
                Err(Abort(fault)) => {
                    let why = Reason::CacheFailed(fault.clone());
                    self.decide(node, position, Action::Impossible, why);
                    self.abort(fault.text);
                }
            }
            if self.stopped {
                return;
            }
        }
        let Some(reason) = reason.filter(|_| !self.pending.contains_key(&node)) else {
            return;
        };
        self.pending.insert(node, Pending { reason, known_at });
        for (path, wanted) in &self.world.graph[node].derivation.input_drvs {
            let Some(input) = self.world.graph.find(path) else {
                let path = self.world.settings.store_dir.display(path);
                self.fail(format!("failed to obtain derivation of '{path}'").into());
                continue;
            };
            // Of outputs that are derivations themselves the texts are needed.
            let outputs = wanted.outputs.iter().chain(wanted.dynamic.keys());
            self.queue
                .push_back((input, outputs.cloned().collect(), known_at));
        }
    }

    /// Returns why no cache is asked for outputs of a derivation, if that is so (rules 1 to 3).
    fn must_build(&self, node: NodeId) -> Option<Reason> {
        let World {
            graph,
            substituters,
            settings,
            ..
        } = *self.world;
        let derivation = &graph[node].derivation;
        if derivation.kind() == Ok(DerivationKind::Impure) {
            Some(Reason::Impure)
        } else if !settings.substitute {
            Some(Reason::SubstitutionDisabled)
        } else if !settings.always_allow_substitutes && !allows_substitutes(derivation) {
            Some(Reason::SubstitutesNotAllowed)
        } else if substituters.caches().is_empty() {
            Some(substituters.no_caches())
        } else {
            None
        }
    }

    /// Tries to get an output without a build.
    fn attempt(
        &mut self,
        node: NodeId,
        output: &BString,
        known_at: &mut u64,
    ) -> Result<Attempt, Abort> {
        let World {
            graph,
            identities,
            substituters,
            settings,
            ..
        } = *self.world;
        let derivation = &graph[node].derivation;
        let name = BStr::new(output);
        let must_build = self.must_build(node);
        if must_build == Some(Reason::Impure) {
            return Ok(Attempt::Build(Reason::Impure));
        }
        let path = output_path(graph, node, name, &self.local, identities);
        if path.as_ref().is_some_and(|path| self.local.contains(path)) {
            // It may have been fetched a moment ago, as something that another path refers to.
            let reason = path.map_or(Reason::AlreadyValid, |path| self.cache_of(0, &path));
            let action = match reason {
                Reason::InCache { .. } => Action::Fetch,
                _ => Action::Present,
            };
            return Ok(Attempt::Valid(action, reason));
        }
        if let Some(reason) = must_build {
            return Ok(Attempt::Build(reason));
        }
        let latency = |count: usize| -> u64 {
            let asked = substituters.caches().iter().take(count);
            asked
                .map(|cache| u64::from(cache.conditions().latency))
                .sum()
        };
        let (path, realised) = match path {
            Some(path) => (path, None),
            None => {
                let Some(id) = identities.output(node, name) else {
                    return Ok(Attempt::Build(Reason::OutputPathUnknown {
                        misses: Vec::new(),
                    }));
                };
                let lookup = substituters.realisation(&id);
                *known_at = known_at.saturating_add(latency(lookup.misses.len() + 1));
                let Some((cache, realisation)) = lookup.found else {
                    return Ok(match lookup.failed {
                        Some(fault) if !settings.fallback => {
                            self.substitutes_failed(node, Reason::CacheFailed(fault))
                        }
                        _ => Attempt::Build(Reason::OutputPathUnknown {
                            misses: lookup.misses,
                        }),
                    });
                };
                (realisation.path, Some((id, cache)))
            }
        };
        let address = match &derivation.outputs[output] {
            DerivationOutput::Fixed { address, .. } => Some(*address),
            _ => None,
        };
        let before = self.log.steps.len();
        let fetched = self.fetch(&path, address, *known_at)?;
        *known_at = known_at.saturating_add(latency(usize::MAX));
        match fetched {
            Ok(()) => {
                let reason = match realised {
                    Some((id, cache)) => {
                        self.learn(id, path);
                        Reason::Realised { cache }
                    }
                    None => self.cache_of(before, &path),
                };
                Ok(Attempt::Valid(Action::Fetch, reason))
            }
            Err(why) if why.failed && !settings.fallback => {
                Ok(self.substitutes_failed(node, Reason::SubstitutesFailed { misses: why.misses }))
            }
            Err(why) => Ok(Attempt::Build(Reason::NotInCaches {
                output: output.clone(),
                misses: why.misses,
            })),
        }
    }

    fn substitutes_failed(&self, node: NodeId, reason: Reason) -> Attempt {
        let path = self
            .world
            .settings
            .store_dir
            .display(&self.world.graph[node].path);
        let message = format!(
            "some substitutes for the outputs of derivation '{path}' failed (usually happens due to networking issues); \
             try '--fallback' to build derivation from source"
        );
        Attempt::Fail(reason, message.into())
    }

    /// Returns from which cache a path came that was fetched since a step.
    pub(super) fn cache_of(&self, before: usize, path: &StorePath) -> Reason {
        let step = self.log.made_by.get(path).filter(|step| **step >= before);
        match step.map(|step| &self.log.steps[*step].step) {
            Some(Step::Fetch { cache, .. }) => Reason::InCache {
                cache: Rc::clone(cache),
            },
            _ => Reason::AlreadyValid,
        }
    }

    pub(super) fn learn(&mut self, id: OutputId, path: StorePath) {
        self.local.insert_realisation(id.clone(), path.clone());
        self.learned.push((id, path));
    }

    /// Notes what happens with an output, unless that is known.
    fn decide(&mut self, node: NodeId, position: usize, action: Action, reason: Reason) {
        let output = &mut self.outputs[node.index()][position];
        if output.is_none() {
            *output = Some(Decision { action, reason });
        }
    }

    pub(super) fn overrule(
        &mut self,
        node: NodeId,
        position: usize,
        action: Action,
        reason: Reason,
    ) {
        self.outputs[node.index()][position] = Some(Decision { action, reason });
    }

    pub(super) fn decide_all(&mut self, node: NodeId, action: Action, reason: &Reason) {
        for output in self.outputs[node.index()].iter_mut() {
            if output.as_ref().is_none_or(|it| it.action == Action::Build) {
                *output = Some(Decision {
                    action,
                    reason: reason.clone(),
                });
            }
        }
        self.decided[node.index()] = Some(Decision {
            action,
            reason: reason.clone(),
        });
    }

    fn finish(mut self, plan: &Plan) -> Realised {
        let graph = self.world.graph;
        self.give_up_pending();
        let mut derivations: Vec<Option<Outcome>> = vec![None; graph.len()];
        let mut skipped_by: Vec<Option<Skipper>> = vec![None; graph.len()];
        for id in graph.ids().rev() {
            let outcome = self.outcome(id, plan, skipped_by[id.index()].as_ref());
            let at_hand = graph[id]
                .outputs()
                .zip(&outcome.outputs)
                .zip(&outcome.paths);
            let at_hand =
                at_hand.map(|(((name, _), decision), path)| (name, path.as_ref(), decision));
            skip::pass_on(
                graph,
                id,
                outcome.decision.action,
                skip::at_hand(at_hand),
                &mut skipped_by,
            );
            derivations[id.index()] = Some(outcome);
        }
        Realised {
            derivations: derivations.into_iter().flatten().collect(),
            steps: self.log.steps,
            failure: self.failure,
            aborted: self.aborted,
            warnings: self.log.warnings,
            broken: self.log.broken,
            local: self.local,
            learned: self.learned,
        }
    }

    /// Notes why things were not built after a failure.
    pub(super) fn give_up_pending(&mut self) {
        for id in std::mem::take(&mut self.pending).into_keys() {
            let inputs = self.world.graph[id].inputs.iter();
            let failed = inputs.copied().find(|input| {
                let decided = self.decided[input.index()].as_ref();
                decided.is_some_and(|it| {
                    it.action == Action::Impossible && it.reason != Reason::NotReached
                })
            });
            let reason = match failed {
                Some(input) => Reason::InputFailed {
                    input: self.world.graph[input].derivation.name.as_str().into(),
                },
                None => Reason::NotReached,
            };
            self.decide_all(id, Action::Impossible, &reason);
        }
    }

    fn outcome(&mut self, id: NodeId, plan: &Plan, skipped_by: Option<&Skipper>) -> Outcome {
        let World {
            graph, identities, ..
        } = *self.world;
        let names = graph[id].derivation.outputs.keys();
        let paths: Vec<_> = names
            .map(|name| output_path(graph, id, name.as_bstr(), &self.local, identities))
            .collect();
        let planned = &plan.derivations[id.index()];
        let default = || match &self.failure {
            Some(_) if plan.failure.is_some() => planned.decision.clone(),
            Some(_)
                if self.stopped
                    && matches!(planned.decision.action, Action::Build | Action::Fetch) =>
            {
                Decision {
                    action: Action::Impossible,
                    reason: Reason::NotReached,
                }
            }
            _ => Decision {
                action: Action::NotNeeded,
                reason: skip::not_needed(skipped_by),
            },
        };
        let asked = self.outputs[id.index()].iter().any(Option::is_some);
        let mut outputs = Vec::with_capacity(paths.len());
        for (decided, path) in self.outputs[id.index()].iter().zip(&paths) {
            let made_by = path.as_ref().and_then(|path| self.log.made_by.get(path));
            let broken = self.log.broken.iter();
            let broken = broken.filter(|(broken, _)| path.as_ref() == Some(broken));
            let misses: Vec<_> = broken.map(|(_, miss)| miss.clone()).collect();
            outputs.push(
                match (decided, made_by.map(|step| &self.log.steps[*step].step)) {
                    (Some(decision), _) => decision.clone(),
                    (None, Some(Step::Fetch { cache, .. })) => {
                        // Nobody asked for the derivation's output, so it came as somebody's reference.
                        let reason = Reason::InCache {
                            cache: Rc::clone(cache),
                        };
                        Decision {
                            action: Action::Fetch,
                            reason,
                        }
                    }
                    (None, _) if path.as_ref().is_some_and(|path| self.local.contains(path)) => {
                        Decision {
                            action: Action::Present,
                            reason: Reason::AlreadyValid,
                        }
                    }
                    // It was to be fetched as somebody's reference.
                    (None, _) if !misses.is_empty() => Decision {
                        action: Action::Impossible,
                        reason: Reason::SubstitutesFailed { misses },
                    },
                    (None, _) if asked => Decision {
                        action: Action::NotNeeded,
                        reason: Reason::NotWanted,
                    },
                    (None, _) => default(),
                },
            );
        }
        let weightiest = outputs.iter().max_by_key(|it| it.action.weight()).cloned();
        let decision = self.decided[id.index()]
            .take()
            .or(weightiest)
            .unwrap_or_else(default);
        Outcome {
            decision,
            outputs,
            paths,
        }
    }
}
