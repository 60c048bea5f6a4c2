//! The world around the files: caches, client, clock and history, kept up with what the page says of them.

use drvlab_store::OrderedMap;
use std::rc::Rc;

use drvlab_cache::content_addressed::{Turned, turn};
use drvlab_cache::world::changes::WorldChange;
use drvlab_cache::world::{Evaluated, Loader, World, WorldError};
use drvlab_cache::world_file::{Event, Subject, WorldFile};
use drvlab_cache::{
    BinaryCache, DerivationGraph, Memory, Sources, Wanted, archive_source, sources,
};
use drvlab_lang::Machine;
use drvlab_lang::derivation_search::Instance;
use drvlab_lang::files::canonical;
use drvlab_store::StoreDir;

use crate::diagnostics::text;
use crate::files::{SharedFiles, Written};
use crate::workspace::find;

/// What follows the path of an upload in the path of what its archives unpack to.
const UNPACKED: &str = "#unpacked";

/// What evaluating a subject needs, and what was evaluated.
#[derive(Default)]
pub(crate) struct Past {
    /// The texts that files had in the beginning, by path.
    pub originals: OrderedMap<String, String>,
    /// Archives that the page was given, by the paths under which caches name them.
    pub uploads: OrderedMap<String, Rc<[u8]>>,
    /// The file that is meant where none is named.
    pub file: String,
    /// The attribute that is meant where none is named.
    pub attr_path: String,
    known: Vec<(Subject, Evaluated)>,
    /// Contents of sources that were read last, to be taken again.
    pub sources: Rc<Sources>,
}

impl Past {
    /// Sets what a file was in the beginning.
    pub fn set_original(&mut self, path: &str, text: Option<&str>) {
        match text {
            Some(text) => self.originals.insert(path.to_owned(), text.to_owned()),
            None => self.originals.remove(path),
        };
        self.known.clear();
    }

    /// Sets what is meant where nothing is named.
    pub fn set_subject(&mut self, file: &str, attr_path: &str) {
        if self.file != file || self.attr_path != attr_path {
            file.clone_into(&mut self.file);
            attr_path.clone_into(&mut self.attr_path);
            self.known.clear();
        }
    }
}

/// Evaluates and opens what the page has.
pub(crate) struct PageLoader<'a> {
    pub files: &'a SharedFiles,
    pub machine: &'a mut Machine,
    pub past: &'a mut Past,
    /// Whether package sets are turned from input- to content-addressed.
    pub turned: bool,
}

impl PageLoader<'_> {
    /// Lets a file have a text and returns what it had before, unless it is the same.
    fn put(&mut self, path: &str, new: Option<&str>) -> Option<Option<Rc<[u8]>>> {
        use drvlab_lang::files::Files as _;
        let path = path.as_bytes();
        let old = self.files.read(&canonical(path)).ok();
        match new {
            Some(new) => match self.files.write(path, new.as_bytes()) {
                Written::Same => return None,
                Written::New => self.machine.files_came_or_went(),
                Written::Other => self.machine.file_changed(path),
            },
            None => {
                if !self.files.0.borrow_mut().remove(path) {
                    return None;
                }
                self.machine.files_came_or_went();
            }
        }
        Some(old)
    }

    /// Evaluates files as they were.
    fn evaluate_past(&mut self, subject: &Subject) -> Result<Evaluated, WorldError> {
        let file = match &subject.file {
            None => self.past.file.clone(),
            Some(file) => {
                let folder = self.past.file.rsplit_once('/').map_or("", |it| it.0);
                text(&canonical(format!("{folder}/{file}").as_bytes()))
            }
        };
        let mut texts = self.past.originals.clone();
        texts.extend(subject.texts.clone());
        for [from, to] in &subject.with {
            let text = texts.get_mut(&file);
            let text = text.ok_or_else(|| WorldError(format!("there is no file '{file}'")))?;
            if !text.contains(from.as_str()) {
                return Err(WorldError(format!("the text '{from}' does not occur")));
            }
            *text = text.replacen(from.as_str(), to, 1);
        }
        let mut before = Vec::new();
        for (path, text) in &texts {
            if let Some(old) = self.put(path, Some(text)) {
                before.push((path, old));
            }
        }
        let attr_path = subject.attribute.as_ref().unwrap_or(&self.past.attr_path);
        let attr_path = attr_path.clone();
        let found = self
            .machine
            .evaluate_again(|machine| find(machine, file.as_bytes(), attr_path.as_bytes()));
        // What was said then was said then.
        self.machine.messages.clear();
        let evaluated = match found {
            Err(error) => Err(WorldError(text(&error.diagnostic.message))),
            Ok(crate::workspace::Found::Value(_)) => {
                Err(WorldError(format!("'{attr_path}' is no derivation")))
            }
            Ok(crate::workspace::Found::Derivations(instances)) => {
                let derivations = &self.machine.store.derivations;
                let roots = instances.iter().map(|it| it.drv_path.clone());
                DerivationGraph::new(roots, |path| derivations.get(path).cloned())
                    .map_err(|error| WorldError(error.to_string()))
                    .map(|graph| evaluated(graph, instances, self.machine))
            }
        };
        let evaluated = evaluated.map(|mut evaluated| {
            // Files are as they were only now, and so is what was instantiated.
            find_texts(&mut evaluated, self.machine);
            read_sources(&mut evaluated, self.machine, self.past);
            evaluated
        });
        for (path, old) in before {
            let old = old.as_deref().map(text);
            self.put(path, old.as_deref());
        }
        evaluated
    }
}

