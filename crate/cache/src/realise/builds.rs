//! Building one derivation whose inputs have been seen to: whether this machine can, what came of it, what is registered.
//!
//! Rules 5, 6 and 18; source: `libstore/build/derivation-building-goal.cc`.

use std::rc::Rc;

use bstr::{BString, ByteSlice as _};
use drvlab_build::StoreObject;
use drvlab_store::{OrderedMap, StorePath};

use super::goals::{Pending, Worker};
use super::{Done, Step, World, written_derivation};
use crate::building::{self, BuildFailure, Finished};
use crate::graph::NodeId;
use crate::options::{prefers_local_build, required_features};
use crate::plan::{Action, Decision};
use crate::preparation::{Prepared, output_path, prepare};
use crate::reason::Reason;

impl Worker<'_> {
    /// Builds a derivation whose inputs are there.
    pub(super) fn build(&mut self, node: NodeId, pending: Pending) {
        let Pending { reason, known_at } = pending;
        let World {
            graph,
            identities,
            settings,
            ..
        } = *self.world;
        let failed = match self.failed_input(node) {
            Some(input) => Some(input),
            None => self.realise_dynamic(node, known_at).err(),
        };
        if let Some(input) = failed {
            let message = format!(
                "Cannot build '{}'.\n       Reason: 1 dependency failed.",
                settings.store_dir.display(&graph[node].path)
            );
            self.decide_all(node, Action::Impossible, &Reason::InputFailed { input });
            self.fail(message.into());
            return;
        }
        let prepared = prepare(graph, node, &self.local, identities, &settings.store_dir);
        let Some(prepared) = prepared else {
            let path = settings.store_dir.display(&graph[node].path);
            let input = "an output of an output".into();
            self.decide_all(node, Action::Impossible, &Reason::InputFailed { input });
            self.fail(format!("the inputs of '{path}' are not known").into());
            return;
        };
        if prepared.resolved {
            let inputs = self.made_by(prepared.inputs().iter());
            let before = self.begin_after(inputs, known_at);
            let cut_off = self.cut_off(node, &prepared, known_at);
            self.log.waits_for = before;
            if cut_off {
                return;
            }
        }
        if self.stopped {
            return;
        }
        if let Some((why, message)) = self.objection(&prepared) {
            self.decide_all(node, Action::Impossible, &why);
            self.fail(message);
            return;
        }
        let reason = if prefers_local_build(&graph[node].derivation) {
            Reason::BuiltHere(Box::new(reason))
        } else {
            reason
        };
        self.run_builder(node, &prepared, reason, known_at);
    }

    /// Returns the name of an input that is not there after all has been tried.
    pub(super) fn failed_input(&self, node: NodeId) -> Option<Rc<str>> {
        let World {
            graph, identities, ..
        } = *self.world;
        for (path, wanted) in &graph[node].derivation.input_drvs {
            let Some(input) = graph.find(path) else {
                return Some(path.name().into());
            };
            for output in wanted.outputs.iter().chain(wanted.dynamic.keys()) {
                let path = output_path(graph, input, output.as_bstr(), &self.local, identities);
                if !path.is_some_and(|path| self.local.contains(&path)) {
                    return Some(graph[input].derivation.name.as_str().into());
                }
            }
        }
        None
    }

    /// Returns why this machine does not build a derivation (rule 6).
    fn objection(&self, prepared: &Prepared) -> Option<(Reason, Rc<str>)> {
        let settings = self.world.settings;
        let derivation = &prepared.derivation;
        let cannot = format!(
            "Cannot build '{}'.\n       Reason: ",
            settings.store_dir.display(&prepared.path)
        );
        if settings.max_jobs == 0 {
            let message = format!("{cannot}local builds are disabled (max-jobs = 0)");
            return Some((Reason::NoBuildJobs, message.into()));
        }
        if settings.all_machines {
            return None;
        }
        if !settings.runs(derivation.system.as_bstr()) {
            let message = format!(
                "{cannot}platform mismatch\n       Required system: '{}'\n       Current system: '{}'",
                derivation.system, settings.system
            );
            return Some((
                Reason::WrongSystem(derivation.system.clone()),
                message.into(),
            ));
        }
        let required = required_features(derivation);
        let missing: Vec<_> = required
            .difference(&settings.system_features)
            .cloned()
            .collect();
        if missing.is_empty() {
            return None;
        }
        let message = format!("{cannot}missing system features");
        Some((Reason::MissingFeatures(missing), message.into()))
    }

    /// Runs the builder, and registers what it leaves behind.
    fn run_builder(&mut self, node: NodeId, prepared: &Prepared, reason: Reason, known_at: u64) {
        let World {
            graph,
            settings,
            builder,
            ..
        } = *self.world;
        let built = building::build(builder, &prepared.job(&self.local, &settings.store_dir));
        let built = match built {
            Ok(built) => self.check_written(built).map_err(|failed| (failed, true)),
            Err(failed) => Err((failed, false)),
        };
        let (log, slept) = match &built {
            Ok(built) => (&built.log, built.slept),
            Err((failed, _)) => (&failed.log, failed.slept),
        };
        let outputs = built.iter().flat_map(|built| built.outputs.values());
        self.log.steps.push(Done {
            after: self.made_by(prepared.inputs().iter()).into_iter().collect(),
            known_at,
            step: Step::Build {
                node: Some(node),
                derivation: graph[node].path.clone(),
                resolved: prepared.resolved.then(|| prepared.path.clone()),
                outputs: outputs.map(|(path, _)| path.clone()).collect(),
                log: Rc::clone(log),
                simulated: built
                    .as_ref()
                    .ok()
                    .and_then(|built| built.simulated.clone()),
                duration: builder.duration(&prepared.derivation).saturating_add(slept),
                failure: built
                    .as_ref()
                    .err()
                    .map(|(failed, _)| Rc::clone(&failed.reason)),
            },
        });
        match built {
            Ok(built) => self.register(node, prepared, &reason, built.outputs),
            Err((failed, ends_everything)) => {
                let why = failed.reason;
                let reason = Reason::BuildFailed(Rc::clone(&why));
                self.decide_all(node, Action::Impossible, &reason);
                if ends_everything {
                    self.abort(why);
                } else {
                    let path = settings.store_dir.display(&prepared.path);
                    self.fail(format!("Cannot build '{path}'.\n       Reason: {why}.").into());
                }
            }
        }
    }

    /// Checks derivations among what a build has written; one that is wrong makes it a failure, which ends everything.
    fn check_written(&mut self, built: Finished) -> Result<Finished, BuildFailure> {
        let World {
            graph, settings, ..
        } = *self.world;
        let store_dir = &settings.store_dir;
        let warnings = &mut self.log.warnings;
        let checked = built.outputs.values().try_for_each(|(path, object)| {
            written_derivation::check(path, object, graph, &self.local, store_dir, warnings)
        });
        match checked {
            Ok(()) => Ok(built),
            Err(reason) => Err(BuildFailure {
                reason,
                log: built.log,
                slept: built.slept,
            }),
        }
    }

    /// Registers the outputs of the last step.
    fn register(
        &mut self,
        node: NodeId,
        prepared: &Prepared,
        reason: &Reason,
        built: OrderedMap<BString, (StorePath, StoreObject)>,
    ) {
        // What refers to it could not be fetched without it, and now can.
        self.fetcher.forget();
        let step = self.log.steps.len() - 1;
        for (position, (output, (path, object))) in built.into_iter().enumerate() {
            self.log.made_by.insert(path.clone(), step);
            // Building a resolved derivation tells what its own outputs are; what those of the original are is noted for wanted ones.
            let noted = !prepared.resolved || self.outputs[node.index()][position].is_some();
            let own = self.world.identities.output(node, output.as_bstr());
            for id in [own.filter(|_| noted), prepared.output_id(&output)]
                .into_iter()
                .flatten()
            {
                self.learn(id, path.clone());
            }
            // What was valid before stays as it is.
            if !self.local.contains(&path) {
                self.local.insert_object(path, Rc::new(object));
            }
            let decided = &mut self.outputs[node.index()][position];
            if decided.as_ref().is_none_or(|it| it.action == Action::Build) {
                let reason = match decided {
                    Some(_) => reason.clone(),
                    None => Reason::BuiltAlong,
                };
                *decided = Some(Decision {
                    action: Action::Build,
                    reason,
                });
            }
        }
        self.decided[node.index()] = Some(Decision {
            action: Action::Build,
            reason: reason.clone(),
        });
    }
}
