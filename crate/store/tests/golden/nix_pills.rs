//! The hashes and paths that chapter 18 of "Nix Pills" publishes, by L. Bruno (2014), as facts.

use bstr::BStr;
use drvlab_store::explain::{Content, Step, Text, explain};
use drvlab_store::{
    ContentAddress, ContentAddressMethod, Derivation, DerivationOutput, DigestCache, FileTree,
    Hash, HashAlgorithm, HashFormat, StoreDir, encoding, nar,
};

const SOURCE: &str = "/nix/store/xv2iccirbrvklck36f1g7vldn5v58vck-myfile";

fn texts_and_digests(steps: &[Step]) -> Vec<String> {
    let shown = steps.iter().filter_map(|step| match &step.content {
        Content::Text {
            text: Text(text), ..
        } => Some(text.to_string()),
        Content::Digest { hex, .. } => Some(hex.clone()),
        _ => None,
    });
    shown.collect()
}

#[test]
fn source_paths() {
    let tree = FileTree::File {
        contents: b"mycontent\n"[..].into(),
        executable: false,
    };
    let hash = nar::hash(&tree, HashAlgorithm::Sha256);
    assert_eq!(
        hash.render(HashFormat::Base16),
        "2bfef67de873c54551d884fdab3055d84d573e654efa79db3c0d7b98883f9ee3"
    );
    let digest = hash.digest().try_into().unwrap();
    let store_dir = StoreDir::default();
    let path = store_dir.source_path(&digest, b"myfile", [], false);
    assert_eq!(store_dir.display(&path.unwrap()), SOURCE);
}

#[test]
fn output_paths() {
    let store_dir = StoreDir::default();
    let mut derivation = Derivation::new("foo");
    derivation.system = "x86_64-linux".into();
    derivation.builder = SOURCE.into();
    derivation
        .input_srcs
        .insert(store_dir.parse_path(SOURCE).unwrap());
    for (name, value) in [
        ("builder", SOURCE),
        ("name", "foo"),
        ("system", "x86_64-linux"),
    ] {
        derivation.env.insert(name.into(), value.into());
    }
    derivation
        .outputs
        .insert("out".into(), DerivationOutput::Deferred);
    let mut cache = DigestCache::new(store_dir.clone());
    let path = cache.instantiate(&mut derivation).unwrap();
    assert_eq!(
        store_dir.display(&path),
        "/nix/store/y4h73bmrc9ii5bxg6i7ck6hsf5gqv8ck-foo.drv"
    );
    let masked = cache.masked_digest(&derivation).unwrap();
    assert_eq!(
        encoding::hex_encode(&masked.digest),
        "1bdc41b9649a0d59f270a92d69ce6b5af0bc82b46cb9d9441ebc6620665f40b5"
    );
    assert_eq!(
        derivation.env[BStr::new("out")],
        "/nix/store/hs0yi5n5nw6micqhy8l1igkbhqdkzqa1-foo"
    );
    let explanation = explain(&derivation, &path, &cache).unwrap();
    let steps = texts_and_digests(&explanation.paths[1].steps);
    assert!(steps.contains(
        &"output:out:sha256:1bdc41b9649a0d59f270a92d69ce6b5af0bc82b46cb9d9441ebc6620665f40b5:/nix/store:foo"
            .to_owned()
    ));
}

#[test]
fn fixed_output_paths() {
    let store_dir = StoreDir::default();
    let hash = Hash::of(HashAlgorithm::Sha256, b"mycontent\n");
    assert_eq!(
        hash.render(HashFormat::Base16),
        "f3f3c4763037e059b4d834eaf68595bbc02ba19f6d2a500dce06d124e2cd99bb"
    );
    let address = ContentAddress {
        method: ContentAddressMethod::Flat,
        hash,
    };
    let mut derivation = Derivation::new("bar");
    derivation.system = "x86_64-linux".into();
    derivation.builder = "none".into();
    for (name, value) in [
        ("builder", "none"),
        ("name", "bar"),
        ("outputHash", &hash.render(HashFormat::Base16)),
        ("outputHashAlgo", "sha256"),
        ("outputHashMode", "flat"),
        ("system", "x86_64-linux"),
    ] {
        derivation.env.insert(name.into(), value.into());
    }
    let output = DerivationOutput::fixed(&store_dir, address, "bar", "out".into()).unwrap();
    derivation.outputs.insert("out".into(), output);
    let mut cache = DigestCache::new(store_dir.clone());
    let path = cache.instantiate(&mut derivation).unwrap();
    assert_eq!(
        store_dir.display(&path),
        "/nix/store/ymsf5zcqr9wlkkqdjwhqllgwa97rff5i-bar.drv"
    );
    assert_eq!(
        derivation.env[BStr::new("out")],
        "/nix/store/a00d5f71k0vp5a6klkls0mvr1f7sx6ch-bar"
    );
    let explanation = explain(&derivation, &path, &cache).unwrap();
    let steps = texts_and_digests(&explanation.paths[1].steps);
    assert_eq!(
        steps[..2],
        [
            "fixed:out:sha256:f3f3c4763037e059b4d834eaf68595bbc02ba19f6d2a500dce06d124e2cd99bb:",
            "423e6fdef56d53251c5939359c375bf21ea07aaa8d89ca5798fb374dbcfd7639",
        ]
    );
}
