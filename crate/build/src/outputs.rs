//! From what a builder has left to store objects: references, hashes, content addresses.
//!
//! Source: `registerOutputs` in `libstore/unix/build/derivation-builder.cc`.

use drvlab_store::{OrderedMap, OrderedSet};
use std::rc::Rc;

use bstr::{BString, ByteSlice as _};
use drvlab_store::store_path::output_path_name;
use drvlab_store::{
    ByteSink as _, ContentAddress, ContentAddressMethod, DerivationOutput, FileTree, Hash,
    HashAlgorithm, HashFormat, ReferenceScanner, StorePath, nar,
};

use crate::build::Task;
use crate::checks;
use crate::host::StoreObjects;
use crate::outcome::{FailureKind, GiveUp};
use crate::store_object::StoreObject;

/// What is at the path of an output.
#[derive(Clone, Debug)]
pub enum Produced {
    /// Files, with the permissions that a store keeps.
    Tree(FileTree),
    /// Directories nested deeper than an archive can be read.
    TooDeep,
}

/// Paths and contents of outputs, or the kind of a failure and its message.
pub type Registered = Result<OrderedMap<BString, (StorePath, StoreObject)>, (FailureKind, String)>;

/// An output as the builder left it.
struct Raw {
    name: BString,
    scratch: StorePath,
    archive: Vec<u8>,
    references: OrderedSet<StorePath>,
}

/// Makes store objects of all outputs and checks them.
pub fn register<O: StoreObjects>(
    task: &Task<'_, O>,
    closure: &OrderedSet<StorePath>,
    scratch: &OrderedMap<BString, StorePath>,
    produced: OrderedMap<BString, Produced>,
) -> Result<Registered, GiveUp> {
    let mut raw = Vec::new();
    for (name, item) in produced {
        let (Produced::Tree(tree), Some(scratch_path)) = (item, scratch.get(&name)) else {
            return Err(GiveUp::Derivation("outputs nested this deep"));
        };
        let mut scanner = ReferenceScanner::new(closure.iter().chain(scratch.values()).cloned());
        let archive = nar::to_bytes(&tree);
        scanner.put(&archive);
        raw.push(Raw {
            name,
            scratch: scratch_path.clone(),
            archive,
            references: scanner.finish(),
        });
    }
    let order = match in_order(&raw) {
        Ok(order) => order,
        Err((from, to)) => {
            let path = task.store_dir.display(task.path);
            let message = format!(
                "cycle detected in build of '{path}' in the references of output '{to}' from output '{from}'"
            );
            return Ok(Err((FailureKind::BadOutput, message)));
        }
    };
    let mut outputs = OrderedMap::new();
    // Final paths by the paths that the builder used.
    let mut moved: OrderedMap<StorePath, StorePath> = OrderedMap::new();
    for index in order {
        let output = &raw[index];
        let (path, object) = match register_one(task, output, &moved)? {
            Ok(registered) => registered,
            Err(failure) => return Ok(Err(failure)),
        };
        moved.insert(output.scratch.clone(), path.clone());
        outputs.insert(output.name.clone(), (path, object));
    }
    Ok(match checks::check(task, &outputs)? {
        Ok(()) => Ok(outputs),
        Err(message) => Err((FailureKind::OutputChecks, message)),
    })
}

/// Orders outputs so that each comes after those it refers to; two that refer to each other are an error.
fn in_order(raw: &[Raw]) -> Result<Vec<usize>, (BString, BString)> {
    let mut order: Vec<usize> = Vec::new();
    while order.len() < raw.len() {
        let waits_for = |index: usize| {
            (0..raw.len()).find(|&other| {
                other != index
                    && !order.contains(&other)
                    && raw[index].references.contains(&raw[other].scratch)
            })
        };
        let open = (0..raw.len()).filter(|index| !order.contains(index));
        match open.clone().find(|&index| waits_for(index).is_none()) {
            Some(index) => order.push(index),
            None => {
                let from = open.clone().next().unwrap_or(0);
                let to = waits_for(from).unwrap_or(from);
                return Err((raw[to].name.clone(), raw[from].name.clone()));
            }
        }
    }
    Ok(order)
}

/// A path and its object, or a failure.
type RegisteredOne = Result<(StorePath, StoreObject), (FailureKind, String)>;