impl Loader for PageLoader<'_> {
    fn evaluate(&mut self, subject: &Subject) -> Result<Evaluated, WorldError> {
        let known = self.past.known.iter().find(|(known, _)| known == subject);
        let evaluated = match known {
            Some((_, evaluated)) => evaluated.clone(),
            None => {
                let evaluated = self.evaluate_past(subject)?;
                self.past.known.push((subject.clone(), evaluated.clone()));
                evaluated
            }
        };
        if !self.turned {
            return Ok(evaluated);
        }
        turned(&evaluated).map(|(_, turned)| turned)
    }

    fn open_cache(
        &mut self,
        name: &str,
        path: &str,
        store_dir: &StoreDir,
    ) -> Result<BinaryCache, WorldError> {
        let bytes = self.past.uploads.get(path);
        let bytes = bytes.ok_or_else(|| {
            WorldError(format!(
                "the archive of {name} is not there any more: import it again"
            ))
        })?;
        let failed = |error| WorldError(format!("{name} is not a binary cache: {error}"));
        let mut cache = archive_source::open(name, bytes, store_dir).map_err(failed)?;
        if let Some(unpacked) = self.past.uploads.get(&format!("{path}{UNPACKED}")) {
            archive_source::add_unpacked(&mut cache, unpacked).map_err(failed)?;
        }
        Ok(cache)
    }
}

/// Puts together what was evaluated.
pub(crate) fn evaluated(
    graph: DerivationGraph,
    instances: Vec<Instance>,
    machine: &Machine,
) -> Evaluated {
    let wanted = instances.into_iter();
    let wanted = wanted.map(|it| Wanted::output(it.drv_path, it.output));
    let made = machine.store.texts.keys();
    let made = made.chain(machine.store.sources.keys());
    Evaluated::new(graph, wanted.collect(), made)
}

/// Reads what scripts may read of what the last evaluation has put into the store.
pub(crate) fn read_sources(evaluated: &mut Evaluated, machine: &mut Machine, past: &mut Past) {
    let store_dir = machine.store.dir.clone();
    evaluated.read_sources(&store_dir, &past.sources, &mut |path, limit| {
        machine.store_object(path, limit)
    });
    past.sources = Rc::clone(&evaluated.sources);
}

/// Looks for the derivations that the last evaluation has put into the store as texts only.
pub(crate) fn find_texts(evaluated: &mut Evaluated, machine: &Machine) {
    let known = &machine.store.derivations;
    let texts = sources::derivations(&evaluated.graph, |path| known.get(path).cloned());
    evaluated.texts = Rc::new(texts);
}

