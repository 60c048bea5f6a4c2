/**
 * The state of the page and everything that can be done to it.
 *
 * State flows one way: a component calls a method of the store, the store replaces its state and tells its
 * subscribers, and the components are rendered from the new state.
 */
import { discardDraft, loadDraft, overlaid, overlay, saveDraft, storeEntry, type Draft } from "./draft";
import { Engine, type Files, type JournalEntry } from "./engine";
import type { Example, Settings, StoryStep } from "./examples";
import type { DerivationDetail, DerivationSummary, Entry, Place, ReadItem, Report, Results, Rule, WhatIf } from "./protocol";
import { connect } from "./worker-connection";

export interface State {
  readonly files: Files;
  readonly pristine: Files;
  readonly active: string;
  readonly attrPath: string;
  readonly substitute: boolean;
  /** Whether the plan is that of a new machine; otherwise of one that runs what was published last. */
  readonly emptyStore: boolean;
  /** Whether the results are compared with the last published state. */
  readonly compare: boolean;
  readonly engine: "loading" | "ready" | "stopped";
  /** The last answer without an error: what the right side shows. */
  readonly report: Report | undefined;
  /** The last answer: its diagnostics belong to the present text. */
  readonly latest: Report | undefined;
  /** Whether `report` belongs to an earlier text. */
  readonly outdated: boolean;
  /** Something that happened and is not part of a report, in a sentence. */
  readonly notice: string;
  /** What the last reset threw away, as long as it can be brought back. */
  readonly discarded: Draft | undefined;
  readonly selected: DerivationSummary | undefined;
  readonly detail: DerivationDetail | undefined;
  /** The rules of lessons that are switched on, and what they would change. */
  readonly whatIf: { rules: readonly Rule[]; answer: WhatIf | undefined } | undefined;
  /** Where the cursor is: where the parts of the text begin that it stands in, from inside to outside. */
  readonly cursor: Cursor | undefined;
  /** Where the editor shall go; a new object for every jump. */
  readonly jump: Jump | undefined;
}

export interface Cursor {
  file: string;
  starts: number[];
}

export interface Jump {
  file: string;
  from: number;
  to: number;
  /** Whether the editor also takes the focus. */
  focus: boolean;
}

/** An evaluation that takes longer, in milliseconds, is stopped. */
const TIME_LIMIT = 3_000;

/** Drafts are written this many milliseconds after an edit, and when the page is left. */
const DRAFT_DELAY = 300;

/** The cache is asked, and this machine runs what was published last. */
const USUAL: Settings = { substitute: true, emptyStore: false };

export class Store {
  readonly example: Example;
  state: State;
  #subscribers = new Set<() => void>();
  #engine: Engine;
  #draftTimer: ReturnType<typeof setTimeout> | undefined;
  /** Called after the page shows an answer, with the time of the edit that it answers. */
  shown: (since: number) => void = () => {};

  constructor(example: Example) {
    this.example = example;
    const draft = loadDraft(example.name);
    this.state = this.#initial(draft);
    this.#engine = new Engine(
      {
        status: (engine) => this.#set({ engine }),
        report: (report, since) => this.#show(report, since),
        stopped: (notice) => this.#set({ engine: "stopped", notice, outdated: true }),
      },
      { connect, timeLimit: TIME_LIMIT, journal: this.#journal(draft), compare: this.state.compare },
    );
    this.#evaluate();
  }

  subscribe(subscriber: () => void): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /** The text of a file was edited. */
  edit(path: string, text: string): void {
    if (this.state.files.get(path) === text) return;
    this.#set({ files: new Map(this.state.files).set(path, text), notice: "", discarded: undefined });
    this.#evaluate();
  }

  /** The opening file was edited, or at least entered, before the editor was there. A draft's text of it can be brought back. */
  takeOver(text: string, edited: boolean, selection: { from: number; to: number } | undefined): void {
    const file = this.#path(this.example.story.open);
    if (!edited && this.state.active !== file) return;
    const draft = this.#draft();
    if (edited) {
      this.edit(file, text);
      if (file in draft.files) {
        this.#set({ discarded: draft, notice: "What you typed while the page was loading replaced the draft of this file." });
      }
    }
    this.#set({ active: file, ...(selection ? { jump: { file, ...selection, focus: true } } : {}) });
  }

  open(path: string): void {
    if (this.state.files.has(path)) this.#set({ active: path });
    this.#keep();
  }

  goTo(place: Place): void {
    const file = place.file ?? this.state.active;
    if (this.state.files.has(file)) this.#set({ active: file, jump: { file, from: place.from, to: place.to, focus: true } });
  }

