//! Reading any bytes as a `.drv` file: no panic, an error lies in the text, and what was read is written and read as the same.

#![no_main]

use drvlab_store::{DerivationInputs, StoreDir, StorePath, aterm};
use libfuzzer_sys::fuzz_target;

fn is_plain_text(text: &[u8]) -> bool {
    !text.iter().any(|byte| b"\"\\".contains(byte))
}

fn is_plain(inputs: &DerivationInputs) -> bool {
    let mut names = inputs.outputs.iter().chain(inputs.dynamic.keys());
    names.all(|name| is_plain_text(name)) && inputs.dynamic.values().all(is_plain)
}

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
            // These the reference writes without escapes, so that it could not read them again either.
            let mut plain = derivation.outputs.keys().chain([&derivation.system]);
            let mut needs = derivation.input_drvs.values();
            if needs.all(is_plain) && plain.all(|text| is_plain_text(text)) {
                assert_eq!(aterm::parse(&written, "x", &store_dir).as_ref(), Ok(&derivation));
            }
        }
        Err(error) => {
            assert!(error.offset <= text.len(), "{error}");
            assert!(!read.problems.is_empty());
        }
    }
});
