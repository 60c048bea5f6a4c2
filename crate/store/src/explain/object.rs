//! How a store object that exists before any build gets its path: a text, or a copy of files.

use std::rc::Rc;

use serde::Serialize;
#[cfg(feature = "tsify")]
use tsify::Tsify;

use super::{Content, PathExplanation, Step, command, path, text_content};
use crate::aterm;
use crate::content_address::{ContentAddress, ContentAddressError, ContentAddressMethod};
use crate::derivation::Derivation;
use crate::file_tree::FileTree;
use crate::hash::{Hash, HashAlgorithm};
use crate::nar;
use crate::store_path::{PathType, StoreDir, StorePath, sorted};

/// Entries of a tree that are listed; there may be more.
const LISTED: usize = 1_000;

/// An archive is shown up to so many bytes; of a larger one only the digest.
const SHOWN_ARCHIVE: usize = 256 << 10;

/// What a store object consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreObject {
    /// A text that may refer to other objects, as `builtins.toFile` makes it.
    Text {
        /// Its bytes.
        contents: Rc<[u8]>,
        /// What it refers to.
        references: Vec<StorePath>,
    },
    /// A copy of a file, a link, or a directory with all that is below it.
    Files {
        /// What was copied.
        tree: FileTree,
        /// What it refers to: a copy of a store object to what that does.
        references: Vec<StorePath>,
    },
}

impl StoreObject {
    /// Makes the text of a derivation, which refers to its inputs.
    #[must_use]
    pub fn of_derivation(derivation: &Derivation, store_dir: &StoreDir) -> Self {
        let inputs = derivation.input_drvs.keys();
        Self::Text {
            contents: aterm::to_bytes(derivation, store_dir).into(),
            references: inputs.chain(&derivation.input_srcs).cloned().collect(),
        }
    }
}

/// What is at one path of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct TreeEntry {
    /// The path below the object; empty for the object itself.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes of a file's contents; absent for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub bytes: Option<usize>,
    /// Where a link points; absent for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub target: Option<String>,
}

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// A file that is no program.
    File,
    /// A file that is a program.
    Executable,
    /// A symbolic link.
    Link,
    /// A directory.
    Directory,
}

/// Explains the path of a store object; `None` if what it consists of does not lead there.
///
/// # Errors
/// When the path's name is not allowed, which no parsed path has.
pub fn object(
    wanted: &StorePath,
    object: &StoreObject,
    store_dir: &StoreDir,
) -> Result<Option<PathExplanation>, ContentAddressError> {
    let mut steps = Vec::new();
    let computed = match object {
        StoreObject::Text {
            contents,
            references,
        } => text(wanted, contents, references, store_dir, &mut steps)?,
        StoreObject::Files { tree, references } => {
            let computed = archive(wanted, tree, references, store_dir, &mut steps)?;
            match tree {
                // A copy that is not recursive counts by the bytes of the file alone.
                FileTree::File { contents, .. } if computed != *wanted => {
                    steps.clear();
                    flat(wanted, contents, store_dir, &mut steps)?
                }
                _ => computed,
            }
        }
    };
    Ok((computed == *wanted)
        .then(|| PathExplanation::new(None, Some(&computed), None, store_dir, steps)))
}

fn text(
    wanted: &StorePath,
    contents: &[u8],
    references: &[StorePath],
    store_dir: &StoreDir,
    steps: &mut Vec<Step>,
) -> Result<StorePath, ContentAddressError> {
    steps.push(Step {
        title: "The text",
        note: "A text in the store counts by its bytes; what it refers to stands in the fingerprint.",
        content: text_content(contents, Vec::new()),
    });
    let digest = path::digest_step(store_dir, contents, steps);
    let references = sorted(references);
    let kind = PathType::Text(&references);
    let path = path::steps(store_dir, kind, &digest, wanted.name().into(), steps);
    Ok(path?)
}

fn archive(
    wanted: &StorePath,
    tree: &FileTree,
    references: &[StorePath],
    store_dir: &StoreDir,
    steps: &mut Vec<Step>,
) -> Result<StorePath, ContentAddressError> {
    let (entries, count) = list(tree);
    steps.push(Step {
        title: "The files",
        note: "Names, contents, targets of links, and whether a file is a program count; owners, times and all other permissions do not.",
        content: Content::Tree { entries, count },
    });
    let text = nar::to_bytes(tree);
    if text.len() <= SHOWN_ARCHIVE {
        steps.push(Step {
            title: "The files as an archive",
            note: "One sequence of bytes, a NAR: each text behind its length in eight bytes and filled up with zeros, directories sorted by name.",
            content: text_content(&text, Vec::new()),
        });
    }
    let command = command::archive_digest(store_dir.scheme().function, &store_dir.display(wanted));
    let digest = path::digest_step_with(store_dir, &text, command, steps);
    let references = sorted(references);
    let kind = PathType::Source {
        references: &references,
        self_reference: false,
    };
    let path = path::steps(store_dir, kind, &digest, wanted.name().into(), steps);
    Ok(path?)
}

fn flat(
    wanted: &StorePath,
    contents: &[u8],
    store_dir: &StoreDir,
    steps: &mut Vec<Step>,
) -> Result<StorePath, ContentAddressError> {
    steps.push(Step {
        title: "The file",
        note: "A copy that is not recursive counts by the bytes of the file, whether it is a program or not.",
        content: text_content(contents, Vec::new()),
    });
    let hash = Hash::of(HashAlgorithm::Sha256, contents);
    let address = ContentAddress {
        method: ContentAddressMethod::Flat,
        hash,
    };
    steps.push(path::sha256_step(contents));
    path::fixed_steps(store_dir, &address, wanted.name().into(), steps)
}

/// The first entries of a tree, each directory before what is in it, and how many there are in all.
fn list(tree: &FileTree) -> (Vec<TreeEntry>, usize) {
    let mut entries = Vec::new();
    let mut count = 0;
    let mut left = vec![(String::new(), tree)];
    while let Some((path, tree)) = left.pop() {
        count += 1;
        if let FileTree::Directory(children) = tree {
            for (name, child) in children.iter().rev() {
                let separator = if path.is_empty() { "" } else { "/" };
                left.push((format!("{path}{separator}{name}"), child));
            }
        }
        if entries.len() < LISTED {
            entries.push(entry(path, tree));
        }
    }
    (entries, count)
}

fn entry(path: String, tree: &FileTree) -> TreeEntry {
    let (kind, bytes, target) = match tree {
        FileTree::File {
            contents,
            executable: false,
        } => (EntryKind::File, Some(contents.len()), None),
        FileTree::File { contents, .. } => (EntryKind::Executable, Some(contents.len()), None),
        FileTree::Symlink { target } => (EntryKind::Link, None, Some(target.to_string())),
        FileTree::Directory(_) => (EntryKind::Directory, None, None),
    };
    TreeEntry {
        path,
        kind,
        bytes,
        target,
    }
}
