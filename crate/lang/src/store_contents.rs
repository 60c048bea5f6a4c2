//! What the store objects that an evaluation makes consist of: texts as they are, copies by reading the files again.

use drvlab_store::StorePath;
use drvlab_store::explain::StoreObject;
use std::rc::Rc;

use crate::machine::Machine;
use crate::source::Pos;

impl Machine {
    /// Returns what a derivation, a text or a copy of files consists of; `None` if the evaluation did not make it, the files cannot be read
    /// any more, or they have more than `limit` bytes.
    ///
    /// Files may have changed since, so that a copy's contents need not lead to its path.
    #[inline]
    pub fn store_object(&mut self, path: &StorePath, mut limit: usize) -> Option<StoreObject> {
        if let Some(derivation) = self.store.derivations.get(path) {
            return Some(StoreObject::of_derivation(derivation, &self.store.dir));
        }
        if let Some(text) = self.store.texts.get(path) {
            return Some(StoreObject::Text {
                contents: Rc::clone(&text.contents),
                references: text.references.clone(),
            });
        }
        let mut original = self.store.sources.get(path)?.clone();
        if self.store.not_executable.contains(path) {
            original = self.store.dir.display(path).into_bytes().into();
        }
        let kept = self.store.kept.get(path).cloned();
        let outside = self.take_taint();
        let tree = self.read_tree_within(&original, Pos::NONE, kept.as_deref(), &mut limit);
        self.give_back_taint(outside);
        Some(StoreObject::Files {
            tree: tree.ok()?,
            references: self.references_of(self.store.dir.display(path).as_bytes()),
        })
    }
}
