//! Archives that the tools of people made (`tests/golden/archives`, by `cargo xtask record archives`), damaged ones, and ones made to harm.

use std::collections::HashSet;
use std::path::Path;
use std::{fs, iter};

use drvlab_archive::{
    ArchiveError, Entries, Format, Kind, Limits, Problem, decompress, format, read,
};

fn golden(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/archives");
    fs::read(path.join(name)).expect("the archive is in the repository")
}

fn open(bytes: &[u8]) -> Result<Entries, ArchiveError> {
    read(bytes, &Limits::default())
}

/// One line an entry.
fn listing(entries: &Entries) -> Vec<String> {
    let line = |(path, kind): (&[u8], Kind<&[u8]>)| {
        let path = String::from_utf8_lossy(path).replace(&"l".repeat(90), "L");
        match kind {
            Kind::Directory => format!("{path}/"),
            Kind::Symlink { target } => {
                let target = String::from_utf8_lossy(target).replace(&"l".repeat(90), "L");
                format!("{path} -> {target}")
            }
            Kind::File {
                contents,
                executable,
            } => {
                let mark = if executable { "*" } else { "" };
                let text = String::from_utf8_lossy(contents);
                let text = if text.len() > 50 {
                    format!("{} bytes", text.len())
                } else {
                    text.trim_end().to_owned()
                };
                format!("{path}{mark} {text:?}")
            }
        }
    };
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by_key(|(path, _)| *path);
    sorted.into_iter().map(line).collect()
}

/// Tells whether each entry comes after the directory it is in.
fn directories_first(entries: &Entries) -> bool {
    let mut seen = HashSet::new();
    entries.iter().all(|(path, kind)| {
        let above = path.iter().rposition(|&byte| byte == b'/');
        let after = above.is_none_or(|end| seen.contains(&path[..end]));
        if kind == Kind::Directory {
            seen.insert(path);
        }
        after
    })
}

const ALL: [&str; 14] = [
    "set/",
    "set/build.sh* \"#!/bin/sh\"",
    "set/default.nix \"{ }: \\\"text\\\"\"",
    "set/empty/",
    "set/hard* \"#!/bin/sh\"",
    "set/large \"27000 bytes\"",
    "set/link -> ../set/default.nix",
    "set/L/",
    "set/L/L/",
    "set/L/L/deep \"deep\"",
    "set/L/L/L/",
    "set/L/L/L/L/",
    "set/L/L/L/L/deepest \"deepest\"",
    "set/long-link -> /L/L/L/L",
];

