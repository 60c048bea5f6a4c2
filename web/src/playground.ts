/** The page as one element: owns the store and hands its state to the components. */
import { css, html, LitElement, nothing } from "lit";
import "./announcer";
import "./derivation-view";
import "./editor";
import { example, FIRST } from "./examples";
import "./file-list";
import "./graph-view";
import { beginning } from "./long-text";
import "./path-table";
import "./plan-view";
import "./problems";
import type { Reader } from "./reader";
import "./reader";
import "./scenario-banner";
import { fromFragment } from "./share";
import { Store, type State, type View } from "./store";
import "./story-list";
import { shared } from "./theme";
import "./timeline";
import "./toolbar";
import "./what-if";
import { buildsOf } from "./world";
import "./world-view";

const VIEWS: { view: View; name: string }[] = [
  { view: "derivations", name: "Derivations" },
  { view: "timeline", name: "Timeline and cost" },
  { view: "world", name: "Caches and settings" },
];

export class Playground extends LitElement {
  static override properties = { state: { state: true } };
  declare state: State;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        height: 100vh;
        height: 100dvh;
      }
      #workspace {
        container: workspace / inline-size;
        display: grid;
        grid-template-columns: minmax(340px, 46fr) minmax(380px, 54fr);
        grid-template-rows: minmax(0, 1fr);
        flex: 1;
        min-height: 0;
      }
      #sources,
      #results {
        display: flex;
        flex-direction: column;
        min-width: 0;
        min-height: 0;
      }
      #sources {
        border-inline-end: 1px solid var(--border);
      }
      #files {
        display: grid;
        grid-template-columns: 186px minmax(0, 1fr);
        grid-template-rows: minmax(0, 1fr);
        flex: 1;
        min-height: 0;
      }
      drvlab-files {
        min-width: 0;
        border-inline-end: 1px solid var(--border);
      }
      #scroll {
        /* What is only for screen readers has its place in here; elsewhere it would lengthen the page. */
        position: relative;
        flex: 1;
        min-height: 0;
        overflow: auto;
      }
      #scroll > section {
        padding: 14px 16px;
      }
      #scroll > section + section {
        border-top: 1px solid var(--border);
      }
      [role="tablist"] {
        display: flex;
        gap: 2px;
        padding: 0 10px;
        border-bottom: 1px solid var(--border);
        background: var(--surface);
        overflow-x: auto;
      }
      [role="tab"] {
        padding: 7px 10px 5px;
        border: 0;
        border-bottom: 3px solid transparent;
        background: none;
        color: var(--muted);
        font-size: 13px;
        font-weight: 600;
        white-space: nowrap;
      }
      [role="tab"]:focus-visible {
        outline-offset: -2px;
      }
      [role="tab"][aria-selected="true"] {
        border-bottom-color: var(--accent);
        color: var(--text);
      }
      @media (forced-colors: active) {
        [role="tab"] {
          border-bottom-color: Canvas;
        }
        [role="tab"][aria-selected="true"] {
          border-bottom-color: Highlight;
        }
      }
      h2 {
        margin-bottom: 10px;
      }
      summary {
        cursor: pointer;
        font-weight: 600;
        font-size: 13px;
      }
      pre {
        margin: 8px 0 0;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      /* Colours fade, contrast stays. */
      .outdated {
        filter: saturate(0.25);
        background: repeating-linear-gradient(-45deg, transparent 0 14px, color-mix(in srgb, var(--raised) 60%, transparent) 14px 15px);
      }
      @container workspace (max-width: 1180px) {
        #files {
          grid-template-columns: minmax(0, 1fr);
          grid-template-rows: auto minmax(0, 1fr);
        }
        drvlab-files {
          border-inline-end: 0;
          border-bottom: 1px solid var(--border);
        }
      }
      @media (max-width: 820px) {
        :host {
          height: auto;
        }
        /* One column, in which the plan follows the text that it is about; it stays in view while the rest scrolls. */
        #workspace {
          display: flex;
          flex-direction: column;
        }
        #sources,
        #results {
          display: contents;
        }
        #files {
          flex: none;
          height: 46vh;
        }
        drvlab-story,
        [role="tablist"],
        #scroll,
        drvlab-derivation {
          order: 1;
        }
        #scroll {
          overflow: visible;
        }
        drvlab-plan {
          position: sticky;
          top: 0;
          z-index: 1;
        }
        drvlab-derivation {
          position: sticky;
          bottom: 0;
          z-index: 1;
        }
      }
    `,
  ];

  #store = new Store(example(location.hash.slice(1) || FIRST));
  #unsubscribe: (() => void) | undefined;
  #keep = () => this.#store.keepNow();

  constructor() {
    super();
    this.state = this.#store.state;
    this.#store.shown = (since) => void this.#measure(since);
    this.#takeOver();
    void this.#openLink();
  }

  /** Opens what the address holds. */
  async #openLink(): Promise<void> {
    const held = await fromFragment(location.hash);
    if (held === null) this.#store.notify("The link can't be read: it is damaged, or of a newer version of this page.");
    else if (held) this.#store.openShared(held);
  }

  /** Takes over what was typed into the static part of the page before this script ran, and where. */
  #takeOver(): void {
    const typed = this.querySelector("textarea");
    if (typed === null) return;
    const { value, defaultValue, selectionStart, selectionEnd } = typed;
    const selection = document.activeElement === typed ? { from: selectionStart, to: selectionEnd } : undefined;
    if (value !== defaultValue || selection) this.#store.takeOver(value, value !== defaultValue, selection);
    this.replaceChildren();
    this.state = this.#store.state;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unsubscribe = this.#store.subscribe(() => (this.state = this.#store.state));
    window.addEventListener("pagehide", this.#keep);
    document.addEventListener("visibilitychange", this.#keep);
    window.addEventListener("dragover", refuseFiles);
    window.addEventListener("drop", refuseFiles);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
    window.removeEventListener("pagehide", this.#keep);
    document.removeEventListener("visibilitychange", this.#keep);
    window.removeEventListener("dragover", refuseFiles);
    window.removeEventListener("drop", refuseFiles);
  }

  protected override render() {
    const { state } = this;
    const store = this.#store;
    const shade = state.outdated ? "outdated" : "";
    return html`
      <drvlab-toolbar .state=${state} .store=${store} @read=${() => void this.renderRoot.querySelector<Reader>("drvlab-reader")?.open()}></drvlab-toolbar>
      <main id="workspace">
        <section id="sources" aria-label="Sources">
          <div id="files">
            <drvlab-files .state=${state} .store=${store}></drvlab-files>
            <drvlab-editor .state=${state} .store=${store}></drvlab-editor>
          </div>
          <drvlab-problems .state=${state} .store=${store}></drvlab-problems>
          <drvlab-story .state=${state} .store=${store}></drvlab-story>
        </section>
        <section id="results" aria-label="Results" aria-busy=${state.engine === "loading"}>
          <drvlab-scenario .state=${state} .store=${store}></drvlab-scenario>
          <drvlab-plan .state=${state} .store=${store}></drvlab-plan>
          <div role="tablist" aria-label="Results" @keydown=${this.#tabKey}>
            ${VIEWS.map(
              ({ view, name }) => html`<button
                type="button"
                role="tab"
                id=${`tab-${view}`}
                aria-selected=${state.view === view}
                aria-controls="scroll"
                tabindex=${state.view === view ? 0 : -1}
                @click=${() => store.show(view)}
              >
                ${name}
              </button>`,
            )}
          </div>
          <div id="scroll" tabindex="0" role="tabpanel" aria-labelledby=${`tab-${state.view}`}>${this.#view(shade)}</div>
          <drvlab-derivation
            .state=${state}
            .store=${store}
            .run=${state.run}
            .builds=${buildsOf(state.world)}
            .builder=${store}
            @closed=${() => this.renderRoot.querySelector<HTMLElement>("drvlab-graph")?.focus()}
          ></drvlab-derivation>
        </section>
      </main>
      <drvlab-reader .store=${store}></drvlab-reader>
      <drvlab-announcer .state=${state}></drvlab-announcer>
    `;
  }

  #view(shade: string) {
    const { state } = this;
    const store = this.#store;
    const graph = (state.report?.derivations.length ?? 0) > 0;
    switch (state.view) {
      case "timeline":
        return html`<section class=${shade} aria-label="Timeline and cost">
          <drvlab-timeline .state=${state} .store=${store}></drvlab-timeline>
        </section>`;
      case "world":
        return html`<section aria-label="Caches and settings"><drvlab-world .state=${state} .store=${store}></drvlab-world></section>`;
      case "derivations":
        return html`<section class=${shade} aria-labelledby="graph" ?hidden=${!graph}>
            <h2 id="graph">Derivation graph</h2>
            <drvlab-graph .report=${state.report} .run=${state.run} .selected=${state.selected} .store=${store}></drvlab-graph>
          </section>
          <section class=${shade} aria-labelledby="paths" ?hidden=${!graph}>
            <h2 id="paths">Store paths</h2>
            <drvlab-paths .report=${state.report} .run=${state.run} .selected=${state.selected} .store=${store}></drvlab-paths>
          </section>
          ${graph
            ? html`<section class=${shade} aria-label="Dry run">
                <details>
                  <summary>Dry run</summary>
                  <pre>${beginning(state.report?.plan.dryRun || "Nothing to build or fetch.")}</pre>
                </details>
              </section>`
            : nothing}
          ${graph
            ? html`<section class=${shade} aria-label="What if">
                <drvlab-what-if .state=${state} .store=${store}></drvlab-what-if>
              </section>`
            : nothing}`;
    }
  }

  #tabKey(event: KeyboardEvent): void {
    const at = VIEWS.findIndex(({ view }) => view === this.state.view);
    const target = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: VIEWS.length - 1 }[event.key];
    const next = VIEWS[((target ?? at) + VIEWS.length) % VIEWS.length];
    if (target === undefined || next === undefined) return;
    event.preventDefault();
    this.#store.show(next.view);
    this.renderRoot.querySelector<HTMLElement>(`#tab-${next.view}`)?.focus();
  }

  protected override async getUpdateComplete(): Promise<boolean> {
    const complete = await super.getUpdateComplete();
    const parts = [...this.renderRoot.querySelectorAll("*")].filter((element) => element instanceof LitElement);
    await Promise.all(parts.map((part) => part.updateComplete));
    return complete;
  }

  /** Measures from the edit to the page that shows its effect; a benchmark observes it, so only the last is kept. */
  async #measure(since: number): Promise<void> {
    await this.updateComplete;
    performance.clearMeasures("drvlab:update");
    performance.measure("drvlab:update", { start: since, end: performance.now() });
  }
}

/** Files that are dropped beside the places for them do not take the browser away from the page. */
function refuseFiles(event: DragEvent): void {
  if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "none";
}

customElements.define("drvlab-playground", Playground);
