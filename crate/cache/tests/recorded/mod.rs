//! Worlds with real caches, recorded from the reference, and how we differ from it.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use drvlab_store::{OrderedMap, OrderedSet};
use std::rc::Rc;

use drvlab_cache::conditions::{Conditions, PathFault};
use drvlab_cache::plan::dry_run;
use drvlab_cache::realise::Step;
use drvlab_cache::world::{Evaluated, Run, World};
use drvlab_cache::{
    Answer, BinaryCache, CacheSource, DerivationGraph, Fault, NodeId, Plan, Realised, Reason,
    Settings, Sources, Wanted,
};
use drvlab_store::explain::StoreObject as Contents;
use drvlab_store::{
    CacheInfo, Derivation, FileTree, PublicKey, StoreDir, StorePath, aterm, encoding, nar,
};
use serde::Deserialize;

use crate::golden_file;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    #[serde(skip)]
    pub store_dir: StoreDir,
    pub name: String,
    pub derivations: OrderedMap<String, String>,
    /// What they read besides.
    #[serde(default)]
    sources: OrderedMap<String, Source>,
    pub want: Vec<String>,
    pub before: Vec<String>,
    settings: OrderedMap<String, String>,
    caches: Vec<Cache>,
    /// Dry runs that were made before.
    #[serde(default)]
    earlier: Vec<Earlier>,
    /// Seconds that passed after the last of them.
    #[serde(default)]
    wait: u64,
    /// How the caches answered, in their order; as usual if absent.
    #[serde(default)]
    manners: Vec<Manner>,
    pub dry_run: DryRun,
    pub real: Real,
}

/// A source: its archive in base 64, and what it refers to.
#[derive(Deserialize)]
struct Source {
    nar: String,
    references: Vec<String>,
}

/// A dry run before the one that counts, some seconds after the one before it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Earlier {
    wait: u64,
    manners: Vec<Manner>,
    dry_run: DryRun,
}

/// How a cache behind HTTP answered.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Manner {
    offline: bool,
    failures: u32,
    /// Milliseconds until an answer began.
    delay: Option<u32>,
    /// HTTP statuses of files, or of folders with a slash behind.
    statuses: OrderedMap<String, u16>,
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
    let (store_dir, mut cases) = golden_file::read::<Case>(file);
    for case in &mut cases {
        case.store_dir.clone_from(&store_dir);
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

    /// Wants outputs of a graph, with the texts of derivations that are sources.
    fn evaluated(&self, graph: DerivationGraph, names: &[String]) -> Evaluated {
        let made = graph
            .nodes()
            .iter()
            .flat_map(|it| &it.derivation.input_srcs);
        let made: Vec<_> = made.cloned().collect();
        let mut evaluated = Evaluated::new(graph, self.wanted(names), &made);
        let load = &mut |path: &StorePath, _| self.contents(path);
        evaluated.read_sources(&self.store_dir, &Sources::default(), load);
        evaluated
    }

    /// Returns what a source consists of.
    fn contents(&self, path: &StorePath) -> Option<Contents> {
        let source = self.sources.get(&self.store_dir.display(path))?;
        let nar = encoding::base64_decode(source.nar.as_bytes()).unwrap();
        let references = source.references.iter();
        let references = references
            .map(|it| self.store_dir.parse_path(it).unwrap())
            .collect();
        Some(match nar::read(&nar).unwrap() {
            FileTree::File { contents, .. } => Contents::Text {
                contents,
                references,
            },
            tree => Contents::Files { tree, references },
        })
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
                "download-attempts" => settings.patience.attempts = value.parse().unwrap(),
                "stalled-download-timeout" => settings.patience.stalled = value.parse().unwrap(),
                "narinfo-cache-positive-ttl" => {
                    settings.times_to_live.positive = value.parse().unwrap();
                }
                "narinfo-cache-negative-ttl" => {
                    settings.times_to_live.negative = value.parse().unwrap();
                }
                "narinfo-cache-meta-ttl" => settings.times_to_live.meta = value.parse().unwrap(),
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
            let trusted = query.strip_prefix("trusted=");
            opened.set_trusted(trusted.is_some_and(|it| ["true", "yes", "1"].contains(&it)));
            if let Some(priority) = query.strip_prefix("priority=") {
                opened.set_priority(priority.parse().unwrap());
            }
            opened
        });
        caches.collect()
    }

    /// Makes the world of a case, in which the caches answer as usual.
    fn world(&self) -> World {
        let mut world = World::default();
        world.settings = self.settings();
        world.caches = self.caches();
        world
    }
}

