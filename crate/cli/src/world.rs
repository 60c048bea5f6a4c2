//! Worlds from files: what `drvlab plan --world` reads, and how it evaluates and opens what stands in them.

use bstr::BString;
use drvlab_store::OrderedSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use drvlab_cache::scenario::Scenario;
use drvlab_cache::world::{Evaluated, Loader, Run, World, WorldError};
use drvlab_cache::world_file::{Subject, WorldFile};
use drvlab_cache::{BinaryCache, DerivationGraph, Sources, Wanted, sources};
use drvlab_store::StoreDir;

use crate::arguments::{Input, Source};
use crate::cache_folder;
use crate::failure::Failure;
use crate::reading;
use crate::session::{Session, complain};

/// What a file with a world is, for people.
pub const DESCRIPTION: &str = include_str!("../doc/world.md");

/// Reads a world.
///
/// # Errors
/// When the file cannot be read, makes no sense, or what stands in it cannot be evaluated or opened.
pub fn open(file: &Path, input: &Input) -> Result<World, Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::message(format!("'{}' is no world: {error}", file.display()))
    };
    let text = reading::file(file).map_err(|error| Failure::file("cannot read", file, &error))?;
    let parsed: WorldFile =
        serde_json::from_slice(&text).map_err(|error| wrong(&plainly(&error.to_string())))?;
    let mut loader = Disk {
        folder: file.parent().unwrap_or(Path::new("")).to_owned(),
        input,
    };
    let world = World::new(&parsed, &mut loader).map_err(|error| wrong(&error))?;
    for note in &world.notes {
        complain(format!("warning: '{}': {note}\n", file.display()).as_bytes());
    }
    Ok(world)
}

/// Lets a scenario happen, whose paths are seen from `folder`, and finds out what comes of it; the world is as before that.
///
/// # Errors
/// When its world cannot be made, or what it plans cannot be evaluated.
pub fn play(
    scenario: &Scenario,
    folder: &Path,
    input: &Input,
) -> Result<(Run, Rc<DerivationGraph>, World), Failure> {
    let failed = |error: WorldError| Failure::message(error.to_string());
    let mut loader = Disk {
        folder: folder.to_owned(),
        input,
    };
    let world = World::new(&scenario.world, &mut loader).map_err(failed)?;
    let evaluated = loader.evaluate(&scenario.now).map_err(failed)?;
    Ok((world.run(&evaluated), evaluated.graph, world))
}

/// Names types in the message about a JSON text as people know them.
fn plainly(message: &str) -> String {
    let number = |least: &str, most: &str| format!("a whole number from {least} to {most}");
    let types = [
        ("u16", number("0", "65535")),
        ("u32", number("0", "4294967295")),
        ("u64", number("0", "18446744073709551615")),
        ("i32", number("-2147483648", "2147483647")),
        ("a sequence", "a list".to_owned()),
        ("a map", "an object".to_owned()),
    ];
    let split = message
        .split_once("expected ")
        .and_then(|(found, rest)| Some((found, rest.split_once(" at line ")?)));
    let Some((found, (expected, place))) = split else {
        return message.to_owned();
    };
    let plain = match types.into_iter().find(|(name, _)| *name == expected) {
        Some((_, plain)) => plain,
        None if expected.starts_with("struct ") => "an object".to_owned(),
        None if expected.starts_with("enum ") => "an object with one key".to_owned(),
        None => expected.to_owned(),
    };
    format!("{found}expected {plain} at line {place}")
}

/// What is left of a failure where another sentence goes on with it.
fn said(failure: &Failure) -> WorldError {
    let text = String::from_utf8_lossy(failure.text());
    WorldError(
        text.strip_prefix("error: ")
            .unwrap_or(&text)
            .trim_end()
            .to_owned(),
    )
}

/// Evaluates and opens files on the disk; paths in a world are seen from its folder.
struct Disk<'a> {
    folder: PathBuf,
    input: &'a Input,
}

