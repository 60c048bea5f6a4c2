/**
 * The page's side of the worker.
 *
 * One request is in flight at a time. Waiting evaluations are merged, so that the latest edit wins and nothing
 * piles up. A request that exceeds its time is stopped by ending the worker; a new one is given what
 * the old one had published and evicted (the journal), not the text that made it run away.
 */
import type { Call, Entry, FileChange, ReadItem, Report, Request, Response, Results, Rule } from "./protocol";

/** So many publications are repeated in a new worker; older ones are forgotten. */
const JOURNAL_LIMIT = 24;

export type Files = ReadonlyMap<string, string>;

/** What has to be repeated to bring a new worker into the state of the old one. */
export type JournalEntry =
  | { kind: "publish"; files: Files; entry: Entry }
  | { kind: "evict"; storePath: string }
  | { kind: "resetCache" };

export type EngineStatus = "loading" | "ready";

export interface EngineListener {
  status(status: EngineStatus): void;
  /** The answer to the latest evaluation; `since` is the time of the first edit that it shows. */
  report(report: Report, since: number): void;
  /** The worker was ended; `reason` is a sentence for people. Texts are untouched; the next call starts anew. */
  stopped(reason: string): void;
}

type Job =
  | { do: "evaluate"; files: Files; entry: Entry; since: number; silent: boolean }
  | { do: "call"; call: Exclude<Call, { do: "evaluate" }>; settle?: (result: Results[keyof Results] | undefined) => void };

