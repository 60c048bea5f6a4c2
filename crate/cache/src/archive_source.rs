//! Binary caches that are archives: tar, compressed or not, and zip files with what `nix copy --to file://…` wrote.

use std::rc::Rc;

use drvlab_archive::{ArchiveError, Entries, Kind, Limits};
use drvlab_store::{CacheInfo, NarInfo, StoreDir};

use crate::binary_cache::{Answer, BinaryCache, CacheSource, Fault};

/// Why an archive is no cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoCache(pub String);

impl std::fmt::Display for NoCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoCache {}

impl From<ArchiveError> for NoCache {
    fn from(error: ArchiveError) -> Self {
        Self(error.to_string())
    }
}

/// The files of an archive.
struct ArchiveSource {
    entries: Entries,
    /// The folder of the cache within the archive, with a slash.
    folder: Vec<u8>,
}

impl CacheSource for ArchiveSource {
    fn read(&self, file_name: &str) -> Result<Answer, Fault> {
        let path = [&self.folder[..], file_name.as_bytes()].concat();
        Ok(match self.entries.get(&path) {
            Some(Kind::File { contents, .. }) => Answer::Text(contents.to_vec()),
            _ => Answer::NotFound,
        })
    }
}

/// Reads the narinfos that make sense, so that it is known what the cache has, and counts the others. What is wrong with these is said when
/// they are asked for.
fn narinfos(entries: &Entries, folder: &[u8], store_dir: &StoreDir) -> (Vec<NarInfo>, usize) {
    let files = entries.iter().filter_map(|(path, kind)| {
        let hash_part = path.strip_prefix(folder)?.strip_suffix(b".narinfo")?;
        // The reference looks for none in folders below.
        let Kind::File { contents, .. } = kind else {
            return None;
        };
        (!hash_part.contains(&b'/')).then_some((hash_part, contents))
    });
    let (mut known, mut broken) = (Vec::new(), 0);
    for (hash_part, contents) in files {
        match NarInfo::parse(contents, store_dir) {
            Ok(info) if info.path.hash_part().as_bytes() == hash_part => known.push(info),
            _ => broken += 1,
        }
    }
    (known, broken)
}

/// Opens the cache in an archive, under a name; the file `nix-cache-info` says where it is.
///
/// # Errors
/// The bytes are no archive, exceed [`Limits::BINARY_CACHE`], or there is no cache in them.
pub fn open(name: &str, bytes: &[u8], store_dir: &StoreDir) -> Result<BinaryCache, NoCache> {
    let entries = drvlab_archive::read(bytes, &Limits::BINARY_CACHE)?;
    const INFO: &[u8] = b"nix-cache-info";
    let mut found = None;
    for (path, kind) in entries.iter() {
        let folder = path
            .strip_suffix(INFO)
            .filter(|folder| folder.is_empty() || folder.ends_with(b"/"));
        if let (Some(folder), Kind::File { contents, .. }) = (folder, kind) {
            if found.is_some() {
                return Err(NoCache(
                    "there is more than one nix-cache-info in it".to_owned(),
                ));
            }
            found = Some((folder.to_vec(), contents.to_vec()));
        }
    }
    let (folder, info) =
        found.ok_or_else(|| NoCache("there is no nix-cache-info in it".to_owned()))?;
    let info = CacheInfo::parse(&info).map_err(|error| NoCache(error.to_string()))?;
    let (known, broken) = narinfos(&entries, &folder, store_dir);
    let source = Box::new(ArchiveSource { entries, folder });
    let mut cache = BinaryCache::with_source(name, info, store_dir.clone(), source);
    for info in known {
        cache.insert(info);
    }
    cache.set_broken(broken);
    Ok(cache)
}

/// What the name of a file ends with that says why an archive could not be unpacked.
const PROBLEM: &[u8] = b".problem";

/// Hands over what archives of a cache unpack to: an archive of NARs under the URLs of what they come from.
///
/// # Errors
/// The bytes are no archive, or exceed [`Limits::BINARY_CACHE`].
pub fn add_unpacked(cache: &mut BinaryCache, bytes: &[u8]) -> Result<(), NoCache> {
    let entries = drvlab_archive::read(bytes, &Limits::BINARY_CACHE)?;
    for (path, kind) in entries.iter() {
        let Kind::File { contents, .. } = kind else {
            continue;
        };
        match path.strip_suffix(PROBLEM) {
            Some(url) => {
                let why: Rc<str> = String::from_utf8_lossy(contents).into();
                cache.insert_unpacked(url, Err(why));
            }
            None => cache.insert_unpacked(path, Ok(contents.to_vec().into())),
        }
    }
    Ok(())
}
