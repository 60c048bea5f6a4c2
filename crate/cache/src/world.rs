//! A world to play with: a client with its store and its memory, binary caches, and those who push to them.
//!
//! It is made from a [`WorldFile`]; evaluation and files come through a [`Loader`].

pub mod changes;

use drvlab_store::OrderedMap;
use std::fmt;
use std::rc::Rc;

use bstr::ByteSlice as _;
use drvlab_store::explain::StoreObject as Contents;
use drvlab_store::hash::sha256;
use drvlab_store::{CacheInfo, Derivation, PublicKey, SecretKey, StoreDir, StorePath};

use crate::binary_cache::BinaryCache;
use crate::conditions::{Conditions, PathFault, Patience};
use crate::farm::{Farm, Published};
use crate::graph::{DerivationGraph, NodeId};
use crate::identity::Identities;
use crate::local_store::LocalStore;
use crate::memory::{Memory, TimesToLive};
use crate::plan::{Plan, Wanted, plan};
use crate::realise::schedule::{Schedule, schedule};
use crate::realise::{self, Realised, realise};
use crate::settings::Settings;
use crate::simulation::{Simulated, Simulation, package_name};
use crate::sources::{self, Derivations, Sources};
use crate::store_url;
use crate::substituters::{About, Dropped, Substituters};
use crate::toy::ToyBuilder;
use crate::world_file::{BuildFile, CacheFile, Event, SettingsFile, Subject, VERSION, WorldFile};

/// What an evaluation gives.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// The derivations.
    pub graph: Rc<DerivationGraph>,
    /// What was asked for.
    pub wanted: Vec<Wanted>,
    /// What it has put into the store.
    pub sources: Rc<Sources>,
    /// The derivations among that which are not in the graph, if they were looked for.
    pub texts: Rc<Derivations>,
}

impl Evaluated {
    /// Makes one that has put these paths into the store, of which nothing more is known.
    #[must_use]
    pub fn new<'a>(
        graph: DerivationGraph,
        wanted: Vec<Wanted>,
        made: impl IntoIterator<Item = &'a StorePath>,
    ) -> Self {
        let made = made.into_iter().map(|path| (path.clone(), None));
        Self {
            graph: Rc::new(graph),
            wanted,
            sources: Rc::new(made.collect()),
            texts: Rc::default(),
        }
    }

    /// Adds the contents of what scripts may read; see [`sources::read`].
    pub fn read_sources(
        &mut self,
        store_dir: &StoreDir,
        known: &Sources,
        load: &mut dyn FnMut(&StorePath, usize) -> Option<Contents>,
    ) {
        let read = sources::read(&self.sources, &self.graph, store_dir, known, load);
        self.sources = Rc::new(read);
    }
}

/// What a world needs from outside.
pub trait Loader {
    /// Evaluates something.
    ///
    /// # Errors
    /// The text that says why that failed.
    fn evaluate(&mut self, subject: &Subject) -> Result<Evaluated, WorldError>;

    /// Opens a folder or archive that is a binary cache, under a name.
    ///
    /// # Errors
    /// The text that says why it is none.
    fn open_cache(
        &mut self,
        name: &str,
        path: &str,
        store_dir: &StoreDir,
    ) -> Result<BinaryCache, WorldError>;
}

/// Why a world cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldError(pub String);

impl WorldError {
    /// Says where in the file it is.
    fn at(self, place: impl fmt::Display) -> Self {
        Self(format!("{place}: {self}"))
    }
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WorldError {}

/// A world.
#[derive(Debug)]
pub struct World {
    /// The client's settings.
    pub settings: Settings,
    /// The binary caches.
    pub caches: Vec<BinaryCache>,
    /// The client's store.
    pub local: LocalStore,
    /// What the client remembers of caches, and the clock.
    pub memory: Memory,
    /// Who builds, here and elsewhere.
    pub builder: ToyBuilder,
    /// Events that changed nothing, which may be a mistake.
    pub notes: Vec<String>,
    /// Keys by name.
    keys: OrderedMap<String, SecretKey>,
    /// The name of the key that signs for a cache, by URL.
    signs: OrderedMap<String, String>,
}

/// What happens when something is wanted.
#[derive(Debug)]
pub struct Run {
    /// What the dry run says.
    pub plan: Plan,
    /// What Nix does.
    pub realised: Realised,
    /// When it does it.
    pub schedule: Schedule,
    /// The caches that are not asked.
    pub dropped: Vec<Dropped>,
}

impl Default for World {
    /// An ordinary machine without caches.
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            caches: Vec::new(),
            local: LocalStore::new(),
            memory: Memory::default(),
            builder: ToyBuilder::default(),
            notes: Vec::new(),
            keys: OrderedMap::new(),
            signs: OrderedMap::new(),
        }
    }
}

