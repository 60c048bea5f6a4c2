//! Early cutoff: after the inputs of a derivation are there, it may turn out that nothing is left to build (rule 18).
//!
//! What is asked then is asked after those builds, when a cache that was left alone may be asked again.
//! Source: `libstore/build/derivation-goal.cc`.

use bstr::{BString, ByteSlice as _};
use drvlab_store::{OrderedSet, StorePath};

use super::World;
use super::goals::Worker;
use super::schedule::schedule;
use super::substitution::Abort;
use crate::graph::NodeId;
use crate::options::allows_substitutes;
use crate::plan::Action;
use crate::preparation::Prepared;
use crate::reason::Reason;

impl Worker<'_> {
    /// Returns the steps that made paths.
    pub(super) fn made_by<'p>(
        &self,
        paths: impl Iterator<Item = &'p StorePath>,
    ) -> OrderedSet<usize> {
        let made_by = paths.filter_map(|path| self.log.made_by.get(path));
        made_by.copied().collect()
    }

    /// Lets what is asked and fetched from now on come after steps; returns what it had to wait for until now.
    pub(super) fn begin_after(
        &mut self,
        steps: OrderedSet<usize>,
        known_at: u64,
    ) -> OrderedSet<usize> {
        let substituters = self.world.substituters;
        // Only a cache that is left alone for a while makes how late it is matter.
        if substituters.any_failed() {
            let schedule = schedule(&self.log.steps, self.world.settings);
            let ends = steps.iter().map(|step| schedule.spans[*step].end);
            substituters.set_time(ends.max().unwrap_or_default().max(known_at));
        }
        std::mem::replace(&mut self.log.waits_for, steps)
    }

    /// Looks whether all outputs of a resolved derivation are there or in a cache (rule 18).
    pub(super) fn cut_off(&mut self, node: NodeId, prepared: &Prepared, known_at: u64) -> bool {
        let World {
            graph,
            identities,
            substituters,
            ..
        } = *self.world;
        let settings = self.world.settings;
        let may_fetch = settings.substitute
            && (settings.always_allow_substitutes || allows_substitutes(&prepared.derivation));
        let wanted: Vec<(usize, BString)> = graph[node]
            .derivation
            .outputs
            .keys()
            .cloned()
            .enumerate()
            .filter(|(position, _)| self.outputs[node.index()][*position].is_some())
            .collect();
        for (position, output) in wanted {
            let mut from = None;
            let known = match prepared.output_id(&output) {
                Some(id) => match self.local.realisation(&id).cloned() {
                    Some(path) => Some(path),
                    None if !may_fetch => None,
                    None => substituters
                        .realisation(&id)
                        .found
                        .map(|(cache, realisation)| {
                            from = Some(cache);
                            realisation.path
                        }),
                },
                None => prepared.derivation.outputs[&output].path().cloned(),
            };
            let Some(path) = known.filter(|path| may_fetch || self.local.contains(path)) else {
                return false;
            };
            let before = self.log.steps.len();
            match self.fetch(&path, None, known_at) {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return false,
                Err(Abort(fault)) => {
                    self.decide_all(
                        node,
                        Action::Impossible,
                        &Reason::CacheFailed(fault.clone()),
                    );
                    self.abort(fault.text);
                    return false;
                }
            }
            if let Reason::InCache { cache } = self.cache_of(before, &path) {
                from = Some(cache);
            }
            if let Some(id) = prepared.output_id(&output) {
                self.learn(id, path.clone());
            }
            if let Some(id) = identities.output(node, output.as_bstr()) {
                self.learn(id, path);
            }
            let action = if from.is_some() {
                Action::Fetch
            } else {
                Action::Present
            };
            let reason = Reason::EarlyCutoff {
                resolved: prepared.path.clone(),
                cache: from,
            };
            self.overrule(node, position, action, reason);
        }
        true
    }
}
