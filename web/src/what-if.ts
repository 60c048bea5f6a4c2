/** Lessons: which paths would be others under rules that Nix does not follow, and what would break. */
import { css, html, nothing } from "lit";
import type { Rule, WrongHit } from "./protocol";
import { storePath } from "./store-path";
import { StateView } from "./state-view";
import { count } from "./store";
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

export class WhatIfView extends StateView {
  static override styles = [
    shared,
    css`
      .rules {
        display: flex;
        flex-direction: column;
        align-items: flex-start;
        gap: 4px;
        margin-top: 8px;
      }
      .rules p {
        margin: 0 0 6px 37px;
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
    const on = this.state.whatIf?.rules ?? [];
    return html`<h2 id="title">What if</h2>
      <p class="muted">Lessons: rules that Nix does not follow. Each can be switched on, alone or with others.</p>
      <div class="rules" role="group" aria-labelledby="title">
        ${RULES.map(({ rule, name, lesson }) => {
          const checked = on.includes(rule);
          return html`<button type="button" class="switch" role="switch" aria-checked=${checked} @click=${() => this.store.setRule(rule, !checked)}>
              <span class="track" aria-hidden="true"><span class="knob"></span></span>${name}
            </button>
            ${checked ? html`<p><strong>Not what Nix does.</strong> ${lesson}</p>` : nothing}`;
        })}
      </div>
      ${on.length === 0 ? nothing : html`<div role="status">${this.#answer(on)}</div>`}`;
  }

  #answer(on: readonly Rule[]) {
    const { whatIf, report } = this.state;
    if (whatIf?.answer === undefined) return html`<p class="muted">Computing …</p>`;
    const { total, movedDerivations, moved, wrongHits } = whatIf.answer;
    const moves = on.some((rule) => rule !== "names");
    const rows = moved.map(({ usual, other }) => [usual, other] as const);
    return html`${moves
      ? html`<p>${movedDerivations} of ${count(total, "derivation")} and ${count(moved.length, "output")} have other paths.</p>
          ${this.#table("Paths that move", ["Nix", "under these rules"], rows)}`
      : nothing}
    ${on.includes("names") ? this.#wrong(wrongHits, report?.hasBaseline === true) : nothing}`;
  }

  /** What an index by names gets wrong. */
  #wrong(hits: WrongHit[], hasBaseline: boolean) {
    if (!hasBaseline) return html`<p>There is nothing published to be taken for something else.</p>`;
    if (hits.length === 0) return html`<p>Nothing has changed since it was published. Edit a text, and see what is missed.</p>`;
    const rows = hits.map(({ wanted, found }) => [wanted, found] as const);
    return html`<p>
        <strong>${count(hits.length, "wrong cache hit")}:</strong> ${hits.length === 1 ? "this output has" : "these outputs have"} changed, and the
        old one would be taken from the cache because its name is the same.
      </p>
      ${this.#table("Wrong cache hits", ["wanted", "found in the cache"], rows)}`;
  }

  #table(label: string, heads: string[], rows: (readonly [string, string])[]) {
    if (rows.length === 0) return nothing;
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${label}>
      <table>
        <caption class="unseen">
          ${label}
        </caption>
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
}

customElements.define("drvlab-what-if", WhatIfView);
