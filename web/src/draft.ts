/** Keeps the visitor's work in this browser, so that a reload or a crash never loses it. */
import type { JournalEntry } from "./engine";

/** What is kept. Texts are stored only where they differ from the example's. */
export interface Draft {
  version: 1;
  files: Record<string, string>;
  active: string;
  attrPath: string;
  substitute: boolean;
  emptyStore: boolean;
  compare: boolean;
  journal: StoredEntry[];
}

/** A journal entry with the texts that differ from the example's. */
export type StoredEntry =
  | { kind: "publish"; files: Record<string, string>; attrPath: string }
  | { kind: "evict"; storePath: string }
  | { kind: "resetCache" };

const key = (example: string) => `drvlab:draft:${example}`;

/** The kept draft, or nothing when there is none, it can't be read, or it has another shape. */
export function loadDraft(example: string): Draft | undefined {
  try {
    const draft = JSON.parse(localStorage.getItem(key(example)) ?? "null") as Partial<Draft> | null;
    if (draft?.version !== 1 || !isTexts(draft.files) || !Array.isArray(draft.journal)) return undefined;
    return {
      version: 1,
      files: draft.files,
      active: String(draft.active),
      attrPath: String(draft.attrPath),
      substitute: draft.substitute !== false,
      emptyStore: draft.emptyStore === true,
      compare: draft.compare !== false,
      journal: draft.journal.filter(isEntry),
    };
  } catch {
    return undefined;
  }
}

/** Returns false when the browser has no room or no permission for it. */
export function saveDraft(example: string, draft: Draft): boolean {
  try {
    localStorage.setItem(key(example), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function discardDraft(example: string): void {
  try {
    localStorage.removeItem(key(example));
  } catch {
    // Without storage there is nothing to discard.
  }
}

/** The texts of `files` that differ from `pristine`. */
export function overlay(files: ReadonlyMap<string, string>, pristine: ReadonlyMap<string, string>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [path, text] of files) if (pristine.get(path) !== text) texts[path] = text;
  return texts;
}

/** `pristine` with the texts of `texts`; paths that the example no longer has are left out. */
export function overlaid(pristine: ReadonlyMap<string, string>, texts: Record<string, string>): ReadonlyMap<string, string> {
  const files = new Map(pristine);
  for (const [path, text] of Object.entries(texts)) if (files.has(path)) files.set(path, text);
  return files;
}

export function storeEntry(entry: JournalEntry, pristine: ReadonlyMap<string, string>): StoredEntry {
  if (entry.kind !== "publish") return entry;
  return { kind: "publish", files: overlay(entry.files, pristine), attrPath: entry.entry.attrPath };
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && Object.values(value).every((text) => typeof text === "string");
}

function isEntry(value: unknown): value is StoredEntry {
  const entry = value as Partial<Record<string, unknown>> | null;
  switch (entry?.["kind"]) {
    case "publish":
      return isTexts(entry["files"]) && typeof entry["attrPath"] === "string";
    case "evict":
      return typeof entry["storePath"] === "string";
    default:
      return entry?.["kind"] === "resetCache";
  }
}
