//! Hashes, store paths, derivations, archives and signatures as Nix 2.34 computes them.
//!
//! Everything here is a pure function of bytes: no files, no clock, no network. It is not a store:
//! what exists where is known by the crate `drvlab-cache`. What is computed for each derivation that is evaluated is in the crate
//! `drvlab-digest`, whose modules are shown here as this crate's own.

pub mod aterm;
pub mod cache_info;
pub mod explain;
pub mod file_tree;
pub mod json;
pub mod json_lexer;
pub mod json_number;
pub mod json_string;
pub mod json_value;
pub mod nar;
pub mod narinfo;
pub mod realisation;
pub mod references;
pub mod signature;
pub mod url;

pub use drvlab_digest::{
    content_address, derivation, digest, encoding, hash, hashed, order, ordered, placeholder,
    scheme, sink, store_path, variables,
};

pub use cache_info::CacheInfo;
pub use content_address::{ContentAddress, ContentAddressMethod};
pub use derivation::{Derivation, DerivationInputs, DerivationOutput};
pub use digest::{DerivationDigest, DigestCache, DigestError};
pub use file_tree::FileTree;
pub use hash::{Hash, HashAlgorithm, HashFormat, Hasher};
pub use hashed::{HashedMap, HashedSet};
pub use json_value::Json;
pub use narinfo::NarInfo;
pub use ordered::{OrderedMap, OrderedSet};
pub use realisation::{OutputId, Realisation};
pub use references::ReferenceScanner;
pub use scheme::Scheme;
pub use signature::{PublicKey, PublicKeys, SecretKey, Signature};
pub use sink::ByteSink;
pub use store_path::{StoreDir, StorePath};
pub use variables::Variables;
