//! Records golden data for hashing from the reference: writes `tests/golden/hash/*.json`.
//!
//! `DRVLAB_ORACLE` is the command in front of each tool (empty: the tools on the PATH), `DRVLAB_ORACLE_WORK` a folder
//! that the tools see under the same path, and the argument the folder to write to. It runs programs and touches
//! files, so it is no part of the library.

#[path = "../tests/trees/mod.rs"]
mod trees;

use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use drvlab_store::{FileTree, HashAlgorithm, HashFormat, SecretKey, encoding};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const FEATURES: &str = "extra-experimental-features = nix-command ca-derivations dynamic-derivations \
    blake3-hashes impure-derivations git-hashing";

fn main() -> Result<()> {
    let target = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("tests/golden/hash"), PathBuf::from);
    let work = std::env::var_os("DRVLAB_ORACLE_WORK").map_or_else(
        || std::env::temp_dir().join("drvlab-record"),
        |work| PathBuf::from(work).join("record-hash"),
    );
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    let oracle = Oracle::new(work)?;
    type Recorder = fn(&Oracle, &Path) -> Result<Value>;
    let recorders: [(&str, Recorder); 6] = [
        ("hashes", hashes),
        ("trees", file_trees),
        ("archives", archives),
        ("paths", paths),
        ("derivations", derivations),
        ("narinfo", narinfo),
    ];
    for (name, record) in recorders {
        eprintln!("recording {name}");
        let data = record(&oracle, &target)?;
        let file = json!({ "nix": oracle.version, "data": data });
        let mut text = serde_json::to_string_pretty(&file)?;
        text.push('\n');
        fs::write(target.join(name).with_extension("json"), text)?;
    }
    Ok(())
}

/// The reference implementation.
struct Oracle {
    prefix: Vec<String>,
    work: PathBuf,
    version: String,
}

impl Oracle {
    fn new(work: PathBuf) -> Result<Self> {
        let prefix = std::env::var("DRVLAB_ORACLE").unwrap_or_default();
        let mut oracle = Self {
            prefix: prefix.split_whitespace().map(str::to_owned).collect(),
            work,
            version: String::new(),
        };
        let version = oracle.text(["nix-instantiate", "--version"])?;
        oracle.version = version.rsplit(' ').next().unwrap_or_default().to_owned();
        Ok(oracle)
    }

    fn run<A: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = A>) -> Result<Output> {
        let words: Vec<OsString> = self
            .prefix
            .iter()
            .map(OsString::from)
            .chain(words.into_iter().map(|word| word.as_ref().to_owned()))
            .collect();
        let (program, arguments) = words.split_first().ok_or("no command")?;
        Ok(Command::new(program)
            .args(arguments)
            .env("NIX_CONFIG", FEATURES)
            .env("NIX_CONFIG_EXTRA", FEATURES)
            .stdin(Stdio::null())
            .output()?)
    }

    fn bytes<A: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = A>) -> Result<Vec<u8>> {
        let output = self.run(words)?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(output.stdout)
    }

    fn text<A: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = A>) -> Result<String> {
        Ok(String::from_utf8(self.bytes(words)?)?.trim_end().to_owned())
    }

    /// Returns what a command prints, or the message with which it failed.
    fn outcome<A: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = A>) -> Result<Value> {
        let output = self.run(words)?;
        if output.status.success() {
            return Ok(json!({ "ok": String::from_utf8(output.stdout)?.trim_end() }));
        }
        let message = String::from_utf8(output.stderr)?;
        let last = message
            .lines()
            .filter_map(|line| line.split_once("error: "))
            .next_back();
        let (_, message) = last.ok_or("failed without a message")?;
        Ok(json!({ "error": message }))
    }
}

