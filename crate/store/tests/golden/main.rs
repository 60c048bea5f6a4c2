//! What the reference computed, recorded in `tests/golden/hash/`, is computed here again.

mod explanations;
mod nix_pills;
mod objects;
mod recorded;
#[path = "../trees/mod.rs"]
mod trees;

use drvlab_store::{OrderedMap, OrderedSet};

use drvlab_store::aterm::{self, Mask};
use drvlab_store::derivation::DerivationKind;
use drvlab_store::digest::derivation_path;
use drvlab_store::json::{self, Layout};
use drvlab_store::{
    CacheInfo, Derivation, DerivationOutput, DigestCache, Hash, HashAlgorithm, HashFormat, NarInfo,
    PublicKey, PublicKeys, SecretKey, StoreDir, StorePath, encoding, hash, nar, placeholder,
};
use recorded::{Recorded, derivations, golden, list, str};
use serde_json::Value;

/// Compares a result with what the reference printed or with the message with which it failed.
fn check_outcome(what: &str, expected: &Value, actual: Result<String, String>) {
    let expected = match (&expected["ok"], &expected["error"]) {
        (Value::String(ok), _) => Ok(ok.clone()),
        (_, error) => Err(str(error).to_owned()),
    };
    assert_eq!(actual, expected, "{what}");
}

#[test]
fn hashes_are_read_and_refused_alike() {
    let cases = golden("hashes");
    assert!(list(&cases).len() > 80);
    for case in list(&cases) {
        let algorithm = case["algorithm"]
            .as_str()
            .map(|name| HashAlgorithm::parse(name.as_bytes()).unwrap());
        let text = str(&case["text"]);
        let hash = Hash::parse_any(text, algorithm)
            .map(|hash| hash.to_string())
            .map_err(|error| error.to_string());
        check_outcome(text, &case["outcome"], hash);
    }
}

#[test]
fn hashes_round_trip_in_every_format() {
    for algorithm in HashAlgorithm::ALL {
        let hash = Hash::of(algorithm, b"drvlab");
        for format in [
            HashFormat::Base16,
            HashFormat::Nix32,
            HashFormat::Base64,
            HashFormat::Sri,
        ] {
            let text = hash.render_prefixed(format);
            assert_eq!(Hash::parse_any(&text, None), Ok(hash), "{text}");
            let text = hash.render(format);
            assert_eq!(Hash::parse_any(&text, Some(algorithm)), Ok(hash), "{text}");
        }
    }
}

#[test]
fn trees_have_the_reference_s_archives_and_paths() {
    let recorded = golden("trees");
    let store_dir = StoreDir::default();
    let trees = trees::all();
    assert_eq!(list(&recorded).len(), trees.len());
    for (case, (name, tree)) in list(&recorded).iter().zip(&trees) {
        assert_eq!(str(&case["name"]), *name);
        let archive = encoding::base64_decode(str(&case["archive"]).as_bytes()).unwrap();
        assert!(nar::to_bytes(tree) == archive, "{name}");
        assert_eq!(nar::read(&archive).as_ref(), Ok(tree), "{name}");
        for algorithm in HashAlgorithm::ALL {
            let hash = nar::hash(tree, algorithm).to_string();
            assert_eq!(hash, str(&case["hashes"][algorithm.name()]), "{name}");
        }
        let (hash, size) = nar::hash_and_size(tree);
        assert_eq!(size, archive.len() as u64, "{name}");
        let digest = hash.digest().try_into().unwrap();
        let path = store_dir
            .source_path(&digest, name.as_bytes(), [], false)
            .unwrap();
        assert_eq!(store_dir.display(&path), str(&case["path"]));
    }
}

#[test]
fn damaged_archives_are_refused() {
    for (name, tree) in trees::all().iter().filter(|(name, _)| *name != "sizes") {
        let archive = nar::to_bytes(tree);
        for end in (0..archive.len()).step_by(8) {
            assert!(nar::read(&archive[..end]).is_err(), "{name} cut at {end}");
        }
        let mut longer = archive;
        longer.push(0);
        assert!(nar::read(&longer).is_err(), "{name}");
    }
}

#[test]
fn damaged_archives_are_refused_with_the_same_words() {
    for case in list(&golden("archives")) {
        let archive = encoding::base64_decode(str(&case["archive"]).as_bytes()).unwrap();
        let result = nar::read(&archive);
        let result = result
            .map(|_| String::new())
            .map_err(|error| error.kind.to_string());
        check_outcome(str(&case["name"]), &case["outcome"], result);
    }
}

