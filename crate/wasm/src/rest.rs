//! The part of the module that is not needed at once.
//!
//! What a visit does not call at its beginning is divided from the module after it has been compiled (`crate/xtask/src/parts.rs`). The
//! page fetches it when it has time for that, and it is read at once when something of it is called before.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/rest.js")]
extern "C" {
    fn set(module: &js_sys::WebAssembly::Module);

    fn load(first: &JsValue);
}

/// Takes the rest of the module, compiled; without it, the rest is read when it is needed.
#[wasm_bindgen(js_name = setRest)]
// By value: a reference would give the module a second stack, which images would have to know.
pub fn set_rest(module: js_sys::WebAssembly::Module) {
    set(&module);
}

/// Adds the rest to this instance: called in the place of its functions, before the first of them.
///
/// Throws if it can't be read; whoever called a function of the rest can't go on then.
#[wasm_bindgen(js_name = loadRest, skip_typescript)]
pub fn load_rest() {
    load(&wasm_bindgen::exports());
}
