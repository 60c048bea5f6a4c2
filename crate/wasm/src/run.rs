//! From runs of a world to what the page gets to see of them.

use drvlab_store::OrderedSet;

use drvlab_cache::plan::Decision;
use drvlab_cache::realise::Step;
use drvlab_cache::world::{Evaluated, Run, World};
use drvlab_cache::{DerivationGraph, Realised, fix, rules, size};
use drvlab_store::StoreDir;

use crate::diagnostics::text;
use crate::model::run::{
    Assertion, Cost, Decided, DroppedCache, RuleText, RunDerivation, RunOutput, RunReport, RunStep,
};
use crate::report::action;
use crate::workspace::Workspace;

/// Of the log of a build that failed so many bytes at the end are shown.
const MAX_LOG: usize = 20_000;

/// A run with what it is about.
struct Picture<'a> {
    run: &'a Run,
    graph: &'a DerivationGraph,
    store_dir: &'a StoreDir,
}

impl Workspace {
    /// Finds out what the dry run says of the last evaluation and what Nix does; empty if there is nothing to say.
    pub(crate) fn run_current(&mut self) -> RunReport {
        let Some(current) = self.current_with_sources() else {
            return RunReport::default();
        };
        let entry = current.entry.clone();
        let (plain, shown) = (current.plain.clone(), current.shown.clone());
        let run = self.run_of(&entry, &shown);
        let mut report = Picture {
            run: &run,
            graph: &shown.graph,
            store_dir: &self.store_dir,
        }
        .report();
        if let Some(expect) = self.world.expect.clone() {
            let caches = &self.scene_of(&entry).world.caches;
            let checks = expect.checks(&run, &shown.graph, caches).into_iter();
            report.assertions = checks
                .map(|check| Assertion {
                    expected: check.expected,
                    instead: check.instead,
                })
                .collect();
        }
        if entry.content_addressed {
            // Side by side: what the texts as they are would lead to.
            let as_written = crate::model::Entry {
                content_addressed: false,
                ..entry
            };
            let other = self.run_of(&as_written, &plain);
            report.turned = Some(cost(&other));
            let outcomes = other.realised.derivations.iter();
            let turned = self.current.as_ref().and_then(|it| it.turned.as_ref());
            for (node, outcome) in plain.graph.nodes().iter().zip(outcomes) {
                if let Some(place) = turned.and_then(|it| it.place(&node.path)) {
                    report.derivations[place.index()].turned = Some(decided(&outcome.decision));
                }
            }
        }
        report
    }

    fn run_of(&mut self, entry: &crate::model::Entry, evaluated: &Evaluated) -> Run {
        self.scene_of(entry)
            .on_new_machine(entry.empty_store, |scene| {
                World::run(&scene.world, evaluated)
            })
    }
}