/// The expressions of `paths.json`, computed by hand as an evaluator would.
#[test]
fn text_paths_placeholders_and_names() {
    let store_dir = StoreDir::default();
    let text_path = |name: &str, contents: &str, references: &[StorePath]| {
        store_dir
            .text_path(
                &hash::sha256(contents.as_bytes()),
                name.as_bytes(),
                references,
            )
            .map_err(|error| error.to_string())
    };
    let quoted = |text: &str| text.split('"').nth(1).unwrap().to_owned();
    for case in list(&golden("paths")) {
        let expression = str(&case["expression"]);
        let first = quoted(expression);
        let actual = if expression.starts_with("builtins.placeholder") {
            Ok(placeholder::placeholder(first.as_str().into()))
        } else if expression.contains("${") {
            let u = text_path("u", "x", &[]).unwrap();
            let a = text_path("a", "y", &[]).unwrap();
            let contents = format!(
                "see {} and {}",
                store_dir.display(&u),
                store_dir.display(&a)
            );
            text_path(&first, &contents, &[u, a]).map(|path| store_dir.display(&path))
        } else {
            let contents = expression.split('"').nth(3).unwrap();
            text_path(&first, contents, &[]).map(|path| store_dir.display(&path))
        };
        check_outcome(expression, &case["outcome"], actual);
    }
}

#[test]
fn derivations_of_every_kind_are_recorded() {
    let all = derivations();
    assert!(all.len() >= 300);
    let kinds: OrderedSet<_> = all
        .iter()
        .map(|recorded| format!("{:?}", recorded.derivation.kind().unwrap()))
        .collect();
    let kinds: Vec<_> = kinds.iter().map(String::as_str).collect();
    assert_eq!(
        kinds,
        ["Deferred", "Fixed", "Floating", "Impure", "InputAddressed"]
    );
    assert!(all.iter().any(|one| one.derivation.has_dynamic_inputs()));
    assert!(
        all.iter()
            .any(|one| std::str::from_utf8(&one.text).is_err())
    );
}

#[test]
fn drv_text_is_written_byte_for_byte_and_gives_its_path() {
    let store_dir = StoreDir::default();
    for Recorded {
        path,
        text,
        derivation,
        ..
    } in derivations()
    {
        assert!(aterm::to_bytes(&derivation, &store_dir) == text, "{path}");
        let computed = derivation_path(&store_dir, &derivation, &text);
        assert_eq!(computed, Ok(path));
    }
}

/// Removes everything that an evaluator does not know before hashing.
fn forget_outputs(derivation: &mut Derivation) {
    for (name, output) in derivation.outputs.iter_mut() {
        derivation.env.insert(name.clone(), "".into());
        if let DerivationOutput::InputAddressed { .. } = output {
            *output = DerivationOutput::Deferred;
        }
    }
}

#[test]
fn output_paths_follow_from_masked_digests() {
    let all = derivations();
    let by_path: OrderedMap<_, _> = all.iter().map(|one| (&one.path, &one.derivation)).collect();
    let mut cache = DigestCache::new(StoreDir::default());
    for recorded in &all {
        let load = |path: &StorePath| by_path.get(path).map(|derivation| (*derivation).clone());
        cache.insert_closure(&recorded.path, load).unwrap();
        let mut derivation = recorded.derivation.clone();
        forget_outputs(&mut derivation);
        let path = cache.instantiate(&mut derivation).unwrap();
        assert_eq!(derivation, recorded.derivation);
        assert_eq!(path, recorded.path);
    }
}

#[test]
fn outputs_behind_floating_inputs_are_deferred() {
    let all = derivations();
    let by_path: OrderedMap<_, _> = all.iter().map(|one| (&one.path, &one.derivation)).collect();
    let mut seen = 0;
    for recorded in &all {
        for (input, needed) in &recorded.derivation.input_drvs {
            if by_path[input].kind() != Ok(DerivationKind::Floating) {
                continue;
            }
            for output in &needed.outputs {
                let stands_for = placeholder::upstream_placeholder(input, output.as_ref());
                let text = String::from_utf8_lossy(&recorded.text);
                assert!(text.contains(&stands_for), "{}", recorded.path);
                seen += 1;
            }
            for output in needed.dynamic.keys() {
                let made = placeholder::upstream_digest(input, output.as_ref());
                let once = placeholder::computed_placeholder(&made, "out".into());
                let twice = placeholder::computed_digest(&made, "out".into());
                let twice = placeholder::computed_placeholder(&twice, "dev".into());
                let text = String::from_utf8_lossy(&recorded.text);
                assert!(
                    text.contains(&once) || text.contains(&twice),
                    "{}",
                    recorded.path
                );
                seen += 1;
            }
        }
    }
    assert!(seen >= 10, "{seen}");
}