impl World {
    /// Makes a world and lets happen what happened in it.
    ///
    /// # Errors
    /// The file contradicts itself, or something in it cannot be evaluated or opened.
    pub fn new(file: &WorldFile, loader: &mut dyn Loader) -> Result<Self, WorldError> {
        if file.version != VERSION {
            let found = file.version;
            return Err(WorldError(format!(
                "it has version {found}, but version {VERSION} is read here"
            )));
        }
        let mut world = Self::default();
        for (index, cache) in file.caches.iter().enumerate() {
            let at = |error: WorldError| error.at(format_args!("caches[{index}]"));
            let opened = open(cache, loader).map_err(at)?;
            if let Some(key) = &cache.key {
                world.key(key).map_err(at)?;
                world.signs.insert(cache.url.clone(), key.clone());
            }
            world.caches.push(opened);
        }
        let settings = world.read_settings(&file.settings);
        world.settings = settings.map_err(|error| error.at("settings"))?;
        world.builder.simulation = simulation(&file.builds);
        for (index, event) in file.history.iter().enumerate() {
            let place = format!("history[{index}]");
            let known = world.notes.len();
            let happened = world.happen(event, loader);
            happened.map_err(|error| error.at(&place))?;
            for note in &mut world.notes[known..] {
                *note = format!("{place}: {note}");
            }
        }
        Ok(world)
    }

    /// Returns the key of this name, which depends on nothing else.
    fn key(&mut self, name: &str) -> Result<SecretKey, WorldError> {
        if let Some(key) = self.keys.get(name) {
            return Ok(key.clone());
        }
        let key = SecretKey::from_seed(name, &sha256(name.as_bytes()));
        let key = key.ok_or_else(|| WorldError(format!("'{name}' is no name of a key")))?;
        self.keys.insert(name.to_owned(), key.clone());
        Ok(key)
    }

    fn read_settings(&mut self, file: &SettingsFile) -> Result<Settings, WorldError> {
        let mut settings = Settings::default();
        let words = |words: &drvlab_store::OrderedSet<String>| {
            words.iter().map(|word| word.as_str().into()).collect()
        };
        settings.substitute = file.substitute.unwrap_or(settings.substitute);
        settings.always_allow_substitutes = file.always_allow_substitutes.unwrap_or_default();
        settings.fallback = file.fallback.unwrap_or_default();
        settings.keep_going = file.keep_going.unwrap_or_default();
        settings.require_sigs = file.require_sigs.unwrap_or(settings.require_sigs);
        settings.max_jobs = file.max_jobs.unwrap_or(settings.max_jobs);
        settings.max_substitution_jobs = file
            .max_substitution_jobs
            .unwrap_or(settings.max_substitution_jobs);
        settings.extra_platforms = words(&file.extra_platforms);
        if let Some(system) = &file.system {
            settings.system = system.as_str().into();
        }
        if let Some(features) = &file.system_features {
            settings.system_features = words(features);
        }
        settings
            .allowed_caches
            .clone_from(&file.trusted_substituters);
        let usual = TimesToLive::default();
        settings.times_to_live = TimesToLive {
            positive: file.narinfo_cache_positive_ttl.unwrap_or(usual.positive),
            negative: file.narinfo_cache_negative_ttl.unwrap_or(usual.negative),
            meta: file.narinfo_cache_meta_ttl.unwrap_or(usual.meta),
        };
        let usual = Patience::default();
        settings.patience = Patience {
            attempts: file.download_attempts.unwrap_or(usual.attempts),
            stalled: file.stalled_download_timeout.unwrap_or(usual.stalled),
        };
        let mut keys = Vec::new();
        for text in &file.trusted_public_keys {
            keys.push(if text.contains(':') {
                PublicKey::parse(text).map_err(|error| WorldError(format!("'{text}': {error}")))?
            } else {
                self.key(text)?.public_key()
            });
        }
        settings.trusted_public_keys = keys.into_iter().collect();
        Ok(settings)
    }

