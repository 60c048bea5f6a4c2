//! What the page gets to see of a world: what the dry run says and what Nix does, step by step, and the state of caches and client.

use drvlab_cache::scenario::Expectation;
use drvlab_cache::world::changes::WorldChange;
use drvlab_cache::world_file::WorldFile;
use serde::{Deserialize, Serialize, Serializer};
use tsify::Tsify;

use super::Action;

/// A world as the page knows it: how it began, what was changed since then, and what must come out.
#[derive(Clone, Debug, Default, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", default)]
pub struct WorldInput {
    /// How it began.
    pub begin: WorldFile,
    /// What was changed since then, in order.
    pub changes: Vec<WorldChange>,
    /// What must come out of the scenario that it began with.
    #[tsify(optional)]
    pub expect: Option<Expectation>,
    /// The file that is meant where none is named.
    pub file: String,
    /// The attribute that is meant where none is named.
    pub attr_path: String,
}

/// What became of the changes to a world.
#[derive(Clone, Debug, Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct WorldReport {
    /// Why the beginning or a change could not be made, in sentences; the rest was.
    pub problems: Vec<String>,
    /// Store paths that the last publication added; absent if the last change was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub published: Option<u32>,
    /// The caches, in the order of the settings.
    pub caches: Vec<CacheState>,
    /// Store objects in the client's store.
    pub local: u32,
    /// Seconds since the world began.
    pub now: f64,
    /// How many hits the client remembers that still hold.
    pub remembered_hits: u32,
    /// How many misses the client remembers that still hold.
    pub remembered_misses: u32,
    /// Seconds until the first of these misses ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub first_miss_ends: Option<f64>,
}

/// A cache at present.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct CacheState {
    /// Its URL.
    pub url: String,
    /// The priority that counts.
    pub priority: i32,
    /// Store objects in it.
    pub objects: u32,
    /// Narinfo files that make no sense.
    pub broken: u32,
    /// Realisations in it.
    pub realisations: u32,
    /// Unpacked size of all store objects, as the reference prints it.
    pub unpacked: String,
    /// Methods of compression among its archives that are not unpacked on the page.
    pub not_unpacked: Vec<String>,
}

/// A store object of a cache.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct CachedObject {
    /// Its store path.
    pub path: String,
    /// The text of its narinfo file.
    pub narinfo: String,
    /// Whether its archive is there, or was made up.
    pub real: bool,
}

/// The contents of a cache.
#[derive(Clone, Debug, Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct CacheContents {
    /// The text of `nix-cache-info`.
    pub info: String,
    /// Store objects by path, at most so many as are asked for.
    pub objects: Vec<CachedObject>,
}

/// A cache as files.
#[derive(Debug, Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ExportedCache {
    /// The files.
    pub files: Vec<ExportedFile>,
    /// Store objects that were left out because their builds were simulated: they have no contents.
    pub left_out: Vec<String>,
}

/// A file of a cache.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ExportedFile {
    /// Its name, relative to the cache.
    pub name: String,
    /// Its bytes.
    #[serde(serialize_with = "as_bytes")]
    #[tsify(type = "Uint8Array")]
    pub bytes: Vec<u8>,
}

fn as_bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// What happens with something, and why.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// What happens.
    pub action: Action,
    /// Why, in a sentence.
    pub reason: String,
    /// The number of the rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub rule: Option<u8>,
    /// What would change it, in a clause.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub fix: Option<String>,
}

/// An output in both columns.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RunOutput {
    /// Its name.
    pub name: String,
    /// Its path, also if it is known only in the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub path: Option<String>,
    /// What the dry run says.
    pub dry_run: Decided,
    /// What Nix does.
    pub nix: Decided,
}

/// A derivation in both columns.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RunDerivation {
    /// The path of its `.drv` file.
    pub drv_path: String,
    /// What the dry run says.
    pub dry_run: Decided,
    /// What Nix does.
    pub nix: Decided,
    /// Its outputs.
    pub outputs: Vec<RunOutput>,
    /// With a set turned: what Nix does with the derivation that it was turned into.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub turned: Option<Decided>,
}

