//! Parsing any bytes: no panic, an error lies in the text, and what is printed of an expression is read again as the same.

#![no_main]

use drvlab_lang::files::MemoryFiles;
use drvlab_lang::source::Origin;
use drvlab_lang::{Machine, Settings};
use libfuzzer_sys::fuzz_target;

fn machine() -> Machine {
    let settings = Settings {
        home: Some("/home/case".into()),
        ..Settings::default()
    };
    Machine::new(Box::new(MemoryFiles::default()), settings)
}

fuzz_target!(|text: &[u8]| {
    let mut first = machine();
    let printed = match first.print_parsed(Origin::String, text, b"/case") {
        Ok(printed) => printed,
        Err(error) => {
            // Made for what it may do wrong: it cuts lines out of the text.
            drvlab_lang::report::error(&error.diagnostic, &first.sources, true);
            return;
        }
    };
    // Not everything that is printed can be read: names of internal functions, numbers with signs, `<nix>` paths.
    let mut second = machine();
    if let Ok(again) = second.print_parsed(Origin::String, printed.as_slice(), b"/case") {
        let mut third = machine();
        let last = third.print_parsed(Origin::String, again.as_slice(), b"/case");
        assert!(
            last.as_ref().is_ok_and(|last| *last == again),
            "printed as {:?}, then as {last:?}",
            String::from_utf8_lossy(&again)
        );
    }
});
