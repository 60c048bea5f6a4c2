//! Sources: what an evaluation has put into the store before anything is built, that is copies of files, texts and derivations.

use std::rc::Rc;

use drvlab_build::StoreObject;
use drvlab_store::explain::StoreObject as Contents;
use drvlab_store::{
    ContentAddress, ContentAddressMethod, Derivation, FileTree, Hash, HashAlgorithm, HashedMap,
    HashedSet, OrderedSet, StoreDir, StorePath,
};

use crate::graph::DerivationGraph;
use crate::toy;

/// Store objects that are there before any build; nothing more is known of those that no script reads.
pub type Sources = HashedMap<StorePath, Option<Rc<StoreObject>>>;

/// Bytes that all sources of one evaluation may have whose contents are held.
const MAX_BYTES: usize = 64 << 20;

/// Returns what an evaluation has put into the store, with the contents of what scripts of its derivations may read.
///
/// Contents that are `known` are taken from there. `load` is asked for others, and told how many bytes they may have at most; derivations of
/// the graph need not be loaded. Contents that do not lead to their path are not believed, for files may have changed since.
pub fn read(
    made: &Sources,
    graph: &DerivationGraph,
    store_dir: &StoreDir,
    known: &Sources,
    load: &mut dyn FnMut(&StorePath, usize) -> Option<Contents>,
) -> Sources {
    let mut sources = made.clone();
    let derivations = graph.nodes().iter().map(|node| &node.derivation);
    let scripts = derivations.filter(|derivation| toy::is_shell(derivation));
    let mut pending: Vec<StorePath> = scripts.flat_map(|it| &it.input_srcs).cloned().collect();
    let mut seen = HashedSet::new();
    let mut left = MAX_BYTES;
    while let Some(path) = pending.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let read = match known.get(&path) {
            Some(Some(object)) => Some(Rc::clone(object)),
            _ => {
                let own = graph.find(&path).map(|id| &graph[id].derivation);
                let contents = match own {
                    Some(derivation) => Some(Contents::of_derivation(derivation, store_dir)),
                    None => load(&path, left),
                };
                contents.and_then(|it| object(&path, it, store_dir))
            }
        };
        // What holds archives together counts, too, so that many empty files are no way around.
        let size = |object: &StoreObject| usize::try_from(object.nar_size).unwrap_or(usize::MAX);
        let fits = read.and_then(|object| {
            left = left.checked_sub(size(&object))?;
            Some(object)
        });
        match fits {
            Some(object) => {
                pending.extend(object.references.iter().cloned());
                sources.insert(path, Some(object));
            }
            None => {
                sources.entry(path).or_default();
            }
        }
    }
    sources
}

/// Derivations by the paths of their `.drv` files.
pub type Derivations = HashedMap<StorePath, Rc<Derivation>>;

/// Returns the derivations that those of a graph have as sources and that are not in it, with all that these need, as far as `find` knows them.
pub fn derivations(
    graph: &DerivationGraph,
    find: impl Fn(&StorePath) -> Option<Rc<Derivation>>,
) -> Derivations {
    fn texts(derivation: &Derivation) -> impl Iterator<Item = &StorePath> {
        let sources = derivation.input_srcs.iter();
        sources.filter(|path| path.is_derivation())
    }
    let mut found = Derivations::default();
    let nodes = graph.nodes().iter();
    let mut pending: Vec<StorePath> = nodes
        .flat_map(|node| texts(&node.derivation))
        .cloned()
        .collect();
    while let Some(path) = pending.pop() {
        if found.contains_key(&path) || graph.find(&path).is_some() {
            continue;
        }
        if let Some(derivation) = find(&path) {
            let needed = derivation.input_drvs.keys().chain(texts(&derivation));
            pending.extend(needed.cloned());
            found.insert(path, derivation);
        }
    }
    found
}

/// Makes a store object of the text of a derivation.
pub(crate) fn of_derivation(
    path: &StorePath,
    derivation: &Derivation,
    store_dir: &StoreDir,
) -> Option<Rc<StoreObject>> {
    object(
        path,
        Contents::of_derivation(derivation, store_dir),
        store_dir,
    )
}

/// Makes a store object of what a path is said to stand for; nothing if that does not lead to the path.
fn object(path: &StorePath, contents: Contents, store_dir: &StoreDir) -> Option<Rc<StoreObject>> {
    let (tree, references) = match contents {
        Contents::Text {
            contents,
            references,
        } => (FileTree::file(contents), references.into_iter().collect()),
        Contents::Files { tree, references } => (tree, references.into_iter().collect()),
    };
    let leads_there = |method, hash| {
        let address = ContentAddress { method, hash };
        let name = path.name().as_bytes();
        let found = address.path_with_references(store_dir, name, &references, false);
        (found.ok()? == *path).then_some(address)
    };
    let flat = tree.contents().and_then(|contents| {
        let hash = Hash::of(HashAlgorithm::Sha256, contents);
        leads_there(ContentAddressMethod::Text, hash)
            .or_else(|| leads_there(ContentAddressMethod::Flat, hash))
    });
    // A file that counts by its bytes alone is no program there.
    let tree = match (&flat, tree) {
        (Some(_), FileTree::File { contents, .. }) => FileTree::file(contents),
        (_, tree) => tree,
    };
    let mut object = StoreObject::new(Rc::new(tree), OrderedSet::new(), flat);
    if flat.is_none() {
        let address = leads_there(ContentAddressMethod::Nar, object.nar_hash)?;
        object.content_address = Some(address);
    }
    object.references = references;
    Some(Rc::new(object))
}
