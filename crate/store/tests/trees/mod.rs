//! File trees whose archives are recorded from the reference, shared by the recorder and the tests.

use bstr::BString;
use drvlab_store::FileTree;

/// Returns odd trees and a name for each that is allowed in a store path.
pub fn all() -> Vec<(&'static str, FileTree)> {
    let empty = || FileTree::directory::<BString>([]);
    let sizes = (0..=17).map(|size| (format!("{size}"), FileTree::file(vec![b'x'; size])));
    let mut deep = FileTree::file(*b"bottom");
    for _ in 0..40 {
        deep = FileTree::directory([("d", deep)]);
    }
    vec![
        ("empty-file", FileTree::file(*b"")),
        ("text-file", FileTree::file(*b"hello\n")),
        ("program", FileTree::executable(*b"#!/bin/sh\n")),
        ("link", FileTree::symlink("../else/where")),
        (
            "dangling",
            FileTree::directory([("l", FileTree::symlink("/nowhere"))]),
        ),
        ("empty-directory", empty()),
        (
            "nested-empty",
            FileTree::directory([("a", FileTree::directory([("b", empty())]))]),
        ),
        ("sizes", FileTree::directory(sizes)),
        ("deep", deep),
        ("all-bytes", FileTree::file((0..=255).collect::<Vec<u8>>())),
        (
            "order",
            FileTree::directory(
                ["a", "B", "a.b", "a-b", "ab", "_", "~", "é", "A", "a b", "0"]
                    .map(|name| (name, FileTree::file(name.as_bytes()))),
            ),
        ),
        (
            "odd-names",
            FileTree::directory([
                (BString::from("new\nline"), FileTree::file(*b"1")),
                (
                    BString::from("quote\"back\\slash"),
                    FileTree::executable(*b""),
                ),
                (BString::from("*"), empty()),
                (BString::from("..."), FileTree::symlink("...")),
                (
                    BString::from(vec![0xff, 0xfe]),
                    FileTree::symlink(vec![0x80]),
                ),
                (BString::from(vec![b'n'; 255]), FileTree::file(*b"2")),
            ]),
        ),
        (
            "mixed",
            FileTree::directory([
                (
                    "bin",
                    FileTree::directory([("run", FileTree::executable(*b"run"))]),
                ),
                (
                    "lib",
                    FileTree::directory([
                        ("x.so", FileTree::symlink("x.so.1")),
                        ("x.so.1", FileTree::file(vec![0; 1000])),
                    ]),
                ),
                ("share", empty()),
            ]),
        ),
        ("big-file", FileTree::file(vec![7; 40_001])),
    ]
}