/// Turns what was evaluated from input- to content-addressed; its texts are known.
pub(crate) fn turned(evaluated: &Evaluated) -> Result<(Turned, Evaluated), WorldError> {
    let store_dir = StoreDir::default();
    let turned = turn(&evaluated.graph, &evaluated.texts, &store_dir);
    let turned = turned.map_err(|error| WorldError(error.to_string()))?;
    let shown = Evaluated {
        wanted: turned.wanted(&evaluated.wanted),
        graph: Rc::clone(&turned.graph),
        sources: Rc::new(turned.sources(&evaluated.sources, &store_dir)),
        texts: Rc::default(),
    };
    Ok((turned, shown))
}

/// A world with what led to it.
#[derive(Debug, Default)]
pub(crate) struct Scene {
    begin: Option<WorldFile>,
    changes: Vec<WorldChange>,
    pub world: World,
    /// What was published: the attribute, if one was named, and what it was.
    publications: Vec<(Option<String>, Rc<DerivationGraph>)>,
    /// What could not be made.
    pub problems: Vec<String>,
    /// How many store objects the last changes published, if they published.
    pub last_published: Option<usize>,
    /// Rises with everything that happens to the world.
    pub revision: u64,
}

impl Scene {
    /// Forgets everything, so that the world is made anew when it is needed next; nothing that was made in the old one counts for the new.
    pub fn begin_anew(&mut self) {
        *self = Self {
            revision: self.revision + 1,
            ..Self::default()
        };
    }

    /// Brings the world to where it should be; goes on from where it is if it can.
    pub fn bring_to(
        &mut self,
        begin: &WorldFile,
        changes: &[WorldChange],
        loader: &mut PageLoader<'_>,
    ) {
        let goes_on = self.begin.as_ref() == Some(begin) && changes.starts_with(&self.changes);
        if !goes_on {
            self.begin_anew();
            match World::new(begin, loader) {
                Ok(world) => self.world = world,
                Err(error) => self.problems.push(error.to_string()),
            }
            self.note_publications(begin, loader);
            self.begin = Some(begin.clone());
        }
        let known = self.changes.len();
        self.last_published = None;
        for change in &changes[known..] {
            self.revision += 1;
            let before = self.objects();
            match (self.world.change(change, loader), change) {
                (Err(error), _) => self.problems.push(error.to_string()),
                (Ok(()), WorldChange::Happen(event)) if self.note_publication(event, loader) => {
                    let added = self.objects().saturating_sub(before);
                    *self.last_published.get_or_insert(0) += added;
                }
                (Ok(()), WorldChange::Load(file)) => self.note_publications(file, loader),
                (Ok(()), _) => {}
            }
        }
        self.changes = changes.to_vec();
    }

    fn objects(&self) -> usize {
        let caches = self.world.caches.iter();
        caches.map(|cache| cache.narinfos().len()).sum()
    }

    /// Remembers what was published before a world began, and nothing of an earlier world.
    fn note_publications(&mut self, begin: &WorldFile, loader: &mut PageLoader<'_>) {
        self.publications.clear();
        for event in &begin.history {
            self.note_publication(event, loader);
        }
    }

    /// Remembers what was published; tells whether that was so.
    fn note_publication(&mut self, event: &Event, loader: &mut PageLoader<'_>) -> bool {
        let Event::Publish { what, .. } = event else {
            return false;
        };
        if let Ok(evaluated) = loader.evaluate(what) {
            let publication = (what.attribute.clone(), evaluated.graph);
            self.publications.push(publication);
        }
        true
    }

    /// Returns what an attribute is compared with: what it was when it was last published, or else what was published last.
    pub fn baseline(&self, attr_path: &str) -> Option<Rc<DerivationGraph>> {
        let same = self.publications.iter().rev().find(|(attribute, _)| {
            attribute
                .as_ref()
                .is_some_and(|attribute| attribute == attr_path)
        });
        let found = same.or_else(|| self.publications.last());
        found.map(|(_, graph)| Rc::clone(graph))
    }

    /// Takes away what the client has and remembers while something is done, as on a new machine.
    pub fn on_new_machine<T>(&mut self, new: bool, work: impl FnOnce(&mut Self) -> T) -> T {
        if !new {
            return work(self);
        }
        let mut memory = Memory::default();
        memory.advance(self.world.memory.now);
        let local = std::mem::take(&mut self.world.local);
        let memory = std::mem::replace(&mut self.world.memory, memory);
        let result = work(self);
        self.world.local = local;
        self.world.memory = memory;
        result
    }
}
