//! Binary caches that are folders, as `nix copy --to file://…` writes them.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use drvlab_cache::realise::substitution::MAX_ARCHIVE;
use drvlab_cache::{Answer, BinaryCache, CacheSource, Fault, archive_source};
use drvlab_store::{CacheInfo, StoreDir};

use crate::failure::Failure;
use crate::reading;

/// Opens the binary cache in a folder, given by its path or its `file://` address; its files are read when they are asked for.
///
/// # Errors
/// When there is no such folder, or its `nix-cache-info` cannot be read or makes no sense.
pub fn open(place: &Path, store_dir: &StoreDir) -> Result<BinaryCache, Failure> {
    open_as(place, None, store_dir)
}

/// Opens a binary cache as [`open`] does, or from an archive, under another name.
///
/// # Errors
/// As [`open`], and when an archive is damaged or exceeds a limit.
pub fn open_as(
    place: &Path,
    name: Option<&str>,
    store_dir: &StoreDir,
) -> Result<BinaryCache, Failure> {
    let folder = match place
        .to_str()
        .and_then(|place| place.strip_prefix("file://"))
    {
        // Settings of the reference's store may follow, as in `file:///cache?compression=none`.
        Some(address) => PathBuf::from(address.split('?').next().unwrap_or_default()),
        None => place.to_owned(),
    };
    let not_a_cache = |error: &dyn std::fmt::Display| {
        Failure::message(format!(
            "'{}' is not a binary cache: {error}",
            folder.display()
        ))
    };
    if folder.is_file() {
        let limit = drvlab_archive::Limits::BINARY_CACHE.bytes as u64;
        let bytes = reading::file_within(&folder, limit).map_err(|error| not_a_cache(&error))?;
        let address = format!("file://{}", folder.display());
        return archive_source::open(name.unwrap_or(&address), &bytes, store_dir)
            .map_err(|error| not_a_cache(&error));
    }
    if !folder.is_dir() {
        return Err(not_a_cache(&"there is no such folder"));
    }
    let info = match reading::file_within(&folder.join("nix-cache-info"), MAX_TEXT) {
        Ok(text) => CacheInfo::parse(&text).map_err(|error| not_a_cache(&error))?,
        // The reference would write the file and go on.
        Err(error) if error.kind() == ErrorKind::NotFound => CacheInfo::default(),
        Err(error) => return Err(not_a_cache(&error)),
    };
    let address = format!("file://{}", folder.display());
    Ok(BinaryCache::with_source(
        name.unwrap_or(&address),
        info,
        store_dir.clone(),
        Box::new(Folder(folder)),
    ))
}

/// The largest narinfo, realisation or description of a cache that is read, in bytes.
const MAX_TEXT: u64 = 16 << 20;

/// The folder of a cache.
#[derive(Debug)]
struct Folder(PathBuf);

impl CacheSource for Folder {
    fn read(&self, file_name: &str) -> Result<Answer, Fault> {
        // Anything but plain names could lead to a file elsewhere.
        let mut parts = Path::new(file_name).components();
        if !parts.all(|part| matches!(part, Component::Normal(_))) {
            return Ok(Answer::NotFound);
        }
        let path = self.0.join(file_name);
        let limit = if file_name.starts_with("nar/") {
            MAX_ARCHIVE as u64
        } else {
            MAX_TEXT
        };
        match reading::file_within(&path, limit) {
            Ok(text) => Ok(Answer::Text(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Answer::NotFound),
            Err(error) => Err(Fault {
                text: format!("cannot read '{}': {error}", path.display()).into(),
                unanswered: true,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

    #[test]
    fn reads_a_cache_and_nothing_beside_it() {
        let folder = env::temp_dir().join(format!("drvlab-cache-folder-{}", process::id()));
        fs::create_dir_all(folder.join("inner")).unwrap();
        fs::write(
            folder.join("inner/nix-cache-info"),
            "StoreDir: /nix/store\nPriority: 30\n",
        )
        .unwrap();
        fs::write(folder.join("inner/abc.narinfo"), "StorePath: x\n").unwrap();
        fs::write(folder.join("outer.narinfo"), "secret").unwrap();

        let address = format!("file://{}?compression=none", folder.join("inner").display());
        for place in [folder.join("inner"), address.into()] {
            assert_eq!(open(&place, &StoreDir::default()).unwrap().priority(), 30);
        }
        let inner = Folder(folder.join("inner"));
        assert_eq!(
            inner.read("abc.narinfo"),
            Ok(Answer::Text(b"StorePath: x\n".to_vec()))
        );
        assert_eq!(inner.read("abd.narinfo"), Ok(Answer::NotFound));
        assert_eq!(inner.read("../outer.narinfo"), Ok(Answer::NotFound));
        let outer = folder.join("outer.narinfo").display().to_string();
        assert_eq!(inner.read(&outer), Ok(Answer::NotFound));

        let unstated = open(&folder, &StoreDir::default()).unwrap();
        assert_eq!(unstated.priority(), CacheInfo::DEFAULT_PRIORITY);
        fs::write(folder.join("nix-cache-info"), "Priority: high\n").unwrap();
        for place in [folder.clone(), folder.join("missing")] {
            let failure = open(&place, &StoreDir::default()).unwrap_err();
            assert!(String::from_utf8_lossy(failure.text()).contains("is not a binary cache"));
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
