/**
 * A dialog for derivations that were not evaluated here: texts of `.drv` files and JSON, pasted, dropped or opened, and attributes of the
 * page's expression. It shows their graph, what is wrong with them, and the difference of two such states.
 */
import { css, html, LitElement, nothing } from "lit";
import "./derivation-view";
import "./graph-view";
import "./path-table";
import type { Side, TextProblem } from "./protocol";
import { mayHoldDerivations, readDropped, readFiles, readText } from "./reader-files";
import { ReaderStore, type ReaderEntry, type ReaderState } from "./reader-store";
import { count, type Store } from "./store";
import { shared } from "./theme";

/** Of many texts the first ones are listed, and those with problems. */
const LISTED = 30;

const SIDES: { side: Side; title: string; hint: string }[] = [
  { side: "after", title: "Derivations", hint: "What is shown. A folder of .drv files becomes a graph." },
  { side: "before", title: "Compared with", hint: "An earlier state, if there is one: the difference is shown." },
];

export class Reader extends LitElement {
  static override properties = { state: { state: true }, over: { state: true } };
  declare store: Store;
  declare state: ReaderState | undefined;
  /** Where files are about to be dropped. */
  declare over: Side | undefined;

  static override styles = [
    shared,
    css`
      dialog {
        width: min(1240px, 100vw - 24px);
        max-width: none;
        height: calc(100dvh - 24px);
        max-height: none;
        margin: auto;
        padding: 0;
        overflow: hidden;
        border: 1px solid var(--control-border);
        border-radius: 10px;
        background: var(--surface);
        color: var(--text);
      }
      dialog[open] {
        display: flex;
        flex-direction: column;
      }
      dialog::backdrop {
        background: color-mix(in srgb, var(--background) 70%, transparent);
      }
      .head {
        display: flex;
        align-items: center;
        gap: 10px;
        padding: 10px 16px;
        border-bottom: 1px solid var(--border);
      }
      h2 {
        flex: 1;
        font-size: 15px;
      }
      h3 {
        margin: 0 0 8px;
        font-size: 13px;
      }
      #body {
        container: workspace / inline-size;
        position: relative;
        flex: 1;
        min-height: 0;
        overflow: auto;
        padding: 14px 16px;
      }
      #sides {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr));
        gap: 12px;
      }
      fieldset {
        min-width: 0;
        margin: 0;
        padding: 6px 12px 12px;
        border: 1px dashed var(--control-border);
        border-radius: 8px;
      }
      fieldset.over {
        border-style: solid;
        border-color: var(--accent);
        background: var(--selection);
      }
      legend {
        padding: 0 6px;
        font-weight: 600;
      }
      fieldset > * + * {
        margin-top: 8px;
      }
      label {
        display: block;
      }
      textarea,
      input[type="text"] {
        box-sizing: border-box;
        width: 100%;
        padding: 5px 8px;
        border: 1px solid var(--control-border);
        border-radius: 6px;
        background: var(--background);
        color: inherit;
        font: 12px var(--mono);
      }
      textarea {
        height: 58px;
        resize: vertical;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 8px;
      }
      .row label {
        flex: 1;
        min-width: 140px;
      }
      .entries {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .entries > li {
        padding: 5px 0;
        border-top: 1px solid var(--border);
      }
      .entry {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 8px;
      }
      .entry span:first-child {
        flex: 1 1 240px;
        overflow-wrap: anywhere;
      }
      .problems {
        margin: 4px 0 0;
        padding-inline-start: 18px;
      }
      .problems code {
        overflow-wrap: anywhere;
      }
      .problem {
        color: var(--error);
        font-weight: 600;
      }
      mark {
        border-radius: 2px;
        background: color-mix(in srgb, var(--error) 24%, transparent);
        color: inherit;
      }
      #results {
        margin-top: 14px;
      }
      #results > section + section {
        margin-top: 16px;
      }
      @media (max-width: 820px) {
        dialog {
          width: 100vw;
          height: 100dvh;
          border: 0;
          border-radius: 0;
        }
      }
    `,
  ];

