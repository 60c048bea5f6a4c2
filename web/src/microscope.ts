/** How the paths of a derivation come about, step by step: every hashed byte, what it says, and how to check it by hand. */
import { css, html, LitElement, nothing, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import { marked, visible, type Segment } from "./marked-text";
import type { DerivationActions } from "./derivation-actions";
import type { Content, DerivationDetail, FoldedByte, PathExplanation, Place, SourceDetail, Step, TreeEntry } from "./protocol";
import { storePath } from "./store-path";
import { shared } from "./theme";

/** Bytes of a text that are shown until all are asked for. */
const SHOWN = 20_000;

/** Characters of a command that are shown; all of them can be copied. */
const SHOWN_COMMAND = 300;

/** Each column's place, for the order in which the folding is shown; the page allows no styles in attributes. */
const PLACES = unsafeCSS(
  Array.from({ length: 20 }, (_, place) => `td:nth-of-type(${place + 1}) { --place: ${place}; }`).join("\n"),
);

export class Microscope extends LitElement {
  static override properties = {
    detail: { attribute: false },
    attribute: { attribute: false },
    playing: { state: true },
    said: { state: true },
    whole: { state: true },
    sources: { state: true },
  };
  declare detail: DerivationDetail;
  declare store: DerivationActions;
  /** The attribute in which the cursor stands. */
  declare attribute: string | undefined;
  /** The folding that is animated, by its place. */
  declare playing: string | undefined;
  /** What the last button did. */
  declare said: string;
  /** Steps whose texts are shown to their ends, by their places. */
  declare whole: ReadonlySet<string>;
  /** How paths of texts and copies of files come about, as far as that was asked for. */
  declare sources: ReadonlyMap<string, SourceDetail>;

  static override styles = [
    shared,
    PLACES,
    css`
      /* What only screen readers see must not make the page longer. */
      :host {
        display: block;
        position: relative;
      }
      h3 {
        margin: 14px 0 4px;
        color: var(--muted);
        font-size: 12px;
        font-weight: 600;
      }
      details {
        border: 1px solid var(--border);
        border-radius: 6px;
        background: var(--surface);
      }
      details + details {
        margin-top: 4px;
      }
      summary {
        padding: 5px 10px;
        cursor: pointer;
        overflow-wrap: anywhere;
      }
      ol {
        margin: 0;
        padding: 0 12px 10px 32px;
      }
      li + li {
        margin-top: 12px;
      }
      li::marker {
        color: var(--muted);
      }
      .title {
        font-weight: 600;
      }
      .step {
        border: 0;
        background: none;
      }
      .step > summary {
        padding: 0;
      }
      .alone {
        padding: 0 12px 10px;
      }
      .command {
        overflow-wrap: anywhere;
      }
      pre,
      .value {
        margin: 6px 0 0;
        padding: 7px 9px;
        border: 1px solid var(--border);
        border-radius: 6px;
        background: var(--background);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      pre {
        max-height: 260px;
        overflow: auto;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin-top: 6px;
      }
      .small {
        padding: 2px 8px;
        font-size: 12px;
      }
      .part {
        border-radius: 2px;
        background: color-mix(in srgb, var(--fetch) 10%, transparent);
      }
      .part[role="button"] {
        border-bottom: 1px dashed var(--accent);
        cursor: pointer;
      }
      .here {
        background: color-mix(in srgb, var(--cause) 26%, transparent);
        outline: 1px solid var(--cause);
      }
      del {
        border-radius: 2px;
        background: color-mix(in srgb, var(--error) 16%, transparent);
        color: var(--muted);
        text-decoration: line-through;
      }
      .digest {
        background: color-mix(in srgb, var(--new) 16%, transparent);
      }
      .table {
        overflow-x: auto;
      }
      .files {
        position: relative;
        max-height: 260px;
      }
      table {
        margin-top: 6px;
        border-collapse: collapse;
        font-family: var(--mono);
        font-size: 12px;
      }
      th {
        padding: 2px 10px 2px 0;
        color: var(--muted);
        font-family: var(--sans);
        font-weight: 400;
        text-align: start;
        white-space: nowrap;
      }
      td {
        padding: 2px 4px;
      }
      .result td {
        border-top: 1px solid var(--border);
        font-weight: 600;
      }
      @media (prefers-reduced-motion: no-preference) {
        .play .second td {
          animation: rise 500ms calc(var(--place) * 110ms) ease-in-out both;
        }
        .play .result td {
          animation: appear 250ms calc(var(--place) * 110ms + 380ms) both;
        }
        @keyframes rise {
          50% {
            transform: translateY(-1.6em);
            color: var(--accent);
          }
        }
        @keyframes appear {
          from {
            opacity: 0;
            transform: translateY(-0.8em);
          }
        }
      }
    `,
  ];

  constructor() {
    super();
    this.said = "";
    this.whole = new Set();
    this.sources = new Map();
  }

  /** What belongs to the cursor comes into view, in the texts that are open. */
  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("attribute")) return;
    for (const part of this.renderRoot.querySelectorAll<HTMLElement>("pre .here")) {
      const text = part.closest("pre");
      if (text) text.scrollTop += part.getBoundingClientRect().top - text.getBoundingClientRect().top - text.clientHeight / 3;
    }
  }

  protected override render() {
    const { explanation, sources } = this.detail;
    if (explanation === undefined) return nothing;
    return html`<h3>How its paths come about</h3>
      ${explanation.paths.map((path) => this.#path(path))}
      <details>
        <summary>What it counts as for those that need it</summary>
        ${this.#steps(explanation.identity, "identity")}
      </details>
      ${sources.length === 0 ? nothing : html`<h3>Texts and copies of files that it needs</h3>`}
      ${sources.map((path) => this.#source(path))}
      <p class="unseen" role="status">${this.said}</p>`;
  }

  #path({ output, path, claimed, steps }: PathExplanation) {
    return html`<details>
      <summary>
        ${output === undefined ? "The derivation" : `Output ${output}`}:
        ${path === undefined ? "not known before the build" : storePath(path, claimed)}
      </summary>
      ${this.#steps(steps, output ?? "")}
    </details>`;
  }

  /** What it consists of is read only when somebody wants to know. */
  #source(path: string) {
    const detail = this.sources.get(path);
    return html`<details @toggle=${(event: ToggleEvent) => (event.newState === "open" ? void this.#explain(path) : undefined)}>
      <summary>Source: ${storePath(path, undefined)}</summary>
      ${detail?.explanation
        ? this.#steps(detail.explanation.steps, path)
        : html`<p class="alone" role="status">${detail === undefined ? "Loading …" : (detail.problem ?? "It is not known here.")}</p>`}
    </details>`;
  }

  async #explain(path: string): Promise<void> {
    // What has a path never changes, but what it was made from may be back.
    if (this.sources.get(path)?.explanation) return;
    const detail = await this.store.storeObject(path);
    if (detail) this.sources = new Map(this.sources).set(path, detail);
  }

  #steps(steps: Step[], key: string) {
    return html`<ol>
      ${steps.map(
        ({ title, note, content }, index) =>
          html`<li>
            <details class="step" open>
              <summary class="title">${title}</summary>
              <p class="muted">${note}</p>
              ${this.#content(content, title, `${key} ${index}`)}
            </details>
          </li>`,
      )}
    </ol>`;
  }

  #content(content: Content, title: string, key: string): TemplateResult {
    switch (content.kind) {
      case "text": {
        const whole = this.whole.has(key);
        const { bytes, segments } = marked(content.text, content.marks, whole ? Number.POSITIVE_INFINITY : SHOWN);
        const hashed = segments.every(({ mark }) => !mark?.masked);
        // What is no text cannot be pasted as such.
        const copied = hashed && !bytes.includes(0);
        const more = bytes.length > SHOWN && !whole;
        const all = bytes.length.toLocaleString("en");
        return html`<pre tabindex="0" role="group" aria-label=${title}>${segments.map((segment) => this.#segment(segment))}${
            more ? html`<span class="muted">… ${all} bytes in all</span>` : nothing
          }</pre>
          <p class="actions">
            ${copied ? this.#copy("Copy text", visible(bytes), title) : nothing}
            ${more
              ? html`<button type="button" class="button small" @click=${() => (this.whole = new Set(this.whole).add(key))}>
                  Show all ${all} bytes<span class="unseen"> of “${title}”</span>
                </button>`
              : nothing}
          </p>`;
      }
      case "digest":
        return html`<div class="value"><code>${content.hex}</code></div>
          <p class="actions">
            ${this.#copy("Copy digest", content.hex, title)} ${this.#copy("Copy command", content.command, title)}
            <span class="muted">The command prints the same:</span> <code class="command">${command(content.command)}</code>
          </p>`;
      case "tree":
        return this.#tree(content.entries, content.count);
      case "folding":
        return this.#folding(content.bytes, key);
      case "base32":
        return html`<div class="value"><code>${content.characters}</code></div>
          <p class="actions">${this.#copy("Copy command", content.command, title)} <code>${content.command}</code></p>`;
      case "path":
        return html`<div class="value">${storePath(content.path, undefined)}</div>
          <p class="actions">${this.#copy("Copy path", content.path, title)}</p>`;
      case "unknown":
        return html`<div class="value"><code>${content.placeholder}</code></div>`;
      case "missing":
        return html`<div class="value">${content.message}</div>`;
    }
  }

  #tree(entries: TreeEntry[], count: number) {
    const what = ({ kind, bytes, target }: TreeEntry) => {
      if (kind === "link") return `link to ${target ?? ""}`;
      if (kind === "directory") return "directory";
      return `${(bytes ?? 0).toLocaleString("en")} bytes${kind === "executable" ? ", program" : ""}`;
    };
    return html`<div class="table files" tabindex="0" role="group" aria-label="Files">
      <table>
        ${entries.map(
          (entry) =>
            html`<tr>
              <th scope="row">${entry.path === "" ? "the object itself" : entry.path}</th>
              <td>${what(entry)}</td>
            </tr>`,
        )}
      </table>
      ${count > entries.length ? html`<p class="muted">… ${count.toLocaleString("en")} in all</p>` : nothing}
    </div>`;
  }

  #segment({ text, mark, label }: Segment) {
    if (mark === undefined) return text;
    if (mark.masked) return html`<del><span class="unseen">left out: </span>${text}</del>`;
    const { part } = mark;
    const name = part.kind === "variable" ? part.name : part.kind === "builder" || part.kind === "system" ? part.kind : undefined;
    const place = name === undefined ? undefined : this.#place(name);
    const here = name !== undefined && name === this.attribute ? "here" : "";
    if (place === undefined) {
      return html`<span class="part ${part.kind === "input-digest" ? "digest" : ""} ${here}" title=${label}>${text}</span>`;
    }
    // A real button would be a box that breaks no lines.
    return html`<span
      role="button"
      tabindex="0"
      class="part ${here}"
      title=${`${label}: go to its definition`}
      aria-current=${here ? "true" : nothing}
      @click=${() => this.store.goTo(place)}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        this.store.goTo(place);
      }}
      >${text}</span
    >`;
  }

  #place(name: string): Place | undefined {
    return this.detail.attributes.find((attribute) => attribute.name === name)?.place;
  }

  #folding(bytes: FoldedByte[], key: string) {
    const hex = (byte: number | undefined) => (byte === undefined ? "" : byte.toString(16).padStart(2, "0"));
    const row = (name: string, kind: string, value: (byte: FoldedByte) => number | undefined) =>
      html`<tr class=${kind}>
        <th scope="row">${name}</th>
        ${bytes.map((byte) => html`<td>${hex(value(byte))}</td>`)}
      </tr>`;
    return html`<div class="table" tabindex="0" role="group" aria-label="Folding">
        <table class=${this.playing === key ? "play" : ""}>
          ${row("bytes 0 to 19", "first", ({ first }) => first)} ${row("bytes 20 to 31", "second", ({ second }) => second)}
          ${row("both, by XOR", "result", ({ result }) => result)}
        </table>
      </div>
      <p class="actions">
        <button type="button" class="button small" @click=${() => void this.#play(key)}>Show how it folds</button>
      </p>`;
  }

  /** Starts the animation anew, also if it has been shown. */
  async #play(key: string): Promise<void> {
    this.playing = undefined;
    this.said = "";
    await this.updateComplete;
    // The browser must have seen the table without the animation.
    void this.offsetWidth;
    this.playing = key;
    this.said = "Bytes 20 to 31 are combined with bytes 0 to 11 by XOR; bytes 12 to 19 stay as they are.";
  }

  #copy(label: string, text: string, title: string) {
    return html`<button type="button" class="button small" @click=${() => void this.#write(label, text)}>
      ${label}<span class="unseen"> of “${title}”</span>
    </button>`;
  }

  async #write(label: string, text: string): Promise<void> {
    this.said = "";
    try {
      await navigator.clipboard.writeText(text);
      this.said = `${label.replace("Copy", "Copied")}.`;
    } catch {
      this.said = "The browser did not let the page copy.";
    }
  }
}

/** A command that hashes a long text: its beginning, and its end, which says what hashes. */
function command(text: string): string {
  if (text.length <= SHOWN_COMMAND) return text;
  return `${text.slice(0, SHOWN_COMMAND)} … ${text.slice(text.lastIndexOf("|"))}`;
}

customElements.define("drvlab-microscope", Microscope);
