//! drvlab-wasm
