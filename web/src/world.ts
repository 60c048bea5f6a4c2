/**
 * The world around the texts as the page keeps it: how it began, and each step since then. What it is like now follows
 * from these alone, so that a step can be taken back, a draft or a link can hold it, and a new worker can be brought to it.
 */
import type { BuildFile, CacheFile, WorldChange, Event, Expectation, SettingsFile, Subject, WorldFile } from "./protocol";

export interface World {
  readonly begin: WorldFile;
  /** What was done, each step with the changes that it consists of. */
  readonly steps: readonly Step[];
  /** What a scenario promises. */
  readonly expect?: Expectation | undefined;
}

export type Step = readonly WorldChange[];

/** So many steps are kept; older ones are forgotten, as if they had not happened. */
const STEP_LIMIT = 60;

/** Adds a step. Changes of the same settings, one right after the other, become one. */
export function withStep(world: World, step: Step): World {
  const last = world.steps.at(-1);
  const merges = last?.length === 1 && step.length === 1 && last[0] && step[0] && replaces(step[0], last[0]);
  const steps = [...(merges ? world.steps.slice(0, -1) : world.steps), step];
  // What the world began with is not forgotten.
  const loaded = steps.slice(0, -STEP_LIMIT).findLast((step) => step.some(isLoad));
  return { ...world, steps: [...(loaded ? [loaded] : []), ...steps.slice(-STEP_LIMIT)] };
}

function isLoad(change: WorldChange): change is { load: WorldFile } {
  return "load" in change;
}

function replaces(change: WorldChange, before: WorldChange): boolean {
  if ("settings" in change && "settings" in before) return true;
  if ("builds" in change && "builds" in before) return true;
  if (!("caches" in change && "caches" in before)) return false;
  // A cache that came or went is a step of its own.
  const urls = (caches: CacheFile[]) => caches.map(({ url, path }) => `${url} ${path ?? ""}`).join("\n");
  return urls(change.caches) === urls(before.caches);
}

function last<T>(world: World, pick: (change: WorldChange) => T | undefined, otherwise: T): T {
  const changes = world.steps.flat();
  for (let index = changes.length - 1; index >= 0; index -= 1) {
    const change = changes[index];
    const found = change && pick(change);
    if (found !== undefined) return found;
  }
  return otherwise;
}

export function settingsOf(world: World): SettingsFile {
  return last(world, (change) => ("settings" in change ? change.settings : isLoad(change) ? (change.load.settings ?? {}) : undefined), world.begin.settings ?? {});
}

export function cachesOf(world: World): readonly CacheFile[] {
  return last(world, (change) => ("caches" in change ? change.caches : isLoad(change) ? (change.load.caches ?? []) : undefined), world.begin.caches ?? []);
}

export function buildsOf(world: World): Readonly<Record<string, BuildFile>> {
  return last(world, (change) => ("builds" in change ? change.builds : isLoad(change) ? (change.load.builds ?? {}) : undefined), world.begin.builds ?? {});
}

/** The world as one file: settings, caches and builds as they are now, events in their order; and what no file can say, in sentences. */
export function toFile(world: World): { file: WorldFile; leftOut: string[] } {
  const changes = world.steps.flat();
  const loadedAt = changes.findLastIndex(isLoad);
  const loaded = changes[loadedAt];
  const begin = loaded && isLoad(loaded) ? loaded.load : world.begin;
  const since = changes.slice(loadedAt + 1);
  const caches = cachesOf(world);
  const imported = caches.filter(({ path }) => path?.startsWith(UPLOAD)).map(({ url }) => host(url));
  const lost = since.some((change) => "clear" in change || "forget" in change);
  return {
    file: {
      version: begin.version,
      settings: settingsOf(world),
      caches: caches.map(({ path, ...cache }) => (path === undefined || path.startsWith(UPLOAD) ? cache : { ...cache, path })),
      builds: buildsOf(world),
      history: [...(begin.history ?? []), ...since.flatMap((change) => ("happen" in change ? [change.happen] : []))],
    },
    leftOut: [
      ...(imported.length > 0 ? [`It has ${list(imported)} without contents: they came from an archive, which the file can name as "path".`] : []),
      ...(lost ? ["That caches were emptied or answers forgotten is not in it."] : []),
    ],
  };
}

