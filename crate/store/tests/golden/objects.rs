//! Explanations of texts and copies of files lead to the recorded paths.

#![expect(
    clippy::unwrap_used,
    reason = "golden data that cannot be read should fail the test"
)]

use crate::explanations::follow;
use crate::recorded::{golden, list, str};
use crate::trees;
use drvlab_store::explain::{Content, PathExplanation, StoreObject, object};
use drvlab_store::{
    ContentAddress, ContentAddressMethod, FileTree, Hash, HashAlgorithm, StoreDir, StorePath, hash,
    nar,
};

fn files(tree: FileTree) -> StoreObject {
    StoreObject::Files {
        tree,
        references: Vec::new(),
    }
}

fn explained(path: &StorePath, contents: &StoreObject) -> PathExplanation {
    let explanation = object(path, contents, &StoreDir::default()).unwrap();
    explanation.unwrap_or_else(|| panic!("{path}"))
}

#[test]
fn copies_of_trees() {
    let store_dir = StoreDir::default();
    let mut entries_seen = 0;
    for (case, (name, tree)) in list(&golden("trees")).iter().zip(trees::all()) {
        let path = store_dir.parse_path(str(&case["path"])).unwrap();
        let explanation = explained(&path, &files(tree.clone()));
        assert_eq!(
            follow(&explanation.steps).as_deref(),
            Some(str(&case["path"])),
            "{name}"
        );
        let Content::Tree { entries, count } = &explanation.steps[0].content else {
            panic!("{name}");
        };
        assert_eq!(entries.len(), (*count).min(1_000), "{name}");
        entries_seen += count;
        // What changed in the meantime leads elsewhere.
        let other = files(FileTree::file(*b"other"));
        assert_eq!(object(&path, &other, &store_dir), Ok(None), "{name}");
    }
    assert!(entries_seen > 30, "{entries_seen}");
}

#[test]
fn copies_of_files_that_are_not_recursive() {
    let contents = b"hello\n";
    let address = ContentAddress {
        method: ContentAddressMethod::Flat,
        hash: Hash::of(HashAlgorithm::Sha256, contents),
    };
    let path = address.path(&StoreDir::default(), b"name").unwrap();
    let program = files(FileTree::executable(*contents));
    let explanation = explained(&path, &program);
    let expected = Some(StoreDir::default().display(&path));
    assert_eq!(follow(&explanation.steps), expected);
}

#[test]
fn texts_with_references() {
    let store_dir = StoreDir::default();
    // The recorded `toFile` that refers to two others.
    let text_path = |name: &str, contents: &[u8], references: &[StorePath]| {
        let digest = hash::sha256(contents);
        store_dir
            .text_path(&digest, name.as_bytes(), references)
            .unwrap()
    };
    let references = vec![text_path("u", b"x", &[]), text_path("a", b"y", &[])];
    let [u, a] = [0, 1].map(|index| store_dir.display(&references[index]));
    let contents = format!("see {u} and {a}").into_bytes();
    let recorded = golden("paths");
    let case = list(&recorded)
        .iter()
        .find(|case| str(&case["expression"]).contains("see ${"));
    let recorded = str(&case.unwrap()["outcome"]["ok"]);
    let path = store_dir.parse_path(recorded).unwrap();
    let explanation = explained(
        &path,
        &StoreObject::Text {
            contents: contents.into(),
            references,
        },
    );
    assert_eq!(follow(&explanation.steps).as_deref(), Some(recorded));
}

#[test]
fn large_trees_are_explained_without_their_archives() {
    let tree = FileTree::directory(
        (0..2_000).map(|index| (format!("{index}"), FileTree::file(vec![b'x'; 200]))),
    );
    let digest = hash::sha256(&nar::to_bytes(&tree));
    let path = StoreDir::default()
        .source_path(&digest, b"large", [], false)
        .unwrap();
    let steps = explained(&path, &files(tree)).steps;
    assert!(
        matches!(&steps[0].content, Content::Tree { entries, count: 2_001 } if entries.len() == 1_000)
    );
    assert!(
        matches!(&steps[1].content, Content::Digest { command, .. } if command.starts_with("nix-store --dump /nix/store/"))
    );
}
