//! Outputs of outputs: a build gives the text of a derivation, which is read and then realised like any other.
//!
//! Rule 19; source: `libstore/build/derivation-trampoline-goal.cc`. What is found out while building is no part of the graph of the
//! evaluation. It is worked through with a graph of its own, in the same store and the same row of steps.

use std::rc::Rc;

use bstr::{BString, ByteSlice as _};
use drvlab_store::{DerivationInputs, StorePath};

use super::Step;
use super::goals::Worker;
use super::substitution::Fetcher;
use crate::derivation_texts::{self, TextError};
use crate::graph::{DerivationGraph, NodeId};
use crate::identity::Identities;
use crate::plan::{Action, Wanted};
use crate::preparation::output_path;
use crate::realise::World;
use crate::reason::Reason;

/// Outputs of outputs that lead from one to the next are followed so far.
const MAX_DEPTH: usize = 32;

impl Worker<'_> {
    /// Gets all outputs of outputs that a derivation needs; tells the name of what cannot be had.
    pub(super) fn realise_dynamic(&mut self, node: NodeId, known_at: u64) -> Result<(), Rc<str>> {
        let inputs = &self.world.graph[node].derivation.input_drvs;
        inputs
            .iter()
            .try_for_each(|(input, needed)| self.realise_needed(input, needed, known_at))
    }

    /// Gets what is wanted of outputs of outputs.
    pub(super) fn realise_wanted(&mut self, derivation: &StorePath, needed: &DerivationInputs) {
        if !self.stopped
            && self
                .realise_needed(derivation, needed, self.known_at)
                .is_err()
        {
            let path = self.world.settings.store_dir.display(derivation);
            let outputs = needed.dynamic.keys().map(|output| format!("^{output}"));
            let outputs: String = outputs.collect();
            self.fail(format!("failed to obtain derivation of '{path}{outputs}'").into());
        }
    }

    /// Gets all outputs of outputs of a derivation that are needed; tells the name of what cannot be had.
    fn realise_needed(
        &mut self,
        derivation: &StorePath,
        needed: &DerivationInputs,
        known_at: u64,
    ) -> Result<(), Rc<str>> {
        let World {
            graph, identities, ..
        } = *self.world;
        for (output, inner) in &needed.dynamic {
            let path = graph
                .find(derivation)
                .and_then(|id| output_path(graph, id, output.as_bstr(), &self.local, identities));
            let path = path.ok_or_else(|| derivation.name())?;
            self.local
                .insert_output(derivation.clone(), output.clone(), path.clone());
            self.realise_text(&path, inner, known_at)?;
        }
        Ok(())
    }

    /// Gets outputs of the derivation whose text is a store object, and of derivations that these are.
    ///
    /// Recursion is bounded by the nesting of dynamic outputs.
    fn realise_text(
        &mut self,
        path: &StorePath,
        needed: &DerivationInputs,
        known_at: u64,
    ) -> Result<(), Rc<str>> {
        let names = needed.outputs.iter().chain(needed.dynamic.keys());
        let names: Vec<BString> = names.cloned().collect();
        if self.realise_outputs(path, &names, known_at).is_none() {
            return Err(path.name().into());
        }
        for (output, inner) in &needed.dynamic {
            let text = self.local.output(path, output).cloned();
            self.realise_text(&text.ok_or_else(|| path.name())?, inner, known_at)?;
        }
        Ok(())
    }

    /// Gets outputs of the derivation at a path, which need not be in the graph; nothing after a failure.
    fn realise_outputs(
        &mut self,
        path: &StorePath,
        names: &[BString],
        known_at: u64,
    ) -> Option<()> {
        let settings = self.world.settings;
        let graph = match self.graph_of(path, names) {
            Ok(graph) => graph,
            Err(why) => {
                // The reference throws, which ends everything.
                self.abort(why);
                return None;
            }
        };
        let identities = Identities::new(&graph, &settings.store_dir);
        let world = World {
            graph: &graph,
            identities: &identities,
            ..*self.world
        };
        let first = self.log.steps.len();
        let text = self.made_by(std::iter::once(path));
        let before = self.begin_after(text, known_at);
        let mut inner = Worker::new(&world, std::mem::take(&mut self.local));
        inner.log = std::mem::take(&mut self.log);
        inner.learned = std::mem::take(&mut self.learned);
        inner.depth = self.depth + 1;
        inner.known_at = known_at;
        inner.work(&[Wanted::outputs(path.clone(), names)]);
        inner.give_up_pending();
        for name in names {
            let id = graph.find(path);
            let found = id
                .and_then(|id| output_path(&graph, id, name.as_bstr(), &inner.local, &identities));
            if let Some(found) = found.filter(|found| inner.local.contains(found)) {
                inner.local.insert_output(path.clone(), name.clone(), found);
            }
        }
        let failure = inner.failure.take();
        let aborted = inner.aborted;
        let (decided, outputs) = (inner.decided, inner.outputs);
        self.log = inner.log;
        self.log.waits_for = before;
        self.local = inner.local;
        self.learned = inner.learned;
        self.fetcher = Fetcher::new(self.world);
        let text_made_by = self.log.made_by.get(path).copied();
        for done in &mut self.log.steps[first..] {
            if done.after.is_empty() {
                done.after.extend(text_made_by);
            }
            if let Step::Build {
                node, derivation, ..
            } = &mut done.step
            {
                *node = self.world.graph.find(derivation);
            }
        }
        // What both graphs have has been seen to.
        for (id, decision) in graph.ids().zip(decided) {
            let Some(own) = self.world.graph.find(&graph[id].path) else {
                continue;
            };
            let Some(decision) = decision else { continue };
            if decision.action == Action::Impossible && decision.reason == Reason::NotReached {
                continue;
            }
            self.pending.remove(&own);
            self.decided[own.index()].get_or_insert(decision);
            let theirs = outputs[id.index()].iter();
            for (ours, theirs) in self.outputs[own.index()].iter_mut().zip(theirs) {
                if theirs.is_some() {
                    ours.clone_from(theirs);
                }
            }
        }
        match failure {
            Some(failure) if aborted => self.abort(failure),
            Some(failure) => self.fail(failure),
            None => return Some(()),
        }
        None
    }

    /// Makes a graph of the derivation at a path and of all that it needs, and looks whether it has outputs of these names.
    fn graph_of(&self, path: &StorePath, names: &[BString]) -> Result<DerivationGraph, Rc<str>> {
        if self.depth == MAX_DEPTH {
            let message =
                format!("more than {MAX_DEPTH} derivations are each the output of another");
            return Err(message.into());
        }
        let shown = self.world.settings.store_dir.display(path);
        let read = |path: &StorePath| {
            derivation_texts::find(
                path,
                self.world.graph,
                &self.local,
                &self.world.settings.store_dir,
            )
        };
        let derivation = read(path).map_err(|error| match error {
            TextError::Unknown(why) => format!("derivation '{shown}' cannot be read: {why}"),
            // What follows is worded in another way here.
            TextError::Parse(_) => format!("error parsing derivation '{shown}'"),
        })?;
        if let Some(name) = names
            .iter()
            .find(|it| !derivation.outputs.contains_key(*it))
        {
            let message = format!("derivation '{shown}' does not have output '{name}'");
            return Err(message.into());
        }
        DerivationGraph::new([path.clone()], |path| read(path).ok())
            .map_err(|error| error.to_string().into())
    }
}