/** What the engine needs of a `Worker`. */
export interface Connection {
  onmessage: ((event: MessageEvent<Response>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(request: Request): void;
  terminate(): void;
}

export interface EngineOptions {
  /** Starts a worker. */
  connect: () => Connection;
  /** After this many milliseconds a request is stopped. */
  timeLimit: number;
  /** What every worker is brought to before anything else. */
  journal: JournalEntry[];
  /** Whether results are compared with the last publication. */
  compare: boolean;
}

export class Engine {
  #listener: EngineListener;
  #connect: () => Connection;
  #timeLimit: number;
  #worker: Connection | undefined;
  #ready = false;
  #queue: Job[] = [];
  #inFlight: Job | undefined;
  #id = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The texts that the worker has. */
  #known = new Map<string, string>();
  #journal: JournalEntry[];
  #compare: boolean;
  /** The last evaluation without an error: what a publication publishes. */
  #lastGood: { files: Files; entry: Entry } | undefined;

  constructor(listener: EngineListener, { connect, timeLimit, journal, compare }: EngineOptions) {
    this.#listener = listener;
    this.#connect = connect;
    this.#timeLimit = timeLimit;
    this.#journal = journal;
    this.#compare = compare;
  }

  get journal(): readonly JournalEntry[] {
    return this.#journal;
  }

  /** Evaluates `files`; the answer comes through the listener, unless a later evaluation replaces this one. */
  evaluate(files: Files, entry: Entry, since: number): void {
    this.#add({ do: "evaluate", files, entry, since, silent: false });
  }

  /** Publishes the outputs of the evaluation before it. `undefined`: the worker was stopped. */
  async publish(): Promise<Results["publish"] | undefined> {
    const result = await this.#call({ do: "publish" });
    return result as Results["publish"] | undefined;
  }

  async derivation(drvPath: string): Promise<Results["derivation"] | undefined> {
    const result = await this.#call({ do: "derivation", drvPath });
    return result as Results["derivation"] | undefined;
  }

  async storeObject(path: string): Promise<Results["storeObject"] | undefined> {
    const result = await this.#call({ do: "storeObject", path });
    return result as Results["storeObject"] | undefined;
  }

  async read(items: ReadItem[]): Promise<Results["read"] | undefined> {
    const result = await this.#call({ do: "read", items });
    return result as Results["read"] | undefined;
  }

  async readDerivation(drvPath: string): Promise<Results["readDerivation"] | undefined> {
    const result = await this.#call({ do: "readDerivation", drvPath });
    return result as Results["readDerivation"] | undefined;
  }

  /** Evaluates under other rules. `undefined`: the worker was stopped, or a later question replaced this one. */
  async whatIf(entry: Entry, rules: Rule[]): Promise<Results["whatIf"] | undefined> {
    const result = await this.#call({ do: "whatIf", entry, rules });
    return result as Results["whatIf"] | undefined;
  }

  evict(storePath: string): void {
    this.#remember({ kind: "evict", storePath });
    void this.#call({ do: "evict", storePath });
  }

  resetCache(): void {
    // The comparison with the last publication outlives the cache's content.
    const last = this.#journal.findLast((entry) => entry.kind === "publish");
    this.#journal = last ? [last] : [];
    this.#remember({ kind: "resetCache" });
    void this.#call({ do: "resetCache" });
  }

  compare(on: boolean): void {
    this.#compare = on;
    void this.#call({ do: "compare", with: on ? "published" : "nothing" });
  }

  /** Throws everything away and starts with another journal. */
  restart(journal: JournalEntry[], compare: boolean): void {
    this.#end();
    this.#journal = journal;
    this.#compare = compare;
  }

  #call(call: Exclude<Call, { do: "evaluate" }>): Promise<Results[keyof Results] | undefined> {
    return new Promise((settle) => this.#add({ do: "call", call, settle }));
  }

  #add(job: Job): void {
    const last = this.#queue.at(-1);
    if (job.do === "evaluate" && last?.do === "evaluate" && !last.silent) {
      this.#queue[this.#queue.length - 1] = { ...job, since: Math.min(job.since, last.since) };
    } else if (job.do === "call" && isQuestion(job.call) && last?.do === "call" && last.call.do === job.call.do) {
      last.settle?.(undefined);
      this.#queue[this.#queue.length - 1] = job;
    } else {
      this.#queue.push(job);
    }
    if (this.#worker === undefined) this.#start();
    this.#next();
  }

  #start(): void {
    this.#listener.status("loading");
    const worker = this.#connect();
    worker.onmessage = ({ data }) => {
      if (worker === this.#worker) this.#receive(data);
    };
    worker.onerror = () => {
      if (worker === this.#worker) this.#stop("The evaluator could not be started. The next edit tries again.");
    };
    this.#worker = worker;
    this.#queue.unshift(...this.#replay());
  }

  #replay(): Job[] {
    const jobs: Job[] = [];
    for (const entry of this.#journal) {
      if (entry.kind === "publish") {
        jobs.push({ do: "evaluate", files: entry.files, entry: entry.entry, since: 0, silent: true });
        jobs.push({ do: "call", call: { do: "publish" } });
      } else if (entry.kind === "evict") {
        jobs.push({ do: "call", call: { do: "evict", storePath: entry.storePath } });
      } else {
        jobs.push({ do: "call", call: { do: "resetCache" } });
      }
    }
    if (!this.#compare) jobs.push({ do: "call", call: { do: "compare", with: "nothing" } });
    return jobs;
  }

  #next(): void {
    if (!this.#ready || this.#inFlight !== undefined) return;
    const job = this.#queue.shift();
    if (job === undefined) return;
    this.#inFlight = job;
    this.#id += 1;
    this.#timer = setTimeout(() => {
      this.#stop(
        `Evaluation was stopped after ${this.#timeLimit / 1000} seconds. Your text is untouched; the next edit starts it again.`,
      );
    }, this.#timeLimit);
    const call: Call = job.do === "evaluate" ? { do: "evaluate", files: this.#changes(job.files), entry: job.entry } : job.call;
    this.#worker?.postMessage({ id: this.#id, call });
  }

  /** What the worker has to be told to have the texts of `files`. */
  #changes(files: Files): FileChange[] {
    const changes: FileChange[] = [];
    for (const [path, text] of files) if (this.#known.get(path) !== text) changes.push({ path, text });
    for (const path of this.#known.keys()) if (!files.has(path)) changes.push({ path, text: null });
    this.#known = new Map(files);
    return changes;
  }

  #receive(response: Response): void {
    switch (response.kind) {
      case "ready":
        this.#ready = true;
        this.#listener.status("ready");
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
      const report = result as Report;
      if (report.outcome !== "error") this.#lastGood = { files: job.files, entry: job.entry };
      if (!job.silent) this.#listener.report(report, job.since);
    } else if (job?.do === "call") {
      if (job.call.do === "publish" && job.settle && this.#lastGood) {
        this.#remember({ kind: "publish", ...this.#lastGood });
      }
      job.settle?.(result);
    }
  }

  #remember(entry: JournalEntry): void {
    this.#journal.push(entry);
    if (this.#journal.length > JOURNAL_LIMIT) this.#journal.shift();
  }

  #stop(reason: string): void {
    const culprit = this.#inFlight;
    const later = this.#queue.findLast((job) => job.do === "evaluate" && !job.silent);
    // A journal that can't be repeated would end every worker to come.
    if (culprit && (culprit.do === "evaluate" ? culprit.silent : !culprit.settle)) this.#journal = [];
    this.#end();
    this.#listener.stopped(reason);
    // What was typed since then may be what mends it.
    if (later && culprit) this.#add(later);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#ready = false;
    this.#known.clear();
    this.#lastGood = undefined;
    const abandoned = this.#inFlight ? [this.#inFlight, ...this.#queue] : this.#queue;
    this.#inFlight = undefined;
    this.#queue = [];
    for (const job of abandoned) if (job.do === "call") job.settle?.(undefined);
  }
}

/** Whether only the last answer counts. */
function isQuestion(call: Call): boolean {
  return ["derivation", "whatIf", "read", "readDerivation"].includes(call.do);
}
