//! Plans and builds as JSON, version 3: what `--json` prints, as `doc/json.md` describes it.

use drvlab_cache::plan::Decision;
use drvlab_cache::realise::Step;
use drvlab_cache::world::Run;
use drvlab_cache::{Action, DerivationGraph, LocalStore, fix};
use drvlab_store::{HashFormat, StoreDir, StorePath};
use serde_json::{Map, Value, json};

/// The version of the format.
pub const VERSION: u32 = 3;

/// What it is, for people.
pub const DESCRIPTION: &str = include_str!("../doc/json.md");

/// Returns a run as data.
pub fn to_json(run: &Run, graph: &DerivationGraph, store_dir: &StoreDir) -> Value {
    let derivations = graph
        .nodes()
        .iter()
        .zip(&run.plan.derivations)
        .zip(&run.realised.derivations);
    let derivations: Vec<Value> = derivations
        .map(|((node, planned), done)| {
            let outputs = node
                .outputs()
                .zip(&planned.outputs)
                .zip(done.outputs.iter().zip(&done.paths));
            let outputs: Map<String, Value> = outputs
                .map(|(((name, path), planned), (done, real))| {
                    let output = json!({
                        "path": path.map(|path| store_dir.display(path)),
                        "realPath": real.as_ref().map(|path| store_dir.display(path)),
                        "dryRun": decision(planned),
                        "nix": decision(done),
                    });
                    (name.to_string(), output)
                })
                .collect();
            json!({
                "drvPath": store_dir.display(&node.path),
                "dryRun": decision(&planned.decision),
                "nix": decision(&done.decision),
                "neededBy": planned.needed_by.map(|id| store_dir.display(&graph[id].path)),
                "outputs": outputs,
            })
        })
        .collect();
    let fetched = run.plan.fetches.iter().map(|fetch| {
        json!({
            "path": store_dir.display(&fetch.path),
            "reason": fetch.reason.to_string(),
            "downloadSize": fetch.download_size,
            "narSize": fetch.nar_size,
        })
    });
    let unknown = run.plan.unknown.iter().map(|unknown| {
        json!({ "path": store_dir.display(&unknown.path), "reason": unknown.reason.to_string() })
    });
    let dropped = run.dropped.iter().map(|dropped| {
        json!({
            "cache": &**dropped.cache(),
            "reason": dropped.to_string(),
            "rule": dropped.rule(),
            "fix": dropped.fix(),
        })
    });
    json!({
        "version": VERSION,
        "derivations": derivations,
        "fetched": fetched.collect::<Vec<_>>(),
        "unknown": unknown.collect::<Vec<_>>(),
        "droppedCaches": dropped.collect::<Vec<_>>(),
        "failure": run.realised.failure.as_deref(),
        "steps": steps(run, store_dir),
        "time": {
            "total": run.schedule.total,
            "builds": run.schedule.build_time,
            "criticalPath": run.schedule.critical_path,
        },
    })
}

/// Returns what was done, in order.
pub fn steps(run: &Run, store_dir: &StoreDir) -> Vec<Value> {
    let steps = run.realised.steps.iter().zip(&run.schedule.spans);
    let steps = steps.map(|(done, span)| {
        let mut step = match &done.step {
            Step::Fetch {
                path, cache, info, ..
            } => json!({
                "kind": "fetch",
                "path": store_dir.display(path),
                "cache": &**cache,
                "downloadSize": info.file_size,
                "narSize": info.nar_size,
            }),
            Step::Build {
                derivation,
                resolved,
                log,
                simulated,
                failure,
                outputs,
                ..
            } => json!({
                "kind": "build",
                "path": store_dir.display(derivation),
                "simulated": simulated.is_some(),
                "whySimulated": simulated.as_deref(),
                "log": log_text(log, simulated.is_some()),
                "resolved": resolved.as_ref().map(|path| store_dir.display(path)),
                "failure": failure.as_deref(),
                "outputs": outputs.iter().map(|path| output(path, &run.realised.local, store_dir)).collect::<Vec<_>>(),
            }),
        };
        step["start"] = span.start.into();
        step["end"] = span.end.into();
        step["slot"] = span.slot.into();
        step["after"] = done.after.clone().into();
        step
    });
    steps.collect()
}

/// Describes something that was built.
fn output(path: &StorePath, local: &LocalStore, store_dir: &StoreDir) -> Value {
    let object = local.object(path);
    let references = object.into_iter().flat_map(|object| &object.references);
    json!({
        "path": store_dir.display(path),
        "narHash": object.map(|object| object.nar_hash.render(HashFormat::Sri)),
        "narSize": object.map(|object| object.nar_size),
        "references": references.map(|path| store_dir.display(path)).collect::<Vec<_>>(),
        "simulated": object.is_none_or(|object| !object.is_real()),
    })
}

/// Returns a log as text, null for a build that has none.
fn log_text(log: &[u8], simulated: bool) -> Option<String> {
    (!simulated).then(|| String::from_utf8_lossy(log).into_owned())
}

fn decision(decision: &Decision) -> Value {
    json!({
        "action": action(decision.action),
        "reason": decision.reason.to_string(),
        "rule": decision.reason.rule(),
        "fix": fix::fix(&decision.reason),
    })
}

/// The word for an action.
const fn action(action: Action) -> &'static str {
    match action {
        Action::Present => "present",
        Action::Fetch => "fetch",
        Action::Build => "build",
        Action::Impossible => "impossible",
        Action::NotNeeded => "notNeeded",
    }
}
