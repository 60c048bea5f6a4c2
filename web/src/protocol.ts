/**
 * What the page and the worker say to each other. The evaluator's data are described where they are made, in the
 * crate `drvlab-wasm`; their types are generated with the module.
 *
 * The page sends one `Request` at a time and waits for the `Response` with its id, so the worker needs no queue.
 */
import type {
  DerivationDetail,
  Entry,
  PublishReport,
  ReadReport,
  Report,
  Rule,
  Side,
  SourceDetail,
  WhatIf,
} from "./wasm/drvlab_wasm.js";

export type {
  Action,
  AttributePlace,
  Content,
  DerivationDetail,
  DerivationSummary,
  Diagnostic,
  Entry,
  FoldedByte,
  Mark,
  OutputSummary,
  PathExplanation,
  Place,
  PublishReport,
  ReadReport,
  Report,
  Rule,
  Side,
  SourceDetail,
  Step,
  Text,
  TextPiece,
  TextProblem,
  TextReport,
  TraceFrame,
  TreeEntry,
  WhatIf,
  WrongHit,
} from "./wasm/drvlab_wasm.js";

/** A file that was opened or edited (`text`), or closed (`null`). */
export interface FileChange {
  path: string;
  text: string | null;
}

/** A text of derivations (of which perhaps only the beginning is here), or an attribute of the expression. */
export type ReadItem =
  | { side: Side; kind: "text"; name: string | undefined; bytes: Uint8Array; length: number }
  | { side: Side; kind: "attribute"; entry: Entry };

/** One thing to do for the worker; `files` are applied before the evaluation. */
export type Call =
  | { do: "evaluate"; files: FileChange[]; entry: Entry }
  | { do: "publish" }
  | { do: "compare"; with: "published" | "nothing" }
  | { do: "evict"; storePath: string }
  | { do: "resetCache" }
  | { do: "derivation"; drvPath: string }
  | { do: "storeObject"; path: string }
  | { do: "read"; items: ReadItem[] }
  | { do: "readDerivation"; drvPath: string }
  | { do: "whatIf"; entry: Entry; rules: Rule[] };

/** What each call answers. */
export interface Results {
  evaluate: Report;
  publish: PublishReport;
  compare: null;
  evict: boolean;
  resetCache: null;
  derivation: DerivationDetail;
  storeObject: SourceDetail;
  read: ReadReport;
  /** `null`: nothing has been read. */
  readDerivation: DerivationDetail | null;
  whatIf: WhatIf;
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
