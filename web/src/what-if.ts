/** Lessons: which paths would be others under rules that Nix does not follow, and what would break. */
import { css, html, LitElement, nothing } from "lit";
import type { Rule } from "./protocol";
import { storePath } from "./store-path";
import { count, type State, type Store } from "./store";
import { shared } from "./theme";

/** Of many paths the first ones are listed. */
const SHOWN = 50;

const RULES: { rule: Rule; name: string; lesson: string }[] = [
  {
    rule: "blake3",
    name: "BLAKE3 instead of SHA-256",
    lesson: "Another hash function gives every path another hash part. Only hashes that authors gave stay what they are.",
  },
  {
    rule: "truncation",
    name: "Digests cut off instead of folded",
    lesson: "Much published material says that digests are cut off after 20 bytes. The paths would be others than they are.",
  },
  {
    rule: "clobbering",
    name: "Inputs with one digest replace each other",
    lesson:
      "Two ways to fetch one file have the same digest. Nix 2.3 to 2.7 and 2.35.0 let one of such inputs replace the other instead of uniting what is needed of them, which changes the paths of those that need both in different ways.",
  },
  {
    rule: "names",
    name: "No hashes: what has the same name is the same",
    lesson: "A classic package index knows names and versions only, so that a change that leaves them alone goes unnoticed.",
  },
];

export class WhatIfView extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: State;
  declare store: Store;

  static override styles = [
    shared,
    css`
      label {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 4px 8px;
      }
      select {
        max-width: 100%;
        padding: 4px 8px;
        border: 1px solid var(--control-border);
        border-radius: 6px;
        background: var(--surface);
        color: inherit;
        font: inherit;
      }
      p,
      table {
        margin-top: 8px;
      }
      .scroll {
        position: relative;
        overflow-x: auto;
      }
      table {
        border-collapse: collapse;
      }
      th,
      td {
        padding: 3px 14px 3px 0;
        text-align: start;
        vertical-align: top;
      }
      th {
        color: var(--muted);
        font-weight: 400;
      }
      td .path {
        overflow-wrap: anywhere;
      }
      mark {
        border-radius: 2px;
        background: color-mix(in srgb, var(--cause) 20%, transparent);
        color: inherit;
      }
    `,
  ];

  protected override render() {
    const { whatIf } = this.state;
    const chosen = RULES.find(({ rule }) => rule === whatIf?.rule);
    return html`<label
        >What if
        <select @change=${this.#choose}>
          <option value="" ?selected=${chosen === undefined}>Nix’s own rules</option>
          ${RULES.map(({ rule, name }) => html`<option value=${rule} ?selected=${rule === chosen?.rule}>${name}</option>`)}
        </select></label
      >
      ${chosen === undefined
        ? nothing
        : html`<p><strong>Not what Nix does.</strong> ${chosen.lesson}</p>
            <div role="status">${whatIf?.answer ? this.#answer() : html`<p class="muted">Computing …</p>`}</div>`}`;
  }

  #answer() {
    const { whatIf, report } = this.state;
    if (whatIf?.answer === undefined) return nothing;
    const { total, movedDerivations, moved, wrongHits } = whatIf.answer;
    if (whatIf.rule !== "names") {
      const sentence = `${movedDerivations} of ${count(total, "derivation")} and ${count(moved.length, "output")} have other paths.`;
      const rows = moved.map(({ usual, other }) => [usual, other] as const);
      return html`<p>${sentence}</p>
        ${this.#table("Paths that move", ["Nix", "under this rule"], rows)}`;
    }
    if (!report?.hasBaseline) return html`<p>There is nothing published to be taken for something else.</p>`;
    if (wrongHits.length === 0) return html`<p>Nothing has changed since it was published. Edit a text, and see what is missed.</p>`;
    const rows = wrongHits.map(({ wanted, found }) => [wanted, found] as const);
    return html`<p>
        <strong>${count(wrongHits.length, "wrong cache hit")}:</strong> ${wrongHits.length === 1 ? "this output has" : "these outputs have"} changed, and the
        old one would be taken from the cache because its name is the same.
      </p>
      ${this.#table("Wrong cache hits", ["wanted", "found in the cache"], rows)}`;
  }

  #table(label: string, heads: string[], rows: (readonly [string, string])[]) {
    if (rows.length === 0) return nothing;
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${label}>
      <table>
        <thead>
          <tr>
            ${heads.map((head) => html`<th scope="col">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.slice(0, SHOWN).map(
            ([one, other]) =>
              html`<tr>
                <td>${storePath(one, undefined)}</td>
                <td>${storePath(other, one)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${rows.length > SHOWN ? html`<p class="muted">… and ${rows.length - SHOWN} more</p>` : nothing}
    </div>`;
  }

  #choose(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.store.setRule(RULES.find(({ rule }) => rule === value)?.rule);
  }
}

customElements.define("drvlab-what-if", WhatIfView);
