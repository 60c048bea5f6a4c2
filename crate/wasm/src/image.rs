//! A workspace as part of an image of the module's memory.
//!
//! The page writes the module's memory down and later puts it into another instance of the same module: files, code and values are then
//! where they were. Here is only how a workspace gets into the memory and out of it again without anything in JavaScript that
//! refers to it; the image itself is made by the page (`web/src/image.ts`).

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::browser;
use crate::stacks;
use crate::told::Told;
use crate::workspace::Workspace;

thread_local! {
    static LAID_DOWN: RefCell<Option<Workspace>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
impl Workspace {
    /// Leaves the workspace in the module's memory alone, so that an image of that has it.
    #[wasm_bindgen(js_name = layDown)]
    pub fn lay_down(self) {
        stacks::forget();
        LAID_DOWN.set(Some(self));
    }

    /// Returns the workspace that was laid down in this memory, or in the one that this is an image of; nothing if there is none.
    #[wasm_bindgen(js_name = takeUp)]
    pub fn take_up() -> Option<Workspace> {
        let mut workspace = LAID_DOWN.take()?;
        // It may have lain there for days; what depends on the time is evaluated again with every edit.
        workspace.machine.settings.current_time = browser::current_time();
        // Another page has been told nothing of derivations yet.
        workspace.told = Told::default();
        Some(workspace)
    }
}
