/**
 * What the page and the worker say to each other, and the plain data that the evaluator answers with.
 *
 * The page sends one `Request` at a time and waits for the `Response` with its id, so the worker needs no queue.
 */

/** Which attribute of which file to build, and with what settings. */
export interface Entry {
  file: string;
  attrPath: string;
  substitute: boolean;
}

/** A place in a file; `from` and `to` count UTF-16 units, `line` and `column` count from 1. */
export interface Place {
  file?: string;
  from: number;
  to: number;
  line: number;
  column: number;
}

export interface TraceFrame extends Place {
  message: string;
}

export interface Diagnostic extends Place {
  severity: "error" | "warning";
  message: string;
  hints: string[];
  trace: TraceFrame[];
}

export type Change = "unchanged" | "changed" | "new";
export type Action = "there" | "fetch" | "build" | "skip" | "impossible";
export type Role = "none" | "cause" | "cascade" | "new";
export type Kind = "input-addressed" | "fixed" | "floating" | "deferred" | "impure";

export interface OutputSummary {
  name: string;
  /** Absent when the path is only known after the build (floating and impure derivations). */
  path?: string;
  change: Change;
  baselinePath?: string;
}

export interface DerivationSummary {
  name: string;
  drvPath: string;
  /** 0 for a derivation without inputs, else one more than the highest level among its inputs. */
  level: number;
  /** `.drv` paths of the direct inputs. */
  inputs: string[];
  kind: Kind;
  outputs: OutputSummary[];
  drvChange: Change;
  baselineDrvPath?: string;
  /** Whether its own attributes changed (`cause`) or only its inputs (`cascade`). */
  role: Role;
  /** For causes: which attributes, for example `env.patches` or `args[1]`. */
  changedFields: string[];
  /** For cascades: the `.drv` paths of the causes. */
  causedBy: string[];
  action: Action;
  /** The cache that has it, when the action is `fetch`. */
  cache?: string;
  /** One sentence for people. */
  reason: string;
}

export interface RemovedDerivation {
  name: string;
  drvPath: string;
}

export interface PlanSummary {
  causes: number;
  cascades: number;
  build: number;
  fetch: number;
  there: number;
  skipped: number;
  impossible: number;
  /** For example "1 cause, 7 rebuilds, 12 fetched". */
  sentence: string;
  /** The text of `nix-build --dry-run`. */
  dryRun: string;
}

export interface Report {
  outcome: "derivations" | "value" | "error";
  diagnostics: Diagnostic[];
  /** The printed value when it is neither a derivation nor a set of derivations. */
  value?: string;
  /** `.drv` paths of what was asked for. */
  roots: string[];
  /** In dependency order: inputs before their users. */
  derivations: DerivationSummary[];
  removed: RemovedDerivation[];
  plan: PlanSummary;
  hasBaseline: boolean;
  /** Time of the evaluation in microseconds. */
  micros: number;
}

export interface PublishReport {
  published: number;
  alreadyThere: number;
}

export interface FieldChange {
  field: string;
  before?: string;
  after?: string;
}

export interface DerivationDetail {
  aterm: string;
  json: string;
  baselineAterm?: string;
  changes: FieldChange[];
}

/** A file that was opened or edited (`text`), or closed (`null`). */
export interface FileChange {
  path: string;
  text: string | null;
}

/** One thing to do for the worker; `files` are applied before the evaluation. */
export type Call =
  | { do: "evaluate"; files: FileChange[]; entry: Entry }
  | { do: "publish" }
  | { do: "compare"; with: "published" | "nothing" }
  | { do: "evict"; storePath: string }
  | { do: "resetCache" }
  | { do: "derivation"; drvPath: string };

/** What each call answers. */
export interface Results {
  evaluate: Report;
  publish: PublishReport;
  compare: null;
  evict: boolean;
  resetCache: null;
  derivation: DerivationDetail;
}

export interface Request {
  id: number;
  call: Call;
}

/** `ready` comes once, when the WASM module has been loaded; `failed` means that the instance must be thrown away. */
export type Response =
  | { kind: "ready" }
  | { kind: "result"; id: number; result: Results[keyof Results] }
  | { kind: "failed"; message: string };
