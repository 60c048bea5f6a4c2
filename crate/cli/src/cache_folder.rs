//! Binary caches that are folders, as `nix copy --to file://…` writes them.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use drvlab_store::CacheInfo;

use crate::failure::Failure;
use crate::reading;

/// A binary cache in a folder; its files are read when they are asked for.
#[derive(Clone, Debug)]
pub struct CacheFolder {
    folder: PathBuf,
    info: CacheInfo,
}

impl CacheFolder {
    /// Opens a cache by its folder or its `file://` address.
    ///
    /// # Errors
    /// When the folder has no `nix-cache-info`, or one that makes no sense.
    pub fn open(place: &Path) -> Result<Self, Failure> {
        let folder = match place
            .to_str()
            .and_then(|place| place.strip_prefix("file://"))
        {
            // Settings of the reference's store may follow, as in `file:///cache?compression=none`.
            Some(address) => PathBuf::from(address.split('?').next().unwrap_or_default()),
            None => place.to_owned(),
        };
        let path = folder.join("nix-cache-info");
        let text = reading::file(&path).map_err(|error| {
            Failure::message(format!(
                "'{}' is not a binary cache: {error}",
                folder.display()
            ))
        })?;
        let info = CacheInfo::parse(&text).map_err(|error| {
            Failure::message(format!(
                "'{}' is not a binary cache: {error}",
                folder.display()
            ))
        })?;
        Ok(Self { folder, info })
    }

    /// The address under which the reference knows the cache.
    pub fn address(&self) -> String {
        format!("file://{}", self.folder.display())
    }

    /// What the cache says about itself.
    pub fn info(&self) -> &CacheInfo {
        &self.info
    }

    /// Reads the narinfo of the store path with this hash part; `None` if the cache has none.
    ///
    /// # Errors
    /// When the file is there but cannot be read.
    pub fn narinfo(&self, hash_part: &str) -> io::Result<Option<Vec<u8>>> {
        // Hash parts are letters and digits; anything else could name a file elsewhere.
        if !hash_part.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Ok(None);
        }
        match reading::file(&self.folder.join(format!("{hash_part}.narinfo"))) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
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
            let cache = CacheFolder::open(&place).unwrap();
            assert_eq!(cache.info().priority, Some(30));
            assert_eq!(
                cache.narinfo("abc").unwrap().as_deref(),
                Some(&b"StorePath: x\n"[..])
            );
            assert_eq!(cache.narinfo("abd").unwrap(), None);
            assert_eq!(cache.narinfo("../outer").unwrap(), None);
        }
        let failure = CacheFolder::open(&folder).unwrap_err();
        assert!(String::from_utf8_lossy(failure.text()).contains("is not a binary cache"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
