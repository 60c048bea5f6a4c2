//! Hashes, store paths, derivations, archives and signatures as Nix 2.34 computes them.
//!
//! Everything here is a pure function of bytes: no files, no clock, no network. It is not a store:
//! what exists where is known by the crate `drvlab-cache`.

pub mod aterm;
pub mod cache_info;
pub mod content_address;
pub mod derivation;
pub mod digest;
pub mod encoding;
pub mod explain;
pub mod file_tree;
pub mod hash;
pub mod json;
pub mod json_number;
pub mod nar;
pub mod narinfo;
pub mod order;
pub mod ordered;
pub mod placeholder;
pub mod realisation;
pub mod references;
pub mod scheme;
pub mod signature;
pub mod sink;
pub mod store_path;

pub use cache_info::CacheInfo;
pub use content_address::{ContentAddress, ContentAddressMethod};
pub use derivation::{Derivation, DerivationInputs, DerivationOutput};
pub use digest::{DerivationDigest, DigestCache, DigestError};
pub use file_tree::FileTree;
pub use hash::{Hash, HashAlgorithm, HashFormat, Hasher};
pub use narinfo::NarInfo;
pub use ordered::{OrderedMap, OrderedSet};
pub use realisation::{OutputId, Realisation};
pub use references::ReferenceScanner;
pub use scheme::Scheme;
pub use signature::{PublicKey, PublicKeys, SecretKey, Signature};
pub use sink::ByteSink;
pub use store_path::{StoreDir, StorePath};
