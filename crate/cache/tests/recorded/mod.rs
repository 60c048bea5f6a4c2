//! Worlds with real caches, recorded from the reference, and how we differ from it.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use drvlab_store::{OrderedMap, OrderedSet};
use std::fs;
use std::path::Path;
use std::rc::Rc;

use drvlab_cache::plan::dry_run;
use drvlab_cache::realise::{Step, World};
use drvlab_cache::{
    Answer, BinaryCache, CacheSource, DerivationGraph, Fault, Identities, LocalStore, Memory,
    Realised, Reason, Settings, Substituters, Wanted, plan, realise,
};
use drvlab_store::{CacheInfo, Derivation, PublicKey, StoreDir, StorePath, aterm, encoding};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Golden {
    nix: String,
    /// Where the store was, if not in its usual place.
    store_dir: Option<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    #[serde(skip)]
    pub store_dir: StoreDir,
    pub name: String,
    pub derivations: OrderedMap<String, String>,
    pub want: Vec<String>,
    pub before: Vec<String>,
    settings: OrderedMap<String, String>,
    caches: Vec<Cache>,
    pub dry_run: DryRun,
    pub real: Real,
}

#[derive(Deserialize)]
pub struct DryRun {
    pub text: Option<String>,
    pub error: Option<String>,
}

#[derive(Deserialize)]
pub struct Real {
    pub success: bool,
    pub outputs: Vec<String>,
    pub built: OrderedSet<String>,
    pub copied: OrderedSet<String>,
    /// All messages of errors, of a build that failed.
    #[serde(default)]
    pub errors: Vec<String>,
}

#[derive(Deserialize, Clone)]
struct Cache {
    url: String,
    info: String,
    files: OrderedMap<String, String>,
    archives: OrderedMap<String, String>,
}

impl CacheSource for Cache {
    fn read(&self, file_name: &str) -> Result<Answer, Fault> {
        if let Some(text) = self.files.get(file_name) {
            return Ok(Answer::Text(text.clone().into_bytes()));
        }
        Ok(match self.archives.get(file_name) {
            Some(base64) => Answer::Text(encoding::base64_decode(base64.as_bytes()).unwrap()),
            None => Answer::NotFound,
        })
    }
}

/// Reads the worlds of a file; a relative name is that of golden data.
pub fn load(file: &str) -> Vec<Case> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/cache");
    let text = fs::read_to_string(golden.join(file)).unwrap();
    let golden: Golden = serde_json::from_str(&text).unwrap();
    let nix = golden.nix;
    assert!(nix.starts_with("2.34."), "recorded with Nix {nix}");
    let store_dir = golden.store_dir.map(|path| StoreDir::new(&path).unwrap());
    let mut cases = golden.cases;
    for case in &mut cases {
        case.store_dir = store_dir.clone().unwrap_or_default();
    }
    cases
}

impl Case {
    pub fn graph(&self) -> DerivationGraph {
        let store_dir = &self.store_dir;
        let derivations: OrderedMap<StorePath, Rc<Derivation>> = self
            .derivations
            .iter()
            .map(|(path, text)| {
                let path = store_dir.parse_path(path).unwrap();
                let name = path.derivation_name().unwrap().to_owned();
                let derivation = aterm::parse(text.as_bytes(), &name, store_dir).unwrap();
                (path, Rc::new(derivation))
            })
            .collect();
        let roots = derivations.keys().cloned();
        DerivationGraph::new(roots, |path| derivations.get(path).cloned()).unwrap()
    }

    pub fn wanted(&self, names: &[String]) -> Vec<Wanted> {
        let parse = |name: &String| {
            let (path, output) = name.split_once('!').unwrap();
            Wanted::output(self.store_dir.parse_path(path).unwrap(), output)
        };
        names.iter().map(parse).collect()
    }

    /// The settings of the recorder, which switches content addressing on.
    fn usual_settings(&self) -> Settings {
        let mut settings = Settings {
            store_dir: self.store_dir.clone(),
            ..Settings::default()
        };
        settings.system_features.insert("ca-derivations".into());
        settings
    }

    pub fn settings(&self) -> Settings {
        let mut settings = self.usual_settings();
        for (name, value) in &self.settings {
            let words = value.split(' ').filter(|word| !word.is_empty());
            match name.as_str() {
                "substitute" => settings.substitute = value == "true",
                "always-allow-substitutes" => settings.always_allow_substitutes = value == "true",
                "keep-going" => settings.keep_going = value == "true",
                "fallback" => settings.fallback = value == "true",
                "require-sigs" => settings.require_sigs = value == "true",
                "max-jobs" => settings.max_jobs = value.parse().unwrap(),
                "extra-platforms" => settings.extra_platforms = words.map(Into::into).collect(),
                "system-features" => settings.system_features = words.map(Into::into).collect(),
                "trusted-public-keys" => {
                    let keys = words.map(|key| PublicKey::parse(key).unwrap());
                    settings.trusted_public_keys = keys.collect();
                }
                _ => panic!("unknown setting {name}"),
            }
        }
        settings
    }

