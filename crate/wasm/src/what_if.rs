//! Lessons: the paths that the same texts would have under rules that Nix does not follow, and what would break.

use std::rc::Rc;

use crate::diagnostics::text;
use crate::model::{Entry, MovedPath, Rule, Rules, WhatIf, WrongHit};
use crate::workspace::Workspace;
use drvlab_cache::DerivationGraph;
use drvlab_cache::compare::{Comparison, Difference};
use drvlab_store::scheme::{DigestFunction, EqualInputs, Scheme, Shortening};
use drvlab_store::{Derivation, StoreDir, StorePath};
use tsify::{Ts, Tsify as _};
use wasm_bindgen::prelude::*;

/// What is made, in the order in which it is made.
type Made = Vec<(StorePath, Rc<Derivation>)>;

#[wasm_bindgen]
impl Workspace {
    /// Tells which paths an attribute would have under other rules, and which cache hits would be wrong.
    ///
    /// # Errors
    /// When the entry or the rules have not the shape of their types.
    #[wasm_bindgen(js_name = whatIf)]
    pub fn what_if(&self, entry: Ts<Entry>, rules: Ts<Rules>) -> Result<Ts<WhatIf>, JsError> {
        let (entry, Rules(rules)) = (entry.to_rust()?, rules.to_rust()?);
        let scheme = scheme(&rules);
        let mut answer = if scheme == Scheme::default() {
            WhatIf::default()
        } else {
            self.under(&entry, scheme)
        };
        if rules.contains(&Rule::Names) {
            let compared = self.compared();
            answer.wrong_hits = compared.map_or_else(Vec::new, |(before, after, comparison)| {
                wrong_hits(before, after, comparison, &StoreDir::default())
            });
        }
        Ok(answer.into_ts()?)
    }
}

/// The rules as one scheme; an index by names is no part of it, for it hashes nothing.
fn scheme(rules: &[Rule]) -> Scheme {
    let mut scheme = Scheme::default();
    for rule in rules {
        match rule {
            Rule::Blake3 => scheme.function = DigestFunction::Blake3,
            Rule::Truncation => scheme.shortening = Shortening::Truncate,
            Rule::Clobbering => scheme.equal_inputs = EqualInputs::Clobber,
            Rule::Names => {}
        }
    }
    scheme
}

impl Workspace {
    /// Evaluates twice from nothing, for only then the same derivation has the same place in both.
    fn under(&self, entry: &Entry, scheme: Scheme) -> WhatIf {
        let store_dir = StoreDir::default();
        let usual = self.make(entry, store_dir.clone());
        let other = self.make(entry, store_dir.with_scheme(scheme));
        let mut answer = WhatIf {
            total: usual.len() as u32,
            ..WhatIf::default()
        };
        for ((path, usual), (other_path, other)) in usual.iter().zip(&other) {
            if usual.name != other.name {
                break;
            }
            if path != other_path {
                answer.moved_derivations += 1;
            }
            for ((output, usual_output), other_output) in
                usual.outputs.iter().zip(other.outputs.values())
            {
                let (Some(before), Some(after)) = (usual_output.path(), other_output.path()) else {
                    continue;
                };
                if before != after {
                    answer.moved.push(MovedPath {
                        name: usual.name.clone(),
                        output: text(output),
                        usual: store_dir.display(before),
                        other: store_dir.display(after),
                    });
                }
            }
        }
        answer
    }

    fn make(&self, entry: &Entry, store_dir: StoreDir) -> Made {
        let mut machine = self.machine_for(store_dir);
        // What fails is reported by the ordinary evaluation.
        let arguments = machine.arguments(Vec::new());
        let _ = machine
            .evaluate_file(entry.file.as_bytes())
            .and_then(|value| machine.select_path(value, entry.attr_path.as_bytes(), arguments))
            .and_then(|value| machine.auto_call(value, arguments))
            .and_then(|value| machine.derivations(value, arguments));
        let store = &machine.store;
        let made = store.order.iter().filter_map(|path| {
            let derivation = store.derivations.get(path)?;
            Some((path.clone(), Rc::clone(derivation)))
        });
        made.collect()
    }
}

/// Outputs that changed and would be found under the name that they had before.
fn wrong_hits(
    before: &DerivationGraph,
    after: &DerivationGraph,
    comparison: &Comparison,
    store_dir: &StoreDir,
) -> Vec<WrongHit> {
    let mut hits = Vec::new();
    for (id, compared) in after.ids().zip(&comparison.derivations) {
        let Some(old) = compared
            .before
            .filter(|_| compared.difference == Difference::Outputs)
        else {
            continue;
        };
        for (output, path) in after[id].outputs() {
            let mut old_outputs = before[old].outputs();
            let old_path = old_outputs
                .find(|(name, _)| *name == output)
                .and_then(|(_, path)| path);
            let (Some(path), Some(old_path)) = (path, old_path) else {
                continue;
            };
            if path != old_path && path.name() == old_path.name() {
                hits.push(WrongHit {
                    name: path.name().to_owned(),
                    wanted: store_dir.display(path),
                    found: store_dir.display(old_path),
                });
            }
        }
    }
    hits
}
