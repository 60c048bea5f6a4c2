//! What `import` of a `.drv` file gives: a set like that of `derivation`, made of the file alone by a function in the language itself.

use crate::context::ContextElement;
use crate::error::Result;
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::{Symbol, well_known};
use crate::value::{Tag, Value};
use drvlab_store::StorePath;
use std::rc::Rc;

impl Machine {
    /// Makes what the function in `imported-derivation.nix` is called with: what the file of a derivation that this evaluation has made
    /// says. `None` if the path is none.
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
            .get("name")
            .map(|name| name.to_vec())
            .unwrap_or_default();
        let name = self.string(&name);
        let outputs = self.heap.alloc_list(derivation.outputs.len());
        let mut attributes = vec![
            (well_known::DRV_PATH, drv_path, Pos::NONE),
            (well_known::NAME, name, Pos::NONE),
        ];
        for (index, output) in derivation.outputs.keys().enumerate() {
            let output = self.symbols.intern(output);
            let name = self.symbol_string(output);
            self.heap.set_element(outputs, index, name);
            attributes.push((output, self.built_output(&drv, output)?, Pos::NONE));
        }
        // Behind the outputs: of two attributes of one name the first counts.
        attributes.push((
            well_known::OUTPUTS,
            Value::object(Tag::List, outputs),
            Pos::NONE,
        ));
        Ok(Some(self.heap.attrs_from(attributes)))
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
