//! Evaluating any bytes: no panic, an end within limits, and the same answer from the native stack and the heap's.

#![no_main]

use std::cell::Cell;
use std::rc::Rc;

use drvlab_lang::error::ErrorKind;
use drvlab_lang::files::MemoryFiles;
use drvlab_lang::source::Origin;
use drvlab_lang::{Machine, Settings};
use libfuzzer_sys::fuzz_target;

/// How often the evaluator may ask whether to go on; it asks every 2,048 steps, which take a second with sanitizers where each prints or copies much.
const QUESTIONS: u32 = 8;

/// Bytes that an evaluation may take.
const MEMORY: usize = 64 << 20;

/// Returns the value as text or the message of the error; nothing if a limit was hit, which depends on the stack.
fn answer(text: &[u8], native_levels: u32) -> Option<Vec<u8>> {
    let asked = Cell::new(0);
    let settings = Settings {
        home: Some("/home/case".into()),
        memory_limit: MEMORY,
        call_depth_limit: 1_000,
        heap_levels: 20_000,
        native_levels,
        interrupt: Some(Rc::new(move || {
            asked.set(asked.get() + 1);
            (asked.get() > QUESTIONS).then(|| "enough".to_owned())
        })),
        ..Settings::default()
    };
    let mut files = MemoryFiles::default();
    files.insert(b"/case/file.nix", b"{ a ? 1, ... }@b: [ a b ]".as_slice());
    files.insert(b"/case/text", b"text\n".as_slice());
    let mut machine = Machine::new(Box::new(files), settings);
    let result = machine
        .evaluate_text(Origin::String, text, b"/case")
        .and_then(|value| machine.print_value(value, true));
    match result {
        Ok(printed) => Some(printed),
        Err(error) if error.kind == ErrorKind::Limit => None,
        Err(error) => Some(drvlab_lang::report::error(
            &error.diagnostic,
            &machine.sources,
            true,
        )),
    }
}

fuzz_target!(|text: &[u8]| {
    let (native, heap) = (answer(text, 100), answer(text, 3));
    if let (Some(native), Some(heap)) = (native, heap) {
        assert!(
            native == heap,
            "on the native stack:\n{}\non the heap's:\n{}",
            String::from_utf8_lossy(&native),
            String::from_utf8_lossy(&heap)
        );
    }
});
