/** Keeps the visitor's work in this browser, so that a reload or a crash never loses it. */
import { readLimit } from "./limits";
import { withoutUploads, type Step } from "./world";
import { isChange } from "./world-check";

/** What is kept. Texts are stored only where they differ from the example's. */
export interface Draft {
  version: 2;
  files: Record<string, string>;
  active: string;
  attrPath: string;
  emptyStore: boolean;
  contentAddressed: boolean;
  compare: boolean;
  /** How deep calls may be nested, if that is not as usual. */
  callDepth?: number | undefined;
  steps: Step[];
}

const key = (example: string) => `drvlab:draft:${example}`;

/** The kept draft, or nothing when there is none, it can't be read, or it has another shape. */
export function loadDraft(example: string): Draft | undefined {
  try {
    return readDraft(JSON.parse(localStorage.getItem(key(example)) ?? "null"), true);
  } catch {
    return undefined;
  }
}

/**
 * A draft from data of any origin. What its steps mean is checked by the evaluator, which refuses what makes no sense. Caches that came from
 * archives are left out unless the archives are here.
 */
export function readDraft(data: unknown, archivesAreHere = false): Draft | undefined {
  const draft = data as Partial<Draft> | null;
  if (typeof draft !== "object" || draft?.version !== 2 || !isTexts(draft.files) || !Array.isArray(draft.steps)) return undefined;
  const callDepth = readLimit(draft.callDepth);
  return {
    version: 2,
    files: draft.files,
    active: String(draft.active),
    attrPath: String(draft.attrPath),
    emptyStore: draft.emptyStore === true,
    contentAddressed: draft.contentAddressed === true,
    compare: draft.compare !== false,
    ...(callDepth === undefined ? {} : { callDepth }),
    steps: archivesAreHere ? draft.steps.filter(isStep) : withoutUploads(draft.steps.filter(isStep), () => false),
  };
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

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && Object.values(value).every((text) => typeof text === "string");
}

function isStep(value: unknown): value is Step {
  return Array.isArray(value) && value.length > 0 && value.every(isChange);
}
