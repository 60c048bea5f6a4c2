//! Reading any bytes as the JSON of derivations: no panic, and what was read is written and read as the same.

#![no_main]

use drvlab_store::json::{self, Layout};
use drvlab_store::StoreDir;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let store_dir = StoreDir::default();
    match json::parse_show(text, &store_dir) {
        Ok(derivations) => {
            let shown = json::show(&derivations).expect("what was JSON is JSON again");
            let written = json::to_text(&shown, Layout::Compact);
            let again = json::parse_show(written.as_bytes(), &store_dir);
            assert_eq!(again, Ok(derivations));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
