/** The diagnostics as text, each with its place and its trace; every place is a button that goes there. */
import { css, html, nothing } from "lit";
import { beginning } from "./long-text";
import type { Diagnostic, Place, TraceFrame } from "./protocol";
import { StateView } from "./state-view";
import { shared } from "./theme";

/** A trace can be ten thousand calls deep: the first and the last ones tell what happened. */
const SHOWN_FRAMES = 40;

export class Problems extends StateView {
  static override styles = [
    shared,
    css`
      section {
        max-height: 220px;
        overflow: auto;
        padding: 8px 12px;
        border-top: 2px solid var(--error);
        background: var(--surface);
      }
      ul,
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li + li {
        margin-top: 6px;
      }
      .message {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .severity {
        color: var(--error);
        font-weight: 600;
      }
      .warning {
        color: var(--cascade);
      }
      .place {
        padding: 0;
        border: 0;
        background: none;
        color: var(--accent);
        text-decoration: underline;
        font-size: 12px;
        text-align: start;
        overflow-wrap: anywhere;
      }
      .hint {
        color: var(--muted);
        overflow-wrap: anywhere;
      }
      summary {
        cursor: pointer;
        font-size: 12px;
        color: var(--muted);
      }
      details li {
        margin: 4px 0 0 14px;
      }
    `,
  ];

  protected override render() {
    const diagnostics = this.state.latest?.diagnostics ?? [];
    if (diagnostics.length === 0) return nothing;
    return html`<section aria-label="Problems" tabindex="0">
      <ul>
        ${diagnostics.map((diagnostic) => this.#diagnostic(diagnostic))}
      </ul>
    </section>`;
  }

  #diagnostic(diagnostic: Diagnostic) {
    const { severity, message, hints, trace } = diagnostic;
    return html`<li>
      <p class="message"><span class="severity ${severity}">${severity}:</span> ${beginning(message)}</p>
      ${this.#place(diagnostic)} ${hints.map((hint) => html`<p class="hint">hint: ${beginning(hint)}</p>`)}
      ${trace.length === 0
        ? nothing
        : html`<details>
            <summary>Trace (${trace.length})</summary>
            <ol>
              ${frames(trace).map((frame) =>
                typeof frame === "string"
                  ? html`<li class="hint">${frame}</li>`
                  : html`<li><p class="message">${beginning(frame.message)}</p>${this.#place(frame)}</li>`,
              )}
            </ol>
          </details>`}
    </li>`;
  }

  #place(place: Place) {
    if (place.file === undefined) return nothing;
    const name = place.file.split("/").slice(2).join("/") || place.file;
    return html`<button type="button" class="place" @click=${() => this.store.goTo(place)}>
      ${name}, line ${place.line}, column ${place.column}
    </button>`;
  }
}

function frames(trace: TraceFrame[]): (TraceFrame | string)[] {
  if (trace.length <= SHOWN_FRAMES) return trace;
  const half = SHOWN_FRAMES / 2;
  return [...trace.slice(0, half), `… ${trace.length - SHOWN_FRAMES} more …`, ...trace.slice(-half)];
}

customElements.define("drvlab-problems", Problems);
