//! drvlab-lang
