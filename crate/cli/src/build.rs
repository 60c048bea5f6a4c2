//! `drvlab build`: gets what an input evaluates to, in memory: fetches from caches, runs small scripts, and makes up the other builds.
//!
//! Nothing is written to the disk. What a build really gave and what was made up is told apart in every line.

use std::fmt::Write as _;
use std::io::Write;

use bstr::ByteSlice as _;
use drvlab_cache::plan::WantedOutputs;
use drvlab_cache::realise::Step;
use drvlab_cache::world::{Evaluated, Run};
use drvlab_cache::{DerivationGraph, LocalStore, Wanted};
use drvlab_store::{DerivationInputs, HashFormat, StoreDir, StorePath};
use serde_json::json;

use crate::arguments::{Caches, Input};
use crate::failure::Failure;
use crate::session::{Session, complain};
use crate::{plan, plan_json};

/// Builds the derivations that an input evaluates to, and prints what was done and what came out.
///
/// # Errors
/// As [`plan::run`], and when not all that is wanted could be had; what was done before that has been printed then.
pub fn run(
    session: &mut Session,
    input: &Input,
    caches: &Caches,
    json: bool,
    to: &mut dyn Write,
) -> Result<(), Failure> {
    let (world, evaluated) = plan::prepare(session, input, caches)?;
    let run = world.run(&evaluated);
    let Evaluated { graph, wanted, .. } = &evaluated;
    let store_dir = &world.settings.store_dir;
    let printed = if json {
        let data = json!({
            "version": plan_json::VERSION,
            "outputs": outputs(&run, graph, wanted, store_dir),
            "failure": run.realised.failure.as_deref(),
            "steps": plan_json::steps(&run, store_dir),
        });
        format!("{data}\n").into_bytes()
    } else {
        text(&run, graph, wanted, store_dir)
    };
    for warning in &run.realised.warnings {
        complain(format!("warning: {warning}\n").as_bytes());
    }
    to.write_all(&printed)
        .map_err(|error| Failure::output(&error))?;
    match &run.realised.failure {
        None => Ok(()),
        Some(failure) => Err(Failure::message(failure.to_string())),
    }
}

/// Returns the paths that are wanted, as far as they are there in the end.
fn outputs(
    run: &Run,
    graph: &DerivationGraph,
    wanted: &[Wanted],
    store_dir: &StoreDir,
) -> Vec<String> {
    let mut paths = Vec::new();
    for wanted in wanted {
        match wanted {
            Wanted::Path(path) => paths.push(path.clone()),
            Wanted::Dynamic { derivation, needed } => {
                paths.extend(dynamic_outputs(&run.realised.local, derivation, needed));
            }
            Wanted::Outputs {
                derivation,
                outputs,
            } => {
                let Some(id) = graph.find(derivation) else {
                    continue;
                };
                let all = graph[id].outputs().map(|(name, _)| name);
                let all = all.zip(&run.realised.derivations[id.index()].paths);
                let chosen = all.filter(|(name, _)| match outputs {
                    WantedOutputs::All => true,
                    WantedOutputs::Names(names) => names.contains(*name),
                });
                paths.extend(chosen.filter_map(|(_, path)| path.clone()));
            }
        }
    }
    paths.retain(|path| run.realised.local.contains(path));
    paths.iter().map(|path| store_dir.display(path)).collect()
}

/// Returns the outputs of outputs that came out.
///
/// Recursion is bounded by the nesting of dynamic outputs.
fn dynamic_outputs(
    local: &LocalStore,
    derivation: &StorePath,
    needed: &DerivationInputs,
) -> Vec<StorePath> {
    let own = needed.outputs.iter();
    let own = own.filter_map(|output| local.output(derivation, output).cloned());
    let inner = needed.dynamic.iter().filter_map(|(output, inner)| {
        let text = local.output(derivation, output)?;
        Some(dynamic_outputs(local, text, inner))
    });
    own.chain(inner.flatten()).collect()
}

/// Prints the steps in their order with what came out of them, then the paths that are wanted.
fn text(run: &Run, graph: &DerivationGraph, wanted: &[Wanted], store_dir: &StoreDir) -> Vec<u8> {
    let mut text = Vec::new();
    for done in &run.realised.steps {
        // Writing into memory cannot fail.
        let _ = match &done.step {
            Step::Fetch { path, cache, .. } => {
                writeln!(text, "fetched '{}' from '{cache}'", store_dir.display(path))
            }
            Step::Build {
                derivation,
                resolved,
                outputs,
                log,
                simulated,
                failure,
                ..
            } => {
                let path = resolved.as_ref().unwrap_or(derivation);
                let path = store_dir.display(path);
                let _ = match (failure, simulated) {
                    (Some(failure), _) => writeln!(text, "failed '{path}': {failure}"),
                    (None, Some(why)) => writeln!(text, "simulated '{path}': {why}"),
                    (None, None) => writeln!(text, "built '{path}'"),
                };
                for line in log.lines() {
                    text.extend_from_slice(b"  | ");
                    text.extend_from_slice(line);
                    text.push(b'\n');
                }
                text.extend_from_slice(
                    described(&run.realised.local, outputs, store_dir).as_bytes(),
                );
                Ok(())
            }
        };
    }
    for path in outputs(run, graph, wanted, store_dir) {
        text.extend_from_slice(path.as_bytes());
        text.push(b'\n');
    }
    text
}

/// Describes outputs: hash and size of their archives, and what they refer to.
fn described(local: &LocalStore, outputs: &[StorePath], store_dir: &StoreDir) -> String {
    let mut text = String::new();
    for path in outputs {
        let Some(object) = local.object(path) else {
            continue;
        };
        // Writing into a string cannot fail.
        let _ = writeln!(
            text,
            "  {}: {}, {} bytes{}",
            store_dir.display(path),
            object.nar_hash.render(HashFormat::Sri),
            object.nar_size,
            if object.is_real() { "" } else { " (made up)" },
        );
        for reference in &object.references {
            let _ = writeln!(text, "    refers to {}", store_dir.display(reference));
        }
    }
    text
}
