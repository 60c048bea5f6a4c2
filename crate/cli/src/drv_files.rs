//! `.drv` files in ordinary folders: written by `instantiate --drv-dir`, read by `show`.

use std::fs;
use std::path::Path;

use drvlab_store::aterm::{self, Read};
use drvlab_store::{Derivation, StoreDir, StorePath};

use crate::failure::Failure;
use crate::reading;

/// Whether a path on the command line means a `.drv` file rather than an expression.
pub fn is_drv_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "drv")
}

/// Reads a `.drv` file; its name must be that of its store path.
///
/// # Errors
/// When the file cannot be read, its name is no store path's, or its text is no derivation.
pub fn read(path: &Path, store_dir: &StoreDir) -> Result<(StorePath, Derivation), Failure> {
    let (store_path, text) = text(path)?;
    let name = store_path.derivation_name().unwrap_or_default();
    let derivation = aterm::parse(&text, name, store_dir).map_err(|error| {
        Failure::message(format!(
            "error parsing derivation '{}': {error}",
            path.display()
        ))
    })?;
    Ok((store_path, derivation))
}

/// Reads as much as there is of a `.drv` file, and says what is wrong with it.
///
/// # Errors
/// When the file cannot be read, or its name is no store path's.
pub fn read_what_can_be_read(
    path: &Path,
    store_dir: &StoreDir,
) -> Result<(StorePath, Read), Failure> {
    let (store_path, text) = text(path)?;
    let read = aterm::read(&text, &store_path, store_dir);
    Ok((store_path, read))
}

/// Reads a file that is named like a derivation in the store.
///
/// # Errors
/// When the file cannot be read, or its name is no store path's.
pub fn text(path: &Path) -> Result<(StorePath, Vec<u8>), Failure> {
    let text = reading::file(path).map_err(|error| Failure::file("cannot read", path, &error))?;
    let base_name = path.file_name().unwrap_or_default();
    let store_path = StorePath::parse(base_name.as_encoded_bytes()).map_err(|error| {
        Failure::message(format!(
            "the file name of '{}' is no store path: {error}",
            path.display()
        ))
    })?;
    if store_path.derivation_name().is_none() {
        return Err(Failure::message(format!(
            "'{}' is not a derivation",
            path.display()
        )));
    }
    Ok((store_path, text))
}

/// Writes derivations into a folder, which is made if it does not exist; each file is named as in the store.
///
/// # Errors
/// When the folder cannot be made or a file cannot be written.
pub fn write<'a>(
    folder: &Path,
    store_dir: &StoreDir,
    derivations: impl IntoIterator<Item = (&'a StorePath, &'a Derivation)>,
) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::file("cannot make", folder, &error))?;
    for (path, derivation) in derivations {
        let file = folder.join(path.to_string());
        fs::write(&file, aterm::to_bytes(derivation, store_dir))
            .map_err(|error| Failure::file("cannot write", &file, &error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::{env, process};

    use super::*;

    const TEXT: &str = r#"Derive([("out","/nix/store/gwwjwi08fyrbrz2d8zkfvy65nzzq2czp-x","","")],[],[],"s","b",[],[("builder","b"),("name","x"),("out","/nix/store/gwwjwi08fyrbrz2d8zkfvy65nzzq2czp-x"),("system","s")])"#;
    const NAME: &str = "5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv";

    fn folder(name: &str) -> PathBuf {
        env::temp_dir().join(format!("drvlab-drv-files-{name}-{}", process::id()))
    }

    #[test]
    fn what_is_written_is_read_again() {
        let store_dir = StoreDir::default();
        let path = StorePath::parse(NAME).unwrap();
        let derivation = aterm::parse(TEXT.as_bytes(), "x", &store_dir).unwrap();
        let folder = folder("round-trip").join("new/folders");
        write(&folder, &store_dir, [(&path, &derivation)]).unwrap();
        assert_eq!(fs::read_to_string(folder.join(NAME)).unwrap(), TEXT);
        assert_eq!(
            read(&folder.join(NAME), &store_dir).unwrap(),
            (path, derivation)
        );
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn says_why_a_file_is_no_derivation() {
        let store_dir = StoreDir::default();
        let folder = folder("bad");
        fs::create_dir_all(&folder).unwrap();
        let check = |name: &str, text: &str, expected: &str| {
            let file = folder.join(name);
            fs::write(&file, text).unwrap();
            let failure = read(&file, &store_dir).unwrap_err();
            let report = String::from_utf8_lossy(failure.text()).into_owned();
            assert!(
                report.starts_with("error: ") && report.contains(expected),
                "{report}"
            );
        };
        check("x.drv", TEXT, "is no store path");
        check(
            "5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x",
            TEXT,
            "is not a derivation",
        );
        check(NAME, "Derive(", "error parsing derivation");
        fs::remove_dir_all(&folder).unwrap();
        let missing = read(&folder.join(NAME), &store_dir).unwrap_err();
        assert!(String::from_utf8_lossy(missing.text()).starts_with("error: cannot read '"));
    }
}
