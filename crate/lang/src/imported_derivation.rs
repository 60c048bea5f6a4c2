//! What `import` of a `.drv` file gives: a set like that of `derivation`, made of the file alone.
//!
//! Source: `imported-drv-to-derivation.nix` of the reference.

use crate::context::ContextElement;
use crate::error::Result;
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::{Symbol, well_known};
use crate::value::{Tag, Value};
use drvlab_store::StorePath;
use std::rc::Rc;

/// Attributes that are never hidden by an output of the same name.
const OWN: [Symbol; 6] = [
    well_known::ALL,
    well_known::DRV_PATH,
    well_known::NAME,
    well_known::TYPE,
    well_known::OUT_PATH,
    well_known::OUTPUT_NAME,
];

impl Machine {
    /// Makes the set of a derivation that this evaluation has made; `None` if the path is none.
    #[inline]
    pub(crate) fn import_derivation(&mut self, path: &[u8]) -> Result<Option<Value>> {
        let Ok(drv) = self.store.dir.parse_path(path) else {
            return Ok(None);
        };
        let Some(derivation) = self.store.derivations.get(&drv).cloned() else {
            return Ok(None);
        };
        let context = self
            .contexts
            .singleton(ContextElement::DrvDeep(drv.clone()));
        let drv_path = self.heap.string(path, context);
        let name = derivation
            .env
            .get(b"name".as_slice())
            .map(|name| name.to_vec())
            .unwrap_or_default();
        let name = self.string(&name);
        let kind = self.string(b"derivation");
        let all = self.heap.alloc_list(derivation.outputs.len());
        let names: Vec<Symbol> = derivation
            .outputs
            .keys()
            .map(|output| self.symbols.intern(output))
            .collect();
        for (index, &output) in names.iter().enumerate() {
            let (out_path, output_name) =
                (self.built_output(&drv, output)?, self.symbol_string(output));
            let values = [
                Value::object(Tag::List, all),
                drv_path,
                name,
                kind,
                out_path,
                output_name,
            ];
            let mut attributes: Vec<_> = OWN
                .into_iter()
                .zip(values)
                .map(|(name, value)| (name, value, Pos::NONE))
                .collect();
            attributes.extend(names.iter().map(|&name| (name, Value::NULL, Pos::NONE)));
            let set = self.heap.attrs_from(attributes);
            self.heap.set_element(all, index, set);
        }
        // Each output's set contains those of all outputs.
        for holder in self.heap.elements(all) {
            for (index, &output) in names.iter().enumerate() {
                let value = self.heap.element(all, index);
                if let Some(slot) = self
                    .heap
                    .find_attr(holder.addr(), output)
                    .filter(|_| !OWN.contains(&output))
                {
                    self.heap.set_attr_value(slot, value);
                }
            }
        }
        Ok(self.heap.elements(all).first().copied())
    }

    /// Makes the string that stands for an output's path and refers to the output.
    #[inline]
    fn built_output(&mut self, drv: &StorePath, output: Symbol) -> Result<Value> {
        let output: Rc<[u8]> = self.symbols.name(output).into();
        let text = self.output_chain_text(drv, std::slice::from_ref(&output), Pos::NONE)?;
        let context = self.contexts.singleton(ContextElement::Built {
            drv: drv.clone(),
            output,
        });
        Ok(self.heap.string(&text, context))
    }
}
