/** A build of a derivation, looked at closely: what it wrote, which files came out, and what they refer to. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { type Builds, type SayingActions, saySomething } from "./build-said";
import { beginning } from "./long-text";
import type { BuildReport, BuiltOutput, RunReport } from "./protocol";
import { shared } from "./theme";

export interface BuildActions extends SayingActions {
  /** Builds a derivation. `undefined`: the worker was stopped, or another question replaced this one. */
  build(drvPath: string): Promise<BuildReport | undefined>;
}

const KINDS = { directory: "directory", file: "file", program: "program", link: "link to" } as const;

export class BuildView extends LitElement {
  static override properties = {
    drvPath: { attribute: false },
    name: { attribute: false },
    builds: { attribute: false },
    run: { attribute: false },
    open: { state: true },
    built: { state: true },
  };
  declare drvPath: string;
  /** The name of the derivation. */
  declare name: string;
  /** What is said about builds. */
  declare builds: Builds;
  /** Another run may mean another build. */
  declare run: RunReport | undefined;
  declare store: BuildActions;
  declare open: boolean;
  declare built: BuildReport | undefined;

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      summary {
        cursor: pointer;
        font-size: 13px;
        font-weight: 600;
      }
      .mark {
        display: inline-block;
        padding: 0 8px;
        border: 1px dashed var(--cascade);
        border-radius: 10px;
        color: var(--cascade);
        font-size: 12px;
        font-weight: 600;
      }
      .failed {
        color: var(--error);
        font-weight: 600;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .inside > * {
        margin-top: 8px;
      }
      pre {
        max-height: 220px;
        margin: 4px 0 0;
        padding: 6px 10px;
        overflow: auto;
        border: 1px solid var(--border);
        border-radius: 6px;
        background: var(--background);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      h4 {
        margin: 10px 0 2px;
        font-size: 13px;
      }
      ul {
        margin: 0;
        padding-inline-start: 18px;
      }
      code {
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    this.open = false;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("drvPath")) this.built = undefined;
    if (this.open && (changed.has("drvPath") || changed.has("run") || changed.has("open"))) void this.#build();
  }

  async #build(): Promise<void> {
    const { drvPath } = this;
    const built = await this.store.build(drvPath);
    if (built && this.drvPath === drvPath) this.built = built;
  }

  protected override render() {
    const toggle = (event: Event) => (this.open = (event.target as HTMLDetailsElement).open);
    return html`<details @toggle=${toggle}>
      <summary>Build it here: log, files, references</summary>
      <div class="inside" role="status">${this.built ? this.#built(this.built) : html`<p class="muted">Building …</p>`}</div>
    </details>`;
  }

  /** Whoever wants to know what another build would mean says so here, as in the settings of the world. */
  #said(name: string | undefined) {
    const said = name === undefined ? undefined : this.builds[name];
    return name !== undefined && said !== undefined
      ? html`<drvlab-build-said .store=${this.store} .builds=${this.builds} .name=${name} .said=${said}></drvlab-build-said>`
      : html`<p>
          <button type="button" class="button" @click=${() => saySomething(this.store, this.builds, this.name)}>Simulate this build as you say</button>
        </p>`;
  }

  #built({ simulated, said, failure, log, resolved, outputs }: BuildReport) {
    return html`
      ${simulated === undefined
        ? failure === undefined
          ? html`<p>This script really ran on this page; what came out is what Nix builds.</p>`
          : nothing
        : html`<p><span class="mark">simulated</span> The build does not run on this page: ${simulated}. Sizes and references are made up.</p>`}
      ${failure === undefined ? nothing : html`<p class="failed">The build fails: ${failure}</p>`}
      ${resolved === undefined ? nothing : html`<p>Built as <code>${resolved}</code>, with its inputs as they turned out.</p>`}
      ${simulated === undefined || log !== ""
        ? html`<div>
            Log
            <pre tabindex="0" role="group" aria-label="Log">${log === "" ? "(the builder wrote nothing)" : beginning(log)}</pre>
          </div>`
        : nothing}
      ${this.#said(said)} ${outputs.map((output) => this.#output(output))}
    `;
  }

  #output({ name, path, narHash, narSize, references, files }: BuiltOutput) {
    return html`<div>
      <h4>Output ${name}</h4>
      <p><code>${path}</code></p>
      <p>NAR: <code>${narHash}</code>, ${narSize}</p>
      ${references.length === 0
        ? html`<p>It refers to nothing.</p>`
        : html`<p>It refers to:</p>
            <ul>
              ${references.map((reference) => html`<li><code>${reference}</code></li>`)}
            </ul>`}
      ${files.length === 0
        ? nothing
        : html`<p>Its files:</p>
            <ul>
              ${files.map(
                ({ path: inside, kind, text }) => html`<li>
                  <code>${inside === "" ? "." : inside}</code>
                  <span class="muted">${KINDS[kind]}</span>${kind === "link" ? html` <code>${text}</code>` : nothing}
                  ${(kind === "file" || kind === "program") && text !== ""
                    ? html`<pre tabindex="0" role="group" aria-label=${`Text of ${inside || name}`}>${beginning(text, 4_000)}</pre>`
                    : nothing}
                </li>`,
              )}
            </ul>`}
    </div>`;
  }
}

customElements.define("drvlab-build", BuildView);
