/**
 * The state of the page and everything that can be done to it.
 *
 * State flows one way: a component calls a method of the store, the store replaces its state and tells its
 * subscribers, and the components are rendered from the new state.
 */
import { checksumText } from "./checksum";
import { discardDraft, loadDraft, overlaid, overlay, saveDraft, type Draft } from "./draft";
import { Engine, type Files, type ImageShelf, type Surroundings } from "./engine";
import { byFolder, example, ownExample, type Archive, type Example, type Settings, type StoryStep } from "./examples";
import type {
  CacheContents,
  CacheFile,
  DerivationDetail,
  DerivationSummary,
  Entry,
  Event as WorldEvent,
  ExportedCache,
  LimitRanges,
  Place,
  ReadItem,
  Report,
  Results,
  Rule,
  RunReport,
  SettingsFile,
  Subject,
  WhatIf,
  WorldFile,
  WorldReport,
  BuildReport,
} from "./protocol";
import { forgetImage, keepImage } from "./image-files";
import { forgetKept, keep, listKept, loadKept, type KeptAbout } from "./kept";
import type { Shared } from "./share";
import { loadLimits, saveLimits, secondsRange, within, type ChosenLimits } from "./limits";
import { isUnpacked, unpack } from "./unpacking";
import { connect, prepare } from "./worker-connection";
import { cachesOf, fromFile, host, list, settingsOf, UPLOAD, uploadsOf, withoutUploads, withStep, type Step, type World } from "./world";
import { worldProblem } from "./world-check";

/** What the right side shows. */
export type View = "derivations" | "timeline" | "world";

export interface State {
  readonly example: Example;
  readonly view: View;
  readonly files: Files;
  readonly pristine: Files;
  readonly active: string;
  readonly attrPath: string;
  /** The world around the texts. */
  readonly world: World;
  /** What the evaluator says of it. */
  readonly worldReport: WorldReport | undefined;
  /** What the dry run says and what Nix does; it may belong to an earlier report. */
  readonly run: RunReport | undefined;
  /** Whether `run` belongs to `report`. */
  readonly runIsCurrent: boolean;
  /** Whether the package set is turned from input- to content-addressed. */
  readonly contentAddressed: boolean;
  /** Whether the plan is that of a new machine; otherwise of one that runs what was published last. */
  readonly emptyStore: boolean;
  /** Whether the results are compared with the last published state. */
  readonly compare: boolean;
  /** What an evaluation may take. */
  readonly limits: ChosenLimits;
  /** What they can be set to; known when the module is there. */
  readonly ranges: LimitRanges | undefined;
  readonly engine: "loading" | "ready" | "stopped";
  /** The last answer without an error: what the right side shows. */
  readonly report: Report | undefined;
  /** The last answer: its diagnostics belong to the present text. */
  readonly latest: Report | undefined;
  /** Whether `report` belongs to an earlier text. */
  readonly outdated: boolean;
  /** Something that happened and is not part of a report, in a sentence. */
  readonly notice: string;
  /** Archives that this browser keeps. */
  readonly kept: readonly KeptAbout[];
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

/** Drafts are written this many milliseconds after an edit, and when the page is left. */
const DRAFT_DELAY = 300;

/** What Nix does is asked for when nothing was edited for so many milliseconds. */
const RUN_DELAY = 120;

/** An image of the evaluator is taken when nothing was asked of it for so many milliseconds. */
const IMAGE_DELAY = 2_000;

/** A world file with more bytes is not read. */
const WORLD_LIMIT = 4_000_000;

/** The cache is asked, and this machine has what it built last. */
const USUAL: Settings = { substitute: true, emptyStore: false };

export class Store {
  state: State;
  #subscribers = new Set<() => void>();
  #engine: Engine;
  #draftTimer: ReturnType<typeof setTimeout> | undefined;
  #runTimer: ReturnType<typeof setTimeout> | undefined;
  /** What the engine was last told to surround evaluations with, as long as that is the state's. */
  #surroundings: { of: World; value: Surroundings } | undefined;
  /** Archives that caches come from, by the paths that the world has for them. */
  #uploads: ReadonlyMap<string, Uint8Array> = new Map();
  /** The cache that was imported last, as long as it is not known what is in it. */
  #imported: { url: string; name: string } | undefined;
  /** Caches whose archives are being unpacked, or can't be, by the paths that the world has for them. */
  #unpacking = new Set<string>();
  /** Called after the page shows an answer, with the time of the edit that it answers. */
  shown: (since: number) => void = () => {};