impl Manner {
    /// Lets a cache answer so.
    fn set(&self, cache: &mut BinaryCache, files: &Cache) {
        let store_dir = cache.store_dir().clone();
        let mut conditions = Conditions::default();
        conditions.offline = self.offline;
        conditions.failures = self.failures;
        conditions.latency = self.delay.unwrap_or_default();
        let mut rest = self.statuses.clone();
        // Store objects with equal contents have one archive.
        let mut archives = Vec::new();
        conditions.info_status = rest.remove("nix-cache-info");
        conditions.realisation_status = rest.remove("realisations/");
        for (name, text) in files
            .files
            .iter()
            .filter(|(name, _)| name.ends_with(".narinfo"))
        {
            let field = |field: &str| text.lines().find_map(|line| line.strip_prefix(field));
            let path = field("StorePath: ").and_then(|path| store_dir.parse_path(path).ok());
            let status = rest.remove(name);
            let archive_status = field("URL: ").and_then(|url| {
                archives.push(url);
                self.statuses.get(url).copied()
            });
            // A narinfo that ends too early may not say what it is about.
            let Some(path) = path else { continue };
            if let Some(status) = status {
                conditions.set_fault(&path, PathFault::Status(status));
            }
            if let Some(status) = archive_status {
                conditions.set_fault(&path, PathFault::ArchiveStatus(status));
            }
        }
        for url in archives {
            rest.remove(url);
        }
        assert!(rest.is_empty(), "{rest:?}");
        *cache.conditions_mut() = conditions;
    }
}

/// Returns what the dry run said, what Nix did, and how earlier dry runs differ.
fn run(case: &Case) -> (Result<String, String>, Run, Vec<String>) {
    let evaluated = case.evaluated(case.graph(), &case.want);
    let mut world = case.world();
    if !case.before.is_empty() {
        let mut usual = case.world();
        usual.settings = case.usual_settings();
        usual.caches.clear();
        let before = Evaluated {
            wanted: case.wanted(&case.before),
            ..evaluated.clone()
        };
        let done = usual.run(&before).realised;
        assert_eq!(done.failure, None, "{}", case.name);
        world.local = done.local;
    }
    let behave = |world: &mut World, manners: &[Manner]| {
        for ((cache, files), manner) in world.caches.iter_mut().zip(&case.caches).zip(manners) {
            manner.set(cache, files);
        }
    };
    let store_dir = world.settings.store_dir.clone();
    let text = |plan: &Plan| {
        let text = dry_run::text(plan, &evaluated.graph, &store_dir);
        text.map_err(|fault| fault.to_string())
    };
    let mut wrong = Vec::new();
    for earlier in &case.earlier {
        world.memory.advance(earlier.wait);
        behave(&mut world, &earlier.manners);
        let plan = world.look(&evaluated);
        wrong.extend(earlier.dry_run.difference(&text(&plan)));
    }
    world.memory.advance(case.wait);
    behave(&mut world, &case.manners);
    let run = world.run(&evaluated);
    (text(&run.plan), run, wrong)
}

impl DryRun {
    /// Compares what we say; of a failure the reference may say more.
    fn difference(&self, text: &Result<String, String>) -> Option<String> {
        let same = match (text, &self.text, &self.error) {
            (Ok(text), Some(expected), _) => text == expected,
            (Err(error), _, Some(expected)) => expected.starts_with(error),
            _ => false,
        };
        (!same).then(|| format!("dry run {text:?}, not {:?} {:?}", self.text, self.error))
    }
}