    /// Lets something happen.
    ///
    /// # Errors
    /// There is no such cache, or something cannot be evaluated.
    pub fn happen(&mut self, event: &Event, loader: &mut dyn Loader) -> Result<(), WorldError> {
        match event {
            Event::Publish {
                to,
                what,
                systems,
                leave_out,
                key,
            } => {
                let evaluated = loader.evaluate(what)?;
                let leave_out = |derivation: &Derivation| {
                    let system = derivation.system.to_str_lossy();
                    let foreign = systems
                        .as_ref()
                        .is_some_and(|systems| !systems.contains(&*system) && system != "builtin");
                    foreign || names(leave_out, &derivation.name)
                };
                self.publish(&evaluated, to, key.as_deref(), &leave_out)?;
            }
            Event::Evict { from, name } => {
                let cache = self.cache(from)?;
                let exact = cache.store_dir().parse_path(name).ok();
                let mut evicted = false;
                for info in cache.narinfos() {
                    if exact.as_ref() == Some(&info.path) || is_named(info.path.name(), name) {
                        evicted |= cache.evict(&info.path);
                    }
                }
                if !evicted {
                    self.notes
                        .push(format!("{from} has nothing called '{name}'"));
                }
            }
            Event::Advance { seconds } => self.memory.advance(*seconds),
            Event::DryRun { what } => {
                let evaluated = loader.evaluate(what)?;
                self.look(&evaluated);
            }
            Event::Build { what } => {
                let evaluated = loader.evaluate(what)?;
                let run = self.run(&evaluated);
                if let Some(failure) = run.realised.failure {
                    return Err(WorldError(format!(
                        "what was built before could not be built: {failure}"
                    )));
                }
                self.look(&evaluated);
                self.local = run.realised.local;
                self.local.keep_sources();
            }
            Event::Delete { name } => {
                let paths = self.local.iter().filter(|path| is_named(path.name(), name));
                let paths: Vec<_> = paths.cloned().collect();
                if paths.is_empty() {
                    let note = format!("the store of this machine has nothing called '{name}'");
                    self.notes.push(note);
                }
                for path in paths {
                    self.local.remove(&path);
                }
            }
        }
        Ok(())
    }

    /// Finds a cache by its URL.
    ///
    /// # Errors
    /// There is none.
    pub fn cache(&mut self, url: &str) -> Result<&mut BinaryCache, WorldError> {
        let found = self.caches.iter_mut().find(|cache| **cache.name() == *url);
        found.ok_or_else(|| WorldError(format!("there is no cache '{url}'")))
    }

    /// Lets a farm build and push, signed by the named key or else by the cache's.
    ///
    /// # Errors
    /// There is no such cache.
    pub fn publish(
        &mut self,
        evaluated: &Evaluated,
        to: &str,
        key: Option<&str>,
        leave_out: &dyn Fn(&Derivation) -> bool,
    ) -> Result<Published, WorldError> {
        let key = key
            .map(str::to_owned)
            .or_else(|| self.signs.get(to).cloned());
        let key = key.map(|name| self.key(&name)).transpose()?;
        let builder = self.builder.clone();
        let cache = self.cache(to)?;
        let mut farm = Farm::new(key);
        farm.store_mut().set_sources(Rc::clone(&evaluated.sources));
        let graph = &evaluated.graph;
        let roots = roots(graph, &evaluated.wanted);
        Ok(farm.publish(graph, roots, cache, &builder, leave_out))
    }

    /// Makes a dry run as the client does: it remembers the answers.
    pub fn look(&mut self, evaluated: &Evaluated) -> Plan {
        self.local.set_sources(Rc::clone(&evaluated.sources));
        let substituters = Substituters::new(&self.caches, &self.settings, Some(&self.memory));
        let Evaluated { graph, wanted, .. } = evaluated;
        let plan = plan(graph, wanted, &self.local, &substituters, &self.settings);
        let asked = substituters.take_asked();
        let opened = substituters
            .caches()
            .iter()
            .map(|cache| Rc::clone(cache.name()));
        let opened: Vec<_> = opened.collect();
        for cache in opened {
            self.memory.learn_opened(&cache);
        }
        for asked in asked {
            match asked.about {
                About::Path(path, info) => self.memory.learn(&asked.cache, &path, info),
                About::Output(id, found) => self.memory.learn_realisation(&asked.cache, id, found),
            }
        }
        plan
    }

    /// Finds out what would happen if something were wanted; nothing changes.
    #[must_use]
    pub fn run(&self, evaluated: &Evaluated) -> Run {
        let Evaluated {
            graph,
            wanted,
            sources,
            texts: _,
        } = evaluated;
        let mut local = self.local.clone();
        local.set_sources(Rc::clone(sources));
        let identities = Identities::new(graph, &self.settings.store_dir);
        let substituters = Substituters::new(&self.caches, &self.settings, Some(&self.memory));
        let plan = plan(graph, wanted, &local, &substituters, &self.settings);
        let world = realise::World {
            graph,
            identities: &identities,
            substituters: &substituters,
            settings: &self.settings,
            builder: &self.builder,
        };
        let realised = realise(&world, wanted, local, &plan);
        let schedule = schedule(&realised.steps, &self.settings);
        Run {
            plan,
            schedule,
            realised,
            dropped: substituters.dropped().to_vec(),
        }
    }
}