#[test]
fn blank_text_has_no_output_paths() {
    let store_dir = StoreDir::default();
    for Recorded { derivation, .. } in derivations() {
        let mut text = Vec::new();
        aterm::write(&derivation, &store_dir, Mask::Outputs, &mut text);
        let mut forgotten = derivation.clone();
        forget_outputs(&mut forgotten);
        if derivation.kind() == Ok(DerivationKind::InputAddressed) {
            assert_eq!(text, aterm::to_bytes(&forgotten, &store_dir));
        }
    }
}

#[test]
fn json_is_what_derivation_show_prints() {
    for recorded in derivations() {
        let shown = json::show([(&recorded.path, &recorded.derivation)]);
        match shown {
            Ok(value) => {
                let compact = value.to_text(Layout::Compact);
                assert_eq!(compact, recorded.json.trim_end());
                let pretty = value.to_text(Layout::Pretty);
                let read = json::parse_show(compact.as_bytes(), &StoreDir::default()).unwrap();
                assert_eq!(read.len(), 1);
                assert_eq!(read.get(&recorded.path), Some(&recorded.derivation));
                assert_eq!(pretty, recorded.pretty.trim_end());
            }
            Err(error) => {
                assert_eq!(recorded.json, "", "{error}");
                assert!(std::str::from_utf8(&recorded.text).is_err());
            }
        }
    }
}

#[test]
fn narinfos_are_written_as_they_were() {
    let data = golden("narinfo");
    let store_dir = StoreDir::default();
    let key = SecretKey::parse(str(&data["secretKey"])).unwrap();
    let public = PublicKey::parse(str(&data["publicKey"])).unwrap();
    assert_eq!(key.public_key(), public);
    let trusted = PublicKeys::from_iter([public]);
    let mut signed = 0;
    for case in list(&data["infos"]) {
        let text = str(&case["text"]);
        let info = NarInfo::parse(text.as_bytes(), &store_dir).unwrap();
        assert_eq!(String::from_utf8(info.to_bytes(&store_dir)).unwrap(), text);
        assert_eq!(
            info.content_address.is_some(),
            info.is_content_addressed(&store_dir)
        );
        if case["cache"] != "signed" {
            assert!(info.good_signatures(&store_dir, &trusted).next().is_none());
            continue;
        }
        assert_eq!(info.good_signatures(&store_dir, &trusted).count(), 1);
        let mut again = info.clone();
        again.signatures.clear();
        again.sign(&store_dir, &key);
        assert_eq!(again, info);
        again.nar_size += 1;
        assert!(again.good_signatures(&store_dir, &trusted).next().is_none());
        signed += 1;
    }
    assert!(signed >= 4);
}

#[test]
fn damaged_narinfos_are_refused_with_the_same_words() {
    let store_dir = StoreDir::default();
    let data = golden("narinfo");
    for case in list(&data["damaged"]) {
        let text = str(&case["text"]);
        match NarInfo::parse(text.as_bytes(), &store_dir) {
            Ok(_) => assert!(case["outcome"]["ok"].is_string(), "{text}"),
            Err(error) => {
                let expected = str(&case["outcome"]["error"]);
                let expected = expected.split("is corrupt: ").last().unwrap();
                // Only corrupt fields have a line in the reference.
                let message = error.kind.to_string();
                assert!(
                    error.to_string() == expected || message == expected,
                    "{error} instead of {expected}"
                );
            }
        }
    }
}

#[test]
fn cache_info_is_written_as_it_was() {
    let data = golden("narinfo");
    let text = str(&data["cacheInfo"]);
    let info = CacheInfo::parse(text.as_bytes()).unwrap();
    assert_eq!(info.store_dir, Some("/nix/store".into()));
    assert_eq!(info.to_bytes(), text.as_bytes());
}
