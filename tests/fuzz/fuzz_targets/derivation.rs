//! Reading any bytes as a `.drv` file: no panic, an error lies in the text, and what was read is written and read as the same.

#![no_main]

use drvlab_store::{StoreDir, StorePath, aterm};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let store_dir = StoreDir::default();
    let path = StorePath::parse("5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv").expect("it is a path");
    let read = aterm::read(text, &path, &store_dir);
    for problem in &read.problems {
        assert!(problem.offset <= text.len(), "{problem}");
        assert!(!problem.to_string().is_empty());
    }
    match aterm::parse(text, "x", &store_dir) {
        Ok(derivation) => {
            assert!(read.complete);
            assert_eq!(read.derivation, derivation);
            let written = aterm::to_bytes(&derivation, &store_dir);
            assert_eq!(aterm::parse(&written, "x", &store_dir), Ok(derivation));
        }
        Err(error) => {
            assert!(error.offset <= text.len(), "{error}");
            assert!(!read.problems.is_empty());
        }
    }
});