fn roots(graph: &DerivationGraph, wanted: &[Wanted]) -> Vec<NodeId> {
    let derivations = wanted.iter().filter_map(|wanted| match wanted {
        Wanted::Outputs { derivation, .. } | Wanted::Dynamic { derivation, .. } => {
            graph.find(derivation)
        }
        Wanted::Path(_) => None,
    });
    derivations.collect()
}

/// Tells whether one of the names is that of a derivation or its package.
fn names(names: &drvlab_store::OrderedSet<String>, derivation: &str) -> bool {
    names.contains(derivation) || names.contains(package_name(derivation))
}

/// Tells whether a store object is called so, with or without its version and output.
fn is_named(path: &str, name: &str) -> bool {
    path == name || package_name(path) == name
}

fn open(file: &CacheFile, loader: &mut dyn Loader) -> Result<BinaryCache, WorldError> {
    let store_dir = StoreDir::default();
    let mut cache = match &file.path {
        Some(path) => loader.open_cache(&file.url, path, &store_dir)?,
        None => BinaryCache::new(&file.url, CacheInfo::default(), store_dir.clone()),
    };
    let conditions = conditions(file, &store_dir)?;
    configure(&mut cache, file, conditions);
    Ok(cache)
}

/// Lets a cache be as the file says, but for its contents.
fn configure(cache: &mut BinaryCache, file: &CacheFile, conditions: Conditions) {
    if let Some(store_dir) = &file.store_dir {
        cache.set_stated_store_dir(Some(store_dir.as_str().into()));
    } else if file.path.is_none() {
        cache.set_stated_store_dir(None);
    }
    if let Some(priority) = file.priority {
        cache.set_priority(priority);
    }
    cache.set_trusted(file.trusted);
    *cache.conditions_mut() = conditions;
}

fn conditions(file: &CacheFile, store_dir: &StoreDir) -> Result<Conditions, WorldError> {
    let mut conditions = Conditions::default();
    conditions.no_store = store_url::objection(&file.url);
    conditions.offline = file.offline;
    conditions.latency = file.latency.unwrap_or(conditions.latency);
    conditions.bandwidth = file.bandwidth.unwrap_or(conditions.bandwidth).max(1);
    let status = |status: Option<u16>| match status {
        Some(status) if !(400..600).contains(&status) => Err(WorldError(format!(
            "{status} is no HTTP status of a failure"
        ))),
        status => Ok(status),
    };
    conditions.failures = file.failures;
    conditions.info_status = status(file.info_status)?;
    conditions.realisation_status = status(file.realisation_status)?;
    for (name, words) in &file.faults {
        for word in words.split_whitespace() {
            let fault = PathFault::parse(word);
            let fault = fault.ok_or_else(|| {
                WorldError(format!(
                    "there is no fault '{word}', with which '{name}' is answered"
                ))
            })?;
            match store_dir.parse_path(name) {
                Ok(path) => conditions.set_fault(&path, fault),
                Err(_) => conditions.set_fault_by_name(name.as_str(), fault),
            }
        }
    }
    Ok(conditions)
}

fn simulation(builds: &OrderedMap<String, BuildFile>) -> Simulation {
    let table = builds.iter().map(|(name, said)| {
        let said = Simulated {
            nar_size: said.nar_size,
            duration: said.seconds.map(|seconds| seconds.saturating_mul(1000)),
            fails: said.fails,
            references: said.references.clone(),
            contents: said.contents.clone(),
        };
        (name.clone(), said)
    });
    Simulation {
        table: table.collect(),
    }
}

/// Finds the derivations whose name, or whose output's path, is meant by a text.
#[must_use]
pub fn find(graph: &DerivationGraph, text: &str, store_dir: &StoreDir) -> Vec<NodeId> {
    let path: Option<StorePath> = store_dir.parse_path(text).ok();
    let means = |id: &NodeId| match &path {
        Some(path) => {
            graph[*id].path == *path || graph[*id].outputs().any(|(_, it)| it == Some(path))
        }
        None => is_named(&graph[*id].derivation.name, text),
    };
    graph.ids().filter(means).collect()
}
