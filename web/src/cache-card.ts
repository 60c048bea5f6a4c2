/** One binary cache: what it is like, what is in it, what goes wrong with it, and how it leaves the page as files. */
import { css, html, LitElement, nothing } from "lit";
import { download, packTar } from "./archive-files";
import { checkField, choiceField, fieldStyles, numberField, textField } from "./fields";
import type { CacheContents, CacheFile, CacheState } from "./protocol";
import { count, type State, type Store } from "./store";
import { shared } from "./theme";
import { isUnpacked } from "./unpacking";
import { cachesOf, host, list, settingsOf } from "./world";

/** So many store objects are listed. */
const LISTED = 200;

export const FAULTS = [
  ["404", "narinfo gone (404)"],
  ["403", "narinfo forbidden (403)"],
  ["500", "asking fails (500)"],
  ["narinfo-cut-off", "narinfo cut off"],
  ["nar-missing", "archive gone (404)"],
  ["nar-500", "archive fails (500)"],
  ["nar-cut-off", "archive cut off"],
  ["wrong-nar-hash", "archive with another hash"],
  ["wrong-nar-size", "archive with another size"],
] as const;

const STATUSES = [
  ["", "as usual"],
  ["403", "forbidden (403)"],
  ["404", "not found (404)"],
  ["500", "fails (500)"],
] as const;

const number = (status: string) => (status === "" ? undefined : Number(status));

export class CacheCard extends LitElement {
  static override properties = {
    state: { attribute: false },
    cache: { attribute: false },
    contents: { state: true },
    note: { state: true },
    fault: { state: true },
  };
  declare state: State;
  declare cache: CacheFile;
  declare store: Store;
  declare contents: CacheContents | undefined;
  declare note: string;
  /** The fault that is being entered. */
  declare fault: { name: string; kind: string };

  static override styles = [
    shared,
    fieldStyles,
    css`
      :host {
        display: block;
      }
      article {
        padding: 10px 12px;
        border: 1px solid var(--border);
        border-radius: 8px;
        background: var(--surface);
      }
      .offline {
        border-color: var(--impossible);
      }
      h3 {
        margin: 0;
        font-size: 14px;
        overflow-wrap: anywhere;
      }
      .facts {
        color: var(--muted);
        font-size: 13px;
      }
      .bad {
        color: var(--impossible);
        font-weight: 600;
      }
      summary {
        margin-top: 6px;
        cursor: pointer;
        font-size: 13px;
      }
      ul {
        margin: 4px 0;
        padding: 0;
        list-style: none;
        font-size: 12px;
      }
      li {
        padding: 3px 0;
        border-bottom: 1px solid var(--border);
        overflow-wrap: anywhere;
      }
      pre {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .note {
        margin-top: 6px;
        font-size: 13px;
      }
    `,
  ];

  constructor() {
    super();
    this.note = "";
    this.fault = { name: "", kind: "nar-missing" };
  }

  protected override render() {
    const { cache } = this;
    const state = this.state.worldReport?.caches.find(({ url }) => url === cache.url);
    const name = host(cache.url);
    return html`<article class=${cache.offline ? "offline" : ""} aria-label=${name}>
      <h3>${name}</h3>
      <p class="facts">${this.#facts(state)}</p>
      ${this.#notUnpacked(state?.notUnpacked ?? [])}
      <div class="row">
        ${checkField("offline", cache.offline ?? false, (offline) => this.#change({ offline }))}
        <button type="button" class="button" @click=${() => this.#export()}>Export<span class="unseen"> ${name}</span></button>
        <button type="button" class="button" @click=${() => this.#remove()}>Remove<span class="unseen"> ${name}</span></button>
      </div>
      <div role="status">${this.note === "" ? nothing : html`<p class="note">${this.note}</p>`}</div>
      <details>
        <summary>Priority, keys, speed<span class="unseen"> of ${name}</span></summary>
        ${this.#settings(state)}
      </details>
      <details>
        <summary>What goes wrong<span class="unseen"> with ${name}</span>${this.#faultCount()}</summary>
        ${this.#faults()}
      </details>
      <details @toggle=${(event: Event) => this.#list((event.target as HTMLDetailsElement).open)}>
        <summary>What is in it: narinfos<span class="unseen"> of ${name}</span></summary>
        ${this.contents ? this.#contents(this.contents, state) : nothing}
      </details>
    </article>`;
  }

