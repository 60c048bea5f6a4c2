//! drvlab-store