fn register_one<O>(
    task: &Task<'_, O>,
    output: &Raw,
    moved: &OrderedMap<StorePath, StorePath>,
) -> Result<RegisteredOne, GiveUp> {
    let (method, algorithm, wanted) = match task.derivation.outputs.get(&output.name) {
        Some(DerivationOutput::Fixed { address, .. }) => {
            (address.method, address.hash.algorithm(), Some(address.hash))
        }
        Some(DerivationOutput::Floating { method, algorithm }) => (*method, *algorithm, None),
        _ => {
            let tree = read_back(&output.archive)?;
            let object = StoreObject::new(Rc::new(tree), output.references.clone(), None);
            return Ok(Ok((output.scratch.clone(), object)));
        }
    };
    // Other outputs have got their real paths.
    let mut archive = output.archive.clone();
    let mut references = OrderedSet::new();
    let mut self_reference = false;
    for reference in &output.references {
        match moved.get(reference) {
            _ if *reference == output.scratch => self_reference = true,
            Some(path) => {
                replace(
                    &mut archive,
                    &reference.hash_part(),
                    path.hash_part().as_bytes(),
                );
                references.insert(path.clone());
            }
            None => {
                references.insert(reference.clone());
            }
        }
    }
    let hash = match contents_hash(&archive, method, algorithm, &output.scratch.hash_part())? {
        Some(hash) => hash,
        None => {
            // A fixed output has been copied to a temporary directory, whose numbers differ between builds.
            let path = match wanted {
                Some(_) => format!("{}/tmp-1-1/x", task.store_dir),
                None => task.store_dir.display(&output.scratch),
            };
            let message = format!(
                "output path \"{path}\" should be a non-executable regular file since recursive hashing is not enabled (one of outputHashMode={{flat,text}} is true)"
            );
            return Ok(Err((FailureKind::BadOutput, message)));
        }
    };
    let address = ContentAddress { method, hash };
    let name = output_path_name(&task.derivation.name, output.name.as_bstr());
    let path =
        match address.path_with_references(task.store_dir, &name, &references, self_reference) {
            Ok(path) => path,
            Err(error @ drvlab_store::content_address::ContentAddressError::References(_)) => {
                return Ok(Err((FailureKind::BadOutput, error.to_string())));
            }
            Err(_) => return Err(GiveUp::Derivation("outputs with such hashes")),
        };
    if self_reference {
        references.insert(path.clone());
    }
    if path != output.scratch {
        replace(
            &mut archive,
            &output.scratch.hash_part(),
            path.hash_part().as_bytes(),
        );
    }
    if let Some(wanted) = wanted {
        let derivation = task.store_dir.display(task.path);
        if wanted != hash {
            let message = format!(
                "hash mismatch in fixed-output derivation '{derivation}':\n  specified: {}\n     got:    {}",
                wanted.render_prefixed(HashFormat::Sri),
                hash.render_prefixed(HashFormat::Sri)
            );
            return Ok(Err((FailureKind::HashMismatch, message)));
        }
        if let Some(first) = references.first() {
            let message = format!(
                "fixed-output derivations must not reference store paths: '{derivation}' references {} distinct paths, e.g. '{}'",
                references.len(),
                task.store_dir.display(first)
            );
            return Ok(Err((FailureKind::BadOutput, message)));
        }
    }
    let tree = read_back(&archive)?;
    let object = StoreObject::new(Rc::new(tree), references, Some(address));
    Ok(Ok((path, object)))
}

/// Reads an archive that was just written; names may have lost their order by rewriting.
fn read_back(archive: &[u8]) -> Result<FileTree, GiveUp> {
    nar::read(archive).map_err(|_| GiveUp::Derivation("outputs with such file names"))
}

/// Hashes the contents of a store object's archive as its content address does; `own` is the hash part of its path.
///
/// `None` if the method is not known here, or needs a single file and there is another thing.
#[must_use]
pub fn content_hash(
    archive: &[u8],
    method: ContentAddressMethod,
    algorithm: HashAlgorithm,
    own: &str,
) -> Option<Hash> {
    contents_hash(archive, method, algorithm, own)
        .ok()
        .flatten()
}

/// Hashes contents in which the hash part of their own path counts as zeros; `None` if a single file is needed.
fn contents_hash(
    archive: &[u8],
    method: ContentAddressMethod,
    algorithm: HashAlgorithm,
    own: &str,
) -> Result<Option<Hash>, GiveUp> {
    let mut bytes = match method {
        ContentAddressMethod::Nar => archive.to_vec(),
        ContentAddressMethod::Flat | ContentAddressMethod::Text => match read_back(archive)? {
            FileTree::File {
                contents,
                executable: false,
            } => contents.to_vec(),
            _ => return Ok(None),
        },
        ContentAddressMethod::Git => return Err(GiveUp::Derivation("outputs hashed as Git does")),
    };
    replace(
        &mut bytes,
        own,
        &[0; drvlab_store::store_path::HASH_PART_LEN],
    );
    Ok(Some(Hash::of(algorithm, &bytes)))
}

/// Replaces a hash part wherever it occurs.
fn replace(bytes: &mut [u8], from: &str, to: &[u8]) {
    let mut position = 0;
    while let Some(found) = bytes[position..].find(from) {
        let start = position + found;
        bytes[start..start + to.len()].copy_from_slice(to);
        position = start + to.len();
    }
}
