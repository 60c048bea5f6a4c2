//! Explanations of recorded derivations: every step follows from the one before it, and the last one is the recorded path.

#![expect(
    clippy::unwrap_used,
    reason = "golden data that cannot be read should fail the test"
)]

use drvlab_store::OrderedMap;
use std::process::Command;

use crate::recorded::{Recorded, derivations};
use bstr::{BStr, ByteSlice as _};
use drvlab_store::explain::{Content, Explanation, MarkedPart, Step, Text, explain};
use drvlab_store::{Derivation, DigestCache, StoreDir, encoding, hash};

fn explanations() -> Vec<(Recorded, Explanation, DigestCache)> {
    let all = derivations();
    let by_path: OrderedMap<_, _> = all
        .iter()
        .map(|one| (one.path.clone(), one.derivation.clone()))
        .collect();
    let explained = all.into_iter().map(|one| {
        let mut cache = DigestCache::new(StoreDir::default());
        cache
            .insert_closure(&one.path, |path| by_path.get(path).cloned())
            .unwrap();
        let explanation = explain(&one.derivation, &one.path, &cache).unwrap();
        (one, explanation, cache)
    });
    explained.collect()
}

/// Follows steps by hand; returns the path they lead to.
pub fn follow(steps: &[Step]) -> Option<String> {
    let mut last: Vec<u8> = Vec::new();
    for step in steps {
        match &step.content {
            Content::Text {
                text: Text(text),
                marks,
            } => {
                let mut end = 0;
                for mark in marks {
                    assert!(end <= mark.start && mark.start < mark.end && mark.end <= text.len());
                    end = mark.end;
                }
                // A fingerprint contains the digest of what was before it.
                if step.title == "The fingerprint" {
                    assert!(text.find(&last).is_some(), "{text}");
                }
                last = text.to_vec();
            }
            Content::Digest { hex, .. } => {
                assert_eq!(*hex, encoding::hex_encode(&hash::sha256(&last)));
                last = hex.clone().into_bytes();
            }
            Content::Folding { bytes, .. } => {
                let digest = encoding::hex_decode(&last).unwrap();
                assert_eq!(bytes.len(), 20);
                last.clear();
                for (place, byte) in bytes.iter().enumerate() {
                    assert_eq!(byte.first, digest[place]);
                    assert_eq!(byte.second, digest.get(place + 20).copied());
                    last.push(byte.first ^ byte.second.unwrap_or(0));
                    assert_eq!(last[place], byte.result);
                }
            }
            Content::Base32 {
                hex, characters, ..
            } => {
                assert_eq!(*hex, encoding::hex_encode(&last));
                assert_eq!(*characters, encoding::nix32_encode(&last));
                last = characters.clone().into_bytes();
            }
            Content::Path { path } => {
                assert!(path.as_bytes().find(&last).is_some());
                return Some(path.clone());
            }
            Content::Missing { message } => panic!("{message}"),
            Content::Unknown { placeholder } => {
                let digest = encoding::hex_decode(&last).unwrap();
                assert_eq!(
                    *placeholder,
                    format!("/{}", encoding::nix32_encode(&digest))
                );
            }
            // What the archive that follows consists of.
            Content::Tree { .. } => {}
        }
    }
    None
}

#[test]
fn steps_lead_to_the_recorded_paths() {
    let store_dir = StoreDir::default();
    for (recorded, explanation, _) in explanations() {
        assert_eq!(
            explanation.paths.len(),
            1 + recorded.derivation.outputs.len()
        );
        let drv = &explanation.paths[0];
        assert_eq!(follow(&drv.steps), Some(store_dir.display(&recorded.path)));
        assert_eq!(drv.path, follow(&drv.steps));
        for (explained, (name, output)) in explanation.paths[1..]
            .iter()
            .zip(&recorded.derivation.outputs)
        {
            assert_eq!(explained.output.as_deref().unwrap(), name);
            assert_eq!(explained.claimed, None);
            let path = output.path().map(|path| store_dir.display(path));
            assert_eq!(follow(&explained.steps), path, "{}", recorded.path);
        }
    }
}

#[test]
fn the_identity_is_what_dependents_see() {
    for (recorded, explanation, cache) in explanations() {
        follow(&explanation.identity);
        let Some(Content::Digest { hex, .. }) =
            explanation.identity.last().map(|step| &step.content)
        else {
            panic!("{}", recorded.path);
        };
        let known = cache.get(&recorded.path).unwrap();
        assert_eq!(*hex, encoding::hex_encode(&known.digest));
    }
}

