//! Caches that are broken in every way: each error is bounded, names what is wrong, and leaves everything else usable.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "a failure of the file system fails the test"
)]

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::{env, process};

const SET: &str = r#"
let make = name: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/bin"; args = [ "-c" "echo ${name} > $out" ]; };
in { bad = make "bad"; good = make "good"; }
"#;

/// Hash parts of what the set above gives.
const BAD: &str = "ii0a54d4f0zgyin2wk20dxsl10jyxqqj";
const GOOD: &str = "w2ig07k5w5mimymyabnpxg0cp1ldrhh0";

/// The archive of `good`, the hash of it in hexadecimal, and its size.
const GOOD_HASH: &str = "sha256-p0A7nrLYsu0ckfAWY4rrL6QEr+LQWgxVwOZ4ExZzZ68=";

/// A folder of one test with a cache in it that has `good`, which goes away with it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let place = Self(env::temp_dir().join(format!("drvlab-bad-{name}-{}", process::id())));
        fs::create_dir_all(place.0.join("cache/nar")).unwrap();
        fs::write(place.0.join("set.nix"), SET).unwrap();
        place.write("nix-cache-info", b"StoreDir: /nix/store\n");
        place.write("nar/good.nar", &nar(b"good\n"));
        let info = format!(
            "StorePath: /nix/store/{GOOD}-good\nURL: nar/good.nar\nCompression: none\nNarHash: {GOOD_HASH}\nNarSize: 120\nReferences: \n"
        );
        place.write(&format!("{GOOD}.narinfo"), info.as_bytes());
        place
    }

    fn write(&self, file: &str, contents: &[u8]) {
        fs::write(self.0.join("cache").join(file), contents).unwrap();
    }

    /// Writes the narinfo of `bad`.
    fn narinfo(&self, url: &str, compression: &str, size: u64) {
        let text = format!(
            "StorePath: /nix/store/{BAD}-bad\nURL: {url}\nCompression: {compression}\nNarHash: {GOOD_HASH}\nNarSize: {size}\nReferences: \n"
        );
        self.write(&format!("{BAD}.narinfo"), text.as_bytes());
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_drvlab"))
            .args(words)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Plans with another cache, which must be refused; returns the message.
    fn refused(&self, cache: &str) -> String {
        let output = self.run(&["plan", "set.nix", "-A", "good", "--substituter", cache]);
        assert_eq!(output.status.code(), Some(1), "{cache}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Checks that `good` is fetched all the same, and that `bad` is not, with a message that has these words.
    fn check(&self, reason: &str) {
        let common = ["--no-require-sigs", "--substituter", "cache"];
        let run = |words: &[&str]| {
            let output = self.run(&[words, &common].concat());
            [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned())
        };
        let [printed, message] = run(&["build", "set.nix", "-A", "good"]);
        assert!(
            printed.contains("-good' from"),
            "{reason}: {printed}{message}"
        );
        let [printed, _] = run(&["build", "set.nix", "-A", "bad"]);
        assert!(!printed.contains("-bad' from"), "{reason}: {printed}");
        let explained = run(&["plan", "set.nix", "-A", "bad", "--explain", "bad"]).concat();
        assert!(explained.contains(reason), "{reason}: {explained}");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What is left over does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The archive of a file.
fn nar(contents: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut put = |text: &[u8]| {
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(text);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
    };
    for word in ["nix-archive-1", "(", "type", "regular", "contents"] {
        put(word.as_bytes());
    }
    put(contents);
    put(b")");
    bytes
}

/// A file of so many GiB that takes no room.
fn sparse(path: PathBuf, gibibytes: u64) {
    File::create(path)
        .unwrap()
        .set_len(gibibytes << 30)
        .unwrap();
}

#[test]
fn a_broken_narinfo_is_named() {
    let place = Place::new("narinfo");
    for text in [
        &b"nonsense"[..],
        b"",
        &[0; 4096],
        b"NarSize: 99999999999999999999\n",
    ] {
        place.write(&format!("{BAD}.narinfo"), text);
        place.check(&format!("NAR info file '{BAD}.narinfo' is corrupt"));
    }
    // At what is wrong within a field the reference does not add the name of the file.
    place.write(&format!("{BAD}.narinfo"), b"StorePath: x\n");
    place.check("not an absolute path: \"x\"");
}

#[test]
fn archives_must_be_what_their_narinfo_says() {
    let place = Place::new("archive");
    place.write("nar/good.nar.xz", &nar(b"good\n"));
    for (url, compression, size, reason) in [
        ("nar/good.nar", "none", 4096, "size mismatch"),
        ("nar/good.nar.xz", "xz", 120, "its xz data is corrupt"),
        ("nar/good.nar.xz", "zstd", 120, "its zstd data is corrupt"),
        ("nar/good.nar.xz", "bzip2", 120, "its bzip2 data is corrupt"),
        ("nar/good.nar.xz", "gzip", 120, "its gzip data is corrupt"),
        (
            "nar/good.nar",
            "rot13",
            120,
            "unknown compression method 'rot13'",
        ),
        (
            "nar/missing.nar",
            "none",
            120,
            "but not its archive any more",
        ),
        ("../set.nix", "none", 120, "but not its archive any more"),
        ("/etc/passwd", "none", 120, "but not its archive any more"),
        (
            "nar/../../set.nix",
            "none",
            120,
            "but not its archive any more",
        ),
        ("", "none", 120, "is corrupt"),
    ] {
        place.narinfo(url, compression, size);
        place.check(reason);
    }
}

#[test]
fn bombs_are_not_unpacked() {
    let place = Place::new("bomb");
    for (file, bytes, compression) in [
        ("nar/bomb.xz", xz_bomb(), "xz"),
        ("nar/bomb.zst", zstd_bomb(), "zstd"),
        ("nar/bomb.gz", gzip_bomb(), "gzip"),
    ] {
        place.write(file, &bytes);
        place.narinfo(file, compression, 8 << 30);
        place.check("it is larger than 256 MiB");
    }
}

/// Chunks of LZMA2 that say that they make 300 MiB.
fn xz_bomb() -> Vec<u8> {
    let mut bytes = b"\xfd7zXZ\0\0\0\xff\x12\xd9\x41".to_vec();
    // The header of a block, whose dictionary has 8 MiB.
    bytes.extend_from_slice(b"\x02\x00\x21\x01\x16\x00\x00\x00\x74\x2f\xe5\xa3");
    for _ in 0..4800 {
        bytes.extend_from_slice(&[0xe0, 0xff, 0xff, 0x00, 0x3b, 0x5d]);
        bytes.extend_from_slice(&[0; 60]);
    }
    bytes.push(0);
    bytes
}

/// Blocks that repeat one byte 128 KiB long each, 300 MiB in all.
fn zstd_bomb() -> Vec<u8> {
    // A frame without a content size, with a window of 8 MiB.
    let mut bytes = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x68];
    for _ in 0..2400 {
        // A header of 24 bits: not the last block, a repeated byte, and how often.
        let header: u32 = (1 << 1) | (128 << 10) << 3;
        bytes.extend_from_slice(&header.to_le_bytes()[..3]);
        bytes.push(0);
    }
    bytes.extend_from_slice(&[1, 0, 0]);
    bytes
}

/// Blocks of deflate that repeat one byte, 300 MiB in all.
fn gzip_bomb() -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut bits = Bits::default();
    // One block with fixed codes: the literal 0, then the length 258 at distance 1 again and again.
    bits.put(0b011, 3);
    bits.put(0b0000_1100, 8);
    for _ in 0..(300 << 20) / 258 {
        bits.put(0b1010_0011, 8);
        bits.put(0, 5);
    }
    bytes.extend_from_slice(&bits.bytes);
    bytes
}

/// Bits, the first in the lowest place of a byte.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn put(&mut self, bits: u32, count: u32) {
        for at in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().unwrap();
            *last |= (((bits >> at) & 1) as u8) << (self.used % 8);
            self.used += 1;
        }
    }
}

