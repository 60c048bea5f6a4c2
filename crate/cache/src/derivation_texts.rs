//! Derivations as store objects: what a build reads that is given `.drv` files, and what it writes that makes one.

use std::rc::Rc;
use std::sync::Arc;

use drvlab_build::StoreObject;
use drvlab_store::{Derivation, FileTree, StoreDir, StorePath, aterm};

use crate::local_store::LocalStore;

/// Puts the texts of derivations into a store that are sources of `derivation`, and of all that they need.
pub fn add_sources(
    derivation: &Derivation,
    local: &mut LocalStore,
    store_dir: &StoreDir,
    load: impl Fn(&StorePath) -> Option<Rc<Derivation>>,
) {
    let mut pending: Vec<StorePath> = derivation.input_srcs.iter().cloned().collect();
    while let Some(path) = pending.pop() {
        if local.object(&path).is_some() {
            continue;
        }
        let Some(source) = load(&path) else { continue };
        let references = source.input_drvs.keys().chain(&source.input_srcs);
        let references: Vec<_> = references.cloned().collect();
        let text = aterm::to_bytes(&source, store_dir);
        let tree = Arc::new(FileTree::file(text));
        let object = StoreObject::new(tree, references.iter().cloned().collect(), None);
        local.insert_object(path, Rc::new(object));
        pending.extend(references);
    }
}

/// Why a store object is not read as a derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextError {
    /// It is not known what it has to say.
    Unknown(&'static str),
    /// It says something else.
    Parse(aterm::ParseError),
}

/// Reads the derivation whose text is a store object.
///
/// # Errors
/// See [`TextError`].
pub fn read(
    path: &StorePath,
    local: &LocalStore,
    store_dir: &StoreDir,
) -> Result<Derivation, TextError> {
    let unknown = TextError::Unknown;
    let name = path.derivation_name();
    let name = name.ok_or(unknown("its name does not end in .drv"))?;
    let object = local.object(path).ok_or(unknown("it is not there"))?;
    let tree = object.tree.as_ref();
    let tree = tree.ok_or(unknown(
        "its contents are made up, because the build was simulated",
    ))?;
    let text = tree.contents().ok_or(unknown("it is not a regular file"))?;
    aterm::parse(text, name, store_dir).map_err(TextError::Parse)
}