  /** Whether this browser has room and permission for drafts, as far as that was tried. */
  #draftIsKept = false;
  /** What the draft is kept as; what a link held is kept apart from the visitor's own work. */
  #draftName: string;

  constructor(chosen: Example, draft = loadDraft(chosen.name)) {
    this.#draftName = chosen.name;
    this.state = initial(chosen, draft);
    this.#engine = this.#newEngine();
    this.#showBeside();
    void this.#listKept();
    // An address that says what to show comes first.
    const set = globalThis.location?.hash ? undefined : lastSet();
    if (set === undefined) this.#bringBack();
    else void this.#openLast(set);
  }

  get example(): Example {
    return this.state.example;
  }

  /** An engine for what is shown, or for a package set of the visitor's own that is not shown yet. */
  #newEngine(own: Pick<Archive, "kept" | "identity"> | undefined = this.example.archive): Engine {
    const shown = (show: () => void) => {
      if (this.#engine === engine) show();
    };
    const engine = new Engine(
      {
        status: (engine) => shown(() => this.#set({ engine })),
        ranges: (ranges) => shown(() => this.#set({ ranges, limits: within(this.state.limits, ranges) })),
        report: (report, since) => shown(() => this.#show(report, since)),
        world: (worldReport) => shown(() => this.#showWorld(worldReport)),
        stopped: (notice) => shown(() => this.#set({ engine: "stopped", notice, outdated: true })),
        // How a world begins has ended no worker unless something else is wrong: to try that at once again would never end.
        worldStopped: () => this.state.world.steps.length > 0 && shown(() => this.#setWorld({ ...this.state.world, steps: [] })),
      },
      {
        connect,
        prepare,
        timeLimit: this.#timeLimit(own !== undefined),
        limits: this.state.limits,
        compare: own !== undefined || this.state.compare,
        rest: IMAGE_DELAY,
        shelf: this.#shelf(own),
      },
    );
    return engine;
  }

  /** Milliseconds. */
  #timeLimit(own: boolean): number {
    return (this.state.limits.seconds ?? secondsRange(own).usual) * 1000;
  }

  /** Lets evaluations take more or less than so far. */
  setLimits(change: ChosenLimits): void {
    const limits = { ...this.state.limits, ...change };
    saveLimits(limits);
    this.#set({ limits, notice: "" });
    this.#limit();
    this.#evaluate();
  }

  #limit(): void {
    this.#engine.limit(this.#timeLimit(this.example.archive !== undefined), this.state.limits);
  }

  /** Images are kept where drafts are; those with files of the visitor's own as long as these are kept. */
  #shelf(own: Pick<Archive, "kept" | "identity"> | undefined): ImageShelf {
    const name = own?.kept ?? this.#draftName;
    const kept = () => own === undefined || this.state.kept.some(({ id }) => id === own.kept);
    return {
      name,
      archive: own?.identity,
      keep: (image) => {
        if (this.#draftIsKept && this.#uploads.size === 0 && kept()) void keepImage(name, image);
      },
      forget: () => void forgetImage(name),
    };
  }

  /** Shows another example or scenario, as it was left if it was there before. */
  choose(name: string): void {
    this.#begin(example(name), loadDraft(name));
  }

  /** Shows what a link holds; the visitor's own draft is not touched. */
  openShared({ example: name, draft }: Shared): void {
    this.#begin(example(name), draft, `link:${name}`);
    this.#set({ notice: "This is what the link holds. Your own draft is as you left it: choose it above." });
  }

  /** What a link to the present state leaves out, in a sentence; empty if it has everything. */
  leftOut(): string {
    const caches = [...uploadsOf(this.state.world).values()];
    return caches.length === 0 ? "" : ` It leaves out ${[...new Set(caches)].join(" and ")}, which came from an archive.`;
  }

  /** What a link to the present state holds; `undefined` for files that no link has room for. */
  shared(): Shared | undefined {
    return this.example.archive ? undefined : { example: this.example.name, draft: this.#draft() };
  }

  notify(notice: string): void {
    this.#set({ notice });
  }

  /** Shows an example; `engine` is one that has loaded its archive. */
  #begin(chosen: Example, draft: Draft | undefined, draftName = chosen.name, engine?: Engine): void {
    this.keepNow();
    this.#draftName = draftName;
    this.#engine.close();
    clearTimeout(this.#runTimer);
    this.#surroundings = undefined;
    const { view } = this.state;
    this.state = { ...initial(chosen, draft), view, kept: this.state.kept, engine: engine ? "ready" : "loading" };
    this.#engine = engine ?? this.#newEngine();
    if (engine) this.#limit();
    if (engine && !this.state.compare) engine.compare(false);
    this.#bringBack();
    if (!draftName.startsWith("link:")) rememberSet(chosen.archive?.kept);
    this.#showBeside();
  }

  /** Shows what another system does, if that is what a scenario is about. */
  #showBeside(): void {
    if (this.example.scenario?.beside === "names") this.setRule("names", true);
  }

  show(view: View): void {
    this.#set({ view });
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
    else if (this.example.archive?.paths.includes(path)) void this.#openFromArchive(path);
    this.#keep();
  }

  async #openFromArchive(path: string): Promise<void> {
    const chosen = this.example;
    const text = await this.#engine.text(path);
    if (this.example !== chosen) return;
    if (text === undefined) {
      this.#set({ notice: `${path.slice(chosen.folder.length)} is no text, or too long to be edited here.` });
      return;
    }
    const add = (files: Files) => new Map([...files, [path, text] as [string, string]].sort(byFolder));
    this.#set({ files: add(this.state.files), pristine: add(this.state.pristine), active: path });
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
    const answer = await this.#engine.whatIf(this.#entry(), [...rules]);
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
    this.setSettings({ ...settingsOf(this.state.world), substitute });
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

  setContentAddressed(contentAddressed: boolean): void {
    this.#set({ contentAddressed, notice: "" });
    this.#evaluate();
  }

  setSettings(settings: SettingsFile): void {
    this.#step([{ settings }]);
  }

  setCaches(caches: CacheFile[], notice = ""): void {
    this.#step([{ caches }], notice);
  }

  setBuilds(builds: World["begin"]["builds"]): void {
    this.#step([{ builds: builds ?? {} }]);
  }

  forget(): void {
    this.#step([{ forget: {} }]);
  }

  happen(event: WorldEvent, notice = ""): void {
    this.#step([{ happen: event }], notice);
  }

  /** What the present text is, for events that happen now. */
  subject(attribute = this.state.attrPath): Subject {
    const texts = overlay(this.state.files, this.state.pristine);
    return { attribute, ...(Object.keys(texts).length > 0 ? { texts } : {}) };
  }

  /** A build farm publishes what the present text evaluates to, and this machine builds it, which mostly means that it fetches it. */
  publish(): void {
    const [cache] = cachesOf(this.state.world);
    if (cache === undefined) {
      this.#set({ notice: "There is no cache to publish to." });
      return;
    }
    const what = this.subject();
    this.#step([{ happen: { publish: { to: cache.url, what } } }, { happen: { build: { what } } }]);
  }

  emptyCache(): void {
    const caches = cachesOf(this.state.world);
    this.#step(
      caches.map(({ url }) => ({ clear: { cache: url } })),
      caches.length === 1 ? "The cache is empty now." : "The caches are empty now.",
    );
  }

  evict(storePath: string): void {
    const having = cachesOf(this.state.world).map(({ url }) => ({ happen: { evict: { from: url, name: storePath } } }));
    this.#step(having, `Evicted ${storePath} from the cache.`);
  }

  /** Takes steps of the world back, the last one if no number is given; texts stay. */
  undo(from = this.state.world.steps.length - 1): void {
    const { world } = this.state;
    if (world.steps.length === 0) return;
    this.#set({ notice: from === world.steps.length - 1 ? "The last step was taken back." : "The steps were taken back." });
    this.#setWorld({ ...world, steps: world.steps.slice(0, Math.max(0, from)) });
  }

  /** Lets another world begin, from a file; texts stay. */
  loadWorld(name: string, bytes: Uint8Array): void {
    const fail = (why: string) => this.#set({ notice: `${name} is no world file: ${why}.` });
    if (bytes.length > WORLD_LIMIT) return fail(`it has more than ${WORLD_LIMIT / 1_000_000} MB`);
    let data: unknown;
    try {
      data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch (error) {
      return fail(error instanceof SyntaxError ? `it is no JSON (${error.message})` : "it is no text");
    }
    // Scenarios have a world in them.
    const found = (data as { world?: unknown } | null)?.world ?? data;
    const problem = worldProblem(found);
    if (problem !== undefined) return fail(problem);
    const { file, empty } = fromFile(found as WorldFile);
    const hint = empty.length > 0 ? ` Contents of ${list(empty)} are in files that the page cannot open: import them as caches.` : "";
    this.#step([{ load: file }], `The world is that of ${name} now.${hint} “Undo the last step” brings yours back.`);
  }

  /** Adds a cache with what an archive holds. */
  importCache(name: string, bytes: Uint8Array): void {
    const caches = cachesOf(this.state.world);
    const base = `file:///${withoutEnding(name).replaceAll(/[^A-Za-z0-9._-]+/g, "-") || "cache"}`;
    let url = base;
    for (let number = 2; caches.some((cache) => cache.url === url); number += 1) url = `${base}-${number}`;
    const path = `${UPLOAD}${crypto.randomUUID()}`;
    this.#uploads = new Map(this.#uploads).set(path, bytes);
    this.#imported = { url, name };
    this.setCaches([...caches, { url, path }], `Importing ${name} …`);
    void this.#keepArchive({ id: path, kind: "cache", name, size: bytes.length }, bytes);
  }

  /** Evaluates what was just begun; caches of its world that came from archives are brought back first. */
  #bringBack(): void {
    const missing = [...uploadsOf(this.state.world)].filter(([path]) => !this.#uploads.has(path));
    if (missing.length === 0) this.#evaluate();
    else void this.#bringBackUploads(missing);
  }

  async #bringBackUploads(missing: readonly (readonly [path: string, name: string])[]): Promise<void> {
    const { example } = this;
    const found = await Promise.all(missing.map(async ([path, name]) => ({ path, name, bytes: await loadKept(path) })));
    if (this.example !== example) return;
    const uploads = new Map(this.#uploads);
    for (const { path, bytes } of found) if (bytes !== undefined) uploads.set(path, bytes);
    this.#uploads = uploads;
    const lost = found.filter(({ bytes }) => bytes === undefined).map(({ name }) => name);
    if (lost.length > 0) {
      const steps = withoutUploads(this.state.world.steps, (path) => uploads.has(path));
      this.#set({
        world: { ...this.state.world, steps },
        notice: `What this browser had kept of ${lost.join(" and ")} can't be read any more. Everything else is as you left it; import it again.`,
      });
    }
    this.#surroundings = undefined;
    this.#evaluate();
  }

  /** Unpacks what the module does not; when that is done, builds and downloads look at it. */
  async #unpack(url: string, path: string): Promise<void> {
    const archive = this.#uploads.get(path);
    if (archive === undefined || this.#unpacking.has(path)) return;
    this.#unpacking.add(path);
    const name = host(url);
    const progress = (done: number, total: number) => this.#set({ notice: `Unpacking the archives of ${name}: ${done} of ${total}.` });
    const answer = await unpack(archive, progress);
    if (!this.#uploads.has(path)) return;
    if (answer.kind === "failed") {
      // Importing it again, or a reload, tries again.
      this.#set({ notice: `The archives of ${name} can't be unpacked: ${answer.why}. The page believes their narinfos.` });
      return;
    }
    this.#uploads = new Map(this.#uploads).set(`${path}#unpacked`, answer.tar);
    this.#surroundings = undefined;
    const bad = answer.problems > 0 ? ` ${count(answer.problems, "archive")} can't be unpacked: what needs them says why.` : "";
    this.#set({ notice: `Unpacked ${count(answer.total - answer.problems, "archive")} of ${name}.${bad}` });
    this.#evaluate();
  }

  async #keepArchive(about: KeptAbout, bytes: Uint8Array): Promise<void> {
    const why = await keep(about, bytes);
    if (why !== undefined) this.#set({ notice: `${about.name} is open, but lost when the page is closed: ${why}.` });
    await this.#listKept();
  }

  async #listKept(): Promise<void> {
    this.#set({ kept: await listKept() });
  }

  /** Lets the browser forget an archive; what is open stays open until the page is closed. */
  async forgetKept({ id, name, kind }: KeptAbout): Promise<void> {
    await forgetKept(id);
    if (kind === "set") {
      discardDraft(id);
      await forgetImage(id);
    }
    if (lastSet() === id) rememberSet(undefined);
    await this.#listKept();
    this.#set({ notice: `This browser has forgotten ${name}.` });
  }

  /** Opens the package set that was shown last; the example, which is shown until then, is only evaluated if that can't be. */
  async #openLast(id: string): Promise<void> {
    const { example } = this;
    await this.openKept(id);
    if (this.example === example) this.#bringBack();
  }

