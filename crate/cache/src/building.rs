//! Builds: from a derivation and what a builder leaves behind to registered store objects.
//!
//! Who makes the products is a [`Builder`]: [`crate::simulation`] makes them up, [`crate::toy`] runs small scripts. Here
//! references are found, content addresses computed and checked. Source: `registerOutputs` in
//! `libstore/unix/build/derivation-builder.cc`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use bstr::{BString, ByteSlice as _};
use drvlab_store::store_path::PathType;
use drvlab_store::{
    ByteSink, ContentAddress, ContentAddressMethod, Derivation, DerivationOutput, FileTree, Hash,
    HashAlgorithm, HashFormat, Hasher, StoreDir, StorePath, nar,
};

use crate::local_store::LocalStore;
use crate::store_object::{StoreObject, made_up_hash};

/// What a builder is asked for.
#[derive(Debug)]
pub struct Job<'a> {
    /// The derivation, with known inputs only.
    pub derivation: &'a Derivation,
    /// The path of its `.drv` file.
    pub path: &'a StorePath,
    /// The outputs of other derivations that it is built from.
    pub inputs: BTreeSet<StorePath>,
    /// Those of the inputs that are sources: outputs whose content was known beforehand.
    pub sources: BTreeSet<StorePath>,
    /// What is known of store objects.
    pub local: &'a LocalStore,
    /// The store directory.
    pub store_dir: &'a StoreDir,
}

/// What a build left behind for one output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Product {
    /// Files.
    Tree(FileTree),
    /// Nothing, because the build was simulated.
    MadeUp {
        /// Size of the archive in bytes.
        nar_size: u64,
        /// What it refers to.
        references: BTreeSet<StorePath>,
        /// What stands for the contents: products with equal ones are equal.
        contents: Vec<u8>,
    },
}

/// Something that builds.
pub trait Builder {
    /// Builds all outputs.
    ///
    /// # Errors
    /// The build failed; the text follows "its build failed: ".
    fn build(&self, job: &Job<'_>) -> Result<BTreeMap<BString, Product>, Rc<str>>;

    /// Returns the milliseconds that a build takes.
    fn duration(&self, derivation: &Derivation) -> u64;
}

impl Job<'_> {
    /// Returns the paths that the build may read: its inputs and all that they refer to.
    #[must_use]
    pub fn readable(&self) -> BTreeSet<StorePath> {
        let sources = self.derivation.input_srcs.iter();
        closure(self.inputs.iter().chain(sources).cloned(), self.local)
    }

    /// Returns the path at which a build writes an output.
    ///
    /// The final path, or while that is not known a bogus one that depends on the derivation, as in the reference.
    ///
    /// # Errors
    /// The name is not allowed in a store path.
    pub fn scratch_path(&self, output: &BString) -> Result<StorePath, Rc<str>> {
        let outputs = &self.derivation.outputs;
        if let Some(path) = outputs.get(output).and_then(DerivationOutput::path) {
            return Ok(path.clone());
        }
        let name =
            drvlab_store::store_path::output_path_name(&self.derivation.name, output.as_bstr());
        let kind = PathType::Scratch {
            derivation: self.path,
            output: output.as_bstr(),
        };
        let path = self.store_dir.make_store_path(kind, &[0; 32], &name);
        path.map_err(|error| error.to_string().into())
    }
}

/// Builds a derivation with known inputs and returns its outputs with their paths.
///
/// # Errors
/// The build failed, or its products are not what the derivation promises.
pub fn build(
    builder: &dyn Builder,
    job: &Job<'_>,
) -> Result<BTreeMap<BString, (StorePath, StoreObject)>, Rc<str>> {
    let products = builder.build(job)?;
    let mut scratch = BTreeMap::new();
    for output in job.derivation.outputs.keys() {
        scratch.insert(output.clone(), job.scratch_path(output)?);
    }
    let real = products
        .values()
        .any(|product| matches!(product, Product::Tree(_)));
    let readable = if real {
        job.readable()
    } else {
        BTreeSet::new()
    };
    let mut pending = Vec::new();
    for (output, path) in &scratch {
        let Some(product) = products.get(output) else {
            let path = job.store_dir.display(path);
            return Err(format!(
                "builder failed to produce output path for output '{output}' at \"{path}\""
            )
            .into());
        };
        let candidates = readable.iter().chain(scratch.values()).cloned();
        let object = match product {
            Product::Tree(tree) => StoreObject::of_tree(Rc::new(tree.clone()), candidates),
            Product::MadeUp {
                nar_size,
                references,
                contents,
            } => StoreObject {
                nar_hash: made_up_hash(contents),
                nar_size: *nar_size,
                references: references.clone(),
                content_address: None,
                tree: None,
            },
        };
        pending.push((output, object));
    }
    // Outputs that others refer to come first, since their final paths enter those.
    let mut rewrites: Vec<(StorePath, StorePath)> = Vec::new();
    let mut finished = BTreeMap::new();
    while !pending.is_empty() {
        let waits_for = |object: &StoreObject, own: &BString| {
            let mut others = pending.iter().filter(|(output, _)| *output != own);
            others.any(|(other, _)| object.references.contains(&scratch[*other]))
        };
        let Some(next) = pending
            .iter()
            .position(|(output, object)| !waits_for(object, output))
        else {
            let path = job.store_dir.display(job.path);
            return Err(format!(
                "cycle detected in build of '{path}' in the references of its outputs"
            )
            .into());
        };
        let (output, object) = pending.remove(next);
        let own = &scratch[output];
        let object = rewrite(object, &rewrites);
        let (path, object) = match &job.derivation.outputs[output] {
            DerivationOutput::InputAddressed { path } => (path.clone(), object),
            DerivationOutput::Fixed { address, path } => {
                (path.clone(), check_fixed(job, object, address)?)
            }
            DerivationOutput::Floating { method, algorithm }
            | DerivationOutput::Impure { method, algorithm } => {
                address(job, own, object, *method, *algorithm)?
            }
            DerivationOutput::Deferred => {
                return Err("its inputs are not resolved".into());
            }
        };
        if path != *own {
            rewrites.push((own.clone(), path.clone()));
        }
        finished.insert(output.clone(), (path, object));
    }
    Ok(finished)
}

