/**
 * What an evaluation may take. How deep calls may be nested decides about results, so links hold it; how much memory and time are spent is up
 * to whoever looks, so that is kept in this browser and in no link.
 */
import { USUAL_LIMITS, type Limits } from "./protocol";

/** What was set; what was not is as usual. */
export interface ChosenLimits {
  callDepth?: number | undefined;
  /** Mebibytes. */
  memory?: number | undefined;
  seconds?: number | undefined;
}

/** The least and the most that can be set. */
export const BOUNDS = { callDepth: [1, 100_000], memory: [16, 2048], seconds: [1, 300] } as const;

/** An evaluation that takes more seconds is stopped; package sets of the visitor's own may take longer. */
export function usualSeconds(own: boolean): number {
  return own ? 20 : 3;
}

const KEY = "drvlab:limits";

/** A number of any origin as a limit: whole and within its bounds, or nothing. */
export function readLimit(name: keyof ChosenLimits, value: unknown): number | undefined {
  const [least, most] = BOUNDS[name];
  return typeof value === "number" && Number.isFinite(value) ? Math.min(most, Math.max(least, Math.round(value))) : undefined;
}

/** What this browser keeps. */
export function loadLimits(): ChosenLimits {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, unknown> | null;
    return { memory: readLimit("memory", kept?.["memory"]), seconds: readLimit("seconds", kept?.["seconds"]) };
  } catch {
    return {};
  }
}

export function saveLimits({ memory, seconds }: ChosenLimits): void {
  try {
    if (memory === undefined && seconds === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify({ memory, seconds }));
  } catch {
    // Without storage they hold until the page is closed.
  }
}

/** What the evaluator is told. */
export function limitsOf({ callDepth, memory }: ChosenLimits): Limits {
  return { callDepth: callDepth ?? USUAL_LIMITS.callDepth, memory: memory ?? USUAL_LIMITS.memory };
}