  /** What is believed because it can't be compared. */
  #notUnpacked(methods: string[]) {
    const [soon, never] = [methods.filter(isUnpacked), methods.filter((method) => !isUnpacked(method))];
    const note = (which: string[], why: string) =>
      which.length === 0
        ? nothing
        : html`<p class="note">Archives compressed with ${list(which)} ${why} believes their narinfos. Signatures are checked all the same.</p>`;
    return [note(soon, "are not unpacked yet: until then the page"), note(never, "can’t be unpacked here, so the page")];
  }

  #facts(state: CacheState | undefined) {
    if (state === undefined) return "could not be opened";
    const { cache } = this;
    const trusted = settingsOf(this.state.world)["trusted-public-keys"] ?? [];
    const signed =
      cache.key === undefined
        ? cache.path === undefined
          ? html`<span class="bad">nothing in it is signed</span>`
          : "signed as it was"
        : trusted.some((key) => key === cache.key || key.startsWith(`${cache.key}:`))
          ? `signs with ${cache.key}, which this machine trusts`
          : html`signs with ${cache.key}, <span class="bad">which this machine does not trust</span>`;
    return html`${count(state.objects, "store object")}, ${state.unpacked} unpacked${state.realisations > 0 ? `, ${count(state.realisations, "realisation")}` : ""};
    priority ${state.priority}; ${signed}.${state.broken > 0
      ? html` <span class="bad">${count(state.broken, "narinfo")} in it can’t be read.</span>`
      : nothing}`;
  }

  #settings(state: CacheState | undefined) {
    const { cache } = this;
    const text = (value: string) => (value === "" ? undefined : value);
    return html`<div class="fields">
        ${numberField("Priority", cache.priority, (priority) => this.#change({ priority }), { hint: "lower is asked first", placeholder: String(state?.priority ?? 50) })}
        ${textField("Signs with the key", cache.key ?? "", (key) => this.#change({ key: text(key) }), { hint: "empty: what is pushed is not signed" })}
        ${textField("Store directory", cache.storeDir ?? "", (storeDir) => this.#change({ storeDir: text(storeDir) }), { placeholder: "/nix/store" })}
        ${numberField("Latency in ms", cache.latency, (latency) => this.#change({ latency }), { placeholder: "30" })}
        ${numberField("Bytes per second", cache.bandwidth, (bandwidth) => this.#change({ bandwidth }), { placeholder: "10000000" })}
      </div>
      ${checkField("needs no signatures", cache.trusted ?? false, (trusted) => this.#change({ trusted }), "(trusted=true in its URL)")}`;
  }

  #faultCount() {
    const number = Object.keys(this.cache.faults ?? {}).length;
    return number === 0 ? nothing : html` <span class="bad">(${count(number, "fault")})</span>`;
  }

  #faults() {
    const faults = this.cache.faults ?? {};
    const add = () => {
      const name = this.fault.name.trim();
      if (name === "") return;
      this.#change({ faults: { ...faults, [name]: this.fault.kind } });
      this.fault = { ...this.fault, name: "" };
    };
    return html`<ul>
        ${Object.entries(faults).map(([name, kind]) => {
          const others = Object.fromEntries(Object.entries(faults).filter(([other]) => other !== name));
          return html`<li>
            <code>${name}</code>: ${FAULTS.find(([word]) => word === kind)?.[1] ?? kind}
            <button type="button" class="link" @click=${() => this.#change({ faults: others })}>mend<span class="unseen"> ${name}</span></button>
          </li>`;
        })}
      </ul>
      <div class="fields">
        ${textField("Store path, or its name", this.fault.name, (name) => (this.fault = { ...this.fault, name }), { placeholder: "zlib-1.3" })}
        ${choiceField("Fault", this.fault.kind, FAULTS, (kind) => (this.fault = { ...this.fault, kind }))}
      </div>
      <button type="button" class="button" @click=${add}>Let it go wrong</button>
      <div class="fields">
        ${choiceField("nix-cache-info", String(this.cache.infoStatus ?? ""), STATUSES, (status) => this.#change({ infoStatus: number(status) }))}
        ${choiceField("All realisations", String(this.cache.realisationStatus ?? ""), STATUSES, (status) => this.#change({ realisationStatus: number(status) }))}
        ${numberField("First attempts that fail", this.cache.failures, (failures) => this.#change({ failures: failures ?? 0 }), {
          placeholder: "0",
          hint: "each file is answered with status 503 so often",
        })}
      </div>`;
  }

  #contents({ info, objects }: CacheContents, state: CacheState | undefined) {
    return html`<pre tabindex="0" role="group" aria-label="nix-cache-info">${info}</pre>
      <ul>
        ${objects.map(
          ({ path, narinfo, real }) => html`<li>
            <code>${path}</code>
            <span class="muted">${real ? "" : "(archive made up)"}</span>
            <button type="button" class="link" @click=${() => this.#evict(path)}>evict<span class="unseen"> ${path}</span></button>
            <details>
              <summary>narinfo</summary>
              <pre tabindex="0" role="group" aria-label="narinfo">${narinfo}</pre>
            </details>
          </li>`,
        )}
      </ul>
      ${state && state.objects > objects.length ? html`<p class="muted">… and ${state.objects - objects.length} more</p>` : nothing}`;
  }

  protected override updated(changed: Map<string, unknown>): void {
    // What is in it may have changed with the world.
    const before = changed.get("state") as State | undefined;
    if (this.contents && before && before.worldReport !== this.state.worldReport) void this.#list(true);
  }

  async #list(open: boolean): Promise<void> {
    this.contents = open ? await this.store.contents(this.cache.url, LISTED) : undefined;
  }

  #evict(path: string): void {
    this.store.happen({ evict: { from: this.cache.url, name: path } }, `Evicted ${path}.`);
  }

  #change(change: { [K in keyof CacheFile]?: CacheFile[K] | undefined }): void {
    const changed = Object.fromEntries(Object.entries({ ...this.cache, ...change }).filter(([, value]) => value !== undefined));
    const caches = cachesOf(this.state.world).map((cache) => (cache.url === this.cache.url ? (changed as unknown as CacheFile) : cache));
    this.store.setCaches(caches);
  }

  #remove(): void {
    const caches = cachesOf(this.state.world).filter(({ url }) => url !== this.cache.url);
    this.store.setCaches(caches, `${host(this.cache.url)} is not used any more.`);
  }

  async #export(): Promise<void> {
    const exported = await this.store.exportCache(this.cache.url);
    if (exported === undefined) return;
    const left = exported.leftOut.length;
    const written = exported.files.filter(({ name }) => name.endsWith(".narinfo")).length;
    const name = host(this.cache.url).replaceAll(/[^A-Za-z0-9.-]+/g, "-").replace(/^-+/, "") || "cache";
    download(`${name}.tar`, packTar(exported.files.map(({ name: inside, bytes }) => [`${name}/${inside}`, bytes])));
    this.note =
      `Exported ${count(written, "store object")} as ${name}.tar. Unpacked, nix reads it as file:///…/${name}.` +
      (left > 0 ? ` Left out: ${count(left, "store object")} whose builds are simulated, and what refers to them.` : "");
  }
}

customElements.define("drvlab-cache", CacheCard);