/// Replaces hash parts of scratch paths by final ones.
fn rewrite(mut object: StoreObject, rewrites: &[(StorePath, StorePath)]) -> StoreObject {
    for (from, to) in rewrites {
        if !object.references.remove(from) {
            continue;
        }
        object.references.insert(to.clone());
        if let Some(tree) = &object.tree {
            let (from, to) = (from.hash_part(), to.hash_part());
            let tree = replace(tree, from.as_bytes(), to.as_bytes());
            (object.nar_hash, object.nar_size) = nar::hash_and_size(&tree);
            object.tree = Some(Rc::new(tree));
        }
    }
    object
}

/// Replaces text everywhere in files and the targets of symbolic links.
fn replace(tree: &FileTree, from: &[u8], to: &[u8]) -> FileTree {
    match tree {
        FileTree::File {
            contents,
            executable,
        } => FileTree::File {
            contents: contents.replace(from, to).into(),
            executable: *executable,
        },
        FileTree::Symlink { target } => FileTree::symlink(target.replace(from, to)),
        FileTree::Directory(entries) => FileTree::directory(entries.iter().map(|(name, entry)| {
            (
                BString::from(name.replace(from, to)),
                replace(entry, from, to),
            )
        })),
    }
}

/// Compares the content of a fixed output with its promise.
fn check_fixed(
    job: &Job<'_>,
    mut object: StoreObject,
    promised: &ContentAddress,
) -> Result<StoreObject, Rc<str>> {
    if let Some(tree) = &object.tree {
        let got = content_hash(tree, promised.method, promised.hash.algorithm(), None)?;
        if got != promised.hash {
            // The wording is the reference's.
            return Err(format!(
                "hash mismatch in fixed-output derivation '{}': specified: {} got: {}",
                job.store_dir.display(job.path),
                promised.hash.render(HashFormat::Sri),
                got.render(HashFormat::Sri),
            )
            .into());
        }
        if !object.references.is_empty() {
            return Err("fixed output paths must not refer to store paths".into());
        }
    }
    object.content_address = Some(*promised);
    Ok(object)
}

/// Gives a floating output its path.
fn address(
    job: &Job<'_>,
    scratch: &StorePath,
    mut object: StoreObject,
    method: ContentAddressMethod,
    algorithm: HashAlgorithm,
) -> Result<(StorePath, StoreObject), Rc<str>> {
    let hash = match &object.tree {
        Some(tree) => content_hash(tree, method, algorithm, Some(&scratch.hash_part()))?,
        None => Hash::of(algorithm, object.nar_hash.digest()),
    };
    let content_address = ContentAddress { method, hash };
    let self_reference = object.references.contains(scratch);
    let others = object.references.iter().filter(|path| *path != scratch);
    let path = content_address
        .path_with_references(
            job.store_dir,
            scratch.name().as_bytes(),
            others,
            self_reference,
        )
        .map_err(|error| Rc::from(error.to_string()))?;
    object = rewrite(object, &[(scratch.clone(), path.clone())]);
    object.content_address = Some(content_address);
    Ok((path, object))
}

/// Hashes files as a content address wants it, with the own hash part blanked.
fn content_hash(
    tree: &FileTree,
    method: ContentAddressMethod,
    algorithm: HashAlgorithm,
    own_hash_part: Option<&str>,
) -> Result<Hash, Rc<str>> {
    let blank = |tree: &FileTree| match own_hash_part {
        Some(own) => replace(
            tree,
            own.as_bytes(),
            &[0; drvlab_store::store_path::HASH_PART_LEN],
        ),
        None => tree.clone(),
    };
    match (method, tree) {
        (ContentAddressMethod::Nar, _) => {
            let mut hasher = NarHasher(Hasher::new(algorithm));
            nar::write(&blank(tree), &mut hasher);
            Ok(hasher.0.finish())
        }
        (
            ContentAddressMethod::Flat | ContentAddressMethod::Text,
            FileTree::File {
                executable: false, ..
            },
        ) => {
            let FileTree::File { contents, .. } = blank(tree) else {
                return Err("it is no file".into());
            };
            Ok(Hash::of(algorithm, &contents))
        }
        (ContentAddressMethod::Flat | ContentAddressMethod::Text, _) => {
            Err("output path should be a non-executable regular file since recursive hashing is not enabled (one of outputHashMode={flat,text} is true)".into())
        }
        (ContentAddressMethod::Git, _) => Err("hashes of Git trees are not computed here".into()),
    }
}

struct NarHasher(Hasher);

impl ByteSink for NarHasher {
    fn put(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

/// Returns paths and all that they refer to, as far as that is known.
#[must_use]
pub fn closure(
    paths: impl IntoIterator<Item = StorePath>,
    local: &LocalStore,
) -> BTreeSet<StorePath> {
    let mut inside = BTreeSet::new();
    let mut pending: Vec<StorePath> = paths.into_iter().collect();
    while let Some(path) = pending.pop() {
        if !inside.contains(&path) {
            if let Some(object) = local.object(&path) {
                pending.extend(object.references.iter().cloned());
            }
            inside.insert(path);
        }
    }
    inside
}
