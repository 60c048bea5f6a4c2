//! The text form of a world: the client's settings, caches, made-up builds, and what happened before.
//!
//! It is JSON, version 1; the names of settings are those of `nix.conf`. [`crate::world`] makes a world of it.

use drvlab_store::{OrderedMap, OrderedSet};

use serde::Deserialize;
#[cfg(feature = "tsify")]
use tsify::Tsify;

/// The version of the format.
pub const VERSION: u32 = 1;

/// A world.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "tsify", derive(Tsify), tsify(hashmap_as_object))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorldFile {
    /// The version of the format, [`VERSION`].
    pub version: u32,
    /// The client's settings; those that are absent have the reference's defaults.
    #[serde(default)]
    pub settings: SettingsFile,
    /// The binary caches, in the order of `substituters`.
    #[serde(default)]
    pub caches: Vec<CacheFile>,
    /// What is said about builds instead of simulating them by rules, by the name of the derivation or the package.
    #[serde(default)]
    #[cfg_attr(feature = "tsify", tsify(type = "Record<string, BuildFile>"))]
    pub builds: OrderedMap<String, BuildFile>,
    /// What happened before, in order.
    #[serde(default)]
    pub history: Vec<Event>,
}

/// Settings of the client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "tsify", derive(Tsify), tsify(hashmap_as_object))]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[expect(
    missing_docs,
    reason = "they are those of nix.conf, see crate::settings"
)]
pub struct SettingsFile {
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub substitute: Option<bool>,
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub always_allow_substitutes: Option<bool>,
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub fallback: Option<bool>,
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub keep_going: Option<bool>,
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub require_sigs: Option<bool>,
    /// Keys as `name:base64`, or just the name of a key that a cache of this world signs with.
    pub trusted_public_keys: Vec<String>,
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub system: Option<String>,
    #[cfg_attr(feature = "tsify", tsify(type = "string[]"))]
    pub extra_platforms: OrderedSet<String>,
    #[cfg_attr(feature = "tsify", tsify(optional, type = "string[]"))]
    pub system_features: Option<OrderedSet<String>>,
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub max_jobs: Option<u32>,
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub max_substitution_jobs: Option<u32>,
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub download_attempts: Option<u32>,
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub stalled_download_timeout: Option<u64>,
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub narinfo_cache_positive_ttl: Option<u64>,
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub narinfo_cache_negative_ttl: Option<u64>,
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub narinfo_cache_meta_ttl: Option<u64>,
    /// If given, the user is not trusted and may only add these caches.
    #[cfg_attr(feature = "tsify", tsify(optional, type = "string[]"))]
    pub trusted_substituters: Option<OrderedSet<String>>,
}

/// A binary cache.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "tsify", derive(Tsify), tsify(hashmap_as_object))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CacheFile {
    /// Its URL.
    pub url: String,
    /// Its priority; lower is asked first.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub priority: Option<i32>,
    /// Its store directory, if that is another one.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub store_dir: Option<String>,
    /// A folder or archive with what `nix copy --to file://…` wrote; without it the cache is empty at first.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub path: Option<String>,
    /// The name of the key that signs what is published to it; without it nothing is signed.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub key: Option<String>,
    /// Whether store objects from it need no signature.
    #[serde(default)]
    pub trusted: bool,
    /// Milliseconds until an answer begins.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub latency: Option<u32>,
    /// Bytes per second.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub bandwidth: Option<u64>,
    /// Whether it answers nothing.
    #[serde(default)]
    pub offline: bool,
    /// How often each file is answered with HTTP status 503 at first.
    #[serde(default)]
    pub failures: u32,
    /// HTTP status with which `nix-cache-info` is answered.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub info_status: Option<u16>,
    /// HTTP status with which all realisations are answered.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub realisation_status: Option<u16>,
    /// What goes wrong with single store objects, by path or name: words with spaces between, see
    /// [`PathFault::parse`](crate::conditions::PathFault::parse).
    #[serde(default)]
    #[cfg_attr(feature = "tsify", tsify(type = "Record<string, string>"))]
    pub faults: OrderedMap<String, String>,
}

/// What is said about a build.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "tsify", derive(Tsify), tsify(hashmap_as_object))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BuildFile {
    /// Seconds that it takes.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub seconds: Option<u64>,
    /// Size of each output's archive in bytes.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub nar_size: Option<u64>,
    /// Whether it fails.
    pub fails: bool,
    /// Names of the inputs' outputs that its outputs refer to.
    #[cfg_attr(feature = "tsify", tsify(optional, type = "string[]"))]
    pub references: Option<OrderedSet<String>>,
    /// What stands for the contents.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub contents: Option<String>,
}

/// Something that is evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "tsify", derive(Tsify), tsify(hashmap_as_object))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Subject {
    /// The file; the one that is planned if absent.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub file: Option<String>,
    /// The attribute path; the one that is planned if absent.
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub attribute: Option<String>,
    /// Replacements in the text of the file: what was there when this happened. Each text must occur.
    pub with: Vec<[String; 2]>,
    /// Whole texts that other files had when this happened, by path.
    #[cfg_attr(feature = "tsify", tsify(type = "Record<string, string>"))]
    pub texts: OrderedMap<String, String>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "tsify", derive(Tsify), tsify(hashmap_as_object))]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Event {
    /// A build farm, or another user's machine, built something and pushed it.
    Publish {
        /// The URL of the cache.
        to: String,
        /// What was built.
        #[serde(default)]
        what: Subject,
        /// The systems that the builder has; any if absent.
        #[cfg_attr(feature = "tsify", tsify(optional, type = "string[]"))]
        systems: Option<OrderedSet<String>>,
        /// Names of packages that are not built, for example because their licence forbids it.
        #[serde(default)]
        #[cfg_attr(feature = "tsify", tsify(type = "string[]"))]
        leave_out: OrderedSet<String>,
        /// The name of the key that signs, instead of the cache's.
        #[cfg_attr(feature = "tsify", tsify(optional))]
        key: Option<String>,
    },
    /// A cache deleted store objects of a name.
    Evict {
        /// The URL of the cache.
        from: String,
        /// The name of the derivation or the package, or a store path.
        name: String,
    },
    /// Time passed.
    Advance {
        /// How much.
        seconds: u64,
    },
    /// The client made a dry run; it remembers what it was told.
    DryRun {
        /// What was planned.
        #[serde(default)]
        what: Subject,
    },
    /// The client built something, so that its store has it.
    Build {
        /// What was built.
        #[serde(default)]
        what: Subject,
    },
    /// The client deleted store objects of a name.
    Delete {
        /// The name of the derivation or the package.
        name: String,
    },
}
