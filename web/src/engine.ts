/**
 * The page's side of the worker.
 *
 * One request is in flight at a time. Waiting evaluations are merged, so that the latest edit wins and nothing
 * piles up. A request that exceeds its time is stopped by ending the worker; a new one is given the archives, the world
 * and the texts that belong to the next evaluation, not the text that made it run away. When nothing was asked for a while, an image of
 * the worker is taken, and new workers go on from the last one.
 */
import type {
  Call,
  DerivationSummary,
  Entry,
  FileChange,
  Held,
  ImageSource,
  LimitRanges,
  Limits,
  LoadReport,
  ReadItem,
  Report,
  ReportUpdate,
  Request,
  Response,
  Results,
  Rule,
  WorldInput,
  WorldReport,
} from "./protocol";

export type Files = ReadonlyMap<string, string>;

/** What an evaluation takes place in. Compared by identity: another object is another surrounding. */
export interface Surroundings {
  world: WorldInput;
  /** The texts that files had in the beginning. */
  originals: Files;
  /** Archives that caches of the world come from, by the paths that it has for them. */
  uploads: ReadonlyMap<string, Uint8Array>;
  /** The archive that the files are in, with the folder that it is unpacked into and what tells it from all others. */
  archive?: { folder: string; bytes: Uint8Array; identity: string } | undefined;
}

export type EngineStatus = "loading" | "ready";

export interface EngineListener {
  status(status: EngineStatus): void;
  /** The limits that can be set, whenever a worker is ready. */
  ranges(ranges: LimitRanges): void;
  /** The answer to the latest evaluation; `since` is the time of the first edit that it shows. */
  report(report: Report, since: number): void;
  /** What became of the world that an evaluation takes place in. */
  world(report: WorldReport): void;
  /** The worker was ended; `reason` is a sentence for people. Texts are untouched; the next call starts anew. */
  stopped(reason: string): void;
  /** The world itself could not be made in time; the next evaluation should have another. */
  worldStopped(): void;
}

/** An image of a worker, with what it has been told that its own data do not say. */
interface TakenImage {
  bytes: ArrayBuffer;
  uploaded: ReadonlySet<string>;
  archive: Uint8Array | undefined;
}

/** Where images outlive the page. */
export interface ImageShelf {
  /** What the image of the last visit is kept as. */
  name: string;
  /** The identity of the archive that it must have. */
  archive: string | undefined;
  keep(image: ArrayBuffer): void;
  forget(): void;
}

type Question = Exclude<Call, { do: "evaluate" | "world" | "upload" }>;

type Evaluation = { do: "evaluate"; files: Files; entry: Entry; surroundings: Surroundings; since: number };

type Job =
  | Evaluation
  | { do: "prepare"; call: Exclude<Call, { do: "evaluate" }> }
  | { do: "call"; call: Question; settle: (result: Results[keyof Results] | undefined) => void };

