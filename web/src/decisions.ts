/** What the dry run says of a derivation and what Nix does, each with the rule that decided, and what would change it. */
import { css, html, LitElement, nothing } from "lit";
import type { Decided, RunReport } from "./protocol";
import { differs, inRun } from "./run";
import { symbol, word } from "./state-mark";
import { facts, shared } from "./theme";

export class Decisions extends LitElement {
  static override properties = { run: { attribute: false }, drvPath: { attribute: false } };
  declare run: RunReport | undefined;
  declare drvPath: string;

  static override styles = [
    shared,
    facts,
    css`
      :host {
        display: block;
      }
      dl {
        grid-template-columns: repeat(auto-fit, minmax(220px, 1fr));
      }
      dl > div {
        background: var(--background);
      }
      .differs > div:nth-child(2) {
        border-color: var(--impossible);
        border-width: 2px;
      }
      dt {
        font-weight: 600;
      }
      dd {
        margin: 2px 0 0;
      }
      dd svg {
        vertical-align: -1px;
        margin-inline-end: 5px;
      }
      .rule {
        display: block;
        margin-top: 3px;
        color: var(--muted);
        font-size: 12px;
      }
      .warning {
        margin-bottom: 6px;
        color: var(--impossible);
        font-weight: 600;
      }
      p {
        margin-top: 6px;
      }
    `,
  ];

  protected override render() {
    const done = inRun(this.run, this.drvPath);
    if (done === undefined) return html`<p class="muted">Working out what Nix does …</p>`;
    const wrong = differs(done);
    const others = done.outputs.filter(({ nix }) => nix.reason !== done.nix.reason);
    return html`
      ${wrong ? html`<p class="warning">≠ The dry run says one thing, and Nix does another.</p>` : nothing}
      <dl class=${wrong ? "differs" : ""}>
        ${this.#column("The dry run says", done.dryRun)} ${this.#column("Nix does", done.nix)}
        ${done.turned ? this.#column("Nix, if the set is input-addressed", done.turned) : nothing}
      </dl>
      ${done.nix.fix === undefined ? nothing : html`<p><b>To change that:</b> ${done.nix.fix}.</p>`}
      ${others.length === 0
        ? nothing
        : html`<p>
            ${others.map(({ name, nix }) => html`<span class="rule">${name}: ${word(nix.action)}. ${nix.reason}</span>`)}
          </p>`}
    `;
  }

  #column(title: string, { action, reason, rule }: Decided) {
    const text = this.run?.rules.find((known) => known.rule === rule)?.text;
    return html`<div>
      <dt>${title}</dt>
      <dd>
        ${symbol(action)}<b>${word(action)}</b>: ${reason}
        ${rule === undefined ? nothing : html`<span class="rule">Rule ${rule}. ${text}</span>`}
      </dd>
    </div>`;
  }
}

customElements.define("drvlab-decisions", Decisions);