#[test]
fn a_cache_of_ten_gigabytes_takes_no_memory() {
    let place = Place::new("large");
    sparse(place.0.join("cache/nar/large.nar"), 10);
    place.narinfo("nar/large.nar", "none", 10 << 30);
    place.check("larger than 268435456 bytes");
    sparse(place.0.join(format!("cache/{BAD}.narinfo")), 10);
    place.check("larger than 16777216 bytes");
    fs::create_dir_all(place.0.join("other")).unwrap();
    sparse(place.0.join("other/nix-cache-info"), 10);
    sparse(place.0.join("archive.tar"), 10);
    for other in ["other", "archive.tar"] {
        let message = place.refused(other);
        assert!(
            message.contains(&format!("'{other}' is not a binary cache: larger than")),
            "{message}"
        );
    }
}

#[test]
fn archives_of_caches_stay_in_their_place() {
    let place = Place::new("tar");
    for (name, entry, reason) in [
        ("up.tar", "../outside", "outside"),
        ("root.tar", "/outside", "outside"),
    ] {
        fs::write(place.0.join(name), tar(entry, b"x")).unwrap();
        let message = place.refused(name);
        assert!(
            message.contains("is not a binary cache") && message.contains(reason),
            "{message}"
        );
    }
}

/// A tar archive with one file.
fn tar(name: &str, contents: &[u8]) -> Vec<u8> {
    let mut header = [0_u8; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{:011o}\0", contents.len()).as_bytes());
    header[148..156].fill(b' ');
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut bytes = header.to_vec();
    bytes.extend_from_slice(contents);
    bytes.resize(bytes.len().next_multiple_of(512) + 1024, 0);
    bytes
}
