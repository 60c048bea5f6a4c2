//! Worlds with real caches, recorded by `cargo xtask record`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::rc::Rc;

use drvlab_cache::{Answer, BinaryCache, CacheSource, DerivationGraph, Fault, Settings, Wanted};
use drvlab_store::{CacheInfo, Derivation, PublicKey, StoreDir, StorePath, aterm, encoding};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    nix: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    pub name: String,
    pub derivations: BTreeMap<String, String>,
    pub want: Vec<String>,
    pub before: Vec<String>,
    settings: BTreeMap<String, String>,
    caches: Vec<Cache>,
    pub dry_run: DryRun,
    pub real: Real,
}

#[derive(Deserialize)]
pub struct DryRun {
    pub text: Option<String>,
    pub error: Option<String>,
}

#[derive(Deserialize)]
pub struct Real {
    pub success: bool,
    pub outputs: Vec<String>,
    pub built: BTreeSet<String>,
    pub copied: BTreeSet<String>,
}

#[derive(Deserialize, Clone)]
struct Cache {
    url: String,
    info: String,
    files: BTreeMap<String, String>,
    archives: BTreeMap<String, String>,
}

impl CacheSource for Cache {
    fn read(&self, file_name: &str) -> Result<Answer, Fault> {
        if let Some(text) = self.files.get(file_name) {
            return Ok(Answer::Text(text.clone().into_bytes()));
        }
        Ok(match self.archives.get(file_name) {
            Some(base64) => Answer::Text(encoding::base64_decode(base64.as_bytes()).unwrap()),
            None => Answer::NotFound,
        })
    }
}

/// Reads the worlds of a file.
pub fn load(file: &str) -> Vec<Case> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/cache");
    let text = fs::read_to_string(golden.join(file)).unwrap();
    let golden: Golden = serde_json::from_str(&text).unwrap();
    let nix = golden.nix;
    assert!(nix.starts_with("2.34."), "recorded with Nix {nix}");
    golden.cases
}

impl Case {
    pub fn graph(&self) -> DerivationGraph {
        let store_dir = StoreDir::default();
        let derivations: BTreeMap<StorePath, Rc<Derivation>> = self
            .derivations
            .iter()
            .map(|(path, text)| {
                let path = store_dir.parse_path(path).unwrap();
                let name = path.derivation_name().unwrap().to_owned();
                let derivation = aterm::parse(text.as_bytes(), &name, &store_dir).unwrap();
                (path, Rc::new(derivation))
            })
            .collect();
        let roots = derivations.keys().cloned();
        DerivationGraph::new(roots, |path| derivations.get(path).cloned()).unwrap()
    }

    pub fn wanted(&self, names: &[String]) -> Vec<Wanted> {
        let parse = |name: &String| {
            let (path, output) = name.split_once('!').unwrap();
            Wanted::output(StoreDir::default().parse_path(path).unwrap(), output)
        };
        names.iter().map(parse).collect()
    }

    pub fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        // The recorder switches content addressing on.
        settings.system_features.insert("ca-derivations".into());
        for (name, value) in &self.settings {
            let words = value.split(' ').filter(|word| !word.is_empty());
            match name.as_str() {
                "substitute" => settings.substitute = value == "true",
                "always-allow-substitutes" => settings.always_allow_substitutes = value == "true",
                "fallback" => settings.fallback = value == "true",
                "require-sigs" => settings.require_sigs = value == "true",
                "max-jobs" => settings.max_jobs = value.parse().unwrap(),
                "extra-platforms" => settings.extra_platforms = words.map(Into::into).collect(),
                "system-features" => settings.system_features = words.map(Into::into).collect(),
                "trusted-public-keys" => {
                    let keys = words.map(|key| PublicKey::parse(key).unwrap());
                    settings.trusted_public_keys = keys.collect();
                }
                _ => panic!("unknown setting {name}"),
            }
        }
        settings
    }

    pub fn caches(&self) -> Vec<BinaryCache> {
        let caches = self.caches.iter().map(|cache| {
            let (url, query) = cache.url.split_once('?').unwrap_or((&cache.url, ""));
            let info = CacheInfo::parse(cache.info.as_bytes()).unwrap();
            let source = Box::new(cache.clone());
            let mut opened = BinaryCache::with_source(url, info, StoreDir::default(), source);
            opened.set_trusted(query == "trusted=true");
            opened
        });
        caches.collect()
    }

    pub fn builder(&self) -> drvlab_cache::toy::ToyBuilder {
        drvlab_cache::toy::ToyBuilder::default()
    }
}
