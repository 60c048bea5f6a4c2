/**
 * What the page and the worker say to each other. The evaluator's data are described where they are made, in the
 * crate `drvlab-wasm`; their types are generated with the module.
 *
 * The page sends one `Request` at a time and waits for the `Response` with its id, so the worker needs no queue.
 */
import type {
  BuildReport,
  CacheContents,
  DerivationDetail,
  Entry,
  ExportedCache,
  LimitRanges,
  LoadReport,
  ReadReport,
  ReportUpdate,
  Rule,
  RunReport,
  Side,
  SourceDetail,
  WhatIf,
  WorldInput,
  WorldReport,
} from "./wasm/drvlab_wasm.js";

export type {
  Action,
  Assertion,
  AttributePlace,
  BuildFile,
  BuildReport,
  BuiltOutput,
  CacheContents,
  CacheFile,
  CacheState,
  WorldChange,
  Content,
  Cost,
  Decided,
  DerivationDetail,
  DerivationSummary,
  Diagnostic,
  Entry,
  Event,
  Expectation,
  ExportedCache,
  FoldedByte,
  LimitRange,
  LimitRanges,
  LoadReport,
  Mark,
  OutputSummary,
  PathExplanation,
  Place,
  ReadReport,
  Report,
  ReportUpdate,
  Rule,
  RunDerivation,
  RunReport,
  RunStep,
  Scenario,
  SettingsFile,
  Side,
  SourceDetail,
  Step,
  Subject,
  Text,
  TextPiece,
  TextProblem,
  TextReport,
  TraceFrame,
  TreeEntry,
  WhatIf,
  WorldFile,
  WorldInput,
  WorldReport,
  WrongHit,
} from "./wasm/drvlab_wasm.js";

/** A file that was opened or edited (`text`), or closed (`null`). */
export interface FileChange {
  path: string;
  text: string | null;
}

/** What an evaluation may take: nested calls, and mebibytes. What is not set is as usual; the module cuts both to what can be set. */
export interface Limits {
  callDepth?: number | undefined;
  memory?: number | undefined;
}

/** A text of derivations (of which perhaps only the beginning is here), or an attribute of the expression. */
export type ReadItem =
  | { side: Side; kind: "text"; name: string | undefined; bytes: Uint8Array; length: number }
  | { side: Side; kind: "attribute"; entry: Entry };

/** The texts that a worker has, and those that it takes for the original ones; the archive with all other files, if it has loaded one. */
export interface Held {
  files: [path: string, text: string][];
  originals: [path: string, text: string][];
  loaded?: Loaded | undefined;
}

/** What came out of an archive; `identity` tells it from all others. */
export interface Loaded {
  identity: string;
  report: LoadReport;
}

/** An image to go on from: its bytes, which the worker gives back when it is ready, or what it is kept as in this browser and the identity of the archive that it must have. */
export type ImageSource = { bytes: ArrayBuffer } | { name: string; archive: string | undefined };

/** What a worker is told first: whether there is an image, and then, when it has been compiled, the module. */
export type Beginning = { image: ImageSource | undefined } | { module: WebAssembly.Module };

/**
 * One thing to do for the worker; `files` and `originals` are applied before it. An archive comes as the visitor gave it; it may come before
 * the worker is ready.
 */
export type Call =
  | { do: "evaluate"; files: FileChange[]; entry: Entry }
  | { do: "world"; files: FileChange[]; originals: FileChange[]; world: WorldInput }
  | ({ do: "limits" } & Limits)
  | { do: "upload"; path: string; bytes: Uint8Array }
  | { do: "load"; folder: string; bytes: Uint8Array; identity: string }
  | { do: "text"; path: string }
  | { do: "compare"; with: "published" | "nothing" }
  | { do: "derivation"; drvPath: string }
  | { do: "storeObject"; path: string }
  | { do: "read"; items: ReadItem[] }
  | { do: "readDerivation"; drvPath: string }
  | { do: "run" }
  | { do: "build"; drvPath: string }
  | { do: "contents"; url: string; limit: number }
  | { do: "export"; url: string }
  | { do: "whatIf"; entry: Entry; rules: Rule[] }
  | { do: "image"; held: Held };

/** What each call answers. */
export interface Results {
  /** What differs from the answer before, from the same worker. */
  evaluate: ReportUpdate;
  world: WorldReport;
  limits: null;
  upload: null;
  load: LoadReport;
  text: string | undefined;
  compare: null;
  derivation: DerivationDetail;
  storeObject: SourceDetail;
  read: ReadReport;
  /** `null`: nothing has been read. */
  readDerivation: DerivationDetail | null;
  run: RunReport;
  build: BuildReport;
  contents: CacheContents;
  export: ExportedCache;
  whatIf: WhatIf;
  /** `null`: there can be none now. */
  image: ArrayBuffer | null;
}

export interface Request {
  id: number;
  call: Call;
}

/**
 * `ready` comes once, when the WASM module has been loaded, with what it holds if it goes on from an image, with the image that it was
 * given, and with the limits that can be set; `failed` means that the instance must be thrown away.
 */
export type Response =
  | { kind: "ready"; held: Held | undefined; image: ArrayBuffer | undefined; ranges: LimitRanges }
  | { kind: "result"; id: number; result: Results[keyof Results] }
  | { kind: "failed"; message: string };