/// What a marked text says once its escapes are taken out.
fn unescaped(text: &[u8]) -> Vec<u8> {
    text.replace("\\\\", "\0")
        .replace("\\n", "\n")
        .replace("\\r", "\r")
        .replace("\\t", "\t")
        .replace("\\\"", "\"")
        .replace("\0", "\\")
}

fn said(derivation: &Derivation, part: &MarkedPart) -> Option<Vec<u8>> {
    Some(match part {
        MarkedPart::Variable { name } => derivation.env.get(BStr::new(name))?.to_vec(),
        MarkedPart::OutputVariable { output } => derivation.env.get(BStr::new(output))?.to_vec(),
        MarkedPart::Argument { index } => derivation.args[*index].to_vec(),
        MarkedPart::Builder => derivation.builder.to_vec(),
        MarkedPart::System => derivation.system.to_vec(),
        MarkedPart::InputDerivation { path } | MarkedPart::InputSource { path } => {
            path.clone().into_bytes()
        }
        MarkedPart::InputDigest { digest, .. } => digest.clone().into_bytes(),
        _ => return None,
    })
}

#[test]
fn marks_are_where_the_fields_are() {
    let mut seen = 0;
    for (recorded, explanation, _) in explanations() {
        let steps = explanation.paths.iter().flat_map(|path| &path.steps);
        for step in steps.chain(&explanation.identity) {
            let Content::Text {
                text: Text(text),
                marks,
            } = &step.content
            else {
                continue;
            };
            for mark in marks {
                if let Some(said) = said(&recorded.derivation, &mark.part)
                    && !text[mark.start..mark.end].contains(&0)
                {
                    assert_eq!(
                        unescaped(&text[mark.start..mark.end]).as_bstr(),
                        said.as_bstr(),
                        "{:?} of {}",
                        mark.part,
                        recorded.path
                    );
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 1000, "{seen}");
}

#[cfg(unix)]
#[test]
fn commands_print_the_digests() {
    let mut run = 0;
    // One process each; those with much text are like the others.
    let explanations = explanations().into_iter();
    for (recorded, explanation, _) in explanations.filter(|(one, ..)| one.text.len() < 2000) {
        for step in explanation.paths.iter().flat_map(|path| &path.steps) {
            if let Content::Digest { hex, command, .. } = &step.content {
                let output = Command::new("sh").arg("-c").arg(command).output().unwrap();
                let printed = String::from_utf8_lossy(&output.stdout);
                assert_eq!(printed.split(' ').next(), Some(&**hex), "{}", recorded.path);
                run += 1;
            }
        }
    }
    assert!(run > 1000, "{run}");
}

#[test]
fn the_serialised_form_is_fixed() {
    let (_, explanation, _) = explanations()
        .into_iter()
        .find(|(one, ..)| one.path.name() == "fetched.drv")
        .unwrap();
    let value = serde_json::to_value(&explanation).unwrap();
    let kinds = |steps: &serde_json::Value| -> Vec<String> {
        let steps = steps.as_array().unwrap().iter();
        steps
            .map(|step| step["content"]["kind"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        kinds(&value["paths"][0]["steps"]),
        [
            "text", "digest", "text", "digest", "folding", "base32", "path"
        ]
    );
    assert_eq!(
        kinds(&value["paths"][1]["steps"]),
        [
            "text", "digest", "text", "digest", "folding", "base32", "path"
        ]
    );
    assert_eq!(kinds(&value["identity"]), ["text", "digest"]);
    let mark = &value["paths"][0]["steps"][0]["content"]["marks"][0];
    assert_eq!(
        *mark,
        serde_json::json!({
            "start": 16,
            "end": mark["end"],
            "masked": false,
            "part": { "kind": "output-path", "output": "out" },
        })
    );
}

#[test]
fn what_is_wrong_or_missing_does_not_hide_the_rest() {
    let all = derivations();
    let one = all
        .iter()
        .find(|one| one.path.name() == "on-multi.drv")
        .unwrap();
    let cache = DigestCache::new(StoreDir::default());
    let explanation = explain(&one.derivation, &one.path, &cache).unwrap();
    assert!(follow(&explanation.paths[0].steps).is_some());
    let last = explanation.paths[1].steps.last().unwrap();
    assert!(matches!(last.content, Content::Missing { .. }));

    let leaf = all
        .iter()
        .find(|one| one.path.name() == "leaf.drv")
        .unwrap();
    let explanation = explain(&leaf.derivation, &one.path, &cache).unwrap();
    let claimed = StoreDir::default().display(&one.path);
    assert_eq!(explanation.paths[0].claimed, Some(claimed));
    assert_eq!(explanation.paths[1].claimed, None);
}
