//! What only the browser has: a clock and a console.

use wasm_bindgen::{JsCast as _, JsValue};

fn global(name: &str) -> Option<JsValue> {
    let value = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str(name)).ok()?;
    (!value.is_undefined()).then_some(value)
}

/// Returns a time in milliseconds; only differences mean something.
pub(crate) fn now() -> f64 {
    match global("performance") {
        Some(performance) => performance.unchecked_into::<web_sys::Performance>().now(),
        None => js_sys::Date::now(),
    }
}

/// Returns the seconds since 1970.
pub(crate) fn current_time() -> i64 {
    (js_sys::Date::now() / 1000.0) as i64
}

/// Writes a line to the console.
pub(crate) fn log(line: &str) {
    web_sys::console::log_1(&JsValue::from_str(line));
}