  /** Opens a package set that this browser keeps, with what was edited in it. */
  async openKept(id: string): Promise<void> {
    const about = (await listKept()).find((other) => other.id === id);
    const bytes = await loadKept(id);
    if (about === undefined || bytes === undefined) {
      rememberSet(undefined);
      this.#set({ notice: `What this browser had kept of ${about?.name ?? "a package set"} can't be read any more: open it again from its file.` });
      return;
    }
    await this.openArchive(about.name, bytes, id);
  }

  /** Opens a package set of the visitor's own; `kept` is what this browser keeps it as. */
  async openArchive(name: string, packed: Uint8Array, kept?: string): Promise<void> {
    const folder = `/${withoutEnding(name).replaceAll(/[^A-Za-z0-9._-]/g, "-") || "set"}/`;
    const id = kept ?? `${SET}${folder}`;
    const identity = checksumText(packed);
    const engine = this.#newEngine({ kept: id, identity });
    this.#set({ notice: `Reading ${name} …` });
    const report = await engine.load(folder, packed, identity);
    const fail = (why: string) => {
      engine.close();
      this.#set({ notice: `${name} can't be opened: ${why}` });
    };
    if (report === undefined) return fail("reading it takes too long.");
    if (report.problem !== undefined) return fail(`${report.problem}.`);
    const root = report.root === undefined ? folder : `${folder}${report.root}/`;
    const files = report.files.split("\0").slice(0, -1);
    const nix = files.filter((path) => path.endsWith(".nix"));
    const open = nix.find((path) => path === `${root}default.nix`) ?? nix.toSorted((a, b) => a.split("/").length - b.split("/").length)[0];
    if (open === undefined) return fail("there is no .nix file in it.");
    const draft = kept === undefined ? undefined : loadDraft(id);
    const texts = new Map<string, string>();
    // If there was an image, files may have other texts there than in the archive.
    const originals = new Map(engine.originals);
    for (const path of new Set([open, ...Object.keys(draft?.files ?? {}), ...originals.keys()])) {
      const text = originals.get(path) ?? (files.includes(path) ? await engine.text(path) : undefined);
      if (text !== undefined) texts.set(path, text);
    }
    if (!texts.has(open)) return fail(`${open} is no text.`);
    const paths = files.toSorted((a, b) => byFolder([a, ""], [b, ""]));
    const archive: Archive = { bytes: packed, identity, paths, kept: id };
    this.#begin(ownExample(folder, archive, open, texts), draft, id, engine);
    const hint = draft === undefined ? "Say which attribute to build." : "It is as you left it.";
    this.#set({ notice: `Opened ${count(files.length, "file")} of ${name}. ${hint}` });
    if (kept === undefined) void this.#keepArchive({ id, kind: "set", name, size: packed.length }, packed);
  }