#[test]
fn reads_what_tools_write() {
    let without = |left_out: &dyn Fn(&str) -> bool| -> Vec<&str> {
        ALL.into_iter()
            .chain(iter::once("set/nothing \"\""))
            .filter(|line| !left_out(line))
            .collect()
    };
    for (name, expected) in [
        ("gnu.tar.gz", without(&|_| false)),
        ("pax.tar.gz", without(&|_| false)),
        ("info.zip", without(&|_| false)),
        ("git.tar.gz", without(&|line| line == "set/empty/")),
        ("ustar.tar.gz", without(&|line| line.contains("L/L/L"))),
        ("v7.tar.gz", without(&|line| line.contains("L/"))),
        ("zip64.zip", vec![ALL[0], ALL[1], ALL[2], ALL[6]]),
    ] {
        let entries = open(&golden(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(listing(&entries), expected, "{name}");
        assert!(directories_first(&entries), "{name}");
        assert_eq!(entries.single_root(), Some(&b"set"[..]), "{name}");
    }
}

#[test]
fn tells_the_format_by_the_contents() {
    let packed = golden("gnu.tar.gz");
    let tar = decompress(&packed, &Limits::default()).expect("a gzip file");
    assert_eq!(format(&packed), Some(Format::Gzip));
    assert_eq!(format(&tar), Some(Format::Tar));
    assert_eq!(format(&golden("info.zip")), Some(Format::Zip));
    assert_eq!(format(&[0; 10240]), Some(Format::Tar));
    for other in [&b""[..], b"{ }: 1", b"\x7fELF", &[0; 100], &[b'a'; 600]] {
        assert_eq!(format(other), None);
        assert_eq!(decompress(other, &Limits::default()).as_deref(), Ok(other));
    }
    assert_eq!(
        open(b"{ }: 1").map(|_| ()).unwrap_err().to_string(),
        "not an archive: it is neither tar nor gzip nor zip"
    );
}

/// A header of ustar with its checksum.
fn header(name: &str, kind: u8, size: usize, link: &str) -> Vec<u8> {
    let mut block = vec![0; 512];
    let mut put =
        |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644\0");
    put(124, &format!("{size:011o}\0"));
    put(148, "        ");
    put(157, link);
    put(257, "ustar\x0000");
    block[156] = kind;
    let sum: usize = block.iter().map(|&byte| usize::from(byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// A tar archive of files, each with its own name in it.
fn tar(names: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for name in names {
        bytes.extend(header(name, b'0', name.len(), ""));
        bytes.extend(name.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes
}

#[test]
fn refuses_what_is_no_file_tree() {
    let long = "13 path=../x\n";
    let mut extended = header("h", b'x', long.len(), "");
    extended.extend(long.as_bytes());
    extended.resize(1024, 0);
    extended.extend(tar(&["innocent"]));
    for (bytes, message) in [
        (
            tar(&["/etc/x"]),
            "entry '/etc/x': the path leads outside of the archive, at byte 0",
        ),
        (
            tar(&["a/../../x"]),
            "entry 'a/../../x': the path leads outside of the archive, at byte 0",
        ),
        (
            tar(&["a", "./a"]),
            "entry './a': there is another entry of this name, at byte 1024",
        ),
        (
            tar(&["a/b", "a"]),
            "entry 'a': there is another entry of this name, at byte 1024",
        ),
        (
            tar(&["a", "a/b"]),
            "entry 'a/b': the path leads through something that is no directory, at byte 1024",
        ),
        (
            header("d", b'3', 0, ""),
            "entry 'd': a device cannot be read, at byte 0",
        ),
        (
            header("s", b'2', 0, ""),
            "entry 's': malformed archive: a symbolic link to nothing, at byte 0",
        ),
        (
            header("h", b'1', 0, "b"),
            "entry 'h': a hard link to nothing that stands before it, at byte 0",
        ),
        (
            header("f", b'0', 600, ""),
            "the archive is cut off, at byte 0",
        ),
        (
            extended,
            "entry '../x': the path leads outside of the archive, at byte 1024",
        ),
    ] {
        assert_eq!(
            open(&bytes)
                .map(|entries| listing(&entries))
                .unwrap_err()
                .to_string(),
            message
        );
    }
    // A link may point anywhere; nothing is below it.
    let mut bytes = header("a", b'2', 0, "/etc");
    assert_eq!(listing(&open(&bytes).expect("an archive")), ["a -> /etc"]);
    bytes.extend(tar(&["a/passwd"]));
    assert_eq!(
        open(&bytes).map(|_| ()).unwrap_err().problem,
        Problem::BelowFile
    );
}

#[test]
fn limits_hold() {
    let limits = |entries, bytes, ratio| Limits {
        entries,
        bytes,
        ratio,
    };
    let three = tar(&["a", "b", "c/d"]);
    assert_eq!(
        read(&three, &limits(4, 100, 1)).map(|entries| entries.len()),
        Ok(4)
    );
    assert_eq!(
        read(&three, &limits(3, 100, 1))
            .map(|_| ())
            .unwrap_err()
            .problem,
        Problem::TooMany(3)
    );
    let error = read(&three, &limits(4, 4, 1)).map(|_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "entry 'c/d': larger than 4 bytes when unpacked, at byte 2048"
    );

    for name in ["gnu.tar.gz", "info.zip"] {
        let error = read(golden(name), &limits(100, 20_000, 200))
            .map(|_| ())
            .unwrap_err();
        assert_eq!(error.problem, Problem::TooLarge(20_000), "{name}");
    }
    let member = zeros();
    let once = decompress(&member, &Limits::default()).expect("a gzip file");
    assert_eq!(*once, [0; 60_000]);
    // Many members, each of which becomes a thousand times as large.
    let bomb = member.repeat(2000);
    let error = read(&bomb, &Limits::default()).map(|_| ()).unwrap_err();
    assert_eq!(error.problem, Problem::Ratio(200));
}

/// A gzip member of 60,000 zeros.
fn zeros() -> Vec<u8> {
    let mut member = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    // The dynamic block that zlib makes of it.
    member.extend(b"\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xf5\x4f\x6d\x0d\x0f\xa0");
    member.extend(iter::repeat_n(0, 58));
    member.extend(b"\xbe\x0c");
    member.extend(0x5127_aa05_u32.to_le_bytes());
    member.extend(60_000_u32.to_le_bytes());
    member
}

/// Every archive, cut off at every place and with every kind of damage, is read or refused, and is read only as what it was.
#[test]
fn damage_is_noticed() {
    for name in [
        "gnu.tar.gz",
        "pax.tar.gz",
        "ustar.tar.gz",
        "info.zip",
        "zip64.zip",
    ] {
        let whole = golden(name);
        let expected = listing(&open(&whole).expect("an archive"));
        for length in 0..whole.len() {
            if let Ok(entries) = open(&whole[..length]) {
                assert_eq!(listing(&entries), expected, "{name} cut off at {length}");
            }
        }
    }
    for name in ["gnu.tar.gz", "pax.tar.gz", "info.zip", "zip64.zip"] {
        let packed = golden(name);
        let whole = decompress(&packed, &Limits::default()).expect("a gzip file or none");
        let mut random = 1_u64;
        for _ in 0..3000 {
            let mut bytes = whole.to_vec();
            for _ in 0..3 {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let at = (random >> 33) as usize % bytes.len();
                bytes[at] = (random >> 25) as u8;
            }
            // An answer of any kind will do, but it must come.
            if let Ok(entries) = open(&bytes) {
                assert!(entries.len() < 100);
            }
        }
    }
}

#[test]
fn gzip_members_follow_each_other() {
    let packed = golden("gnu.tar.gz");
    let once = decompress(&packed, &Limits::default())
        .expect("a gzip file")
        .into_owned();
    let twice = decompress(&packed.repeat(2), &Limits::default())
        .expect("a gzip file")
        .into_owned();
    assert_eq!(twice, once.repeat(2));
    let mut filled = packed.clone();
    filled.resize(10240, 0);
    assert_eq!(
        decompress(&filled, &Limits::default()).as_deref(),
        Ok(&once[..])
    );
    filled.push(1);
    assert!(decompress(&filled, &Limits::default()).is_err());
    let error = decompress(&[&packed[..], b"x"].concat(), &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("something follows"), "{error}");
}

#[test]
fn what_macos_adds_is_beside_the_folder() {
    let root = |names: &[&str]| {
        let entries = open(&tar(names)).expect("a tar archive");
        entries.single_root().map(<[u8]>::to_vec)
    };
    assert_eq!(
        root(&["set/a", "__MACOSX/set/._a", "._set"]),
        Some(b"set".to_vec())
    );
    assert_eq!(root(&["set/a", "other/b"]), None);
    assert_eq!(root(&["set/a", "b"]), None);
}

#[test]
fn the_last_change_of_an_entry_counts() {
    let mut archive = tar(&["a", "b"]);
    assert_eq!(open(&archive).unwrap().modified(), None);
    // Another time is another checksum: the field of the second entry was zeros.
    let at = archive.len() - 1024;
    let field = &mut archive[at + 136..at + 147];
    let before: u32 = field.iter().copied().map(u32::from).sum();
    field.copy_from_slice(b"00000000012");
    let after: u32 = field.iter().copied().map(u32::from).sum();
    let sum = std::str::from_utf8(&archive[at + 148..at + 154]).unwrap();
    let sum = u32::from_str_radix(sum, 8).unwrap() + after - before;
    archive[at + 148..at + 154].copy_from_slice(format!("{sum:06o}").as_bytes());
    assert_eq!(open(&archive).unwrap().modified(), Some(10));
}
