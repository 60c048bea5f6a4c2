/** What getting everything costs, and when what happens: the steps of a real build on a line of time, and the same as a table. */
import { css, html, LitElement, nothing, svg } from "lit";
import { MeasuredWidth } from "./measured-width";
import type { Cost, RunReport, RunStep } from "./protocol";
import { symbol } from "./state-mark";
import { count, type State, type Store } from "./store";
import { facts, shared } from "./theme";
import { duration, host } from "./world";

const ROW = 20;

/** A narrower picture is scrolled sideways, in pixels. */
const NARROWEST = 320;

/** More steps than these are only in the table. */
const DRAWN = 400;

/** More rows than these are shown only on request. */
const ROWS = 200;

export class Timeline extends LitElement {
  static override properties = { state: { attribute: false }, everything: { state: true } };
  declare state: State;
  declare store: Store;
  declare everything: boolean;

  static override styles = [
    shared,
    facts,
    css`
      :host {
        display: block;
      }
      h2 {
        margin: 18px 0 8px;
      }
      h2:first-child {
        margin-top: 0;
      }
      dl {
        grid-template-columns: repeat(auto-fill, minmax(118px, 1fr));
      }
      dl > div {
        background: var(--surface);
      }
      dd {
        font-size: 15px;
        font-weight: 600;
      }
      dd small {
        display: block;
        color: var(--muted);
        font-size: 12px;
        font-weight: 400;
      }
      .scroll {
        position: relative;
        overflow-x: auto;
      }
      svg.line {
        display: block;
        border: 1px solid var(--border);
        border-radius: 6px;
        background: var(--surface);
      }
      svg.line text {
        fill: var(--text);
        font: 11px var(--sans);
      }
      svg.line .axis {
        fill: var(--muted);
      }
      .grid {
        stroke: var(--border);
      }
      .build rect {
        fill: color-mix(in srgb, var(--build) 28%, var(--surface));
        stroke: var(--build);
      }
      .simulated rect {
        stroke-dasharray: 4 2;
      }
      .critical rect {
        stroke-width: 2.5;
      }
      .fetch rect {
        fill: color-mix(in srgb, var(--fetch) 22%, var(--surface));
        stroke: var(--fetch);
      }
      .failed rect {
        fill: color-mix(in srgb, var(--impossible) 30%, var(--surface));
        stroke: var(--impossible);
        stroke-width: 2.5;
      }
      .failure {
        margin-bottom: 12px;
        color: var(--error);
        font-weight: 600;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: 13px;
      }
      th,
      td {
        padding: 4px 12px 4px 0;
        border-bottom: 1px solid var(--border);
        text-align: start;
        vertical-align: top;
      }
      th {
        color: var(--muted);
        font-size: 12px;
        font-weight: 600;
      }
      td:last-child {
        min-width: 110px;
        overflow-wrap: anywhere;
      }
      td.number {
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }
      td pre {
        max-height: 220px;
        margin: 4px 0;
        overflow: auto;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      td summary {
        cursor: pointer;
      }
      .legend {
        margin: 6px 0 0;
        color: var(--muted);
        font-size: 12px;
      }
      td svg {
        vertical-align: -1px;
        margin-inline-end: 4px;
      }
    `,
  ];

  #width = new MeasuredWidth(this);

  constructor() {
    super();
    this.everything = false;
  }

