//! What exists where, what must therefore be built or fetched, and why.
//!
//! A [`DerivationGraph`] says what could be built, a [`LocalStore`] and [`Substituters`] what exists already;
//! [`plan()`] decides as the dry run does, [`realise()`] as a real build does, [`compare()`] finds out what an edit changed,
//! [`explain`] puts all into words. Caches are filled by the build [`farm`]. Everything is computed from what is passed in: nothing is downloaded,
//! and no file, clock or network is used.

pub mod archive_source;
pub mod binary_cache;
pub mod building;
pub mod compare;
pub mod compression;
pub mod conditions;
pub mod content_addressed;
pub mod derivation_texts;
pub mod explain;
pub mod export;
pub mod farm;
pub mod fix;
pub mod graph;
pub mod identity;
pub mod local_store;
pub mod memory;
pub mod options;
pub mod plan;
pub mod preparation;
pub mod reading;
pub mod realise;
pub mod reason;
pub mod rules;
pub mod scenario;
pub mod settings;
pub mod simulation;
pub mod size;
pub mod sources;
pub mod store_url;
pub mod substituters;
pub mod toy;
pub mod world;
pub mod world_file;

pub use binary_cache::{Answer, Archive, BinaryCache, CacheSource, Fault};
pub use drvlab_build::StoreObject;

pub use compare::{Change, Comparison, compare};
pub use graph::{DerivationGraph, GraphError, NodeId};
pub use identity::Identities;
pub use local_store::LocalStore;
pub use memory::Memory;
pub use plan::{Action, Plan, Wanted, plan};
pub use realise::{Realised, realise};
pub use reason::Reason;
pub use settings::Settings;
pub use sources::Sources;
pub use substituters::Substituters;
