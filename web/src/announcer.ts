/** Tells screen readers what became of an edit: politely, and not for every keystroke. */
import { html, LitElement } from "lit";
import type { State } from "./store";
import { shared } from "./theme";

/** The text has to be left alone for so many milliseconds before its result is announced. */
const QUIET = 800;

export class Announcer extends LitElement {
  static override properties = { state: { attribute: false }, said: { state: true } };
  declare state: State;
  declare said: string;

  static override styles = shared;

  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.said = "";
  }

  protected override willUpdate(): void {
    const text = summary(this.state);
    clearTimeout(this.#timer);
    if (text !== this.said) this.#timer = setTimeout(() => (this.said = text), QUIET);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override render() {
    return html`<div class="unseen" role="status" aria-live="polite">${this.said}</div>`;
  }
}

function summary({ engine, latest, report, notice }: State): string {
  const result = () => {
    const error = latest?.diagnostics.find(({ severity }) => severity === "error");
    if (error) return `Error${error.file === undefined ? "" : ` in line ${error.line}`}: ${error.message}`;
    return report?.outcome === "value" ? `Value: ${(report.value ?? "").slice(0, 200)}` : (report?.plan.sentence ?? "");
  };
  if (engine === "loading") return "Loading the evaluator.";
  if (engine === "stopped") return notice;
  return notice === "" ? result() : `${notice} ${result()}`;
}

customElements.define("drvlab-announcer", Announcer);