impl Loader for Disk<'_> {
    fn evaluate(&mut self, subject: &Subject) -> Result<Evaluated, WorldError> {
        let failed = |failure: Failure| said(&failure);
        let mut input = self.input.clone();
        if let Some(file) = &subject.file {
            input.sources = vec![Source::File(self.folder.join(file))];
        }
        if let Some(attribute) = &subject.attribute {
            input.attr_paths = vec![attribute.clone().into_bytes()];
        }
        for (path, text) in &subject.texts {
            let text = text.clone().into_bytes();
            input.texts.insert(self.folder.join(path), text);
        }
        for [from, to] in &subject.with {
            for source in &mut input.sources {
                *source = Source::Expression(replaced(source, from, to)?);
            }
        }
        let mut session = Session::start(&input).map_err(failed)?;
        evaluate(&mut session, &input).map_err(failed)
    }

    fn open_cache(
        &mut self,
        name: &str,
        path: &str,
        store_dir: &StoreDir,
    ) -> Result<BinaryCache, WorldError> {
        let opened = cache_folder::open_as(&self.folder.join(path), Some(name), store_dir);
        opened.map_err(|failure| said(&failure))
    }
}

/// Reads a source and replaces text in it.
fn replaced(source: &Source, from: &str, to: &str) -> Result<Vec<u8>, WorldError> {
    let text = match source {
        Source::Expression(text) => text.clone(),
        Source::File(path) => reading::file(path)
            .map_err(|error| WorldError(format!("'{}': {error}", path.display())))?,
        Source::Stdin => return Err(WorldError("standard input cannot be changed".to_owned())),
    };
    let at = text
        .windows(from.len().max(1))
        .position(|it| it == from.as_bytes());
    let at = at.ok_or_else(|| WorldError(format!("the text '{from}' does not occur")))?;
    Ok([&text[..at], to.as_bytes(), &text[at + from.len()..]].concat())
}

/// Evaluates an input to derivations, what is wanted of them, and what scripts among them may read.
///
/// # Errors
/// When that fails.
pub fn evaluate(session: &mut Session, input: &Input) -> Result<Evaluated, Failure> {
    let mut roots = Vec::new();
    let mut wanted = Vec::new();
    session.each_value(input, |session, value| {
        // A string stands for what its context says, as for `nix build`; `nix-build` takes no strings.
        let chain = session.machine().derived_path(value);
        if let Some((path, outputs)) = chain.map_err(|error| session.failure(&error))? {
            let outputs: Vec<BString> = outputs.iter().map(|it| (**it).into()).collect();
            if !outputs.is_empty() {
                roots.push(path.clone());
            }
            wanted.push(Wanted::chain(path, &outputs));
            return Ok(());
        }
        let arguments = session.arguments();
        let found = session.machine().derivations(value, arguments);
        for instance in found.map_err(|error| session.failure(&error))? {
            wanted.push(Wanted::output(instance.drv_path.clone(), instance.output));
            roots.push(instance.drv_path);
        }
        Ok(())
    })?;
    let store = &session.machine().store;
    let mut seen = OrderedSet::new();
    roots.retain(|root| seen.insert(root.clone()));
    let graph = DerivationGraph::new(roots, |path| store.derivations.get(path).map(Rc::clone))
        .map_err(|error| Failure::message(error.to_string()))?;
    let made = store.texts.keys().chain(store.sources.keys());
    let mut evaluated = Evaluated::new(graph, wanted, made);
    let known = &store.derivations;
    let texts = sources::derivations(&evaluated.graph, |path| known.get(path).map(Rc::clone));
    evaluated.texts = Rc::new(texts);
    let store_dir = store.dir.clone();
    evaluated.read_sources(&store_dir, &Sources::default(), &mut |path, limit| {
        session.machine().store_object(path, limit)
    });
    Ok(evaluated)
}
