/** One derivation in detail: why it changed, what the cache has, and its ATerm with the difference marked. */
import { css, html, LitElement, nothing } from "lit";
import type { Builds } from "./build-said";
import type { BuildActions } from "./build-view";
import "./build-view";
import "./decisions";
import type { DerivationActions, ShownDerivations } from "./derivation-actions";
import "./microscope";
import type { DerivationDetail, DerivationSummary, RunReport } from "./protocol";
import { changeMark, symbol, word } from "./state-mark";
import { storePath } from "./store-path";
import { differs, pieceStyles, textPieces } from "./text-pieces";
import { shared } from "./theme";

/** Of many causes the first ones are named. */
const CAUSES_SHOWN = 12;

/** Sends `closed` when it goes away on request. */
export class DerivationView extends LitElement {
  static override properties = { state: { attribute: false }, run: { attribute: false }, builds: { attribute: false } };
  declare state: ShownDerivations;
  declare store: DerivationActions;
  /** What Nix does, for derivations that were evaluated in a world. */
  declare run: RunReport | undefined;
  /** What is said about builds. */
  declare builds: Builds;
  /** Who builds; nobody builds what was only read. */
  declare builder: BuildActions | undefined;

  static override styles = [
    shared,
    pieceStyles,
    css`
      section {
        display: flex;
        flex-direction: column;
        /* Fixed, so that the graph above does not move when the details arrive. */
        height: 42vh;
        border-top: 2px solid var(--accent);
        background: var(--surface);
      }
      header {
        display: flex;
        align-items: center;
        gap: 10px;
        padding: 8px 16px;
        border-bottom: 1px solid var(--border);
      }
      h2 {
        flex: 1;
        font-size: 14px;
        overflow-wrap: anywhere;
      }
      .body {
        position: relative;
        overflow: auto;
        padding: 10px 16px 16px;
        overflow-wrap: anywhere;
      }
      .states {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 14px;
      }
      .states svg {
        vertical-align: -1px;
        margin-inline-end: 5px;
      }
      .body > * + * {
        margin-top: 8px;
      }
      h3 {
        margin: 14px 0 4px;
        color: var(--muted);
        font-size: 12px;
        font-weight: 600;
      }
      .path {
        display: block;
        overflow-wrap: anywhere;
      }
      pre {
        margin: 0;
        padding: 8px 10px;
        border: 1px solid var(--border);
        border-radius: 6px;
        background: var(--background);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      mark {
        border-radius: 2px;
        background: color-mix(in srgb, var(--cause) 20%, transparent);
        color: inherit;
      }
      ul {
        margin: 0;
        padding-inline-start: 18px;
      }
      dl {
        margin: 0;
      }
      dt {
        font-weight: 600;
      }
      dd {
        margin: 0 0 6px;
        overflow-wrap: anywhere;
      }
      .text {
        white-space: pre-wrap;
      }
    `,
  ];

  protected override render() {
    const { selected, detail } = this.state;
    if (selected === undefined) return nothing;
    return html`<section aria-labelledby="title" @keydown=${this.#key}>
      <header>
        <h2 id="title">${selected.name}</h2>
        <button type="button" class="button" @click=${this.#close}>Close</button>
      </header>
      <div class="body" tabindex="0" role="group" aria-label="Details">
        <p class="states">
          <span>${symbol(changeMark(selected))}${word(changeMark(selected))}</span>
          <span>${symbol(selected.action)}${word(selected.action)}${selected.cache ? ` from ${selected.cache}` : ""}</span>
          <span class="muted">${selected.kind}</span>
        </p>
        <p>${selected.reason}</p>
        ${this.builder === undefined ? nothing : html`<drvlab-decisions .run=${this.run} .drvPath=${selected.drvPath}></drvlab-decisions>`}
        ${this.#facts(selected)} ${detail && detail.chain.length > 0 ? this.#chain(detail) : this.#causes(selected)}
        ${this.#outputs(selected)} ${detail ? this.#changes(detail) : nothing}
        ${this.builder === undefined
          ? nothing
          : html`<drvlab-build
              .store=${this.builder}
              .drvPath=${selected.drvPath}
              .name=${selected.name}
              .builds=${this.builds}
              .run=${this.run}
            ></drvlab-build>`}
        <h3>Derivation</h3>
        ${storePath(selected.drvPath, selected.baselineDrvPath)} ${detail ? this.#aterm(detail) : html`<p class="muted">Loading …</p>`}
        ${detail
          ? html`<drvlab-microscope
              .detail=${detail}
              .store=${this.store}
              .attribute=${this.#attribute(detail)}
            ></drvlab-microscope>`
          : nothing}
      </div>
    </section>`;
  }

  #causes(selected: DerivationSummary) {
    const causes = (this.state.report?.derivations ?? []).filter(({ drvPath }) => selected.causedBy.includes(drvPath));
    if (causes.length === 0) return nothing;
    return html`<p>
      Because of
      ${causes.slice(0, CAUSES_SHOWN).map(
        (cause, index) =>
          html`${index > 0 ? ", " : ""}<button type="button" class="link" @click=${() => this.store.select(cause.drvPath)}>
              ${cause.name}
            </button>`,
      )}${causes.length > CAUSES_SHOWN ? ` and ${causes.length - CAUSES_SHOWN} more` : nothing}
    </p>`;
  }

