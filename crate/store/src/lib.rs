//! Hashes, store paths, derivations, archives and signatures as Nix 2.34 computes them.
//!
//! Everything here is a pure function of bytes: no files, no clock, no network. It is not a store:
//! what exists where is known by the crate `drvlab-cache`.

pub mod aterm;
pub mod content_address;
pub mod derivation;
pub mod digest;
pub mod encoding;
pub mod hash;
pub mod placeholder;
pub mod sink;
pub mod store_path;

pub use content_address::{ContentAddress, ContentAddressMethod};
pub use derivation::{Derivation, DerivationInputs, DerivationOutput};
pub use digest::{DerivationDigest, DigestCache, DigestError};
pub use hash::{Hash, HashAlgorithm, HashFormat, Hasher};
pub use sink::ByteSink;
pub use store_path::{StoreDir, StorePath};
