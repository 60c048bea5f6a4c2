/** How each state of a derivation looks: one word, one colour and one symbol. Drawn, so that no font is needed. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import type { Action, DerivationSummary, OutputSummary } from "./protocol";

export type Mark = "unchanged" | "cause" | "cascade" | "new" | Action;

interface Look {
  word: string;
  /** What the word means, for the legend. */
  meaning: string;
  /** Strokes in a 12 × 12 box. */
  strokes: string;
}

const LOOKS: Record<Mark, Look> = {
  unchanged: { word: "unchanged", meaning: "the same store path as before", strokes: "M2 4.5h8M2 7.5h8" },
  cause: { word: "cause", meaning: "its own recipe was edited", strokes: "M6 1.2 10.8 10.5H1.2Z M6 5v2.4M6 8.8v.3" },
  cascade: { word: "cascade", meaning: "only its inputs changed", strokes: "M2.5 1.5v5a3 3 0 0 0 3 3H10M7.5 7l2.7 2.5L7.5 12" },
  new: { word: "new", meaning: "was not there before", strokes: "M6 1.5v9M1.5 6h9" },
  there: { word: "there", meaning: "already in the local store", strokes: "M1.8 6.5 4.8 9.5 10.4 2.8" },
  fetch: { word: "fetch", meaning: "downloaded from a cache", strokes: "M6 1v7M3 5.5 6 8.5 9 5.5M1.8 11h8.4" },
  build: { word: "build", meaning: "neither there nor fetched", strokes: "M2 10.5 7 5.5M5.2 3.2 8.8 6.8M4.6 4.4 7.5 1.5 10.5 4.5 8 7" },
  skip: { word: "skip", meaning: "not needed: what uses it is there or fetched", strokes: "M2.5 6h.1M6 6h.1M9.5 6h.1" },
  impossible: { word: "impossible", meaning: "can neither be fetched nor built", strokes: "M2.2 2.2l7.6 7.6M9.8 2.2 2.2 9.8" },
};

export const CHANGE_MARKS = ["unchanged", "cause", "cascade", "new"] as const;
export const ACTION_MARKS = ["there", "fetch", "build", "skip", "impossible"] as const;

export function word(mark: Mark): string {
  return LOOKS[mark].word;
}

export function meaning(mark: Mark): string {
  return LOOKS[mark].meaning;
}

/** Whether and why a derivation or one of its outputs differs from the baseline. */
export function changeMark(derivation: DerivationSummary, output?: OutputSummary): Mark {
  // A fixed output keeps its path whatever happens to its recipe.
  if (output?.change === "unchanged") return "unchanged";
  if (derivation.role === "cascade" && derivation.outputs.every(({ change }) => change === "unchanged")) return "unchanged";
  return derivation.role === "none" ? "unchanged" : derivation.role;
}

/** The symbol inside an SVG, with its upper left corner at (`x`, `y`). */
export function symbolAt(mark: Mark, x: number, y: number): SVGTemplateResult {
  return svg`<path class="symbol" transform=${`translate(${x} ${y})`} d=${LOOKS[mark].strokes}
    fill="none" stroke=${`var(--${mark})`} stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />`;
}

/** The symbol in running text; the word stands beside it. */
export function symbol(mark: Mark): TemplateResult {
  return html`<svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">${symbolAt(mark, 0, 0)}</svg>`;
}