  #reader: ReaderStore | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("dragover", this.#draggedOver, { capture: true });
    window.addEventListener("drop", this.#droppedOnPage, { capture: true });
    window.addEventListener("drop", this.#droppedBeside);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("dragover", this.#draggedOver, { capture: true });
    window.removeEventListener("drop", this.#droppedOnPage, { capture: true });
    window.removeEventListener("drop", this.#droppedBeside);
  }

  /** Opens the dialog. */
  async open(): Promise<void> {
    this.#store();
    await this.updateComplete;
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog && !dialog.open) dialog.showModal();
  }

  #store(): ReaderStore {
    if (this.#reader === undefined) {
      const reader = new ReaderStore(this.store, () => (this.state = reader.state));
      this.#reader = reader;
      this.state = reader.state;
    }
    return this.#reader;
  }

  protected override render() {
    const { state } = this;
    if (state === undefined) return nothing;
    return html`<dialog aria-labelledby="title">
      <div class="head">
        <h2 id="title">Read and compare derivations</h2>
        <button type="button" class="button" ?disabled=${state.entries.length === 0} @click=${() => this.#store().clear()}>Remove all</button>
        <button type="button" class="button" @click=${this.#close}>Close</button>
      </div>
      <div id="body" tabindex="0" role="group" aria-label="Texts and results">
        <div id="sides">${SIDES.map((side) => this.#side(state, side))}</div>
        <p class="unseen" role="status">${state.said}</p>
        ${this.#results(state)}
      </div>
      <drvlab-derivation .state=${state} .store=${this.#reader} @closed=${this.#focusGraph}></drvlab-derivation>
    </dialog>`;
  }

  #side(state: ReaderState, { side, title, hint }: (typeof SIDES)[number]) {
    const entries = state.entries.filter(({ item }) => item.side === side);
    const listed = entries.filter((entry, index) => index < LISTED || (entry.result?.problems.length ?? 0) > 0).slice(0, 2 * LISTED);
    return html`<fieldset
      class=${this.over === side ? "over" : ""}
      @dragover=${() => (this.over = side)}
      @dragleave=${() => (this.over = undefined)}
      @drop=${(event: DragEvent) => void this.#dropped(side, event)}
    >
      <legend>${title}</legend>
      <p class="muted">${hint}</p>
      <label
        >Paste a .drv text or JSON of <code>nix derivation show</code>, or drop files here
        <textarea
          spellcheck="false"
          autocapitalize="off"
          autocomplete="off"
          @paste=${(event: ClipboardEvent) => this.#pasted(side, event)}
          @change=${(event: Event) => this.#typed(side, event)}
        ></textarea>
      </label>
      <div class="row">
        ${this.#picker(side, "Open files …", false)} ${this.#picker(side, "Open folder …", true)}
        <form class="row" @submit=${(event: SubmitEvent) => this.#attribute(side, event)}>
          <label>Attribute of the expression <input type="text" name="attribute" spellcheck="false" autocapitalize="off" autocomplete="off" /></label>
          <button class="button">Add attribute</button>
        </form>
      </div>
      ${listed.length === 0
        ? nothing
        : html`<ul class="entries" aria-label=${`${title}: texts`}>
            ${listed.map((entry) => this.#entry(entry))}
          </ul>`}
      ${listed.length < entries.length ? html`<p class="muted">… ${count(entries.length, "text")} in all</p>` : nothing}
    </fieldset>`;
  }

  /** A button that opens the browser's own dialog. */
  #picker(side: Side, label: string, folder: boolean) {
    const choose = async (event: Event) => {
      const input = event.target as HTMLInputElement;
      const files = await readFiles(input.files ?? []);
      input.value = "";
      await this.#store().addFiles(side, files);
    };
    const open = (event: Event) => (event.currentTarget as HTMLElement).parentElement?.querySelector("input")?.click();
    return html`<span
      ><input type="file" hidden aria-label=${label} multiple ?webkitdirectory=${folder} @change=${choose} /><button
        type="button"
        class="button"
        @click=${open}
      >
        ${label}
      </button></span
    >`;
  }

  #entry(entry: ReaderEntry) {
    const { label, result } = entry;
    const held = result && `${count(result.drvPaths.length, "derivation")}${result.bytes > 0 ? `, ${result.bytes.toLocaleString("en")} bytes` : ""}`;
    return html`<li>
      <div class="entry">
        <span>${label}</span>
        <span class="muted">${held ?? "reading …"}</span>
        <button type="button" class="link" @click=${() => this.#store().remove(entry)}>Remove<span class="unseen"> ${label}</span></button>
      </div>
      ${result === undefined || result.problems.length === 0
        ? nothing
        : html`<ul class="problems" aria-label=${`Problems of ${label}`}>
            ${result.problems.map((problem) => this.#problem(problem))}
          </ul>`}
    </li>`;
  }

  #problem({ field, offset, message, textBefore, textBehind }: TextProblem) {
    const place = offset === undefined ? field : `${field}, byte ${offset.toLocaleString("en")}`;
    return html`<li>
      <span class="problem">${place}:</span> ${message}
      ${textBefore === "" && textBehind === ""
        ? nothing
        : html`<div><span class="unseen">There it says: </span><code>${textBefore}<mark>${textBehind === "" ? "end of the text" : textBehind}</mark></code></div>`}
    </li>`;
  }

  #results(state: ReaderState) {
    const { report, storeDir } = state;
    if (report === undefined || report.derivations.length === 0) return nothing;
    const sentence = report.hasBaseline ? report.plan.sentence : count(report.derivations.length, "derivation");
    return html`<div id="results">
      <section>
        <h3>${sentence}${storeDir === "/nix/store" ? nothing : `, for a store in ${storeDir}`}</h3>
        <drvlab-graph .report=${report} .selected=${state.selected} .store=${this.#reader}></drvlab-graph>
      </section>
      <section>
        <h3>Store paths</h3>
        <drvlab-paths .report=${report} .selected=${state.selected} .store=${this.#reader}></drvlab-paths>
      </section>
    </div>`;
  }

