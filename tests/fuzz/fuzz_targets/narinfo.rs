//! Reading any bytes as a narinfo: no panic, and what was read is written and read as the same.

#![no_main]

use drvlab_store::{NarInfo, StoreDir};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let store_dir = StoreDir::default();
    match NarInfo::parse(text, &store_dir) {
        Ok(info) => {
            let written = info.to_bytes(&store_dir);
            // A single digit of base64 is a signature without bytes, which is read, but not when it is written again.
            if info.signatures.iter().all(|signature| !signature.data.is_empty()) {
                assert_eq!(NarInfo::parse(&written, &store_dir), Ok(info));
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
