//! Package sets in archives, through the command line's library: what comes out is what comes out of the same files on disk.

#![expect(
    clippy::unwrap_used,
    reason = "a failure of the file system fails the test"
)]

use std::path::{Path, PathBuf};
use std::{env, fs, process};

use drvlab_archive::{Kind, Limits};
use drvlab_cli::arguments::{self, Command};
use drvlab_cli::eval;
use drvlab_cli::session::Session;

fn archive(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/golden/archives")
        .join(name)
}

/// What `drvlab eval` prints, or the message of its failure.
fn eval(words: &[&str]) -> Result<String, String> {
    let words = ["eval"].iter().chain(words).map(Into::into);
    let Ok(Command::Eval {
        input,
        strict,
        format,
    }) = arguments::parse(words)
    else {
        panic!("not a command line of eval");
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    let mut output = Vec::new();
    Session::start(&input)
        .and_then(|mut session| eval::run(&mut session, &input, strict, format, &mut output))
        .map_err(|failure| text(failure.text()))?;
    Ok(text(&output))
}

/// The files of an archive on disk.
#[cfg(unix)]
fn unpack(name: &str, folder: &Path) {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let entries = drvlab_archive::read(fs::read(archive(name)).unwrap(), &Limits::default());
    for (path, kind) in entries.unwrap().iter() {
        let path = folder.join(str::from_utf8(path).unwrap());
        match kind {
            Kind::Directory => fs::create_dir_all(path).unwrap(),
            Kind::Symlink { target } => symlink(str::from_utf8(target).unwrap(), path).unwrap(),
            Kind::File {
                contents,
                executable,
            } => {
                fs::write(&path, contents).unwrap();
                let mode = if executable { 0o755 } else { 0o644 };
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            }
        }
    }
}

const ALL: [&str; 5] = [
    "gnu.tar.gz",
    "pax.tar.gz",
    "ustar.tar.gz",
    "git.tar.gz",
    "info.zip",
];

#[test]
fn an_archive_stands_for_the_folder_in_it() {
    for name in ALL {
        let path = archive(name);
        let path = path.to_str().unwrap();
        // With an argument, functions are called.
        let called = eval(&[path, "--argstr", "x", "y"]);
        assert_eq!(called.as_deref(), Ok("\"text\""), "{name}");
        let on_search_path = format!("set={path}");
        let found = eval(&["-I", &on_search_path, "-E", "import <set> { }"]);
        assert_eq!(found.as_deref(), Ok("\"text\""), "{name}");
    }
}

#[test]
fn a_tree_is_around_what_is_evaluated() {
    let path = archive("gnu.tar.gz");
    let tree = ["--tree", path.to_str().unwrap(), "--strict", "-E"];
    let value = |expression: &str| eval(&[&tree[..], &[expression]].concat());
    assert_eq!(value("import ./set/link { }").as_deref(), Ok("\"text\""));
    let listing = value("builtins.readDir ./set").unwrap();
    assert!(
        listing.contains("empty = \"directory\"; hard = \"regular\""),
        "{listing}"
    );
    assert!(listing.contains("link = \"symlink\""), "{listing}");
    // The disk is there, too.
    let both = value(
        "map builtins.pathExists [ ./Cargo.toml ./src/lib.rs ./set ./set/nothing ./set/none ]",
    );
    assert_eq!(both.as_deref(), Ok("[ true true true true false ]"));
    let here = value("with builtins.readDir ./.; [ set src ]");
    assert_eq!(here.as_deref(), Ok("[ \"directory\" \"directory\" ]"));
    assert!(
        value("./set/none + import ./set/none")
            .unwrap_err()
            .contains("does not exist")
    );
}

#[cfg(unix)]
#[test]
fn copies_have_the_paths_of_copies_from_the_disk() {
    let folder = env::temp_dir().join(format!("drvlab-archives-{}", process::id()));
    for name in ALL {
        let folder = folder.join(name);
        fs::create_dir_all(&folder).unwrap();
        unpack(name, &folder);
        let copies =
            |at: &str| format!("\"${{{at}/set}} ${{{at}/set/build.sh}} ${{{at}/set/link}}\"");
        let unpacked = eval(&["-E", &copies(folder.to_str().unwrap())]).unwrap();
        let packed = eval(&[
            "--tree",
            archive(name).to_str().unwrap(),
            "-E",
            &copies("./."),
        ])
        .unwrap();
        assert_eq!(packed, unpacked, "{name}");
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_is_wrong_with_an_archive_is_said() {
    let folder = env::temp_dir().join(format!("drvlab-no-archives-{}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, contents: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, contents).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let text = file("text.tar", b"{ }: 1");
    let message =
        format!("error: cannot read '{text}': not an archive: it is neither tar nor gzip nor zip");
    assert_eq!(eval(&[&text]), Err(message));
    let empty = file("empty.tar", &[0; 1024]);
    let message = eval(&[&empty]).unwrap_err();
    assert!(
        message.contains("does not consist of one folder"),
        "{message}"
    );
    let whole = fs::read(archive("gnu.tar.gz")).unwrap();
    let cut = file("cut.tgz", &whole[..whole.len() / 2]);
    assert!(
        eval(&[&cut])
            .unwrap_err()
            .ends_with("the archive is cut off, at byte 0")
    );
    let none = folder.join("none.tar");
    assert!(
        eval(&["--tree", none.to_str().unwrap(), "-E", "1"])
            .unwrap_err()
            .contains("none.tar")
    );
    fs::remove_dir_all(&folder).unwrap();
}
