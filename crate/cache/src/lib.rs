//! What exists where, what must therefore be built or fetched, and why.
//!
//! A [`DerivationGraph`] says what could be built, a [`LocalStore`] and [`Substituters`] what exists already;
//! [`plan()`] decides, [`compare()`] finds out what an edit changed, [`explain`] puts both into words. Caches are filled by
//! the build [`farm`], whose builds are simulated. Everything is computed from what is passed in: nothing is downloaded,
//! and no file, clock or network is used.

pub mod binary_cache;
pub mod compare;
pub mod explain;
pub mod farm;
pub mod graph;
pub mod local_store;
pub mod options;
pub mod plan;
pub mod reason;
pub mod settings;
pub mod size;
pub mod substituters;

pub use binary_cache::{Answer, BinaryCache, CacheSource, Fault};
pub use compare::{Change, Comparison, compare};
pub use graph::{DerivationGraph, GraphError, NodeId};
pub use local_store::LocalStore;
pub use plan::{Action, Plan, Wanted, plan};
pub use reason::Reason;
pub use settings::Settings;
pub use substituters::Substituters;
