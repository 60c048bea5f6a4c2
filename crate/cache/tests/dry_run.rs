//! Plans against what the reference's dry run said, as recorded in `tests/golden/cache`.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use drvlab_store::OrderedMap;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use drvlab_cache::plan::{WantedOutputs, dry_run, tree};
use drvlab_cache::{
    Answer, BinaryCache, CacheSource, DerivationGraph, Fault, LocalStore, Settings, Substituters,
    Wanted, plan,
};
use drvlab_store::{CacheInfo, Derivation, StoreDir, StorePath, aterm};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    nix: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    derivations: OrderedMap<String, String>,
    wanted: Vec<String>,
    local: Vec<String>,
    caches: Vec<Cache>,
    settings: OrderedMap<String, String>,
    text: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize, Clone)]
struct Cache {
    url: String,
    info: String,
    files: OrderedMap<String, String>,
}

impl CacheSource for Cache {
    fn read(&self, file_name: &str) -> Result<Answer, Fault> {
        Ok(match self.files.get(file_name) {
            Some(text) => Answer::Text(text.clone().into_bytes()),
            None => Answer::NotFound,
        })
    }
}

fn path(text: &str) -> StorePath {
    StoreDir::default().parse_path(text).unwrap()
}

/// Opens a recorded cache; a priority in its URL overrules its own, as in the reference.
fn open(cache: &Cache) -> BinaryCache {
    let (url, query) = cache.url.split_once('?').unwrap_or((&cache.url, ""));
    let info = CacheInfo::parse(cache.info.as_bytes()).unwrap();
    let source = Box::new(cache.clone());
    let mut opened = BinaryCache::with_source(url, info, StoreDir::default(), source);
    if let Some(priority) = query.strip_prefix("priority=") {
        opened.set_priority(priority.parse().unwrap());
    }
    opened
}

fn wanted(text: &str) -> Wanted {
    let (derivation, outputs) = match text.split_once('!') {
        None => (path(text), WantedOutputs::All),
        Some((derivation, names)) => {
            let names = names.split(',').map(Into::into).collect();
            (path(derivation), WantedOutputs::Names(names))
        }
    };
    if !derivation.is_derivation() {
        return Wanted::Path(derivation);
    }
    Wanted::Outputs {
        derivation,
        outputs,
    }
}

fn settings(case: &Case) -> Settings {
    let mut settings = Settings {
        require_sigs: false,
        ..Settings::default()
    };
    for (name, value) in &case.settings {
        let flag = match name.as_str() {
            "substitute" => &mut settings.substitute,
            "always-allow-substitutes" => &mut settings.always_allow_substitutes,
            "fallback" => &mut settings.fallback,
            _ => panic!("unknown setting {name}"),
        };
        *flag = value == "true";
    }
    settings
}

fn check(file: &str, at_least: usize) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/cache");
    let text = fs::read_to_string(golden.join(file)).unwrap();
    let golden: Golden = serde_json::from_str(&text).unwrap();
    assert!(
        golden.nix.starts_with("2.34."),
        "recorded with Nix {}",
        golden.nix
    );
    assert!(
        golden.cases.len() >= at_least,
        "only {} cases",
        golden.cases.len()
    );
    for case in &golden.cases {
        check_case(case);
    }
}

fn check_case(case: &Case) {
    let store_dir = StoreDir::default();
    let derivations: OrderedMap<StorePath, Rc<Derivation>> = case
        .derivations
        .iter()
        .map(|(drv, text)| {
            let drv = path(drv);
            let name = drv.derivation_name().unwrap().to_owned();
            let derivation = aterm::parse(text.as_bytes(), &name, &store_dir).unwrap();
            (drv, Rc::new(derivation))
        })
        .collect();
    let wanted: Vec<Wanted> = case.wanted.iter().map(|text| wanted(text)).collect();
    let roots = wanted.iter().filter_map(|wanted| match wanted {
        Wanted::Outputs { derivation, .. } => Some(derivation.clone()),
        Wanted::Path(_) | Wanted::Dynamic { .. } => None,
    });
    let graph = DerivationGraph::new(roots, |path| derivations.get(path).cloned()).unwrap();
    let local: LocalStore = case.local.iter().map(|text| path(text)).collect();
    let settings = settings(case);
    let caches: Vec<BinaryCache> = case.caches.iter().map(open).collect();
    let substituters = Substituters::new(&caches, &settings, None);
    let plan = plan(&graph, &wanted, &local, &substituters, &settings);
    match dry_run::text(&plan, &graph, &store_dir) {
        Ok(text) => assert_eq!(Some(&text), case.text.as_ref(), "{}", case.name),
        Err(fault) => assert_eq!(
            Some(&fault.to_string()),
            case.error.as_ref(),
            "{}",
            case.name
        ),
    }

    // The other views agree with the text.
    assert_eq!(plan.derivations.len(), graph.len());
    let shown: Vec<_> = tree::lines(&plan, &graph);
    for index in plan.builds() {
        let in_tree = shown.iter().any(|line| line.node.index() == index);
        assert!(
            in_tree,
            "{}: {} is missing in the tree",
            case.name,
            graph.nodes()[index].path
        );
    }
}

#[test]
fn plans_of_written_worlds_read_as_the_reference_s() {
    check("handwritten.json", 55);
}

#[test]
fn plans_with_caches_of_real_builds_read_as_the_reference_s() {
    check("built.json", 5);
}

#[test]
fn plans_of_random_worlds_read_as_the_reference_s() {
    check("random.json", 80);
}
