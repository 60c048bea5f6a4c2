//! Caches as files: what the reference would find in a folder that is this cache.

use drvlab_store::OrderedMap;

use crate::binary_cache::{Archive, BinaryCache, narinfo_name};

/// A cache as files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Export {
    /// Contents by name, relative to the cache.
    pub files: OrderedMap<String, Vec<u8>>,
    /// Names of store objects that were left out because they have no contents: their builds were simulated.
    pub left_out: Vec<String>,
}

/// Writes what is in memory of a cache as files that the reference reads.
///
/// Store objects that were made up have no archive, and what refers to them could not be fetched: both are left out.
#[must_use]
pub fn export(cache: &BinaryCache) -> Export {
    let mut export = Export::default();
    let mut info = cache.info().clone();
    info.store_dir
        .get_or_insert_with(|| cache.store_dir().as_str().into());
    export
        .files
        .insert("nix-cache-info".to_owned(), info.to_bytes());
    let mut complete = OrderedMap::new();
    for info in cache.narinfos() {
        if let Archive::File(archive) = cache.stored_archive(&info) {
            complete.insert(info.path.clone(), (info, archive));
        } else {
            export.left_out.push(info.path.to_string());
        }
    }
    // Taking something out can leave a hole for something else.
    loop {
        let holes = complete.values().filter(|(info, _)| {
            info.references
                .iter()
                .any(|path| !complete.contains_key(path))
        });
        let holes: Vec<_> = holes.map(|(info, _)| info.path.clone()).collect();
        if holes.is_empty() {
            break;
        }
        for path in holes {
            complete.remove(&path);
            export.left_out.push(path.to_string());
        }
    }
    for realisation in cache.realisations() {
        if complete.contains_key(&realisation.path) {
            export
                .files
                .insert(realisation.id.file_name(), realisation.to_bytes());
        }
    }
    for (path, (info, archive)) in complete {
        let name = narinfo_name(&path);
        export.files.insert(name, info.to_bytes(cache.store_dir()));
        export.files.insert(info.url.to_string(), archive.to_vec());
    }
    export
}