/// What was built: derivations as the log of the reference names them, their places in the graph, and their outputs.
fn builds<'a>(
    case: &'a Case,
    realised: &'a Realised,
) -> impl Iterator<Item = (String, Option<NodeId>, &'a [StorePath])> {
    realised.steps.iter().filter_map(|done| match &done.step {
        Step::Build {
            node,
            derivation,
            resolved,
            outputs,
            ..
        } => {
            let path = resolved.as_ref().unwrap_or(derivation);
            Some((case.store_dir.display(path), *node, &**outputs))
        }
        Step::Fetch { .. } => None,
    })
}

/// What was fetched, as the log of the reference names it.
fn fetches(case: &Case, realised: &Realised) -> OrderedSet<String> {
    let fetches = realised.steps.iter().filter_map(|done| match &done.step {
        Step::Fetch { path, cache, .. } => Some((path, cache)),
        Step::Build { .. } => None,
    });
    // The log also has the downloads that came to nothing.
    let broken = realised
        .broken
        .iter()
        .map(|(path, miss)| (path, &miss.cache));
    fetches
        .chain(broken)
        .map(|(path, cache)| format!("{} {cache}", case.store_dir.display(path)))
        .collect()
}

/// Returns where we differ from what the reference said and did, in sentences.
pub fn differences(case: &Case) -> Vec<String> {
    let mut wrong = Vec::new();
    let name = &case.name;
    let (text, Run { realised, .. }, earlier) = run(case);
    let dry_runs = earlier.into_iter().chain(case.dry_run.difference(&text));
    wrong.extend(dry_runs.map(|difference| format!("{name}: {difference}")));
    let success = realised.failure.is_none();
    if success != case.real.success {
        wrong.push(format!("{name}: {:?}", realised.failure));
        return wrong;
    }
    // After a failure the reference may have done more or less than we, for it works in parallel; not so if it keeps going and no cache
    // has ended everything.
    if !success && (realised.aborted || !case.settings().keep_going) {
        return wrong;
    }
    if let Some(failure) = &realised.failure
        && !case.real.errors.iter().any(|it| it.starts_with(&**failure))
    {
        wrong.push(format!("{name}: {failure:?}, not {:#?}", case.real.errors));
    }
    let mut built: OrderedSet<String> = (builds(case, &realised).map(|(path, ..)| path)).collect();
    let mut fetched = fetches(case, &realised);
    let mut copied = case.real.copied.clone();
    // Two things depend on time, so that the same question has both answers. Where no cache may be asked for a derivation, but something
    // else refers to what it makes: whether the build has begun before the download has ended. And where what is fetched refers to
    // something that is built: whether that is there when it is asked for.
    let is_built_there = |reference: &str| {
        builds(case, &realised).any(|(path, _, outputs)| {
            case.real.built.contains(&path) && outputs.iter().any(|it| it.to_string() == reference)
        })
    };
    let copied_there = |output: &StorePath| {
        let output = case.store_dir.display(output);
        let mut paths = copied.iter().map(|it| it.split(' ').next());
        paths.any(|path| path == Some(&*output))
    };
    let refers_to_built = |output: &StorePath| {
        let name = format!("{}.narinfo", output.hash_part());
        let infos = (case.caches.iter()).filter_map(|cache| cache.files.get(&name));
        let mut references = infos
            .filter_map(|info| info.lines().find_map(|it| it.strip_prefix("References: ")))
            .flat_map(|references| references.split(' '));
        references.any(is_built_there)
    };
    for (path, node, outputs) in builds(case, &realised) {
        let no_cache_asked = node.is_some_and(|node| {
            realised.derivations[node.index()].decision.reason == Reason::SubstitutesNotAllowed
        });
        if !case.real.built.contains(&path)
            && (outputs.iter())
                .all(|it| copied_there(it) && (no_cache_asked || refers_to_built(it)))
        {
            built.remove(&path);
        }
    }
    // Of a path that is built for one reason and fetched for another, it depends on time whether the download has begun before the
    // build has ended.
    let outputs: OrderedSet<String> = builds(case, &realised)
        .flat_map(|(.., outputs)| outputs)
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