  /** A pasted text is read at once: the field could not hold a long one. */
  #pasted(side: Side, event: ClipboardEvent): void {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.trim() === "") return;
    event.preventDefault();
    void this.#store().addText(side, readText(text));
  }

  #typed(side: Side, event: Event): void {
    const field = event.target as HTMLTextAreaElement;
    const text = field.value;
    field.value = "";
    if (text.trim() !== "") void this.#store().addText(side, readText(text));
  }

  #attribute(side: Side, event: SubmitEvent): void {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem("attribute") as HTMLInputElement;
    void this.#store().addAttribute(side, field.value.trim());
    field.value = "";
  }

  async #dropped(side: Side, event: DragEvent): Promise<void> {
    event.preventDefault();
    this.over = undefined;
    if (event.dataTransfer === null) return;
    await this.#store().addFiles(side, await readDropped(event.dataTransfer));
  }

  #isOpen(): boolean {
    return this.renderRoot.querySelector("dialog")?.open === true;
  }

  /** Without this the browser would not ask where files are dropped, and leave the page for them. */
  #draggedOver = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  };

  /** Files that nobody on the page takes are no reason to leave it. */
  #droppedBeside = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  };

  /** Files of derivations are read here wherever on the page they are dropped, but in places for other files; others are none of our business. */
  #droppedOnPage = (event: DragEvent): void => {
    const { dataTransfer } = event;
    const files = [...(dataTransfer?.files ?? [])];
    const isElsewhere = event.composedPath().some((place) => place instanceof HTMLElement && "takesFiles" in place.dataset);
    if (this.#isOpen() || isElsewhere || dataTransfer === null || files.length === 0 || !files.every(({ name }) => mayHoldDerivations(name))) return;
    event.preventDefault();
    event.stopPropagation();
    void this.#openWith(readDropped(dataTransfer));
  };

  async #openWith(files: ReturnType<typeof readDropped>): Promise<void> {
    await this.open();
    await this.#store().addFiles("after", await files);
  }

  #focusGraph(): void {
    this.renderRoot.querySelector<HTMLElement>("drvlab-graph")?.focus();
  }

  #close(): void {
    this.renderRoot.querySelector("dialog")?.close();
  }
}

customElements.define("drvlab-reader", Reader);
