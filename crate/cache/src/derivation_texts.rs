//! Derivations out of store objects: what a build writes that makes one.

use std::rc::Rc;

use drvlab_build::StoreObject;
use drvlab_store::{Derivation, StoreDir, StorePath, aterm};

use crate::graph::DerivationGraph;
use crate::local_store::LocalStore;

const NAME: &str = "its name does not end in .drv";

/// Why a store object is not read as a derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextError {
    /// It is not known what it has to say.
    Unknown(&'static str),
    /// It says something else.
    Parse(aterm::ParseError),
}

/// Finds a derivation: one of the evaluation, or one whose text is in the store.
///
/// # Errors
/// See [`TextError`].
pub fn find(
    path: &StorePath,
    graph: &DerivationGraph,
    local: &LocalStore,
    store_dir: &StoreDir,
) -> Result<Rc<Derivation>, TextError> {
    match graph.find(path) {
        Some(id) => Ok(Rc::clone(&graph[id].derivation)),
        None => read(path, local, store_dir).map(Rc::new),
    }
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
    path.derivation_name().ok_or(unknown(NAME))?;
    let object = local.object(path).ok_or(unknown("it is not there"))?;
    parse(path, object, store_dir)
}

/// Reads the derivation whose text a store object has.
///
/// # Errors
/// See [`TextError`].
pub fn parse(
    path: &StorePath,
    object: &StoreObject,
    store_dir: &StoreDir,
) -> Result<Derivation, TextError> {
    let unknown = TextError::Unknown;
    let name = path.derivation_name().ok_or(unknown(NAME))?;
    let tree = object.tree.as_ref();
    let tree = tree.ok_or(unknown(
        "its contents are made up, because the build was simulated",
    ))?;
    let text = tree.contents().ok_or(unknown("it is not a regular file"))?;
    aterm::parse(text, name, store_dir).map_err(TextError::Parse)
}
