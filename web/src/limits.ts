/**
 * What an evaluation may take. How deep calls may be nested decides about results, so links hold it; how much memory and time are spent is up
 * to whoever looks, so that is kept in this browser and in no link.
 */
import type { LimitRange, LimitRanges, Limits } from "./protocol";

/** What was set; what was not is as usual. */
export interface ChosenLimits extends Limits {
  seconds?: number | undefined;
}

/** An evaluation that takes more seconds is stopped; package sets of the visitor's own may take longer. */
export function secondsRange(own: boolean): LimitRange {
  return { least: 1, usual: own ? 20 : 3, most: 300 };
}

const KEY = "drvlab:limits";

/** The most that the module can be told. */
const MOST = 2 ** 32 - 1;

/** A number of any origin as a limit: whole and no more than can be told, or nothing. */
export function readLimit(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? Math.min(MOST, Math.max(0, Math.round(value))) : undefined;
}

function cut(value: number | undefined, { least, most }: LimitRange): number | undefined {
  return value === undefined ? undefined : Math.min(most, Math.max(least, value));
}

/** Limits as the module takes them: cut to what can be set. */
export function within(limits: ChosenLimits, { callDepth, memory }: LimitRanges): ChosenLimits {
  return { ...limits, callDepth: cut(limits.callDepth, callDepth), memory: cut(limits.memory, memory) };
}

/** What this browser keeps. */
export function loadLimits(): ChosenLimits {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, unknown> | null;
    return { memory: readLimit(kept?.["memory"]), seconds: cut(readLimit(kept?.["seconds"]), secondsRange(true)) };
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
