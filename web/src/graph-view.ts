/**
 * The derivation graph as a picture and a list box: arrow keys move through it, Enter or Space selects.
 *
 * Up to `SHOWN_NODES` derivations are drawn; of larger graphs only those that changed or must be built come first.
 */
import { css, html, LitElement, nothing, svg, type PropertyValues } from "lit";
import { guard } from "lit/directives/guard.js";
import type { DerivationActions } from "./derivation-actions";
import { layOut, NODE_HEIGHT, type Layout } from "./graph-layout";
import { MeasuredWidth } from "./measured-width";
import type { DerivationSummary, Report, RunReport } from "./protocol";
import { differs, inRun } from "./run";
import { ACTION_MARKS, CHANGE_MARKS, changeMark, meaning, symbol, symbolAt, word } from "./state-mark";
import { shared } from "./theme";

const SHOWN_NODES = 300;
const LABEL_LENGTH = 26;
const KEPT_WIDTHS = 5_000;

export class GraphView extends LitElement {
  static override properties = {
    report: { attribute: false },
    run: { attribute: false },
    selected: { attribute: false },
    focused: { state: true },
  };
  declare report: Report | undefined;
  declare run: RunReport | undefined;
  declare selected: DerivationSummary | undefined;
  declare store: Pick<DerivationActions, "select">;
  /** The `.drv` path of the node that has the focus when the list box has it. */
  declare focused: string | undefined;

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      svg {
        display: block;
        overflow: visible;
      }
      .edge {
        fill: none;
        stroke: var(--border);
        stroke-width: 1;
      }
      .edge.flow {
        stroke: var(--cascade);
        stroke-width: 1.6;
      }
      .edge.near {
        stroke: var(--accent);
        stroke-width: 2;
      }
      .node {
        scroll-margin: 12px;
        cursor: pointer;
        outline: none;
      }
      .node .box {
        fill: var(--surface);
        stroke: var(--control-border);
      }
      .node text {
        fill: var(--text);
        font: 12px var(--sans);
      }
      .cause .box {
        fill: color-mix(in srgb, var(--cause) 16%, var(--surface));
        stroke: var(--cause);
        stroke-width: 2;
      }
      .cascade .box {
        fill: color-mix(in srgb, var(--cascade) 12%, var(--surface));
        stroke: var(--cascade);
        stroke-width: 1.5;
      }
      .new .box {
        fill: color-mix(in srgb, var(--new) 12%, var(--surface));
        stroke: var(--new);
        stroke-width: 1.5;
      }
      .skip.unchanged .box {
        stroke: var(--border);
      }
      .node[aria-selected="true"] .box {
        stroke: var(--accent);
        stroke-width: 3;
      }
      .node:hover .box {
        fill: var(--raised);
      }
      .node .wrong {
        fill: var(--surface);
        stroke: var(--impossible);
        stroke-width: 1.5;
      }
      .node .unequal {
        font-weight: 700;
      }
      .ring {
        display: none;
        fill: none;
        stroke: var(--focus);
        stroke-width: 2;
      }
      .node:focus-visible .ring {
        display: block;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 14px;
        margin: 0 0 14px;
        padding: 0;
        list-style: none;
        color: var(--muted);
        font-size: 12px;
      }
      ul svg {
        display: inline-block;
        vertical-align: -1px;
        margin-inline-end: 3px;
      }
    `,
  ];

  #width = new MeasuredWidth(this);
  #shape = "";
  #layout: Layout | undefined;

  protected override updated(changed: PropertyValues<this>): void {
    const { selected } = this;
    // The details take away room below: what was selected stays in view.
    if (selected !== undefined && changed.has("selected") && selected.name !== changed.get("selected")?.name) {
      requestAnimationFrame(() => this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }));
    }
    if (changed.has("focused") && this.renderRoot.querySelector(":focus")) {
      this.renderRoot.querySelector<SVGElement>('.node[tabindex="0"]')?.focus();
    }
  }

  protected override render() {
    const all = this.report?.derivations ?? [];
    if (all.length === 0 || this.#width.value === 0) return nothing;
    const shown = choose(all);
    const layout = this.#laidOut(shown);
    const selected = this.selected?.drvPath;
    const entered = shown.find(({ drvPath }) => drvPath === (this.focused ?? selected)) ?? shown[layout.lines[0]?.[0] ?? 0];
    const compared = this.report?.hasBaseline ?? false;
    const marks = shown.map((derivation) => changeMark(derivation));
    const near = shown.findIndex(({ drvPath }) => drvPath === selected);
    return html`
      ${this.#legend(shown)}
      <svg width=${this.#width.value} height=${layout.height} role="listbox" aria-label="Derivations" @keydown=${this.#key}>
        <g aria-hidden="true">
          ${guard([layout, near, marks.join()], () =>
            layout.edges.map(([input, user]) => {
              const flows = marks[input] !== "unchanged" && marks[user] !== "unchanged";
              const kind = input === near || user === near ? "near" : flows ? "flow" : "";
              return svg`<path class=${`edge ${kind}`} d=${this.#curve(layout, shown, input, user)} />`;
            }),
          )}
        </g>
        ${layout.lines.flat().map((index) => {
          const derivation = shown[index];
          const place = layout.nodes[index];
          if (derivation === undefined || place === undefined) return nothing;
          const mark = marks[index] ?? "unchanged";
          const done = inRun(this.run, derivation.drvPath);
          const wrong = done && differs(done) ? done.nix.action : undefined;
          const [isEntered, isSelected] = [derivation === entered, derivation.drvPath === selected];
          // Of an edit most nodes see nothing: a derivation that has not changed is the same object.
          return guard([derivation, index, place, compared, wrong, isEntered, isSelected], () => {
            const width = nodeWidth(derivation);
            return svg`<g
              class=${`node ${mark} ${derivation.action}`}
              role="option"
              data-index=${index}
              tabindex=${isEntered ? 0 : -1}
              aria-selected=${isSelected}
              aria-label=${[derivation.name, ...(compared ? [word(mark)] : []), word(derivation.action), ...(wrong ? [`but Nix: ${word(wrong)}`] : [])].join(", ")}
              transform=${`translate(${place.x} ${place.y})`}
              @click=${() => this.#select(derivation)}
            >
              <rect class="ring" x="-3" y="-3" width=${width + 6} height=${NODE_HEIGHT + 6} rx="8" />
              <rect class="box" width=${width} height=${NODE_HEIGHT} rx="6" />
              ${compared ? symbolAt(mark, 8, 7) : nothing}
              <text x="26" y="17">${label(derivation)}${shortened(derivation) ? svg`<tspan aria-hidden="true">…</tspan>` : nothing}</text>
              ${symbolAt(derivation.action, width - 20, 7)}
              ${wrong
                ? svg`<rect class="wrong" x=${width - 23} y=${NODE_HEIGHT - 6} width="34" height="14" rx="7" />
                    <text class="unequal" x=${width - 16} y=${NODE_HEIGHT + 5}>≠</text>${symbolAt(wrong, width - 5, NODE_HEIGHT - 5)}`
                : nothing}
            </g>`;
          });
        })}
      </svg>
      ${all.length > shown.length
        ? html`<p class="muted">
            ${all.length - shown.length} of ${all.length} derivations are not drawn; the table of store paths has them all.
          </p>`
        : nothing}
    `;
  }

  /** Moves the focus to the node that was used last. */
  override focus(): void {
    this.renderRoot.querySelector<SVGElement>('.node[tabindex="0"]')?.focus();
  }

  #legend(shown: DerivationSummary[]) {
    const used = new Set(shown.flatMap((derivation) => [...(this.report?.hasBaseline ? [changeMark(derivation)] : []), derivation.action]));
    return html`<ul aria-label="Legend">
      ${[...CHANGE_MARKS, ...ACTION_MARKS]
        .filter((mark) => used.has(mark))
        .map((mark) => html`<li>${symbol(mark)}${word(mark)}: ${meaning(mark)}</li>`)}
      ${shown.some(({ drvPath }) => this.#isWrong(drvPath)) ? html`<li>≠: the dry run says one thing, Nix does the other</li>` : nothing}
    </ul>`;
  }

  #isWrong(drvPath: string): boolean {
    const done = inRun(this.run, drvPath);
    return done !== undefined && differs(done);
  }

  /** The layout only changes with the graph's shape, which most edits leave alone. */
  #laidOut(shown: DerivationSummary[]): Layout {
    const indexes = new Map(shown.map(({ drvPath }, index) => [drvPath, index]));
    const nodes = shown.map((derivation) => ({
      level: derivation.level,
      inputs: derivation.inputs.flatMap((input) => indexes.get(input) ?? []),
      width: nodeWidth(derivation),
    }));
    const shape = JSON.stringify([this.#width.value, nodes]);
    if (this.#layout === undefined || shape !== this.#shape) {
      this.#layout = layOut(nodes, this.#width.value);
      this.#shape = shape;
    }
    return this.#layout;
  }

  #curve(layout: Layout, shown: DerivationSummary[], input: number, user: number): string {
    const [from, to] = [layout.nodes[input], layout.nodes[user]];
    const [source, target] = [shown[input], shown[user]];
    if (!from || !to || !source || !target) return "";
    const [x1, y1] = [from.x + nodeWidth(source) / 2, from.y + NODE_HEIGHT];
    const [x2, y2] = [to.x + nodeWidth(target) / 2, to.y];
    const bend = Math.max(14, (y2 - y1) / 2);
    return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
  }

  #select(derivation: DerivationSummary): void {
    this.focused = derivation.drvPath;
    this.store.select(derivation.drvPath === this.selected?.drvPath ? undefined : derivation.drvPath);
  }

  #key(event: KeyboardEvent): void {
    const shown = choose(this.report?.derivations ?? []);
    const index = Number((event.target as Element).getAttribute("data-index") ?? -1);
    const derivation = shown[index];
    if (derivation === undefined || this.#layout === undefined) return;
    if (event.key === "Enter" || event.key === " ") {
      this.#select(derivation);
    } else {
      const target = step(this.#layout, shown, index, event.key);
      if (target === undefined) return;
      this.focused = shown[target]?.drvPath;
    }
    event.preventDefault();
  }
}

/** The node that a key leads to from another one, if it leads anywhere. */
function step(layout: Layout, shown: DerivationSummary[], index: number, key: string): number | undefined {
  const place = layout.nodes[index];
  const line = layout.lines[place?.line ?? -1];
  if (place === undefined || line === undefined) return undefined;
  const at = line.indexOf(index);
  const centre = (node: number) => (layout.nodes[node]?.x ?? 0) + nodeWidth(shown[node]) / 2;
  const nearest = (other: number[] | undefined) =>
    other?.toSorted((a, b) => Math.abs(centre(a) - centre(index)) - Math.abs(centre(b) - centre(index)))[0];
  switch (key) {
    case "ArrowLeft":
      return line[at - 1] ?? layout.lines[place.line - 1]?.at(-1);
    case "ArrowRight":
      return line[at + 1] ?? layout.lines[place.line + 1]?.[0];
    case "ArrowUp":
      return nearest(layout.lines[place.line - 1]);
    case "ArrowDown":
      return nearest(layout.lines[place.line + 1]);
    case "Home":
      return layout.lines[0]?.[0];
    case "End":
      return layout.lines.at(-1)?.at(-1);
    default:
      return undefined;
  }
}

/** What is drawn of a graph: everything, or first what changed or must be built. */
function choose(all: DerivationSummary[]): DerivationSummary[] {
  if (all.length <= SHOWN_NODES) return all;
  const weight = (derivation: DerivationSummary) =>
    Number(changeMark(derivation) !== "unchanged") * 2 + Number(derivation.action === "build");
  const chosen = new Set(all.toSorted((a, b) => weight(b) - weight(a)).slice(0, SHOWN_NODES));
  return all.filter((derivation) => chosen.has(derivation));
}

function label({ name }: DerivationSummary): string {
  return name.slice(0, LABEL_LENGTH);
}

function shortened({ name }: DerivationSummary): boolean {
  return name.length > LABEL_LENGTH;
}

const canvas = document.createElement("canvas").getContext("2d");
const textWidths = new Map<string, number>();

/** Measured, since fonts differ by a third in width; names come again with every edit. */
function nodeWidth(derivation: DerivationSummary | undefined): number {
  if (derivation === undefined) return 0;
  const text = label(derivation) + (shortened(derivation) ? "…" : "");
  let width = textWidths.get(text);
  if (width === undefined) {
    if (canvas) canvas.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    width = Math.ceil(canvas?.measureText(text).width ?? text.length * 7);
    if (textWidths.size > KEPT_WIDTHS) textWidths.clear();
    textWidths.set(text, width);
  }
  return width + 54;
}

customElements.define("drvlab-graph", GraphView);