  protected override render() {
    const { run, report } = this.state;
    if (report?.outcome !== "derivations") return html`<p>There is nothing to build.</p>`;
    if (run === undefined) return html`<p class="muted">Working out what Nix does …</p>`;
    return html`
      ${run.failure === undefined ? nothing : html`<p class="failure">It fails: ${run.failure}</p>`}
      <h2>What it costs</h2>
      ${this.#cost(run.cost)}
      ${run.turned ? html`<h2>The same set with input addressing</h2>${this.#cost(run.turned)}` : nothing}
      ${run.steps.length === 0
        ? html`<h2>Timeline</h2>
            <p>${run.failure === undefined ? "Nothing to do: everything that is wanted is in the store of this machine." : "Nothing is fetched or built before that."}</p>`
        : this.#steps(run)}
    `;
  }

  #cost(cost: Cost) {
    const waits = cost.buildTime > 0 ? html`<small>longest chain: ${duration(cost.criticalPath)}</small>` : nothing;
    const more = (real: number, said: number) => (real === said ? nothing : html`<small>the dry run says ${said}</small>`);
    return html`<dl>
      <div>
        <dt>Downloads</dt>
        <dd>${cost.downloads}${more(cost.downloads, cost.dryRunDownloads)}</dd>
      </div>
      <div>
        <dt>To download</dt>
        <dd>${cost.downloadSize}<small>${cost.unpackedSize} unpacked</small></dd>
      </div>
      <div>
        <dt>Builds</dt>
        <dd>
          ${cost.builds}${more(cost.builds, cost.dryRunBuilds)}
          ${cost.simulated > 0 ? html`<small>${cost.simulated} simulated</small>` : nothing}
        </dd>
      </div>
      <div>
        <dt>All builds together</dt>
        <dd>${duration(cost.buildTime)}${waits}</dd>
      </div>
      <div>
        <dt>From start to end</dt>
        <dd>${duration(cost.total)}</dd>
      </div>
    </dl>`;
  }

  #steps(run: RunReport) {
    const steps = run.steps.toSorted((one, other) => one.start - other.start);
    const rows = this.everything ? steps : steps.slice(0, ROWS);
    return html`<h2>Timeline of nix build</h2>
      ${this.#picture(run)}
      <p class="legend">
        Times are simulated. Thick: on the longest chain of builds. Dashed: a simulated build, whose size and time are made up.
      </p>
      <h2 id="steps">Steps, in order</h2>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="steps">
        <table>
          <caption class="unseen">
            Steps, in order
          </caption>
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">Remarks</th>
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (step) => html`<tr>
                <td>${symbol(step.build ? "build" : "fetch")}${step.build ? "build" : "fetch"} ${step.name}</td>
                <td class="number">${duration(step.start)}</td>
                <td class="number">${duration(step.end)}</td>
                <td>
                  ${remarks(step)}
                  ${step.log === undefined
                    ? nothing
                    : html`<details ?open=${rows.length < 20}>
                        <summary>Log<span class="unseen"> of ${step.name}</span></summary>
                        <pre tabindex="0" role="group" aria-label=${`Log of ${step.name}`}>${step.log === "" ? "(it wrote nothing)" : step.log}</pre>
                      </details>`}
                </td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${rows.length < run.steps.length
        ? html`<p><button type="button" class="button" @click=${() => (this.everything = true)}>Show all ${count(run.steps.length, "step")}</button></p>`
        : nothing}`;
  }

  /** Slots of downloads above, slots of builds below; the table says the same to those who can't see it. */
  #picture({ steps, cost }: RunReport) {
    const drawn = steps.slice(0, DRAWN);
    const slots = (build: boolean) => Math.max(0, ...drawn.filter((step) => step.build === build).map(({ slot }) => slot + 1));
    const downloads = slots(false);
    const rows = downloads + slots(true);
    const total = Math.max(cost.total, 1);
    const [width, left, top] = [Math.max(this.#width.value, NARROWEST), 66, 22];
    const x = (time: number) => left + ((width - left - 8) * time) / total;
    const y = (step: RunStep) => top + ROW * (step.slot + (step.build ? downloads : 0));
    const height = top + rows * ROW + 6;
    return html`<div class="scroll" tabindex="0" role="group" aria-label="Timeline as a picture">
      <svg class="line" width=${width} height=${height} role="img" aria-label=${`${count(drawn.length, "step")} in ${duration(cost.total)}; the table below lists them`}>
        ${[0, 0.25, 0.5, 0.75, 1].map(
          (part) => svg`<line class="grid" x1=${x(part * total)} x2=${x(part * total)} y1=${top - 4} y2=${height} />
            <text class="axis" x=${x(part * total)} y="13" text-anchor=${part === 1 ? "end" : part === 0 ? "start" : "middle"}>${duration(part * total)}</text>`,
        )}
        ${downloads > 0 ? svg`<text x="6" y=${top + 14}>downloads</text>` : nothing}
        ${rows > downloads ? svg`<text x="6" y=${top + downloads * ROW + 14}>builds</text>` : nothing}
        ${drawn.map((step) => {
          const wide = Math.max(2, x(step.end) - x(step.start));
          const kind = ["step", step.build ? "build" : "fetch", ...(step.simulated ? ["simulated"] : []), ...(step.critical ? ["critical"] : []), ...(step.failure === undefined ? [] : ["failed"])];
          const letters = Math.floor((wide - 6) / 6);
          return svg`<g class=${kind.join(" ")}>
            <rect x=${x(step.start)} y=${y(step) + 2} width=${wide} height=${ROW - 5} rx="2"><title>${`${step.name}: ${duration(step.start)} to ${duration(step.end)}`}</title></rect>
            ${letters > 3 ? svg`<text x=${x(step.start) + 4} y=${y(step) + 14}>${step.name.slice(0, letters)}</text>` : nothing}
          </g>`;
        })}
      </svg>
    </div>`;
  }
}

function remarks(step: RunStep): string {
  const parts = [
    ...(step.cache === undefined ? [] : [`from ${host(step.cache)}`]),
    ...(step.size === undefined ? [] : [step.size]),
    ...(step.simulated ? ["simulated"] : []),
    ...(step.critical ? ["on the longest chain"] : []),
    ...(step.resolved === undefined ? [] : ["with its inputs as they turned out"]),
    ...(step.failure === undefined ? [] : [`failed: ${step.failure}`]),
  ];
  return parts.join(", ");
}

customElements.define("drvlab-timeline", Timeline);
