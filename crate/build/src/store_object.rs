//! Store objects: what a path stands for, as far as it is known.

use drvlab_store::OrderedSet;
use std::rc::Rc;

use drvlab_store::{ContentAddress, FileTree, Hash, HashFormat, NarInfo, StorePath, nar};

/// Size and references of a store object, and its files if it was really built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreObject {
    /// Hash of the archive; of a made-up text if the build was simulated.
    pub nar_hash: Hash,
    /// Size of the archive in bytes.
    pub nar_size: u64,
    /// What it refers to, possibly itself.
    pub references: OrderedSet<StorePath>,
    /// The content address, for objects that have one.
    pub content_address: Option<ContentAddress>,
    /// Its files; none if the build was simulated or only its narinfo is known.
    pub tree: Option<Rc<FileTree>>,
}

impl StoreObject {
    /// Describes real files; hashes them.
    #[must_use]
    pub fn new(
        tree: Rc<FileTree>,
        references: OrderedSet<StorePath>,
        content_address: Option<ContentAddress>,
    ) -> Self {
        let (nar_hash, nar_size) = nar::hash_and_size(&tree);
        Self {
            nar_hash,
            nar_size,
            references,
            content_address,
            tree: Some(tree),
        }
    }

    /// Describes what a narinfo describes.
    #[must_use]
    pub fn of_narinfo(info: &NarInfo) -> Self {
        Self {
            nar_hash: info.nar_hash,
            nar_size: info.nar_size,
            references: info.references.clone(),
            content_address: info.content_address,
            tree: None,
        }
    }

    /// Tells whether there are files behind it.
    #[must_use]
    pub const fn is_real(&self) -> bool {
        self.tree.is_some()
    }

    /// Makes the narinfo and, for real files, the uncompressed archive that a binary cache would keep.
    #[must_use]
    pub fn publish(
        &self,
        path: &StorePath,
        deriver: Option<StorePath>,
    ) -> (NarInfo, Option<Vec<u8>>) {
        let archive = self.tree.as_ref().map(|tree| nar::to_bytes(tree));
        // Made-up archives count as compressed, real ones are not.
        let (compression, suffix, file_size) = match archive {
            Some(_) => ("none", "nar", self.nar_size),
            None => ("xz", "nar.xz", self.nar_size / 10 * 3),
        };
        let url = format!("nar/{}.{suffix}", self.nar_hash.render(HashFormat::Nix32));
        let info = NarInfo {
            path: path.clone(),
            url: url.into(),
            compression: compression.into(),
            file_hash: Some(self.nar_hash),
            file_size,
            nar_hash: self.nar_hash,
            nar_size: self.nar_size,
            references: self.references.clone(),
            deriver,
            signatures: OrderedSet::new(),
            content_address: self.content_address,
        };
        (info, archive)
    }
}
