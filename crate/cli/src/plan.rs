//! `drvlab plan`: what a build would build and fetch, with binary caches that are folders.
//!
//! The local store is empty but for what the evaluation itself would put there.

use std::io::Write;
use std::rc::Rc;

use drvlab_cache::plan::dry_run;
use drvlab_cache::{
    Action, DerivationGraph, LocalStore, Plan, Settings, Substituters, Wanted, plan,
};
use drvlab_store::{PublicKey, StoreDir};
use serde_json::{Value, json};

use crate::arguments::{Caches, Input};
use crate::cache_folder;
use crate::failure::Failure;
use crate::instantiate::each_instance;
use crate::session::Session;

/// The version of the JSON form.
const JSON_VERSION: u32 = 1;

/// Prints the plan for the derivations that an input evaluates to.
///
/// # Errors
/// When a cache cannot be opened, a key makes no sense, the evaluation fails, or the caches fail so that there is no plan.
pub fn run(
    session: &mut Session,
    input: &Input,
    caches: &Caches,
    as_json: bool,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let store_dir = session.machine().store.dir.clone();
    let settings = settings(session, caches)?;
    let opened = caches
        .substituters
        .iter()
        .map(|folder| cache_folder::open(folder, &store_dir))
        .collect::<Result<Vec<_>, _>>()?;
    let substituters = Substituters::new(&opened, &settings, None);

    let mut roots = Vec::new();
    let mut wanted = Vec::new();
    each_instance(session, input, |_, instance| {
        wanted.push(Wanted::output(instance.drv_path.clone(), instance.output));
        roots.push(instance.drv_path);
        Ok(())
    })?;

    let store = &session.machine().store;
    let graph = DerivationGraph::new(roots, |path| store.derivations.get(path).map(Rc::clone))
        .map_err(|error| Failure::message(error.to_string()))?;
    let mut local = LocalStore::new();
    for path in store.texts.keys().chain(store.sources.keys()) {
        local.insert(path.clone());
    }
    let plan = plan(&graph, &wanted, &local, &substituters, &settings);
    let text = dry_run::text(&plan, &graph, &store_dir)
        .map_err(|failure| Failure::message(failure.to_string()))?;
    let printed = if as_json {
        format!("{}\n", to_json(&plan, &graph, &store_dir))
    } else {
        text
    };
    output
        .write_all(printed.as_bytes())
        .map_err(|error| Failure::output(&error))
}

fn settings(session: &mut Session, caches: &Caches) -> Result<Settings, Failure> {
    let keys = caches.trusted_public_keys.iter().map(|text| {
        let key = PublicKey::parse(text);
        key.map_err(|error| {
            Failure::message(format!(
                "bad trusted public key '{}': {error}",
                text.escape_ascii()
            ))
        })
    });
    let machine = session.machine();
    Ok(Settings {
        store_dir: machine.store.dir.clone(),
        require_sigs: caches.require_signatures,
        trusted_public_keys: keys.collect::<Result<_, _>>()?,
        system: machine.settings.system.clone(),
        ..Settings::default()
    })
}

/// The plan as data: every derivation with what happens and why, inputs first, then what is fetched and what cannot be had.
fn to_json(plan: &Plan, graph: &DerivationGraph, store_dir: &StoreDir) -> Value {
    let derivations: Vec<Value> = graph
        .nodes()
        .iter()
        .zip(&plan.derivations)
        .map(|(node, planned)| {
            let outputs: serde_json::Map<String, Value> = node
                .outputs()
                .zip(&planned.outputs)
                .map(|((name, path), decision)| {
                    let output = json!({
                        "path": path.map(|path| store_dir.display(path)),
                        "action": action(decision.action),
                        "reason": decision.reason.to_string(),
                    });
                    (name.to_string(), output)
                })
                .collect();
            json!({
                "drvPath": store_dir.display(&node.path),
                "action": action(planned.decision.action),
                "reason": planned.decision.reason.to_string(),
                "neededBy": planned.needed_by.map(|id| store_dir.display(&graph[id].path)),
                "outputs": outputs,
            })
        })
        .collect();
    let fetches: Vec<Value> = plan
        .fetches
        .iter()
        .map(|fetch| {
            json!({
                "path": store_dir.display(&fetch.path),
                "reason": fetch.reason.to_string(),
                "downloadSize": fetch.download_size,
                "narSize": fetch.nar_size,
            })
        })
        .collect();
    let unknown: Vec<Value> = plan
        .unknown
        .iter()
        .map(|unknown| json!({ "path": store_dir.display(&unknown.path), "reason": unknown.reason.to_string() }))
        .collect();
    json!({
        "version": JSON_VERSION,
        "derivations": derivations,
        "fetched": fetches,
        "unknown": unknown,
    })
}

/// The word for an action in JSON.
fn action(action: Action) -> &'static str {
    match action {
        Action::Present => "present",
        Action::Fetch => "fetch",
        Action::Build => "build",
        Action::Impossible => "impossible",
        Action::NotNeeded => "notNeeded",
    }
}
