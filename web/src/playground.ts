/** The page as one element: owns the store and hands its state to the components. */
import { css, html, LitElement, nothing } from "lit";
import "./announcer";
import "./derivation-view";
import "./editor";
import { example } from "./examples";
import "./file-list";
import "./graph-view";
import { beginning } from "./long-text";
import "./path-table";
import "./plan-view";
import "./problems";
import type { Reader } from "./reader";
import "./reader";
import { Store, type State } from "./store";
import "./story-list";
import { shared } from "./theme";
import "./toolbar";
import "./what-if";

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

  #store = new Store(example("distribution"));
  #unsubscribe: (() => void) | undefined;
  #keep = () => this.#store.keepNow();

  constructor() {
    super();
    this.state = this.#store.state;
    this.#store.shown = (since) => void this.#measure(since);
    this.#takeOver();
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
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
    window.removeEventListener("pagehide", this.#keep);
    document.removeEventListener("visibilitychange", this.#keep);
  }

  protected override render() {
    const { state } = this;
    const store = this.#store;
    const graph = (state.report?.derivations.length ?? 0) > 0;
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
          <drvlab-plan .state=${state} .store=${store}></drvlab-plan>
          <div id="scroll" tabindex="0" role="group" aria-label="Graph and store paths">
            <section class=${shade} aria-labelledby="graph" ?hidden=${!graph}>
              <h2 id="graph">Derivation graph</h2>
              <drvlab-graph .report=${state.report} .selected=${state.selected} .store=${store}></drvlab-graph>
            </section>
            <section class=${shade} aria-labelledby="paths" ?hidden=${!graph}>
              <h2 id="paths">Store paths</h2>
              <drvlab-paths .report=${state.report} .selected=${state.selected} .store=${store}></drvlab-paths>
            </section>
            ${graph
              ? html`<section class=${shade} aria-label="Dry run">
                  <details>
                    <summary>Dry run</summary>
                    <pre>${beginning(state.report?.plan.dryRun || "Nothing to build or fetch.")}</pre>
                  </details>
                </section>
                <section class=${shade} aria-label="What if">
                  <drvlab-what-if .state=${state} .store=${store}></drvlab-what-if>
                </section>`
              : nothing}
          </div>
          <drvlab-derivation
            .state=${state}
            .store=${store}
            @closed=${() => this.renderRoot.querySelector<HTMLElement>("drvlab-graph")?.focus()}
          ></drvlab-derivation>
        </section>
      </main>
      <drvlab-reader .store=${store}></drvlab-reader>
      <drvlab-announcer .state=${state}></drvlab-announcer>
    `;
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

customElements.define("drvlab-playground", Playground);
