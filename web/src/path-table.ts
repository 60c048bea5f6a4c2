/** The table of store paths: one row for each output, with what changed and what the cache has. */
import { css, html, LitElement, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import type { DerivationActions } from "./derivation-actions";
import type { DerivationSummary, OutputSummary, Report, RunReport } from "./protocol";
import { differs, inRun } from "./run";
import { changeMark, symbol, word, type Mark } from "./state-mark";
import { storePath } from "./store-path";
import { shared } from "./theme";

/** More rows than these are shown only on request, so that typing stays quick. */
const SHOWN_ROWS = 400;

export class PathTable extends LitElement {
  static override properties = {
    report: { attribute: false },
    run: { attribute: false },
    selected: { attribute: false },
    everything: { state: true },
  };
  declare report: Report | undefined;
  declare run: RunReport | undefined;
  declare selected: DerivationSummary | undefined;
  declare store: Pick<DerivationActions, "select">;
  declare everything: boolean;

  static override styles = [
    shared,
    css`
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: 13px;
      }
      th,
      td {
        padding: 5px 8px;
        border-bottom: 1px solid var(--border);
        text-align: start;
        vertical-align: top;
      }
      th {
        color: var(--muted);
        font-weight: 600;
        font-size: 12px;
      }
      td:first-child,
      th:first-child {
        padding-inline-start: 0;
      }
      .narrow {
        width: 1%;
        white-space: nowrap;
      }
      .name {
        padding: 0;
        border: 0;
        background: none;
        font-weight: 600;
        text-align: start;
        overflow-wrap: anywhere;
      }
      .name:hover {
        text-decoration: underline;
      }
      .path {
        display: block;
        overflow-wrap: anywhere;
      }
      .folder {
        color: var(--muted);
      }
      tr.selected,
      tr.selected .folder {
        background: var(--selection);
        color: var(--text);
      }
      mark {
        border-radius: 3px;
        background: color-mix(in srgb, var(--cause) 20%, transparent);
        color: inherit;
        font-weight: 700;
        text-decoration: underline;
        text-decoration-color: var(--cause);
        text-underline-offset: 3px;
      }
      .state svg {
        vertical-align: -1px;
        margin-inline-end: 5px;
      }
      .label {
        display: none;
      }
      .wrong {
        background: color-mix(in srgb, var(--impossible) 12%, transparent);
        font-weight: 600;
      }
      .unequal {
        color: var(--impossible);
        font-weight: 700;
      }
      .removed {
        color: var(--muted);
        text-decoration: line-through;
      }
      p {
        margin-top: 8px;
      }
      /* On a phone the states stand below the path, which then has the whole width. */
      @container workspace (max-width: 520px) {
        thead {
          display: none;
        }
        table,
        tbody {
          display: block;
        }
        tr {
          display: flex;
          flex-wrap: wrap;
          gap: 0 16px;
          padding: 5px 0;
          border-bottom: 1px solid var(--border);
        }
        td {
          padding: 0;
          border: 0;
        }
        td:first-child {
          flex: 0 0 100%;
        }
        .state {
          width: auto;
        }
        .label {
          display: inline;
          color: var(--muted);
        }
        tr.selected .label {
          color: var(--text);
        }
      }
    `,
  ];

  constructor() {
    super();
    this.everything = false;
  }

  protected override render() {
    const { report } = this;
    if (report === undefined || report.derivations.length === 0) return nothing;
    // Users before their inputs: what was asked for comes first.
    const rows = report.derivations
      .toReversed()
      .flatMap((derivation) => derivation.outputs.map((output) => ({ derivation, output })));
    const shown = this.everything ? rows : rows.slice(0, SHOWN_ROWS);
    return html`
      <table role="table" aria-label="Store paths">
        <thead>
          <tr>
            <th scope="col">Output and its store path</th>
            ${report.hasBaseline ? html`<th scope="col" class="narrow">Change</th>` : nothing}
            <th scope="col" class="narrow">Dry run says</th>
            <th scope="col" class="narrow">Nix does</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${shown.map(({ derivation, output }) => this.#row(derivation, output))}
        </tbody>
      </table>
      ${shown.length < rows.length
        ? html`<p><button type="button" class="button" @click=${() => (this.everything = true)}>Show all ${rows.length} rows</button></p>`
        : nothing}
      ${report.removed.length === 0
        ? nothing
        : html`<p>
            No longer needed: ${report.removed.slice(0, SHOWN_ROWS).map(({ name }, index) => html`${index > 0 ? ", " : ""}<span class="removed">${name}</span>`)}
          </p>`}
    `;
  }

  #row(derivation: DerivationSummary, output: OutputSummary) {
    const chosen = this.selected?.drvPath === derivation.drvPath;
    const done = inRun(this.run, derivation.drvPath)?.outputs.find(({ name }) => name === output.name);
    const wrong = done !== undefined && differs(done);
    const compared = this.report?.hasBaseline;
    // Of an edit most rows see nothing: a derivation that has not changed is the same object.
    return guard([derivation, output, chosen, compared, done?.path, done?.dryRun.action, done?.nix.action, wrong], () => {
      const path = output.path ?? done?.path;
      return html`<tr role="row" class=${chosen ? "selected" : ""}>
        <td role="cell">
          <button
            type="button"
            class="name"
            aria-pressed=${chosen}
            @click=${() => this.store.select(chosen ? undefined : derivation.drvPath)}
          >
            ${output.name === "out" ? derivation.name : `${derivation.name}!${output.name}`}
          </button>
          ${path === undefined
            ? html`<span class="path muted">known after the build</span>`
            : html`${storePath(path, output.baselinePath)}${output.path === undefined
                ? html` <span class="muted">(follows from what comes out)</span>`
                : nothing}`}
        </td>
        ${compared ? html`<td role="cell" class="narrow state">${mark(changeMark(derivation, output))}</td>` : nothing}
        <td role="cell" class="narrow state"><span class="label">dry run: </span>${mark(done?.dryRun.action ?? derivation.action)}</td>
        <td role="cell" class=${`narrow state ${wrong ? "wrong" : ""}`}>
          <span class="label">Nix: </span>${done === undefined
            ? html`<span class="muted">…</span>`
            : html`${mark(done.nix.action)}${wrong ? html`<span class="unequal" title="Nix does something else than the dry run says"> ≠</span>` : nothing}`}
        </td>
      </tr>`;
    });
  }
}

function mark(state: Mark) {
  return html`${symbol(state)}${word(state)}`;
}

customElements.define("drvlab-paths", PathTable);