  contents(url: string, limit: number): Promise<CacheContents | undefined> {
    return this.#engine.contents(url, limit);
  }

  exportCache(url: string): Promise<ExportedCache | undefined> {
    return this.#engine.export(url);
  }

  build(drvPath: string): Promise<BuildReport | undefined> {
    return this.#engine.build(drvPath);
  }

  #step(step: Step, notice = ""): void {
    if (step.length === 0) return;
    this.#set({ notice });
    this.#setWorld(withStep(this.state.world, step));
  }

  #setWorld(world: World): void {
    this.#set({ world });
    this.#evaluate();
  }

  #showWorld(worldReport: WorldReport): void {
    const { published, problems } = worldReport;
    const { steps } = this.state.world;
    const known = this.state.worldReport?.problems.length ?? 0;
    const problem = problems.length > known ? problems.at(-1) : undefined;
    const imported = this.#imported && worldReport.caches.find(({ url }) => url === this.#imported?.url);
    const importedNotice = imported && `Imported ${this.#imported?.name}: ${count(imported.objects, "store object")}${imported.broken > 0 ? `; ${count(imported.broken, "narinfo")} in it can’t be read` : ""}.`;
    this.#imported = undefined;
    const pushed = steps.at(-1)?.some((change) => "happen" in change && "publish" in change.happen) ?? false;
    const notice =
      problem !== undefined
        ? `That could not happen: ${problem}.`
        : importedNotice !== undefined
          ? importedNotice
          : published !== undefined && pushed
            ? `The build farm pushed ${count(published, "new store path")} to the cache.`
            : this.state.notice;
    this.#set({ worldReport, notice });
    for (const { url, notUnpacked } of worldReport.caches) {
      const path = cachesOf(this.state.world).find((cache) => cache.url === url)?.path;
      if (notUnpacked.some(isUnpacked) && path !== undefined) void this.#unpack(url, path);
    }
  }

  /** Back to the example's texts, and to its world. */
  reset(): void {
    const discarded = this.#draft();
    this.#startFrom(undefined);
    discardDraft(this.#draftName);
    const lost = Object.keys(discarded.files).some((path) => discarded.files[path] !== this.example.edited[path]);
    const what = this.example.scenario ? "The scenario is" : "The example and the cache are";
    this.#set({ notice: `${what} as at the beginning.`, discarded: lost ? discarded : undefined });
  }

  /** Brings back what the last reset threw away. */
  restore(): void {
    if (this.state.discarded !== undefined) this.#startFrom(this.state.discarded);
  }

  #startFrom(draft: Draft | undefined): void {
    const { report, view, files, kept } = this.state;
    const next = initial(this.example, draft);
    // What was opened of an archive stays open.
    const opened = this.example.archive ? new Map([...files.keys()].map((path) => [path, this.state.pristine.get(path) ?? ""])) : undefined;
    this.#set({ ...next, ...(opened ? { files: opened, pristine: opened } : {}), view, kept, report, outdated: report !== undefined });
    this.#engine.restart(this.state.compare);
    this.#limit();
    this.#surroundings = undefined;
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
    return this.#entry(attrPath);
  }

  /** How a step of the story relates to the present state. */
  progress(step: StoryStep): "open" | "done" | "impossible" {
    const { edits, settings } = step;
    if (settings !== undefined && !this.#hasSettings(settings)) return "open";
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
    this.#set({ files, active: jump?.file ?? this.state.active, jump, notice: "" });
    if (settings) {
      this.#set({ emptyStore: settings.emptyStore });
      if (settings.substitute !== substitutes(this.state.world)) this.setSubstitute(settings.substitute);
    }
    this.#evaluate();
  }

  #hasSettings({ substitute, emptyStore }: Settings): boolean {
    return emptyStore === this.state.emptyStore && substitute === substitutes(this.state.world);
  }

  #path(file: string): string {
    return this.example.folder + file;
  }

  #entry(attrPath = this.state.attrPath): Entry {
    const { emptyStore, contentAddressed } = this.state;
    return { file: this.#path(this.example.story.entry), attrPath, emptyStore, contentAddressed };
  }

  #around(): Surroundings {
    const { world, pristine } = this.state;
    if (this.#surroundings?.of !== world) {
      const { story, archive, folder } = this.example;
      const value: Surroundings = {
        world: {
          begin: world.begin,
          changes: world.steps.flat(),
          ...(world.expect ? { expect: world.expect } : {}),
          file: this.#path(story.entry),
          attrPath: story.attrPath,
        },
        originals: pristine,
        uploads: this.#uploads,
        archive: archive && { folder, bytes: archive.bytes, identity: archive.identity },
      };
      this.#surroundings = { of: world, value };
    }
    return this.#surroundings.value;
  }

  #evaluate(): void {
    this.#engine.evaluate(this.state.files, this.#entry(), this.#around(), performance.now());
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
      this.#set({ latest: report, report, outdated: false, runIsCurrent: false, selected, ...(selected ? {} : { detail: undefined }) });
      clearTimeout(this.#runTimer);
      if (report.outcome === "derivations") this.#runTimer = setTimeout(() => void this.#askRun(report), RUN_DELAY);
      void this.#loadDetail();
      void this.#askWhatIf();
    }
    this.shown(since);
  }

  async #askRun(report: Report): Promise<void> {
    const run = await this.#engine.run();
    if (run && this.state.report === report) this.#set({ run, runIsCurrent: true });
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
    this.#draftIsKept = saveDraft(this.#draftName, this.#draft());
    if (!this.#draftIsKept) {
      this.#set({ notice: "This browser has no room for a draft: the text is lost when the page is closed." });
    }
  }

  #draft(): Draft {
    const { files, pristine, active, attrPath, emptyStore, contentAddressed, compare, limits, world } = this.state;
    const { callDepth } = limits;
    const texts = overlay(files, pristine);
    return { version: 2, files: texts, active, attrPath, emptyStore, contentAddressed, compare, callDepth, steps: [...world.steps] };
  }
}