/// Every spelling of hashes, good and bad, through `nix hash convert`.
fn hashes(oracle: &Oracle, _: &Path) -> Result<Value> {
    let mut cases: Vec<(Option<HashAlgorithm>, String)> = Vec::new();
    for algorithm in HashAlgorithm::ALL {
        let hash = drvlab_store::Hash::of(algorithm, b"drvlab");
        for format in [HashFormat::Base16, HashFormat::Nix32, HashFormat::Base64] {
            let text = hash.render(format);
            cases.push((Some(algorithm), text.clone()));
            cases.push((Some(algorithm), text[1..].to_owned()));
            cases.push((Some(algorithm), format!("!{}", &text[1..])));
            cases.push((None, text));
            cases.push((None, hash.render_prefixed(format)));
        }
        let sri = hash.render(HashFormat::Sri);
        cases.push((None, sri.trim_end_matches('=').to_owned()));
        cases.push((None, format!("{}AAAA", sri.trim_end_matches('='))));
        cases.push((Some(HashAlgorithm::Md5), sri.clone()));
        cases.push((None, sri));
    }
    let sha256 = Some(HashAlgorithm::Sha256);
    for (algorithm, text) in [
        (None, ""),
        (sha256, ""),
        (None, "sha256:"),
        (None, "sha256-"),
        (None, "foo:abc"),
        (None, "foo-abc"),
        (None, "SHA256:abc"),
        (None, ":abc"),
        (None, "sha256:sha256:abc"),
        (None, "sha256:sha256-abc"),
        (
            sha256,
            "zmdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73",
        ),
        (
            sha256,
            "0MDQA9W1P6CMLI6976V4WI0SW9R4P5PRKJ7LZFD1877WK11C9C73",
        ),
        (
            sha256,
            "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852b855",
        ),
        (sha256, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUU"),
        (sha256, "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU="),
        (sha256, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV="),
        (sha256, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF=="),
    ] {
        cases.push((algorithm, text.to_owned()));
    }
    let mut recorded = Vec::new();
    for (algorithm, text) in cases {
        let mut words = vec!["nix", "hash", "convert"];
        if let Some(algorithm) = algorithm {
            words.extend(["--hash-algo", algorithm.name()]);
        }
        words.extend(["--", &text]);
        recorded.push(json!({
            "algorithm": algorithm.map(HashAlgorithm::name),
            "text": text,
            "outcome": oracle.outcome(words)?,
        }));
    }
    Ok(recorded.into())
}

/// The trees of [`trees`]: their archives, hashes and store paths.
fn file_trees(oracle: &Oracle, _: &Path) -> Result<Value> {
    let mut recorded = Vec::new();
    for (name, tree) in trees::all() {
        let path = oracle.work.join(name);
        materialise(&tree, &path)?;
        let archive = oracle.bytes([OsStr::new("nix-store"), "--dump".as_ref(), path.as_ref()])?;
        let mut hashes = serde_json::Map::new();
        for algorithm in HashAlgorithm::ALL {
            let words = ["nix", "hash", "path", "--algo", algorithm.name()].map(OsStr::new);
            let hash = oracle.text(words.into_iter().chain([path.as_os_str()]))?;
            hashes.insert(algorithm.name().to_owned(), hash.into());
        }
        let words = [OsStr::new("nix-store"), "--add".as_ref(), path.as_ref()];
        recorded.push(json!({
            "name": name,
            "archive": encoding::base64_encode(&archive),
            "hashes": hashes,
            "path": oracle.text(words)?,
        }));
    }
    Ok(recorded.into())
}

fn materialise(tree: &FileTree, path: &Path) -> Result<()> {
    match tree {
        FileTree::File {
            contents,
            executable,
        } => {
            fs::write(path, contents)?;
            let mode = if *executable { 0o755 } else { 0o644 };
            fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        }
        FileTree::Symlink { target } => symlink(OsStr::from_bytes(target), path)?,
        FileTree::Directory(entries) => {
            fs::create_dir(path)?;
            for (name, entry) in entries {
                materialise(entry, &path.join(OsStr::from_bytes(name)))?;
            }
        }
    }
    Ok(())
}

/// Damaged and borderline archives, and what the reference says when it should unpack them.
fn archives(oracle: &Oracle, _: &Path) -> Result<Value> {
    const FILE: [&str; 6] = ["(", "type", "regular", "contents", "x", ")"];
    fn archive(words: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for word in ["nix-archive-1"].iter().chain(words) {
            bytes.extend((word.len() as u64).to_le_bytes());
            bytes.extend(word.as_bytes());
            bytes.resize(bytes.len().next_multiple_of(8), 0);
        }
        bytes
    }
    let directory = |names: &[&str]| {
        let mut words = vec!["(", "type", "directory"];
        for name in names {
            words.extend(["entry", "(", "name", name, "node"]);
            words.extend(FILE);
            words.push(")");
        }
        words.push(")");
        archive(&words)
    };
    let deep = |levels: usize| {
        let open = ["(", "type", "directory", "entry", "(", "name", "d", "node"];
        let mut words = open.repeat(levels);
        words.extend(FILE);
        words.extend([")", ")"].repeat(levels));
        archive(&words)
    };
    let node = |words: &[&str]| archive(&[&["(", "type"], words].concat());
    let long = "n".repeat(5000);
    let mut cases = vec![
        ("not executable", node(&["regular", "contents", "", ")"])),
        (
            "executable",
            node(&["regular", "executable", "", "contents", "", ")"]),
        ),
        ("no contents", node(&["regular", ")"])),
        (
            "executable without contents",
            node(&["regular", "executable", "", ")"]),
        ),
        (
            "executable with value",
            node(&["regular", "executable", "x", "contents", "", ")"]),
        ),
        (
            "executable too late",
            node(&["regular", "contents", "", "executable", "", ")"]),
        ),
        ("two types", node(&["regular", "type", "regular", ")"])),
        ("unknown type", node(&["fifo", ")"])),
        ("no target", node(&["symlink", ")"])),
        ("empty target", node(&["symlink", "target", "", ")"])),
        ("target with NUL", node(&["symlink", "target", "a\0b", ")"])),
        (
            "longest target",
            node(&["symlink", "target", &long[..4095], ")"]),
        ),
        (
            "target too long",
            node(&["symlink", "target", &long[..4096], ")"]),
        ),
        (
            "node before name",
            node(&["directory", "entry", "(", "node"]),
        ),
        ("not an entry", node(&["directory", "foo", ")"])),
        ("longest tag", node(&[&long[..32]])),
        ("tag too long", node(&[&long[..33]])),
        ("name .", directory(&["."])),
        ("name ..", directory(&[".."])),
        ("name ...", directory(&["..."])),
        ("empty name", directory(&[""])),
        ("name with slash", directory(&["a/b"])),
        ("longest name", directory(&[&long[..255]])),
        ("name too long", directory(&[&long[..256]])),
        ("wrong order", directory(&["b", "a"])),
        ("repeated name", directory(&["a", "a"])),
        ("names that differ in case", directory(&["A", "a"])),
        ("deepest", deep(63)),
        ("too deep", deep(64)),
        ("nothing", Vec::new()),
        ("other magic", archive(&FILE)[8..].to_vec()),
        ("cut", directory(&["a"])[..100].to_vec()),
    ];
    let mut padding = archive(&FILE);
    if let Some(position) = padding.iter().rposition(|&byte| byte == b'x') {
        padding[position + 1] = 1;
    }
    cases.push(("padding", padding));
    let mut huge = node(&["regular", "contents"]);
    huge.extend(u64::MAX.to_le_bytes());
    cases.push(("huge length", huge));

    let mut recorded = Vec::new();
    for (name, bytes) in cases {
        let file = oracle.work.join("archive");
        let target = oracle.work.join("unpacked");
        fs::write(&file, &bytes)?;
        let script = "nix-store --restore \"$1\" < \"$2\"";
        let words = ["sh", "-c", script, "sh"].map(OsStr::new);
        let words = words.into_iter().chain([target.as_ref(), file.as_ref()]);
        let outcome = oracle.outcome(words)?;
        if target.is_dir() && !target.is_symlink() {
            fs::remove_dir_all(&target)?;
        } else if target.symlink_metadata().is_ok() {
            fs::remove_file(&target)?;
        }
        recorded.push(json!({
            "name": name,
            "archive": encoding::base64_encode(&bytes),
            "outcome": outcome,
        }));
    }
    Ok(recorded.into())
}

/// Values of expressions that are paths or placeholders, and messages about names.
fn paths(oracle: &Oracle, _: &Path) -> Result<Value> {
    let mut expressions: Vec<String> = [
        "builtins.placeholder \"out\"",
        "builtins.placeholder \"\"",
        "builtins.placeholder \"a-b\"",
        "builtins.toFile \"t\" \"\"",
        "builtins.toFile \"t\" \"hello\"",
        "builtins.toFile \"t\" \"see ${builtins.toFile \"u\" \"x\"} and ${builtins.toFile \"a\" \"y\"}\"",
    ]
    .map(str::to_owned)
    .into();
    let long = "n".repeat(212);
    for name in [
        "",
        ".",
        "..",
        ".-a",
        "..-a",
        "...",
        ".a",
        "..a",
        "-",
        "a b",
        "a/b",
        "a@b",
        "A+b._?=-z",
        &long,
        &long[1..],
    ] {
        expressions.push(format!("builtins.toFile \"{name}\" \"x\""));
    }
    let mut recorded = Vec::new();
    for expression in expressions {
        let words = ["nix-instantiate", "--eval", "--raw", "-E", &expression];
        recorded.push(json!({ "expression": expression, "outcome": oracle.outcome(words)? }));
    }
    Ok(recorded.into())
}

/// The `.drv` files of `derivations.nix` and all that they need, as text and as JSON.
fn derivations(oracle: &Oracle, target: &Path) -> Result<Value> {
    let expression = oracle.work.join("derivations.nix");
    fs::copy(target.join("derivations.nix"), &expression)?;
    fs::create_dir(oracle.work.join("tree"))?;
    fs::write(oracle.work.join("tree/file"), "hi\n")?;
    fs::write(oracle.work.join("tree/other"), "ho\n")?;
    let words = [OsStr::new("nix-instantiate"), expression.as_ref()];
    let roots = oracle.text(words)?;
    let roots = roots
        .lines()
        .map(|root| root.split_once('!').map_or(root, |(path, _)| path));
    let closure = oracle.text(["nix-store", "-q", "--requisites"].into_iter().chain(roots))?;
    let mut paths: Vec<&str> = closure
        .lines()
        .filter(|path| path.ends_with(".drv"))
        .collect();
    // Sorted by name, so that a new recording differs little from the old one.
    paths.sort_by_key(|path| (path.split_once('-').map(|(_, name)| name), *path));
    paths.dedup();
    let mut recorded = Vec::new();
    for path in paths {
        let bytes = oracle.bytes(["cat", path])?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => json!(text),
            Err(error) => json!({ "base64": encoding::base64_encode(error.as_bytes()) }),
        };
        let shown = oracle.run(["nix", "derivation", "show", path])?;
        let pretty = oracle.run(["nix", "derivation", "show", "--pretty", path])?;
        recorded.push(json!({
            "path": path,
            "text": text,
            "json": String::from_utf8(shown.stdout).ok(),
            "pretty": String::from_utf8(pretty.stdout).ok(),
        }));
    }
    Ok(recorded.into())
}

/// A cache of a few paths with and without references, signatures and compression, and what the reference says
/// about damaged narinfos.
fn narinfo(oracle: &Oracle, _: &Path) -> Result<Value> {
    let key = SecretKey::from_seed("golden-1", &[42; 32]).ok_or("bad key name")?;
    let key_file = oracle.work.join("key");
    fs::write(&key_file, key.to_bytes())?;
    let expression = r#"let
        make = name: script: derivation {
          inherit name; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" script ];
          outputs = [ "out" "dev" ]; PATH = "/bin:/usr/bin";
        };
        source = builtins.toFile "source" "contents";
        low = make "low" "echo ${source} > $out; echo $out $dev > $dev";
      in make "top" "echo ${low} ${low.dev} $out > $out; echo $out > $dev""#;
    let top = oracle.text(["nix-build", "--no-out-link", "-E", expression])?;
    let fixed = oracle.text([
        "nix-build",
        "--no-out-link",
        "-E",
        r#"derivation { name = "flat"; system = builtins.currentSystem; builder = "/bin/sh";
          args = [ "-c" "echo -n > $out" ]; outputHash = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="; }"#,
    ])?;
    let mut infos = Vec::new();
    for (folder, query) in [
        ("plain", String::from("compression=none")),
        (
            "signed",
            format!("compression=none&secret-key={}", key_file.display()),
        ),
        ("xz", String::from("compression=xz")),
    ] {
        let cache = oracle.work.join(folder);
        let url = format!("file://{}?{query}", cache.display());
        oracle.bytes(["nix", "copy", "--to", &url, &top, &fixed])?;
        for entry in fs::read_dir(&cache)? {
            let path = entry?.path();
            if path.extension() == Some(OsStr::new("narinfo")) {
                infos.push(json!({ "cache": folder, "text": fs::read_to_string(path)? }));
            }
        }
    }
    infos.sort_by_key(|info| info["text"].as_str().map(str::to_owned));

    let base_name = top.rsplit('/').next().unwrap_or_default();
    let (hash_part, _) = base_name.split_once('-').ok_or("not a store path")?;
    let file = oracle.work.join(format!("signed/{hash_part}.narinfo"));
    let good = fs::read_to_string(&file)?;
    let mut damaged = Vec::new();
    for (field, value) in [
        ("StorePath", None),
        ("URL", None),
        ("NarHash", None),
        ("NarSize", None),
        ("Compression", None),
        ("FileHash", None),
        ("NarSize", Some("0")),
        ("NarSize", Some("x")),
        ("NarSize", Some("+872")),
        ("NarSize", Some("18446744073709551616")),
        ("FileSize", Some("-1")),
        ("NarHash", Some("x")),
        ("NarHash", Some("sha1:abc")),
        ("FileHash", Some("foo")),
        ("References", Some("x")),
        ("References", Some("  ")),
        ("Sig", Some("x")),
        ("Sig", Some("x:AAAA")),
        ("Sig", Some("")),
    ] {
        let text: String = good
            .lines()
            .filter_map(|line| match line.split_once(": ") {
                Some((name, _)) if name == field => value.map(|value| format!("{name}: {value}\n")),
                _ => Some(format!("{line}\n")),
            })
            .collect();
        fs::write(&file, &text)?;
        // Each attempt has its own address, for the reference caches answers.
        let alias = oracle.work.join(format!("damaged{}", damaged.len()));
        symlink(oracle.work.join("signed"), &alias)?;
        let url = format!("file://{}", alias.display());
        let outcome = oracle.outcome(["nix", "path-info", "--store", &url, &top])?;
        damaged.push(json!({ "text": text, "outcome": outcome }));
    }
    Ok(json!({
        "secretKey": String::from_utf8(key.to_bytes())?,
        "publicKey": String::from_utf8(key.public_key().to_bytes())?,
        "cacheInfo": fs::read_to_string(oracle.work.join("plain/nix-cache-info"))?,
        "infos": infos,
        "damaged": damaged,
    }))
}