impl Picture<'_> {
    fn report(&self) -> RunReport {
        let run = self.run;
        let derivations: Vec<_> = self.derivations();
        let mut deciding: OrderedSet<u8> = run.dropped.iter().map(|it| it.rule()).collect();
        for derivation in &derivations {
            let outputs = derivation.outputs.iter();
            let decisions = outputs.flat_map(|output| [&output.dry_run, &output.nix]);
            let decisions = decisions.chain([&derivation.dry_run, &derivation.nix]);
            deciding.extend(decisions.filter_map(|decided| decided.rule));
        }
        let rules = deciding.into_iter().filter_map(|rule| {
            let text = rules::sentence(rule)?.to_owned();
            Some(RuleText { rule, text })
        });
        RunReport {
            derivations,
            steps: self.steps(),
            cost: cost(run),
            turned: None,
            dropped: run
                .dropped
                .iter()
                .map(|dropped| DroppedCache {
                    cache: dropped.cache().to_string(),
                    reason: sentence(&dropped.to_string()),
                    rule: dropped.rule(),
                    fix: dropped.fix().map(str::to_owned),
                })
                .collect(),
            failure: run.realised.failure.as_deref().map(str::to_owned),
            warnings: run
                .realised
                .warnings
                .iter()
                .map(ToString::to_string)
                .collect(),
            assertions: Vec::new(),
            rules: rules.collect(),
        }
    }

    fn derivations(&self) -> Vec<RunDerivation> {
        let run = self.run;
        let both = run.plan.derivations.iter().zip(&run.realised.derivations);
        let all = self.graph.nodes().iter().zip(both);
        all.map(|(node, (planned, done))| {
            let outputs = node
                .outputs()
                .zip(&planned.outputs)
                .zip(done.outputs.iter().zip(&done.paths));
            RunDerivation {
                drv_path: self.store_dir.display(&node.path),
                dry_run: decided(&planned.decision),
                nix: decided(&done.decision),
                outputs: outputs
                    .map(|(((name, path), planned), (done, real))| RunOutput {
                        name: text(name),
                        path: real
                            .as_ref()
                            .or(path)
                            .map(|path| self.store_dir.display(path)),
                        dry_run: decided(planned),
                        nix: decided(done),
                    })
                    .collect(),
                turned: None,
            }
        })
        .collect()
    }

    fn steps(&self) -> Vec<RunStep> {
        let run = self.run;
        let steps = run.realised.steps.iter().zip(&run.schedule.spans);
        let critical = &run.schedule.critical_steps;
        steps
            .enumerate()
            .map(|(index, (done, span))| {
                let mut step = RunStep {
                    build: false,
                    name: String::new(),
                    path: String::new(),
                    start: span.start as f64,
                    end: span.end as f64,
                    slot: span.slot as u32,
                    cache: None,
                    size: None,
                    simulated: false,
                    critical: critical.contains(&index),
                    resolved: None,
                    failure: None,
                    log: None,
                };
                match &done.step {
                    Step::Fetch {
                        path, cache, info, ..
                    } => {
                        path.name().clone_into(&mut step.name);
                        step.path = self.store_dir.display(path);
                        step.cache = Some(cache.to_string());
                        step.size = Some(size::render(info.file_size));
                    }
                    Step::Build {
                        derivation,
                        resolved,
                        simulated,
                        failure,
                        log,
                        ..
                    } => {
                        step.build = true;
                        // Of a build that succeeds it is shown where that is looked at.
                        let shown = &log[log.len().saturating_sub(MAX_LOG)..];
                        step.log = failure.as_ref().map(|_| text(shown));
                        let name = derivation.derivation_name().unwrap_or_default();
                        name.clone_into(&mut step.name);
                        step.path = self.store_dir.display(derivation);
                        step.simulated = simulated.is_some();
                        step.resolved = resolved.as_ref().map(|path| self.store_dir.display(path));
                        step.failure = failure.as_deref().map(str::to_owned);
                    }
                }
                step
            })
            .collect()
    }
}

fn cost(run: &Run) -> Cost {
    let (mut downloaded, mut unpacked, mut downloads) = (0_u64, 0_u64, 0);
    for info in run.realised.fetches() {
        downloaded = downloaded.wrapping_add(info.file_size);
        unpacked = unpacked.wrapping_add(info.nar_size);
        downloads += 1;
    }
    Cost {
        builds: run.realised.builds().count() as u32,
        simulated: simulated(&run.realised) as u32,
        downloads,
        download_size: size::render(downloaded),
        unpacked_size: size::render(unpacked),
        dry_run_downloads: run.plan.fetches.len() as u32,
        dry_run_builds: run.plan.build_count() as u32,
        dry_run_download_size: size::render(run.plan.download_size()),
        build_time: run.schedule.build_time as f64,
        critical_path: run.schedule.critical_path as f64,
        total: run.schedule.total as f64,
    }
}

fn simulated(realised: &Realised) -> usize {
    let is_simulated = |step: &&Step| {
        matches!(
            step,
            Step::Build {
                simulated: Some(_),
                failure: None,
                ..
            }
        )
    };
    let steps = realised.steps.iter().map(|done| &done.step);
    steps.filter(is_simulated).count()
}

fn decided(decision: &Decision) -> Decided {
    Decided {
        action: action(decision.action),
        reason: sentence(&decision.reason.to_string()),
        rule: decision.reason.rule(),
        fix: fix::fix(&decision.reason),
    }
}

/// Makes a sentence of a clause.
pub(crate) fn sentence(clause: &str) -> String {
    let mut sentence = clause.to_owned();
    // Addresses, names of packages and of settings stay as they are.
    let first_word = clause.split_whitespace().next().unwrap_or_default();
    if !first_word.contains([':', '\'', '/', '-', '.'])
        && let Some(first) = sentence.get_mut(..1)
    {
        first.make_ascii_uppercase();
    }
    sentence.push('.');
    sentence
}
