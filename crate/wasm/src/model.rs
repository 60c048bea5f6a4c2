//! What the page gets to see: plain data, for which TypeScript types are generated.

pub mod run;

use serde::{Deserialize, Serialize};
use tsify::Tsify;

pub mod detail;
pub mod reading;

/// Which attribute of which file to build, and with what settings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Absolute path of the file.
    pub file: String,
    /// Attribute path such as `packages.hello`; empty for the value of the file itself.
    pub attr_path: String,
    /// Whether the local store is taken to be empty, as on a new machine.
    pub empty_store: bool,
    /// Whether the package set is turned from input- to content-addressed.
    #[serde(default)]
    pub content_addressed: bool,
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// There is no result.
    Error,
    /// There is a result.
    Warning,
}

/// A range of a file; offsets count UTF-16 units, line and column count from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The file; absent if the place is in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub file: Option<String>,
    /// Start.
    pub from: u32,
    /// End, exclusive.
    pub to: u32,
    /// Line of the start.
    pub line: u32,
    /// Column of the start.
    pub column: u32,
}

/// What the evaluator was doing when an error came up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TraceFrame {
    /// In words.
    pub message: String,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
}

/// An error or a warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hints: Vec<String>,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What the evaluator was doing, innermost first.
    pub trace: Vec<TraceFrame>,
}

/// Whether a path is another one than in the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It is the same.
    Unchanged,
    /// It is another.
    Changed,
    /// There was none.
    New,
    /// It is only known after the build, and another derivation is to be built than before.
    Unknown,
}

/// What would happen with a derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Its wanted outputs are in the local store.
    There,
    /// They are fetched from a cache.
    Fetch,
    /// It is built.
    Build,
    /// Nobody needs it, because something above it is there or fetched.
    Skip,
    /// It is needed and cannot be had.
    Impossible,
}

/// The role of a derivation in a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It did not change.
    None,
    /// Its own attributes changed.
    Cause,
    /// Only its inputs changed.
    Cascade,
    /// There was no such derivation.
    New,
}

/// How the paths of outputs are determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// By the hash of the derivation.
    InputAddressed,
    /// By a hash of the contents that is known beforehand.
    Fixed,
    /// By the hash of the contents, known after the build.
    Floating,
    /// By the hash of the derivation, once floating inputs are built.
    Deferred,
    /// By the hash of the contents, and built anew each time.
    Impure,
}

/// An output of a derivation.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct OutputSummary {
    /// Its name.
    pub name: String,
    /// Its path; absent if that is only known after the build.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub path: Option<String>,
    /// Whether the path is another one than in the baseline.
    pub change: Change,
    /// The path in the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub baseline_path: Option<String>,
}

/// A derivation: what it is, what changed, what would happen with it.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct DerivationSummary {
    /// Its name.
    pub name: String,
    /// The path of its `.drv` file.
    pub drv_path: String,
    /// 0 without inputs, else one more than the highest level among its inputs.
    pub level: u32,
    /// The `.drv` paths of its direct inputs.
    pub inputs: Vec<String>,
    /// How the paths of outputs are determined.
    pub kind: Kind,
    /// Its outputs by name.
    pub outputs: Vec<OutputSummary>,
    /// Whether the `.drv` path is another one than in the baseline.
    pub drv_change: Change,
    /// The `.drv` path in the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub baseline_drv_path: Option<String>,
    /// Its role in the change.
    pub role: Role,
    /// For causes: which attributes, for example `env.patches` or `args[1]`.
    pub changed_fields: Vec<String>,
    /// For those that only follow: the `.drv` path of the nearest cause.
    pub caused_by: Vec<String>,
    /// What would happen with it.
    pub action: Action,
    /// The cache that it is fetched from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub cache: Option<String>,
    /// Why, in one sentence.
    pub reason: String,
}

/// A derivation of the baseline that is gone.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RemovedDerivation {
    /// Its name.
    pub name: String,
    /// The path of its `.drv` file.
    pub drv_path: String,
}

/// The plan in numbers and words.
#[derive(Clone, Debug, Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PlanSummary {
    /// Derivations whose own attributes changed.
    pub causes: u32,
    /// Derivations that only follow.
    pub cascades: u32,
    /// Derivations that are built.
    pub build: u32,
    /// Store paths that are fetched.
    pub fetch: u32,
    /// Derivations whose outputs are in the local store.
    pub there: u32,
    /// Derivations that nobody needs.
    pub skipped: u32,
    /// Derivations and paths that cannot be had.
    pub impossible: u32,
    /// For example "1 cause, 7 rebuilds, 12 fetched".
    pub sentence: String,
    /// The text of `nix-build --dry-run`.
    pub dry_run: String,
}

/// What came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A derivation, or several.
    Derivations,
    /// Another value.
    Value,
    /// Nothing; see the diagnostics.
    Error,
}

/// The answer to an evaluation.
// Flattened structures are maps to serde; as objects they have the properties that their types promise.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(hashmap_as_object)]
pub struct Report {
    /// What came out.
    pub outcome: Outcome,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// The printed value when it is neither a derivation nor a set of derivations.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub value: Option<String>,
    /// `.drv` paths of what was asked for.
    pub roots: Vec<String>,
    /// In dependency order: inputs before their users.
    pub derivations: Vec<DerivationSummary>,
    /// What the baseline had and is gone.
    pub removed: Vec<RemovedDerivation>,
    /// What would happen.
    pub plan: PlanSummary,
    /// Whether there is something to compare with.
    pub has_baseline: bool,
    /// Time of the evaluation in microseconds.
    pub micros: f64,
}

/// A report in which only those derivations are told again that the page does not have as they are.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(hashmap_as_object)]
pub struct ReportUpdate {
    /// The report with these derivations alone.
    pub report: Report,
    /// For each derivation, inputs before their users: its place in the last update that had derivations, or -1 for the next one of the report.
    pub places: Vec<i32>,
}

/// What came out of an archive.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LoadReport {
    /// Files, links and directories.
    pub entries: u32,
    /// The regular files, by absolute path, each ended by a NUL: many strings would take long to cross.
    pub files: String,
    /// The one directory that everything is in, if there is one.
    pub root: Option<String>,
    /// Why nothing was added.
    pub problem: Option<String>,
}

/// A rule that Nix does not follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Tsify)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// BLAKE3 instead of SHA-256 everywhere but in the hashes that authors give.
    Blake3,
    /// Hash parts are the first 20 bytes of digests.
    Truncation,
    /// Of two inputs with one digest, one replaces the other.
    Clobbering,
    /// No hashes: what has the same name is the same.
    Names,
}

/// Rules that are switched on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Tsify)]
#[serde(transparent)]
pub struct Rules(pub Vec<Rule>);

/// What other rules would change.
#[derive(Clone, Debug, Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct WhatIf {
    /// Derivations in all.
    pub total: u32,
    /// How many of their `.drv` files would have other paths.
    pub moved_derivations: u32,
    /// Outputs that would have other paths.
    pub moved: Vec<MovedPath>,
    /// Outputs that would be taken from the cache though they have changed.
    pub wrong_hits: Vec<WrongHit>,
}

/// An output with another path.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MovedPath {
    /// The derivation's name.
    pub name: String,
    /// The output's name.
    pub output: String,
    /// The path that Nix gives it.
    pub usual: String,
    /// The path under the other rule.
    pub other: String,
}

/// An output that would be taken for the one that was published.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct WrongHit {
    /// The name that both have.
    pub name: String,
    /// What is wanted, by its real path.
    pub wanted: String,
    /// What would be found, by its real path.
    pub found: String,
}
