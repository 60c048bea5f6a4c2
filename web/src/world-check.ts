/**
 * Whether data of unknown origin, as links and files hold them, have the shape that the page's own code relies on; and if not, where not.
 * What they mean is checked by the evaluator, which refuses what makes no sense.
 */
import type { BuildFile, CacheFile, Event, SettingsFile, Subject, WorldChange, WorldFile } from "./protocol";

/** Says what is wrong at a place, nothing if nothing is; `strict` finds fields, too, that nobody reads. */
type Check = (value: unknown, place: string, strict: boolean) => string | undefined;

type Union<T> = T extends unknown ? keyof T : never;

const is = (fits: (value: unknown) => boolean, what: string): Check => (value, place) => (fits(value) ? undefined : `${place} is no ${what}`);
const text = is((value) => typeof value === "string", "text");
const flag = is((value) => typeof value === "boolean", "true or false");
const number = is((value) => Number.isSafeInteger(value), "whole number");
const count = is((value) => Number.isSafeInteger(value) && (value as number) >= 0, "whole number from 0 on");
const nothing: Check = () => undefined;
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const at = (place: string, name: string) => (place === "" ? name : `${place}.${name}`);
const named = (place: string) => (place === "" ? "it" : place);

function first<T>(items: Iterable<T>, check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = check(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const listOf =
  (check: Check): Check =>
  (value, place, strict) =>
    Array.isArray(value) ? first(value.entries(), ([index, item]) => check(item, `${place}[${index}]`, strict)) : `${named(place)} is no list`;

const recordOf =
  (check: Check): Check =>
  (value, place, strict) =>
    isObject(value) ? first(Object.entries(value), ([name, item]) => check(item, at(place, name), strict)) : `${named(place)} is no object`;

/** Objects with these fields, of which `needed` must be there. */
const object =
  <T>(fields: Record<keyof T, Check>, needed: readonly (keyof T & string)[] = []): Check =>
  (value, place, strict) => {
    if (!isObject(value)) return `${named(place)} is no object`;
    const missing = needed.find((name) => value[name] === undefined);
    if (missing !== undefined) return `${named(place)} has no ${missing}`;
    return first(Object.entries(value), ([name, item]) => {
      if (!Object.hasOwn(fields, name)) return strict ? `${at(place, name)} is not known` : undefined;
      return item === undefined ? undefined : fields[name as keyof T](item, at(place, name), strict);
    });
  };

/** Objects with exactly one of these fields. */
const oneOf =
  <T>(variants: Record<Union<T>, Check>): Check =>
  (value, place, strict) => {
    const [entry, ...others] = isObject(value) ? Object.entries(value) : [];
    const names = Object.keys(variants).join(", ");
    if (entry === undefined || others.length > 0) return `${named(place)} is no object with one of ${names}`;
    if (!Object.hasOwn(variants, entry[0])) return `${at(place, entry[0])} is none of ${names}`;
    return (variants as Record<string, Check>)[entry[0]]?.(entry[1], at(place, entry[0]), strict);
  };

const words = listOf(text);
const subject = object<Subject>({ attribute: text, file: text, with: listOf(words), texts: recordOf(text) });
const settings = object<SettingsFile>({
  substitute: flag,
  "always-allow-substitutes": flag,
  fallback: flag,
  "keep-going": flag,
  "require-sigs": flag,
  "trusted-public-keys": words,
  system: text,
  "extra-platforms": words,
  "system-features": words,
  "max-jobs": count,
  "max-substitution-jobs": count,
  "download-attempts": count,
  "stalled-download-timeout": count,
  "narinfo-cache-positive-ttl": count,
  "narinfo-cache-negative-ttl": count,
  "narinfo-cache-meta-ttl": count,
  "trusted-substituters": words,
});
const cache = object<CacheFile>(
  {
    url: text,
    priority: number,
    storeDir: text,
    path: text,
    key: text,
    trusted: flag,
    latency: count,
    bandwidth: count,
    offline: flag,
    failures: count,
    infoStatus: count,
    realisationStatus: count,
    faults: recordOf(text),
  },
  ["url"],
);
const build = object<BuildFile>({ seconds: count, narSize: count, fails: flag, references: words, contents: text });
const event = oneOf<Event>({
  publish: object<{ to: 0; what: 0; systems: 0; leaveOut: 0; key: 0 }>({ to: text, what: subject, systems: words, leaveOut: words, key: text }, ["to"]),
  evict: object<{ from: 0; name: 0 }>({ from: text, name: text }, ["from", "name"]),
  advance: object<{ seconds: 0 }>({ seconds: count }, ["seconds"]),
  dryRun: object<{ what: 0 }>({ what: subject }),
  build: object<{ what: 0 }>({ what: subject }),
  delete: object<{ name: 0 }>({ name: text }, ["name"]),
});
const builds = recordOf(build);
const file = object<WorldFile>({ version: number, settings, caches: listOf(cache), builds, history: listOf(event) }, ["version"]);
const change = oneOf<WorldChange>({
  settings,
  caches: listOf(cache),
  builds,
  clear: object<{ cache: 0 }>({ cache: text }, ["cache"]),
  forget: nothing,
  happen: event,
  load: file,
});

/** Whether it is a step of a link or draft; newer pages may have written fields that this one does not know. */
export function isChange(value: unknown): value is WorldChange {
  return change(value, "", false) === undefined;
}

/** The version of world files that is read. */
const VERSION = 1;

/** What makes data no world file, with its place. */
export function worldProblem(value: unknown): string | undefined {
  if (!isObject(value)) return "it is no object";
  const { version } = value;
  if (version !== VERSION && typeof version === "number") return `it has version ${version}, but version ${VERSION} is read here`;
  return file(value, "", true);
}