  /** Switches a rule of a lesson on or off; without any it is what Nix does. */
  setRule(rule: Rule, on: boolean): void {
    const others = this.state.whatIf?.rules.filter((other) => other !== rule) ?? [];
    const rules = on ? [...others, rule] : others;
    this.#set({ whatIf: rules.length === 0 ? undefined : { rules, answer: undefined } });
    void this.#askWhatIf();
  }

  async #askWhatIf(): Promise<void> {
    const { whatIf } = this.state;
    if (whatIf === undefined) return;
    const { rules } = whatIf;
    const answer = await this.#engine.whatIf(this.#entry(this.state.attrPath, this.state), [...rules]);
    if (answer && this.state.whatIf?.rules === rules) this.#set({ whatIf: { rules, answer } });
  }

  setCursor(cursor: Cursor): void {
    const before = this.state.cursor;
    if (before?.file === cursor.file && String(before.starts) === String(cursor.starts)) return;
    this.#set({ cursor });
  }

  setAttrPath(attrPath: string): void {
    this.#set({ attrPath, notice: "" });
    this.#evaluate();
  }

  setSubstitute(substitute: boolean): void {
    this.#set({ substitute, notice: "" });
    this.#evaluate();
  }

  setEmptyStore(emptyStore: boolean): void {
    this.#set({ emptyStore, notice: "" });
    this.#evaluate();
  }

  setCompare(compare: boolean): void {
    this.#set({ compare });
    this.#engine.compare(compare);
    this.#evaluate();
  }

  /** Publishes what the present text evaluates to. */
  async publish(): Promise<void> {
    const result = await this.#engine.publish();
    if (result === undefined) return;
    const { published, alreadyThere } = result;
    this.#set({
      notice: `The build farm pushed ${count(published, "new store path")} to the cache (${alreadyThere} ${alreadyThere === 1 ? "was" : "were"} there already), and this machine switched to this revision.`,
    });
    this.#evaluate();
  }

  emptyCache(): void {
    this.#engine.resetCache();
    this.#set({ notice: "The cache is empty now." });
    this.#evaluate();
  }

  evict(storePath: string): void {
    this.#engine.evict(storePath);
    this.#set({ notice: `Evicted ${storePath} from the cache.` });
    this.#evaluate();
  }

  /** Back to the example's texts, and to a cache that holds just their outputs. */
  reset(): void {
    const discarded = this.#draft();
    this.#startFrom(undefined);
    discardDraft(this.example.name);
    const lost = Object.keys(discarded.files).length > 0;
    this.#set({ notice: "The example and the cache are as at the beginning.", discarded: lost ? discarded : undefined });
  }

  /** Brings back what the last reset threw away. */
  restore(): void {
    if (this.state.discarded !== undefined) this.#startFrom(this.state.discarded);
  }

  #startFrom(draft: Draft | undefined): void {
    const { report } = this.state;
    this.#set({ ...this.#initial(draft), report, outdated: report !== undefined });
    this.#engine.restart(this.#journal(draft), this.state.compare);
    this.#evaluate();
  }

  select(drvPath: string | undefined): void {
    const selected = this.state.report?.derivations.find((derivation) => derivation.drvPath === drvPath);
    this.#set({ selected, detail: undefined });
    void this.#loadDetail();
  }

  /** How the path of a text or a copy of files comes about. */
  storeObject(path: string): Promise<Results["storeObject"] | undefined> {
    return this.#engine.storeObject(path);
  }

  /** Reads derivations; attributes are those of the present text. */
  read(items: ReadItem[]): Promise<Results["read"] | undefined> {
    return this.#engine.read(items);
  }

  readDerivation(drvPath: string): Promise<Results["readDerivation"] | undefined> {
    return this.#engine.readDerivation(drvPath);
  }

  /** What to evaluate for an attribute. */
  entry(attrPath: string): Entry {
    return this.#entry(attrPath, this.state);
  }

  /** How a step of the story relates to the present state. */
  progress(step: StoryStep): "open" | "done" | "impossible" {
    const { edits, settings } = step;
    if (settings !== undefined && !sameSettings(settings, this.state)) return "open";
    const texts = (edits ?? []).map((edit) => ({ edit, text: this.state.files.get(this.#path(edit.file)) ?? "" }));
    if (texts.every(({ edit, text }) => text.includes(edit.replace))) return "done";
    return texts.every(({ edit, text }) => text.includes(edit.find)) ? "open" : "impossible";
  }

  /** Makes the edits of a step, or takes them back when they have been made. */
  play(step: StoryStep): void {
    const progress = this.progress(step);
    if (progress === "impossible") return;
    const settings = step.settings && (progress === "done" ? USUAL : step.settings);
    const files = new Map(this.state.files);
    let jump: Jump | undefined;
    for (const edit of step.edits ?? []) {
      const [find, replace] = progress === "done" ? [edit.replace, edit.find] : [edit.find, edit.replace];
      const file = this.#path(edit.file);
      const text = files.get(file) ?? "";
      const from = text.indexOf(find);
      files.set(file, text.slice(0, from) + replace + text.slice(from + find.length));
      jump = { file, from, to: from + replace.length, focus: false };
    }
    this.#set({ ...settings, files, active: jump?.file ?? this.state.active, jump, notice: "" });
    this.#evaluate();
  }

  #path(file: string): string {
    return `/${this.example.name}/${file}`;
  }

  #initial(draft: Draft | undefined): State {
    const { files: pristine, story } = this.example;
    const open = this.#path(story.open);
    return {
      files: overlaid(pristine, draft?.files ?? {}),
      pristine,
      active: draft && pristine.has(draft.active) ? draft.active : open,
      attrPath: draft?.attrPath ?? story.attrPath,
      substitute: draft?.substitute ?? USUAL.substitute,
      emptyStore: draft?.emptyStore ?? USUAL.emptyStore,
      compare: draft?.compare ?? true,
      engine: "loading",
      report: undefined,
      latest: undefined,
      outdated: false,
      notice: "",
      discarded: undefined,
      selected: undefined,
      detail: undefined,
      whatIf: undefined,
      cursor: undefined,
      jump: undefined,
    };
  }

  /** A visitor who comes for the first time finds the example published, so that every edit shows its effect. */
  #journal(draft: Draft | undefined): JournalEntry[] {
    const { files: pristine, story } = this.example;
    if (draft === undefined) return [{ kind: "publish", files: pristine, entry: this.#entry(story.attrPath, USUAL) }];
    return draft.journal.map((entry) =>
      entry.kind === "publish"
        ? { kind: "publish", files: overlaid(pristine, entry.files), entry: this.#entry(entry.attrPath, USUAL) }
        : entry,
    );
  }

  #entry(attrPath: string, { substitute, emptyStore }: Settings): Entry {
    return { file: this.#path(this.example.story.entry), attrPath, substitute, emptyStore };
  }

  #evaluate(): void {
    this.#engine.evaluate(this.state.files, this.#entry(this.state.attrPath, this.state), performance.now());
    this.#keep();
  }

  #show(report: Report, since: number): void {
    if (report.outcome === "error") {
      this.#set({ latest: report, outdated: this.state.report !== undefined });
    } else {
      const before = this.state.selected;
      // A derivation that is edited gets another path; the one of the same name is meant.
      const selected =
        before &&
        (report.derivations.find(({ drvPath }) => drvPath === before.drvPath) ??
          report.derivations.find(({ name }) => name === before.name));
      this.#set({ latest: report, report, outdated: false, selected, ...(selected ? {} : { detail: undefined }) });
      void this.#loadDetail();
      void this.#askWhatIf();
    }
    this.shown(since);
  }

  async #loadDetail(): Promise<void> {
    const { selected } = this.state;
    if (selected === undefined) return;
    const detail = await this.#engine.derivation(selected.drvPath);
    if (detail && this.state.selected?.drvPath === selected.drvPath) this.#set({ detail });
  }

  #set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    for (const subscriber of this.#subscribers) subscriber();
  }

  #keep(): void {
    this.#draftTimer ??= setTimeout(() => this.keepNow(), DRAFT_DELAY);
  }

  /** Writes the draft at once, if anything changed since it was written. */
  keepNow(): void {
    if (this.#draftTimer === undefined) return;
    clearTimeout(this.#draftTimer);
    this.#draftTimer = undefined;
    if (!saveDraft(this.example.name, this.#draft())) {
      this.#set({ notice: "This browser has no room for a draft: the text is lost when the page is closed." });
    }
  }

  #draft(): Draft {
    const { files, pristine, active, attrPath, substitute, emptyStore, compare } = this.state;
    const journal = this.#engine.journal.map((entry) => storeEntry(entry, pristine));
    return { version: 1, files: overlay(files, pristine), active, attrPath, substitute, emptyStore, compare, journal };
  }
}

function sameSettings(a: Settings, b: Settings): boolean {
  return a.substitute === b.substitute && a.emptyStore === b.emptyStore;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