/// Something that Nix does.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RunStep {
    /// Whether it is a build; otherwise a download.
    pub build: bool,
    /// The name of the derivation or store object.
    pub name: String,
    /// The store path of the derivation or store object.
    pub path: String,
    /// Milliseconds from the beginning to its start.
    pub start: f64,
    /// Milliseconds from the beginning to its end.
    pub end: f64,
    /// Which of the slots of its kind it takes, from 0.
    pub slot: u32,
    /// The cache that a download comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub cache: Option<String>,
    /// The size of a download, as the reference prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub size: Option<String>,
    /// Whether a build is one that is made up.
    pub simulated: bool,
    /// Whether a build is on the critical path.
    pub critical: bool,
    /// The derivation that is built instead, with the inputs as they turned out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub resolved: Option<String>,
    /// Why a build failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub failure: Option<String>,
    /// What a build that failed had written, at least the end of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub log: Option<String>,
}

/// What a run costs; times in milliseconds.
#[derive(Clone, Debug, Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Derivations that are built.
    pub builds: u32,
    /// Builds among them that are made up.
    pub simulated: u32,
    /// Store objects that are fetched.
    pub downloads: u32,
    /// Bytes to download, as the reference prints them.
    pub download_size: String,
    /// Bytes when unpacked, as the reference prints them.
    pub unpacked_size: String,
    /// Downloads by the dry run.
    pub dry_run_downloads: u32,
    /// Builds by the dry run.
    pub dry_run_builds: u32,
    /// Bytes to download by the dry run.
    pub dry_run_download_size: String,
    /// All builds together.
    pub build_time: f64,
    /// The longest chain of builds that wait for each other.
    pub critical_path: f64,
    /// From beginning to end.
    pub total: f64,
}

/// A cache that is not asked.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct DroppedCache {
    /// The cache.
    pub cache: String,
    /// Why.
    pub reason: String,
    /// The number of the rule.
    pub rule: u8,
    /// What would change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub fix: Option<String>,
}

/// Something that a scenario asserts.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Assertion {
    /// What.
    pub expected: String,
    /// What came out instead; absent if it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub instead: Option<String>,
}

/// What the dry run says and what Nix does.
#[derive(Clone, Debug, Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    /// In the order of the report of the evaluation.
    pub derivations: Vec<RunDerivation>,
    /// What Nix does, in order.
    pub steps: Vec<RunStep>,
    /// What that costs.
    pub cost: Cost,
    /// What it costs with the whole set content-addressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub turned: Option<Cost>,
    /// The caches that are not asked.
    pub dropped: Vec<DroppedCache>,
    /// Why not all that is wanted is there in the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub failure: Option<String>,
    /// What Nix warns about on the way.
    pub warnings: Vec<String>,
    /// What the scenario asserts.
    pub assertions: Vec<Assertion>,
    /// The rules that decided about something, in sentences, by number.
    pub rules: Vec<RuleText>,
}

/// A rule of substitution.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RuleText {
    /// Its number.
    pub rule: u8,
    /// In a sentence.
    pub text: String,
}

/// What a build leaves behind.
#[derive(Clone, Debug, Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct BuildReport {
    /// Why the build does not run on the page, so that its outputs are made up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub simulated: Option<String>,
    /// Under which name the world says something about it, so that it is simulated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub said: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub failure: Option<String>,
    /// What the builder wrote.
    pub log: String,
    /// The derivation that is built instead, with the inputs as they turned out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub resolved: Option<String>,
    /// The outputs.
    pub outputs: Vec<BuiltOutput>,
}

/// An output of a build.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct BuiltOutput {
    /// Its name.
    pub name: String,
    /// Its store path.
    pub path: String,
    /// The hash of its archive.
    pub nar_hash: String,
    /// The size of its archive, as the reference prints it.
    pub nar_size: String,
    /// What it refers to.
    pub references: Vec<String>,
    /// Its files, one after the other, directories before what is in them; empty if they were made up.
    pub files: Vec<BuiltFile>,
}

/// A file of an output.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct BuiltFile {
    /// Its path within the output; empty for the output itself.
    pub path: String,
    /// `directory`, `file`, `program` or `link`.
    pub kind: FileKind,
    /// Its text, cut if it is long, or the target of a link.
    pub text: String,
}

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// A directory.
    Directory,
    /// A file that is no program.
    File,
    /// A file that can be executed.
    Program,
    /// A symbolic link.
    Link,
}