/** A world file that somebody gave, as far as the page can use it: caches whose contents are files elsewhere are empty. */
export function fromFile(file: WorldFile): { file: WorldFile; empty: string[] } {
  const caches = file.caches ?? [];
  const empty = caches.filter(({ path }) => path !== undefined).map(({ url, path }) => `${host(url)} (${path})`);
  return { file: { ...file, caches: caches.map(({ path: _, ...cache }) => cache) }, empty };
}

/** What paths of caches begin with that came from archives. */
export const UPLOAD = "upload:";

/** The paths of archives that caches of a world come from, with the names of these. */
export function uploadsOf(world: World): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const changes: readonly WorldChange[] = world.steps.flat();
  for (const change of changes) {
    for (const { url, path } of "caches" in change ? change.caches : []) if (path?.startsWith(UPLOAD)) found.set(path, host(url));
  }
  return found;
}

/** Steps without the caches whose archives are not here. */
export function withoutUploads(steps: readonly Step[], isHere: (path: string) => boolean): Step[] {
  const stays = ({ path }: CacheFile) => !path?.startsWith(UPLOAD) || isHere(path);
  return steps.map((step) => step.map((change) => ("caches" in change ? { caches: change.caches.filter(stays) } : change)));
}

/** Everything that happened, in words, oldest first. */
export function historyOf(world: World): { text: string; step: number | undefined }[] {
  const before = (world.begin.history ?? []).map((event) => ({ text: eventText(event), step: undefined }));
  return [...before, ...world.steps.map((step, index) => ({ text: step.map(changeText).join(" "), step: index }))];
}

function changeText(change: WorldChange): string {
  if ("happen" in change) return eventText(change.happen);
  if ("settings" in change) return "The settings of this machine were changed.";
  if ("caches" in change) return "The caches were changed.";
  if ("builds" in change) return "What is said about builds was changed.";
  if ("load" in change) return `Another world began, from a file${change.load.history?.length ? `: ${change.load.history.map(eventText).join(" ")}` : "."}`;
  if ("clear" in change) return `${host(change.clear.cache)} was emptied.`;
  return "This machine forgot what caches had answered.";
}

function eventText(event: Event): string {
  if ("publish" in event) {
    const { to, what, systems, leaveOut, key } = event.publish;
    const parts = [
      ...(systems ? [`for ${list(systems)} only`] : []),
      ...(leaveOut?.length ? [`without ${list(leaveOut)}`] : []),
      ...(key === undefined ? [] : [`signed by ${key}`]),
    ];
    const who = key === undefined ? "The build farm" : "Somebody else";
    return `${who} built ${subject(what)} and pushed it to ${host(to)}${parts.length > 0 ? `, ${parts.join(", ")}` : ""}.`;
  }
  if ("evict" in event) return `${host(event.evict.from)} deleted ${event.evict.name}.`;
  if ("advance" in event) return `${span(event.advance.seconds)} passed.`;
  if ("dryRun" in event) return `This machine made a dry run of ${subject(event.dryRun.what)} and remembers the answers.`;
  if ("build" in event) return `This machine built ${subject(event.build.what)}.`;
  return `This machine deleted ${event.delete.name}.`;
}

function subject(what: Subject | undefined): string {
  const edited = (what?.with?.length ?? 0) > 0 || Object.keys(what?.texts ?? {}).length > 0;
  return `${what?.attribute || "everything"}${edited ? ", as edited" : ""}`;
}

/** A cache without the scheme of its URL. */
export function host(url: string): string {
  return url.replace(/^https?:\/\//, "");
}

export function list(words: Iterable<string>): string {
  return [...words].join(", ");
}

const UNITS = [
  ["day", "d", 86_400],
  ["hour", "h", 3600],
  ["minute", "min", 60],
  ["second", "s", 1],
] as const;

/** The largest two units of a time in seconds. */
function split(seconds: number): { unit: string; short: string; count: number }[] {
  let rest = Math.round(seconds);
  const parts = UNITS.map(([unit, short, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return { unit, short, count };
  });
  return parts.filter(({ count }) => count > 0).slice(0, 2);
}

/** A time in seconds, in its largest two units. */
export function span(seconds: number): string {
  const parts = split(seconds).map(({ unit, count }) => `${count} ${unit}${count === 1 ? "" : "s"}`);
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}

/** A time in milliseconds, in short units; one below ten seconds with a decimal. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const parts = split(milliseconds / 1000);
  return parts.map(({ short, count }) => `${count} ${short}`).join(" ");
}
