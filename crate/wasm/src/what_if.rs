//! Lessons: the paths that the same texts would have under rules that Nix does not follow, and what would break.

use std::rc::Rc;

use crate::diagnostics::text;
use crate::model::{Entry, MovedPath, Rule, WhatIf, WrongHit};
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
    /// Tells which paths an attribute would have under another rule, and which cache hits would be wrong.
    ///
    /// # Errors
    /// When the entry or the rule has not the shape of its type.
    #[wasm_bindgen(js_name = whatIf)]
    pub fn what_if(&self, entry: Ts<Entry>, rule: Ts<Rule>) -> Result<Ts<WhatIf>, JsError> {
        let (entry, rule) = (entry.to_rust()?, rule.to_rust()?);
        let answer = match scheme(rule) {
            Some(scheme) => self.under(&entry, scheme),
            None => WhatIf {
                wrong_hits: self
                    .compared()
                    .map_or_else(Vec::new, |(before, after, comparison)| {
                        wrong_hits(before, after, comparison, &StoreDir::default())
                    }),
                ..WhatIf::default()
            },
        };
        Ok(answer.into_ts()?)
    }
}

/// The rule as a scheme; an index by names is none, for it hashes nothing.
fn scheme(rule: Rule) -> Option<Scheme> {
    let usual = Scheme::default();
    match rule {
        Rule::Blake3 => Some(Scheme {
            function: DigestFunction::Blake3,
            ..usual
        }),
        Rule::Truncation => Some(Scheme {
            shortening: Shortening::Truncate,
            ..usual
        }),
        Rule::Clobbering => Some(Scheme {
            equal_inputs: EqualInputs::Clobber,
            ..usual
        }),
        Rule::Names => None,
    }
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
