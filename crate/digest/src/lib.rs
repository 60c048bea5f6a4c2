//! Derivations, and the digests and store paths that follow from them, as Nix 2.34 computes them.
//!
//! What an evaluation needs for each derivation is here, so that it is compiled for speed where all else is compiled for size: the
//! crate `drvlab-store`, which shows these modules as its own, and in which everything is that reads and explains.

pub mod aterm;
pub mod content_address;
pub mod derivation;
pub mod digest;
pub mod encoding;
pub mod hash;
pub mod hashed;
pub mod order;
pub mod ordered;
pub mod placeholder;
pub mod scheme;
pub mod sink;
pub mod store_path;
pub mod variables;

pub use hashed::{HashedMap, HashedSet};
pub use ordered::{OrderedMap, OrderedSet};
pub use variables::Variables;
