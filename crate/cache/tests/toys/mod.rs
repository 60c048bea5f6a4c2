//! Small scripts that the reference built, and how what we build differs.

#![allow(dead_code, reason = "each test uses another part of it")]
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use drvlab_store::{OrderedMap, OrderedSet};
use std::rc::Rc;

use drvlab_build::Outcome;
use drvlab_cache::farm::Farm;
use drvlab_cache::preparation::prepare;
use drvlab_cache::realise::World;
use drvlab_cache::toy::{self, ToyBuilder};
use drvlab_cache::{
    BinaryCache, DerivationGraph, Identities, LocalStore, Settings, Substituters, Wanted, export,
    plan, realise,
};
use drvlab_store::{
    CacheInfo, Derivation, HashFormat, PublicKey, SecretKey, StoreDir, StorePath, aterm,
};
use serde::Deserialize;

use crate::golden_file;

#[derive(Deserialize)]
pub struct Case {
    #[serde(skip)]
    pub store_dir: StoreDir,
    pub name: String,
    drv: String,
    derivation: String,
    inputs: OrderedMap<String, String>,
    failed: Option<String>,
    #[serde(default)]
    outputs: OrderedMap<String, Output>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Output {
    path: String,
    nar_hash: String,
    nar_size: u64,
    references: OrderedSet<String>,
}

fn parse(path: &str, text: &str, store_dir: &StoreDir) -> (StorePath, Rc<Derivation>) {
    let path = store_dir.parse_path(path).unwrap();
    let name = path.derivation_name().unwrap().to_owned();
    let derivation = aterm::parse(text.as_bytes(), &name, store_dir).unwrap();
    (path, Rc::new(derivation))
}

/// Returns the derivation of a case with its inputs.
pub fn graph(case: &Case) -> (StorePath, DerivationGraph) {
    let mut derivations: OrderedMap<_, _> = case
        .inputs
        .iter()
        .map(|(path, text)| parse(path, text, &case.store_dir))
        .collect();
    let (drv, derivation) = parse(&case.drv, &case.derivation, &case.store_dir);
    derivations.insert(drv.clone(), derivation);
    let graph = DerivationGraph::new([drv.clone()], |path| derivations.get(path).cloned()).unwrap();
    (drv, graph)
}

/// Builds a case, and tells what differs; `None` if the script is not run here.
pub fn check(case: &Case) -> Option<Result<(), String>> {
    let store_dir = &case.store_dir;
    let (drv, graph) = graph(case);
    let settings = Settings {
        store_dir: store_dir.clone(),
        ..Settings::default()
    };
    let nobody = Substituters::new([], &settings, None);
    let identities = Identities::new(&graph, store_dir);
    let builder = ToyBuilder::default();
    let wanted = [Wanted::all(drv.clone())];
    let plan = plan(&graph, &wanted, &LocalStore::new(), &nobody, &settings);
    let world = World {
        graph: &graph,
        identities: &identities,
        substituters: &nobody,
        settings: &settings,
        builder: &builder,
    };
    let realised = realise(&world, &wanted, LocalStore::new(), &plan);
    let node = graph.find(&drv).unwrap();
    let prepared = prepare(&graph, node, &realised.local, &identities, store_dir).unwrap();
    let outcome = toy::run(&prepared.job(&realised.local, store_dir));
    if let Outcome::GivenUp(reason) = outcome {
        eprintln!("{}: {reason}", case.name);
        return None;
    }
    Some(match (&realised.failure, &case.failed) {
        (Some(ours), Some(theirs))
            if ours.contains(theirs) || ours.contains(&format!("exit code {theirs}.")) =>
        {
            Ok(())
        }
        (None, None) => {
            let outputs = graph[node].derivation.outputs.keys();
            let paths = realised.derivations[node.index()].paths.iter();
            let built: OrderedMap<String, Output> = outputs
                .zip(paths)
                .map(|(name, path)| {
                    let path = path.as_ref().unwrap();
                    let object = realised.local.object(path).unwrap();
                    let output = Output {
                        path: store_dir.display(path),
                        nar_hash: object.nar_hash.render(HashFormat::Sri),
                        nar_size: object.nar_size,
                        references: object
                            .references
                            .iter()
                            .map(|it| store_dir.display(it))
                            .collect(),
                    };
                    (name.to_string(), output)
                })
                .collect();
            if built == case.outputs {
                Ok(())
            } else {
                Err(format!("built {built:#?}, not {:#?}", case.outputs))
            }
        }
        (ours, theirs) => Err(format!("ended with {ours:?}, not {theirs:?}")),
    })
}

/// Builds cases and pushes them to a cache, signed; returns it as files, with the key.
pub fn export(cases: &[Case]) -> (export::Export, PublicKey) {
    let store_dir = cases
        .first()
        .map_or_else(StoreDir::default, |it| it.store_dir.clone());
    let key = SecretKey::from_seed("export-1", &[7; 32]).unwrap();
    let public_key = key.public_key();
    let mut cache = BinaryCache::new("export", CacheInfo::default(), store_dir);
    let mut farm = Farm::new(Some(key));
    for case in cases {
        let (drv, graph) = graph(case);
        let root = graph.find(&drv);
        farm.publish(&graph, root, &mut cache, &ToyBuilder::default(), &|_| false);
    }
    (export::export(&cache), public_key)
}

/// Reads the builds of a file; a relative name is that of golden data.
pub fn load(file: &str) -> Vec<Case> {
    let (store_dir, mut cases) = golden_file::read::<Case>(file);
    for case in &mut cases {
        case.store_dir.clone_from(&store_dir);
    }
    cases
}
