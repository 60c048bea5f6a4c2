//! drvlab-cache