/** What the ids of package sets begin with that this browser keeps. */
const SET = "set:";

/** Where this browser keeps which package set of the visitor's own is open. */
const LAST_SET = "drvlab:set";

function lastSet(): string | undefined {
  try {
    return localStorage.getItem(LAST_SET) ?? undefined;
  } catch {
    return undefined;
  }
}

function rememberSet(id: string | undefined): void {
  try {
    if (id === undefined) localStorage.removeItem(LAST_SET);
    else localStorage.setItem(LAST_SET, id);
  } catch {
    // Without storage nothing is kept at all.
  }
}

/** The name of an archive without what says that it is one. */
function withoutEnding(name: string): string {
  return name.replace(/\.(tar|tar\.gz|tgz|zip)$/i, "");
}

/** Whether this machine asks caches. */
export function substitutes(world: World): boolean {
  return settingsOf(world).substitute ?? true;
}

function initial(chosen: Example, draft: Draft | undefined): State {
  const { files: pristine, story, folder, edited } = chosen;
  const open = folder + story.open;
  return {
    example: chosen,
    view: "derivations",
    files: overlaid(pristine, draft?.files ?? edited),
    pristine,
    active: draft && pristine.has(draft.active) ? draft.active : open,
    attrPath: draft?.attrPath ?? story.attrPath,
    world: { begin: chosen.world, steps: draft?.steps ?? [], expect: chosen.scenario?.expect },
    worldReport: undefined,
    run: undefined,
    runIsCurrent: false,
    contentAddressed: draft?.contentAddressed ?? false,
    emptyStore: draft?.emptyStore ?? USUAL.emptyStore,
    compare: draft?.compare ?? true,
    limits: { ...loadLimits(), callDepth: draft?.callDepth },
    ranges: undefined,
    engine: "loading",
    report: undefined,
    latest: undefined,
    outdated: false,
    notice: "",
    kept: [],
    discarded: undefined,
    selected: undefined,
    detail: undefined,
    whatIf: undefined,
    cursor: undefined,
    jump: undefined,
  };
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
