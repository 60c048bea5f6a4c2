/** What was pasted, dropped and opened, and what came out of it. Lives as long as the page; nothing of it is kept. */
import type { DerivationActions, ShownDerivations } from "./derivation-actions";
import type { DerivationDetail, DerivationSummary, ReadItem, ReadReport, Side, SourceDetail, TextReport } from "./protocol";
import type { ReadFile } from "./reader-files";
import { count, type Store } from "./store";

export interface ReaderEntry {
  /** What it is called in the list. */
  label: string;
  item: ReadItem;
  /** What came out of it; `undefined` until that is known. */
  result: TextReport | undefined;
}

export interface ReaderState extends ShownDerivations {
  readonly entries: readonly ReaderEntry[];
  /** What happened last, in a sentence. */
  readonly said: string;
  readonly storeDir: string;
}

const EMPTY: ReaderState = {
  entries: [],
  report: undefined,
  selected: undefined,
  detail: undefined,
  cursor: undefined,
  said: "",
  storeDir: "",
};

export class ReaderStore implements DerivationActions {
  state = EMPTY;
  #page: Store;
  #changed: () => void;
  #pasted = 0;

  constructor(page: Store, changed: () => void) {
    this.#page = page;
    this.#changed = changed;
  }

  addFiles(side: Side, files: ReadFile[]): Promise<void> {
    const entries = files.map(({ name, bytes, length }) => ({ label: name, item: { side, kind: "text", name, bytes, length } as const }));
    if (entries.length === 0) this.#set({ said: "No .drv or .json file was found." });
    return this.#add(entries);
  }

  addText(side: Side, { bytes, length }: Omit<ReadFile, "name">): Promise<void> {
    this.#pasted += 1;
    return this.#add([{ label: `text ${this.#pasted}`, item: { side, kind: "text", name: undefined, bytes, length } }]);
  }

  /** Adds what an attribute of the page's expression evaluates to now. */
  addAttribute(side: Side, attrPath: string): Promise<void> {
    return this.#add([{ label: `attribute ${attrPath}`, item: { side, kind: "attribute", entry: this.#page.entry(attrPath) } }]);
  }

  remove(entry: ReaderEntry): Promise<void> {
    this.#set({ entries: this.state.entries.filter((other) => other !== entry) });
    return this.#read();
  }

  clear(): Promise<void> {
    this.#set({ entries: [] });
    return this.#read();
  }

  select(drvPath: string | undefined): void {
    this.#choose(this.state.report?.derivations.find((derivation) => derivation.drvPath === drvPath));
    void this.#loadDetail();
  }

  /** Nothing here has a place in a text of the page. */
  goTo(): void {}

  evict(storePath: string): void {
    this.#page.evict(storePath);
    void this.#read();
  }

  /** A derivation names its sources; what they consist of is not in it. */
  async storeObject(path: string): Promise<SourceDetail | undefined> {
    return this.#page.storeObject(path);
  }

  #add(entries: Omit<ReaderEntry, "result">[]): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    this.#set({ entries: [...this.state.entries, ...entries.map((entry) => ({ ...entry, result: undefined }))] });
    return this.#read();
  }

  async #read(): Promise<void> {
    const { entries } = this.state;
    if (entries.length === 0) {
      this.#set({ ...EMPTY, said: "Nothing is read." });
      return;
    }
    const answer = await this.#page.read(entries.map(({ item }) => item));
    // A later question has taken its place, or the evaluator was stopped.
    if (answer === undefined || entries !== this.state.entries) return;
    this.#show(entries, answer);
    await this.#loadDetail();
  }

  #show(entries: readonly ReaderEntry[], { texts, report, storeDir }: ReadReport): void {
    const results = entries.map((entry, index) => ({ ...entry, result: texts[index] }));
    const problems = texts.reduce((sum, text) => sum + text.problems.length, 0);
    const { selected } = this.state;
    const derivations = count(report.derivations.length, "derivation");
    this.#set({ entries: results, report, storeDir, said: `Read ${derivations}, ${count(problems, "problem")}.` });
    // One derivation alone is what somebody wants to look at.
    const again = report.derivations.find(({ drvPath }) => drvPath === selected?.drvPath);
    this.#choose(again ?? (report.derivations.length === 1 ? report.derivations[0] : undefined));
  }

  #choose(selected: DerivationSummary | undefined): void {
    this.#set({ selected, detail: undefined });
  }

  async #loadDetail(): Promise<void> {
    const { selected } = this.state;
    if (selected === undefined) return;
    const detail: DerivationDetail | null | undefined = await this.#page.readDerivation(selected.drvPath);
    if (this.state.selected?.drvPath !== selected.drvPath) return;
    // A new worker has read nothing yet.
    if (detail === null) await this.#read();
    else if (detail !== undefined) this.#set({ detail });
  }

  #set(change: Partial<ReaderState>): void {
    this.state = { ...this.state, ...change };
    this.#changed();
  }
}
