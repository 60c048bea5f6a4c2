//! `drvlab plan`: what the dry run says and what Nix does, with binary caches that are folders or made up.
//!
//! Without a world the local store is empty but for what the evaluation itself would put there.

use std::io::Write;

use drvlab_cache::plan::dry_run;
use drvlab_cache::world::{self, Evaluated, Run, World};
use drvlab_cache::{DerivationGraph, LocalStore, NodeId};
use drvlab_store::PublicKey;

use crate::arguments::{Caches, Input, PlanOutput};
use crate::failure::Failure;
use crate::session::{Session, complain};
use crate::{cache_folder, plan_json, plan_text};

/// Prints the plan for the derivations that an input evaluates to.
///
/// # Errors
/// When a world or cache cannot be opened, a key makes no sense, the evaluation fails, or the caches fail so that there is no plan.
pub fn run(
    session: &mut Session,
    input: &Input,
    caches: &Caches,
    output: &PlanOutput,
    to: &mut dyn Write,
) -> Result<(), Failure> {
    let (world, evaluated) = prepare(session, input, caches)?;
    let graph = &evaluated.graph;
    let printed = match output {
        PlanOutput::DryRun => {
            let run = world.run(&evaluated);
            for warning in dry_run::warnings(&run.plan, &run.dropped, &world.settings.store_dir) {
                complain(format!("warning: {warning}\n").as_bytes());
            }
            dry_run::text(&run.plan, graph, &world.settings.store_dir)
                .map_err(|failure| Failure::message(failure.to_string()))?
        }
        PlanOutput::Columns => plan_text::columns(&world.run(&evaluated), graph),
        PlanOutput::Json => {
            let run = world.run(&evaluated);
            // Without a plan there is nothing to print, as there is nothing to do.
            if let (Some(failure), None) = (&run.plan.failure, &caches.world) {
                return Err(Failure::message(failure.to_string()));
            }
            format!(
                "{}\n",
                plan_json::to_json(&run, graph, &world.settings.store_dir)
            )
        }
        PlanOutput::Explain(name) => {
            let name = String::from_utf8_lossy(name);
            let found = world::find(graph, &name, &world.settings.store_dir);
            explain(&found, &name, &world.run(&evaluated), graph)?
        }
    };
    to.write_all(printed.as_bytes())
        .map_err(|error| Failure::output(&error))
}

/// Makes the world of a command line, and evaluates what is wanted in it.
///
/// # Errors
/// When a world or cache cannot be opened, a key makes no sense, or the evaluation fails.
pub fn prepare(
    session: &mut Session,
    input: &Input,
    caches: &Caches,
) -> Result<(World, Evaluated), Failure> {
    let mut world = match &caches.world {
        Some(file) => crate::world::open(file, input)?,
        None => World::default(),
    };
    configure(&mut world, session, caches)?;
    let evaluated = crate::world::evaluate(session, input)?;
    Ok((world, evaluated))
}

fn explain(
    found: &[NodeId],
    name: &str,
    run: &Run,
    graph: &DerivationGraph,
) -> Result<String, Failure> {
    if found.is_empty() {
        return Err(Failure::message(format!(
            "nothing in the plan is called '{name}': give a store path, or a name of the first column that --columns prints"
        )));
    }
    Ok(found
        .iter()
        .map(|id| plan_text::explanation(run, graph, *id))
        .collect())
}

/// Adds what the command line says.
fn configure(world: &mut World, session: &mut Session, caches: &Caches) -> Result<(), Failure> {
    let machine = session.machine();
    let settings = &mut world.settings;
    settings.store_dir = machine.store.dir.clone();
    settings.keep_going |= caches.keep_going;
    if caches.world.is_none() {
        settings.system = machine.settings.system.clone();
        world.local = LocalStore::new();
        settings.require_sigs = caches.require_signatures;
    } else {
        settings.require_sigs &= caches.require_signatures;
    }
    let keys = caches.trusted_public_keys.iter().map(|text| {
        let key = PublicKey::parse(text);
        key.map_err(|error| {
            Failure::message(format!(
                "bad trusted public key '{}': {error}",
                text.escape_ascii()
            ))
        })
    });
    for key in keys {
        settings.trusted_public_keys.insert(key?);
    }
    for folder in &caches.substituters {
        world
            .caches
            .push(cache_folder::open(folder, &world.settings.store_dir)?);
    }
    Ok(())
}
