/** The guided edits: each is a button that makes an edit visibly in the editor, and takes it back again. */
import { css, html, nothing } from "lit";
import type { StoryStep } from "./examples";
import { StateView } from "./state-view";
import { shared } from "./theme";

export class StoryList extends StateView {
  static override styles = [
    shared,
    css`
      details {
        max-height: 32vh;
        overflow: hidden auto;
        border-top: 1px solid var(--border);
        background: var(--background);
      }
      summary {
        padding: 8px 12px;
        cursor: pointer;
        font-size: 13px;
        font-weight: 600;
      }
      ol {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 2px;
        margin: 0;
        padding: 0 8px 8px;
        list-style: none;
      }
      button {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        column-gap: 8px;
        width: 100%;
        padding: 4px 8px;
        border: 1px solid transparent;
        border-radius: 6px;
        background: none;
        text-align: start;
      }
      button:hover:not(:disabled) {
        border-color: var(--border);
        background: var(--surface);
      }
      button:disabled {
        color: var(--muted);
      }
      .number {
        grid-row: span 2;
        display: grid;
        place-items: center;
        width: 20px;
        height: 20px;
        border: 1px solid var(--control-border);
        border-radius: 50%;
        font-size: 12px;
      }
      .done .number {
        border-color: var(--accent);
        background: var(--accent);
        color: var(--accent-text);
      }
      .title {
        font-weight: 600;
        font-size: 13px;
      }
      .text {
        grid-column: 2;
        color: var(--muted);
        font-size: 12px;
      }
      .undo {
        font-weight: 400;
        color: var(--accent);
      }
    `,
  ];

  protected override render() {
    const { steps } = this.store.example.story;
    if (steps.length === 0) return nothing;
    return html`<details open>
      <summary>Try this</summary>
      <ol>
        ${steps.map((step, index) => this.#step(step, index))}
      </ol>
    </details>`;
  }

  #step(step: StoryStep, index: number) {
    const progress = this.store.progress(step);
    return html`<li>
      <button
        type="button"
        class=${progress}
        aria-pressed=${progress === "done"}
        ?disabled=${progress === "impossible"}
        @click=${() => this.store.play(step)}
      >
        <span class="number" aria-hidden="true">${progress === "done" ? "✓" : index + 1}</span>
        <span class="title">${step.title} <span class="undo" ?hidden=${progress !== "done"}>– undo</span></span>
        <span class="text">${progress === "impossible" ? "The text that this step edits is not there any more." : step.text}</span>
      </button>
    </li>`;
  }
}

customElements.define("drvlab-story", StoryList);
