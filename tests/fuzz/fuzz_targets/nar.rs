//! Reading any bytes as an archive: no panic, and there is exactly one archive of what was read.

#![no_main]

use drvlab_store::nar;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|archive: &[u8]| {
    match nar::read(archive) {
        Ok(tree) => assert!(nar::to_bytes(&tree) == archive),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