    pub fn caches(&self) -> Vec<BinaryCache> {
        let caches = self.caches.iter().map(|cache| {
            let (url, query) = cache.url.split_once('?').unwrap_or((&cache.url, ""));
            let info = CacheInfo::parse(cache.info.as_bytes()).unwrap();
            let source = Box::new(cache.clone());
            let mut opened = BinaryCache::with_source(url, info, self.store_dir.clone(), source);
            opened.set_trusted(query == "trusted=true");
            if let Some(priority) = query.strip_prefix("priority=") {
                opened.set_priority(priority.parse().unwrap());
            }
            opened
        });
        caches.collect()
    }

    pub fn builder(&self) -> drvlab_cache::toy::ToyBuilder {
        drvlab_cache::toy::ToyBuilder::default()
    }
}

fn run(case: &Case) -> (Result<String, String>, Realised) {
    let settings = case.settings();
    let graph = case.graph();
    let identities = Identities::new(&graph, &settings.store_dir);
    let builder = case.builder();
    let mut local = LocalStore::new();
    let before = case.wanted(&case.before);
    if !before.is_empty() {
        let usual = case.usual_settings();
        let nobody = Substituters::new([], &usual, None);
        let world = World {
            graph: &graph,
            identities: &identities,
            substituters: &nobody,
            settings: &usual,
            builder: &builder,
        };
        let first = plan(&graph, &before, &local, &nobody, &usual);
        let done = realise(&world, &before, &local, &first);
        assert_eq!(done.failure, None, "{}", case.name);
        local = done.local;
    }
    let caches = case.caches();
    let memory = Memory::default();
    let substituters = Substituters::new(&caches, &settings, Some(&memory));
    let wanted = case.wanted(&case.want);
    let plan = plan(&graph, &wanted, &local, &substituters, &settings);
    let world = World {
        graph: &graph,
        identities: &identities,
        substituters: &substituters,
        settings: &settings,
        builder: &builder,
    };
    let text = dry_run::text(&plan, &graph, &settings.store_dir);
    let realised = realise(&world, &wanted, &local, &plan);
    (text.map_err(|fault| fault.to_string()), realised)
}

/// What was built and fetched, as the log of the reference names it.
fn summary(case: &Case, realised: &Realised) -> (OrderedSet<String>, OrderedSet<String>) {
    let graph = case.graph();
    let store_dir = &case.store_dir;
    let mut built = OrderedSet::new();
    let mut fetched = OrderedSet::new();
    for done in &realised.steps {
        match &done.step {
            Step::Build { node, resolved, .. } => {
                let path = resolved.as_ref().unwrap_or(&graph[*node].path);
                built.insert(store_dir.display(path));
            }
            Step::Fetch { path, cache, .. } => {
                fetched.insert(format!("{} {cache}", store_dir.display(path)));
            }
        }
    }
    // The log also has the downloads that came to nothing.
    for (path, miss) in &realised.broken {
        fetched.insert(format!("{} {}", store_dir.display(path), miss.cache));
    }
    (built, fetched)
}

/// Returns where we differ from what the reference said and did, in sentences.
pub fn differences(case: &Case) -> Vec<String> {
    let mut wrong = Vec::new();
    let (text, realised) = run(case);
    let name = &case.name;
    match (&text, &case.dry_run.text, &case.dry_run.error) {
        (Ok(text), Some(expected), _) if text == expected => {}
        (Err(error), _, Some(expected)) if error == expected => {}
        (text, expected, error) => wrong.push(format!(
            "{name}: dry run {text:?}, not {expected:?} {error:?}"
        )),
    }
    let success = realised.failure.is_none();
    if success != case.real.success {
        wrong.push(format!("{name}: {:?}", realised.failure));
        return wrong;
    }
    // After a failure the reference may have done more or less than we, for it works in parallel; not so if it keeps going and no cache
    // has ended everything.
    let aborted = realised.derivations.iter().any(|it| {
        let outputs = it.outputs.iter().map(|output| &output.reason);
        let mut reasons = outputs.chain([&it.decision.reason]);
        reasons.any(|reason| matches!(reason, Reason::CacheFailed(_)))
    });
    if !success && (aborted || !case.settings().keep_going) {
        return wrong;
    }
    if let Some(failure) = &realised.failure
        && !case.real.errors.iter().any(|it| it.starts_with(&**failure))
    {
        wrong.push(format!("{name}: {failure:?}, not {:#?}", case.real.errors));
    }
    let (built, mut fetched) = summary(case, &realised);
    let mut copied = case.real.copied.clone();
    // Of a path that is built for one reason and fetched for another, it depends on time whether the download has begun before the
    // build has ended.
    let outputs: OrderedSet<String> = realised
        .steps
        .iter()
        .filter_map(|done| match &done.step {
            Step::Build { outputs, .. } => Some(outputs),
            Step::Fetch { .. } => None,
        })
        .flatten()
        .map(|path| case.store_dir.display(path))
        .collect();
    for paths in [&mut fetched, &mut copied] {
        paths.retain(|it| {
            it.split_once(' ')
                .is_none_or(|(path, _)| !outputs.contains(path))
        });
    }
    if built != case.real.built {
        wrong.push(format!(
            "{name}: built {built:#?}, not {:#?}",
            case.real.built
        ));
    }
    if fetched != copied {
        wrong.push(format!("{name}: fetched {fetched:#?}, not {copied:#?}"));
    }
    let store_dir = &case.store_dir;
    for output in &case.real.outputs {
        let path = store_dir.parse_path(output).unwrap();
        if !realised.local.contains(&path) {
            wrong.push(format!("{name}: {output} is not valid afterwards"));
        }
    }
    wrong
}