  #outputs(selected: DerivationSummary) {
    return html`<h3>Outputs</h3>
      ${selected.outputs.map(({ name, path, baselinePath }) =>
        path === undefined
          ? html`<p>${name}: known after the build</p>`
          : html`<div>
              ${storePath(path, baselinePath)}
              ${selected.action === "fetch"
                ? html`<button type="button" class="link" @click=${() => this.store.evict(path)}>
                    Evict <span class="unseen">${name}</span> from the cache
                  </button>`
                : nothing}
            </div>`,
      )}`;
  }

  /** The path of the recipe and those of the outputs are two different facts. */
  #facts(selected: DerivationSummary) {
    const { drvChange, outputs } = selected;
    if (!this.state.report?.hasBaseline || drvChange === "new") return nothing;
    const known = outputs.filter(({ path }) => path !== undefined);
    const changed = known.filter(({ change }) => change !== "unchanged").length;
    const outputPaths = changed === 0 ? "the same" : changed === known.length ? "changed" : `${changed} of ${known.length} changed`;
    return html`<ul aria-label="What became of its paths">
      <li>Path of the <code>.drv</code> file: <strong>${drvChange === "unchanged" ? "the same" : "changed"}</strong></li>
      <li>
        ${known.length === 0
          ? html`Paths of outputs: <strong>known after the build</strong>`
          : html`${outputs.length === 1 ? "Path of the output" : "Paths of the outputs"}: <strong>${outputPaths}</strong>`}
      </li>
      ${drvChange !== "unchanged" && known.length > 0 && changed === 0
        ? html`<li>Only the recipe is another. What comes out has the same address, so that nothing is built again for its sake.</li>`
        : nothing}
    </ul>`;
  }

  /** The shortest way over inputs to a cause. */
  #chain({ chain }: DerivationDetail) {
    return html`<div role="group" aria-label="Shortest way to a cause">
      Because of
      ${chain.map(
        ({ name, drvPath }, index) =>
          html`${index > 0 ? ", because of " : ""}<button type="button" class="link" @click=${() => this.store.select(drvPath)}>${name}</button>`,
      )}
    </div>`;
  }

  #changes({ changes, baselineName }: DerivationDetail) {
    if (changes.length === 0 && baselineName === undefined) return nothing;
    return html`<h3>What changed</h3>
      ${baselineName === undefined ? nothing : html`<p>It was called <code>${baselineName}</code>.</p>`}
      <dl>
        ${changes.map(
          ({ field, pieces }) =>
            html`<dt><code>${field}</code></dt>
              <dd>${pieces.length === 0 ? "another method or hash" : html`<code class="text">${textPieces(pieces)}</code>`}</dd>`,
        )}
      </dl>`;
  }

  /** The attribute in whose definition the cursor stands. */
  #attribute({ attributes }: DerivationDetail): string | undefined {
    const { cursor } = this.state;
    const found = cursor?.starts.flatMap((start) =>
      attributes.filter(({ place }) => place.file === cursor.file && place.from === start),
    );
    return found?.[0]?.name;
  }

  #aterm({ aterm, atermBytes, hasBaseline }: DerivationDetail) {
    const shown = aterm.reduce((sum, { kind, text }) => sum + (kind === "removed" ? 0 : text.length), 0);
    return html`<h3>ATerm${hasBaseline && differs(aterm) ? ", compared with the baseline" : nothing}</h3>
      <pre aria-label="ATerm"><code>${textPieces(aterm)}</code>${
        shown * 2 < atermBytes ? html`<span class="muted">… ${atermBytes.toLocaleString("en")} bytes in all</span>` : nothing
      }</pre>`;
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    // A dialog around it stays open.
    event.preventDefault();
    this.#close();
  }

  #close(): void {
    this.store.select(undefined);
    this.dispatchEvent(new Event("closed"));
  }
}

customElements.define("drvlab-derivation", DerivationView);