/** What the engine needs of a `Worker`. */
export interface Connection {
  onmessage: ((event: MessageEvent<Response>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(request: Request): void;
  terminate(): void;
}

export interface EngineOptions {
  /** Starts a worker, from an image if there is one. */
  connect: (image?: ImageSource) => Connection;
  /** Starts the next worker ahead, so that it is there when the present one is ended. */
  prepare?: () => void;
  /** After this many milliseconds a request is stopped. */
  timeLimit: number;
  /** What an evaluation may take besides time. */
  limits?: Limits | undefined;
  /** Whether results are compared with the last publication. */
  compare: boolean;
  /** An image is taken, and the next worker started, when nothing was asked for so many milliseconds; never, if this is not given. */
  rest?: number;
  shelf?: ImageShelf | undefined;
}

export class Engine {
  #listener: EngineListener;
  #connect: (image?: ImageSource) => Connection;
  #prepare: (() => void) | undefined;
  #timeLimit: number;
  #worker: Connection | undefined;
  #ready = false;
  #queue: Job[] = [];
  #inFlight: Job | undefined;
  #id = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The texts that the worker has. */
  #known = new Map<string, string>();
  /** The original texts that the worker has. */
  #originals = new Map<string, string>();
  /** What the worker was told to surround evaluations with. */
  #surroundings: Surroundings | undefined;
  #uploaded = new Set<string>();
  #archive: Uint8Array | undefined;
  #compare: boolean;
  #limits: Limits;
  /** The derivations that the worker told last. */
  #told: DerivationSummary[] = [];
  #rest: number | undefined;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #shelf: ImageShelf | undefined;
  /** The last image of a worker of this page; a worker that goes on from it has it until it is ready. */
  #image: TakenImage | undefined;
  #lent: TakenImage | undefined;
  /** The surroundings of which the last image is. */
  #imageOf: Surroundings | undefined;
  /** Whether the worker goes on from an image and has not shown yet that it can. */
  #doubtful = false;

  constructor(listener: EngineListener, { connect, prepare, timeLimit, limits = {}, compare, rest, shelf }: EngineOptions) {
    this.#listener = listener;
    this.#connect = connect;
    this.#prepare = prepare;
    this.#timeLimit = timeLimit;
    this.#limits = limits;
    this.#compare = compare;
    this.#rest = rest;
    this.#shelf = shelf;
  }

  /** Evaluates `files`; the answer comes through the listener, unless a later evaluation replaces this one. */
  evaluate(files: Files, entry: Entry, surroundings: Surroundings, since: number): void {
    this.#add({ do: "evaluate", files, entry, surroundings, since });
  }

  derivation(drvPath: string): Promise<Results["derivation"] | undefined> {
    return this.#call({ do: "derivation", drvPath });
  }

  /** What the dry run says and what Nix does about the last evaluation. */
  run(): Promise<Results["run"] | undefined> {
    return this.#call({ do: "run" });
  }

  build(drvPath: string): Promise<Results["build"] | undefined> {
    return this.#call({ do: "build", drvPath });
  }

  contents(url: string, limit: number): Promise<Results["contents"] | undefined> {
    return this.#call({ do: "contents", url, limit });
  }

  export(url: string): Promise<Results["export"] | undefined> {
    return this.#call({ do: "export", url });
  }

  /** Adds the files of an archive; evaluations with it in their surroundings find them there. */
  load(folder: string, bytes: Uint8Array, identity: string): Promise<Results["load"] | undefined> {
    return this.#call({ do: "load", folder, bytes, identity });
  }

  /** What the worker takes for the original texts of files. */
  get originals(): Files {
    return this.#originals;
  }

  /** The text of a file, if it is one that can be edited. */
  text(path: string): Promise<Results["text"]> {
    return this.#call({ do: "text", path });
  }

  storeObject(path: string): Promise<Results["storeObject"] | undefined> {
    return this.#call({ do: "storeObject", path });
  }

  read(items: ReadItem[]): Promise<Results["read"] | undefined> {
    return this.#call({ do: "read", items });
  }

  readDerivation(drvPath: string): Promise<Results["readDerivation"] | undefined> {
    return this.#call({ do: "readDerivation", drvPath });
  }

  /** Evaluates under other rules. `undefined`: the worker was stopped, or a later question replaced this one. */
  whatIf(entry: Entry, rules: Rule[]): Promise<Results["whatIf"] | undefined> {
    return this.#call({ do: "whatIf", entry, rules });
  }

  compare(on: boolean): void {
    this.#compare = on;
    void this.#call({ do: "compare", with: on ? "published" : "nothing" });
  }

  /** Lets evaluations take more, or less, from now on; time in milliseconds. */
  limit(timeLimit: number, limits: Limits): void {
    this.#timeLimit = timeLimit;
    this.#limits = limits;
    // A worker that is not there yet is told when it is.
    if (!this.#ready) return;
    // Its world is made under other limits.
    this.#surroundings = undefined;
    void this.#call({ do: "limits", ...limits });
  }

  /** Ends the worker; what is kept of it for the next visit stays. */
  close(): void {
    this.#end();
  }

  /** Throws everything away, images too. */
  restart(compare: boolean): void {
    this.#end();
    this.#forgetImage();
    this.#compare = compare;
  }

  #call<C extends Question>(call: C): Promise<Results[C["do"]] | undefined> {
    return new Promise((settle) => this.#add({ do: "call", call, settle: settle as (result: unknown) => void }));
  }

  #add(job: Job): void {
    const last = this.#queue.at(-1);
    if (job.do === "evaluate" && last?.do === "evaluate") {
      this.#queue[this.#queue.length - 1] = { ...job, since: Math.min(job.since, last.since) };
    } else if (job.do === "call" && last?.do === "call" && last.call.do === job.call.do && isQuestion(job.call)) {
      last.settle(undefined);
      this.#queue[this.#queue.length - 1] = job;
    } else {
      this.#queue.push(job);
    }
    if (this.#worker === undefined) this.#start();
    this.#next();
  }

  #start(): void {
    this.#listener.status("loading");
    const kept = this.#shelf && { name: this.#shelf.name, archive: this.#shelf.archive };
    const worker = this.#connect(this.#image ? { bytes: this.#image.bytes } : kept);
    this.#lent = this.#image;
    this.#image = undefined;
    worker.onmessage = ({ data }) => {
      if (worker === this.#worker) this.#receive(data);
    };
    worker.onerror = () => {
      if (worker === this.#worker) this.#stop("The evaluator could not be started. The next edit tries again.");
    };
    this.#worker = worker;
  }

  /** A worker can be asked from now on; tells it what is not as it takes it to be. */
  #begin(held: Held | undefined, image: ArrayBuffer | undefined): void {
    this.#ready = true;
    this.#image = this.#lent && image && { ...this.#lent, bytes: image };
    this.#lent = undefined;
    performance.mark(held ? "evaluator-restored" : "evaluator-started");
    this.#listener.status("ready");
    if (held) {
      this.#doubtful = true;
      this.#known = new Map(held.files);
      this.#originals = new Map(held.originals);
      this.#uploaded = new Set(this.#image?.uploaded);
      this.#archive = this.#image?.archive;
    }
    if (held || !this.#compare) {
      const call = { do: "compare", with: this.#compare ? "published" : "nothing" } as const;
      this.#queue.unshift({ do: "call", call, settle: () => {} });
    }
    const { callDepth, memory } = this.#limits;
    if (held || callDepth !== undefined || memory !== undefined) {
      this.#queue.unshift({ do: "call", call: { do: "limits", callDepth, memory }, settle: () => {} });
    }
  }

  /** After a while, if nothing else is asked by then, has the next worker started, and takes an image if there is none of these surroundings. */
  #useRest(): void {
    if (this.#rest === undefined || this.#surroundings === undefined) return;
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => {
      const surroundings = this.#surroundings;
      if (this.#inFlight !== undefined || this.#queue.length > 0 || surroundings === undefined) return;
      this.#prepare?.();
      if (this.#imageOf === surroundings) return;
      // What goes on from the image could not tell which text such a file had.
      if ([...this.#known.keys()].some((path) => !this.#originals.has(path))) return;
      const taken = { uploaded: new Set(this.#uploaded), archive: this.#archive };
      const settle = (bytes: ArrayBuffer | null | undefined) => {
        if (bytes === undefined) return;
        // Where there can be none, it is not tried over and over.
        this.#imageOf = surroundings;
        if (bytes === null) return;
        this.#image = { bytes, ...taken };
        performance.mark("evaluator-image");
        this.#shelf?.keep(bytes);
      };
      const held = { files: [...this.#known], originals: [...this.#originals] };
      this.#add({ do: "call", call: { do: "image", held }, settle: settle as (result: unknown) => void });
    }, this.#rest);
  }

  #forgetImage(): void {
    this.#image = undefined;
    this.#imageOf = undefined;
    this.#shelf?.forget();
  }

  #next(): void {
    const next = this.#queue[0];
    if (this.#inFlight !== undefined || next === undefined) return;
    // Archives are decompressed while the module is on its way.
    if (!this.#ready && !(next.do === "call" && next.call.do === "load")) return;
    const preparation = next.do === "evaluate" ? this.#preparation(next) : undefined;
    const job = preparation ?? next;
    if (preparation === undefined) this.#queue.shift();
    this.#inFlight = job;
    this.#id += 1;
    this.#timer = setTimeout(() => {
      this.#stop(
        `Evaluation was stopped after ${this.#timeLimit / 1000} ${this.#timeLimit === 1000 ? "second" : "seconds"}. Your text is untouched; the next edit starts it again. Under “Caches and settings” it can be given more time.`,
      );
    }, this.#timeLimit);
    const call: Call = job.do === "evaluate" ? { do: "evaluate", files: changes(this.#known, job.files), entry: job.entry } : job.call;
    this.#worker?.postMessage({ id: this.#id, call });
  }

  /** What the worker has to be told next before it can evaluate in these surroundings. */
  #preparation({ files, surroundings }: Evaluation): Job | undefined {
    const { world, originals, uploads, archive } = surroundings;
    if (archive && this.#archive !== archive.bytes) {
      this.#archive = archive.bytes;
      return { do: "prepare", call: { do: "load", ...archive } };
    }
    for (const [path, bytes] of uploads) {
      if (this.#uploaded.has(path)) continue;
      this.#uploaded.add(path);
      return { do: "prepare", call: { do: "upload", path, bytes } };
    }
    if (this.#surroundings === surroundings) return undefined;
    this.#surroundings = surroundings;
    const call = { do: "world", files: changes(this.#known, files), originals: changes(this.#originals, originals), world } as const;
    return { do: "prepare", call };
  }

  #receive(response: Response): void {
    switch (response.kind) {
      case "ready":
        this.#begin(response.held, response.image);
        this.#listener.ranges(response.ranges);
        break;
      case "failed":
        this.#stop(
          this.#ready
            ? `The evaluator failed. Your text is untouched; the next edit starts it again. (${response.message})`
            : `The evaluator could not be started. The next edit tries again. (${response.message})`,
        );
        return;
      case "result":
        if (response.id !== this.#id) return;
        this.#finish(response.result);
        break;
    }
    this.#next();
  }

  #finish(result: Results[keyof Results]): void {
    clearTimeout(this.#timer);
    const job = this.#inFlight;
    this.#inFlight = undefined;
    if (job?.do === "evaluate") {
      this.#doubtful = false;
      this.#listener.report(this.#updated(result as ReportUpdate), job.since);
    } else if (job?.do === "call") {
      if (job.call.do === "load" && (result as LoadReport).problem === undefined) this.#archive = job.call.bytes;
      job.settle(result);
    }
    if (job?.do === "prepare" && job.call.do === "world") this.#listener.world(result as WorldReport);
    if (job?.do !== "call" || job.call.do !== "image") this.#useRest();
  }

  /** The whole report; derivations that are as they were are the same objects as before. */
  #updated({ report, places }: ReportUpdate): Report {
    const changed = report.derivations.values();
    const derivations = places.map((place) => (place < 0 ? changed.next().value : this.#told[place]));
    if (!derivations.every((derivation) => derivation !== undefined)) throw new Error("the worker and the page disagree about derivations");
    if (derivations.length > 0) this.#told = derivations;
    return { ...report, derivations };
  }

  #stop(reason: string): void {
    const culprit = this.#inFlight;
    const later = this.#queue.findLast((job) => job.do === "evaluate");
    // Perhaps it is the image that something is wrong with.
    if (this.#doubtful) this.#forgetImage();
    this.#end();
    this.#listener.stopped(reason);
    // A world that can't be made would end every worker to come.
    if (culprit?.do === "prepare") this.#listener.worldStopped();
    // What was typed since then may be what mends it.
    else if (later && culprit) this.#add(later);
  }

  #end(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#restTimer);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#ready = false;
    this.#doubtful = false;
    this.#known.clear();
    this.#originals.clear();
    this.#surroundings = undefined;
    this.#uploaded.clear();
    this.#archive = undefined;
    this.#told = [];
    // What a worker had and did not give back is lost with it.
    if (this.#lent !== undefined) this.#imageOf = undefined;
    this.#lent = undefined;
    const abandoned = this.#inFlight ? [this.#inFlight, ...this.#queue] : this.#queue;
    this.#inFlight = undefined;
    this.#queue = [];
    for (const job of abandoned) if (job.do === "call") job.settle(undefined);
  }
}

/** What has to be told to one who knows `known` so that it knows `files`; `known` is brought up to date. */
function changes(known: Map<string, string>, files: Files): FileChange[] {
  const changed: FileChange[] = [];
  for (const [path, text] of files) if (known.get(path) !== text) changed.push({ path, text });
  for (const path of known.keys()) if (!files.has(path)) changed.push({ path, text: null });
  known.clear();
  for (const [path, text] of files) known.set(path, text);
  return changed;
}

/** Whether only the last answer counts. */
function isQuestion(call: Call): boolean {
  return ["derivation", "whatIf", "read", "readDerivation", "run", "build", "contents"].includes(call.do);
}
