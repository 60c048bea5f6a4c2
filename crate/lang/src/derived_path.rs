//! Strings that stand for one thing in the store: a path, an output, or an output of an output.

use bstr::ByteSlice;
use drvlab_store::StorePath;
use std::rc::Rc;

use crate::context::ContextElement;
use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::{Tag, Value};

/// A path, and the names of outputs that lead from it to what is meant: none for the path itself.
pub type OutputChain = (StorePath, Vec<Rc<[u8]>>);

impl Machine {
    /// Returns what a string stands for; `None` if it is none.
    ///
    /// # Errors
    /// It stands for nothing or for several things, or says something else.
    #[inline]
    pub fn derived_path(&self, value: Value) -> Result<Option<OutputChain>> {
        if value.tag() != Tag::String {
            return Ok(None);
        }
        let (path, outputs) = self.output_chain(value, Pos::NONE)?;
        let text = self.output_chain_text(&path, &outputs, Pos::NONE)?;
        self.check_chain(value, &text, &path, &outputs, Pos::NONE)?;
        Ok(Some((path, outputs)))
    }

    /// Returns what a string stands for by its context, which must have one element.
    #[inline]
    pub(crate) fn output_chain(&self, string: Value, pos: Pos) -> Result<OutputChain> {
        let elements = self.contexts.elements(self.context(string));
        let [element] = &*elements else {
            let count = elements.len().to_string();
            let message = [
                b"string '",
                self.bytes(string),
                b"' has ",
                count.as_bytes(),
                b" entries in its context. It should only have exactly one entry",
            ];
            return Err(EvalError::other(message.concat(), pos));
        };
        match element {
            ContextElement::Opaque(path) => Ok((path.clone(), Vec::new())),
            ContextElement::Built { drv, output } => Ok((drv.clone(), vec![output.clone()])),
            ContextElement::Dynamic { drv, outputs } => Ok((drv.clone(), outputs.to_vec())),
            ContextElement::DrvDeep(_) => {
                let message = [
                    b"string '",
                    self.bytes(string),
                    b"' has a context which refers to a complete source and binary closure. This is not supported at this time",
                ];
                Err(EvalError::other(message.concat(), pos))
            }
        }
    }

    /// Returns the derivation that an output of an output belongs to, and the name of that output there.
    ///
    /// # Errors
    /// The derivation would have to be built before: its path is not known, or what is in it.
    #[inline]
    pub(crate) fn resolve_chain(
        &self,
        drv: &StorePath,
        outputs: &[Rc<[u8]>],
        pos: Pos,
    ) -> Result<(StorePath, Rc<[u8]>)> {
        let (inner, last) = match outputs {
            [inner @ .., last] => (inner, last.clone()),
            [] => (outputs, Rc::default()),
        };
        let mut drv = drv.clone();
        for (depth, output) in inner.iter().enumerate() {
            let shown = self.store.dir.display(&drv);
            let message = match self.store.derivations.get(&drv) {
                None if depth > 0 => format!("path '{shown}' is not valid").into_bytes(),
                derivation => {
                    let known = derivation.and_then(|it| it.outputs.get(output.as_bstr()));
                    if let Some(path) = known.and_then(|output| output.path()) {
                        drv = path.clone();
                        continue;
                    }
                    [
                        b"cannot operate on output '".as_slice(),
                        output,
                        b"' of the unbuilt derivation '",
                        shown.as_bytes(),
                        b"'",
                    ]
                    .concat()
                }
            };
            return Err(EvalError::other(message, pos));
        }
        Ok((drv, last))
    }

    /// Fails unless a string is the text for what its context says.
    #[inline]
    pub(crate) fn check_chain(
        &self,
        string: Value,
        text: &[u8],
        drv: &StorePath,
        outputs: &[Rc<[u8]>],
        pos: Pos,
    ) -> Result<()> {
        if text == self.bytes(string) {
            return Ok(());
        }
        let mut message = [b"string '", self.bytes(string), b"' has context with the "].concat();
        if let Some((last, others)) = outputs.split_last() {
            message.extend_from_slice(&[b"output '", &**last, b"' from derivation '"].concat());
            message.extend_from_slice(self.store.dir.display(drv).as_bytes());
            for output in others {
                message.extend_from_slice(&[b"^", &**output].concat());
            }
            message.extend_from_slice(b"', but the string is not the right placeholder for this derivation output. It should be '");
        } else {
            message = [b"path ".as_slice(), &message, b"different path '"].concat();
        }
        message.extend_from_slice(text);
        message.push(b'\'');
        Err(EvalError::other(message, pos))
    }
}
