/** The world to play with: caches, this machine's settings, time, who pushes what, and everything that happened. */
import { css, html, LitElement, nothing } from "lit";
import { chosen, download, dropped, type Given } from "./archive-files";
import { saySomething } from "./build-said";
import "./cache-card";
import { KEPT_LIMIT } from "./kept";
import { checkField, choiceField, fieldStyles, numberField, textField, words } from "./fields";
import type { LimitRange, SettingsFile } from "./protocol";
import { secondsRange, type ChosenLimits } from "./limits";
import { count, type State, type Store } from "./store";
import { shared } from "./theme";
import { buildsOf, cachesOf, historyOf, host, list, settingsOf, span, toFile } from "./world";

const TIMES = [
  ["+1 minute", 60],
  ["+1 hour", 3600],
  ["+1 day", 86_400],
  ["+31 days", 31 * 86_400],
] as const;

type Key = keyof SettingsFile;

/** A button by which files are chosen: its name, what it says to screen readers besides, and the endings of files; a folder without them. */
interface Choice {
  name: string;
  more: string;
  accept?: string;
}

const archivesOf = (what: string): Choice[] => [
  { name: "an archive", more: `with a ${what}`, accept: ".tar,.gz,.tgz,.zip" },
  { name: "a folder", more: `with a ${what}` },
];

export class WorldView extends LitElement {
  static override properties = { state: { attribute: false }, form: { state: true }, over: { state: true }, problem: { state: true } };
  declare state: State;
  declare store: Store;
  /** What is being entered: a publication, a cache, a build. */
  declare form: { url: string; to: string; attribute: string; systems: string; leaveOut: string; key: string; build: string };
  /** The place for files over which something is being dragged. */
  declare over: string | undefined;
  declare problem: string;

  static override styles = [
    shared,
    fieldStyles,
    css`
      h2 {
        margin: 20px 0 6px;
        font-size: 15px;
      }
      h2:first-child {
        margin-top: 0;
      }
      .cards {
        display: grid;
        gap: 10px;
      }
      details {
        margin-top: 8px;
      }
      summary {
        cursor: pointer;
        font-size: 13px;
        font-weight: 600;
      }
      .drop {
        margin-top: 8px;
        padding: 10px 12px;
        border: 2px dashed var(--control-border);
        border-radius: 8px;
      }
      .over {
        border-color: var(--accent);
        background: var(--selection);
      }
      .file {
        position: relative;
        display: inline-block;
        overflow: hidden;
      }
      .file input {
        position: absolute;
        inset: 0;
        width: 100%;
        opacity: 0;
        cursor: pointer;
      }
      .file:focus-within {
        outline: 2px solid var(--focus);
        outline-offset: 1px;
      }
      .kept {
        margin: 6px 0;
        padding-inline-start: 18px;
        font-size: 13px;
        overflow-wrap: anywhere;
      }
      ol {
        margin: 6px 0;
        padding-inline-start: 22px;
        font-size: 13px;
      }
      .problem {
        color: var(--error);
        overflow-wrap: anywhere;
      }
      .link {
        font-size: 12px;
      }
    `,
  ];

  constructor() {
    super();
    this.form = { url: "", to: "", attribute: "", systems: "", leaveOut: "", key: "", build: "" };
    this.over = undefined;
    this.problem = "";
  }

  protected override render() {
    const problems = this.state.worldReport?.problems ?? [];
    return html`
      ${problems.map((problem) => html`<p class="problem">Could not happen: ${problem}.</p>`)} ${this.#caches()} ${this.#machine()} ${this.#limits()} ${this.#time()}
      ${this.#farm()} ${this.#builds()} ${this.#history()} ${this.#ownSet()}
    `;
  }

  #enter(change: Partial<WorldView["form"]>): void {
    this.form = { ...this.form, ...change };
  }

  #caches() {
    const caches = cachesOf(this.state.world);
    const add = () => {
      const name = this.form.url.trim();
      if (name === "") return;
      const url = name.includes("://") ? name : `https://${name}`;
      if (caches.some((cache) => cache.url === url)) return void (this.problem = `There is a cache ${url} already.`);
      this.problem = "";
      this.store.setCaches([...caches, { url, key: `${host(url)}-1` }], `Added ${host(url)}; it is empty, and its key is not trusted yet.`);
      this.#enter({ url: "" });
    };
    return html`<h2>Binary caches</h2>
      <div class="cards">
        ${caches.length === 0 ? html`<p>There is none: everything is built.</p>` : nothing}
        ${caches.map((cache) => html`<drvlab-cache .state=${this.state} .store=${this.store} .cache=${cache}></drvlab-cache>`)}
      </div>
      <details>
        <summary>Add a cache</summary>
        <div class="fields">
          ${textField("URL of an empty one", this.form.url, (url) => this.#enter({ url }), { placeholder: "https://team.example.org" })}
        </div>
        <button type="button" class="button" @click=${add}>Add</button>
        ${this.#dropPlace(
          "Or import one that nix copy --to file://… wrote: a folder, tar, tar.gz or zip. Drop it here, or choose",
          archivesOf("cache"),
          ({ name, bytes }) => this.store.importCache(name, bytes),
        )}
      </details>
      ${this.problem === "" ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}`;
  }

  /** A place to drop files on, with buttons that do the same. */
  #dropPlace(text: string, choices: readonly Choice[], use: (given: Given) => void) {
    const take = async (given: Promise<Given | undefined>) => {
      this.over = undefined;
      try {
        const found = await given;
        this.problem = "";
        if (found) use(found);
      } catch (error) {
        this.problem = `It can't be read: ${error instanceof Error ? error.message : String(error)}.`;
      }
    };
    const pick = (event: Event) => {
      const input = event.target as HTMLInputElement;
      void take(chosen(input.files)).then(() => (input.value = ""));
    };
    return html`<div
      class=${this.over === text ? "drop over" : "drop"}
      data-takes-files
      @dragover=${(event: DragEvent) => {
        event.preventDefault();
        this.over = text;
      }}
      @dragleave=${() => (this.over = undefined)}
      @drop=${(event: DragEvent) => {
        event.preventDefault();
        void take(dropped(event.dataTransfer));
      }}
    >
      <p>${text}</p>
      <div class="row">
        ${choices.map(
          ({ name, more, accept }) =>
            html`<label class="button file">
              ${name}<span class="unseen"> ${more}</span>
              <input type="file" accept=${accept ?? nothing} ?webkitdirectory=${accept === undefined} @change=${pick} />
            </label>`,
        )}
      </div>
    </div>`;
  }

  #machine() {
    const settings = settingsOf(this.state.world);
    const set = <K extends Key>(name: K, value: SettingsFile[K] | undefined) => {
      const { [name]: _, ...others } = settings;
      this.store.setSettings(value === undefined ? others : { ...others, [name]: value });
    };
    const flag = (name: "substitute" | "fallback" | "keep-going" | "require-sigs" | "always-allow-substitutes", usual: boolean, hint: string) =>
      checkField(name, settings[name] ?? usual, (on) => set(name, on), hint);
    const number = (name: "max-jobs" | "max-substitution-jobs" | "download-attempts" | "stalled-download-timeout" | `narinfo-cache-${"positive" | "negative" | "meta"}-ttl`, usual: number, hint: string) =>
      numberField(name, settings[name], (value) => set(name, value), { placeholder: String(usual), hint });
    const lines = (name: "trusted-public-keys" | "extra-platforms" | "system-features" | "trusted-substituters", hint: string) =>
      textField(name, list(settings[name] ?? []), (value) => set(name, value === "" ? undefined : words(value)), { hint });
    return html`<h2>This machine</h2>
      ${flag("substitute", true, "– caches are asked")} ${flag("require-sigs", true, "– what is fetched must be signed by a trusted key")}
      ${flag("fallback", false, "– what a failing cache has is built")} ${flag("keep-going", false, "– a failure does not end the rest")}
      <div class="fields">
        ${lines("trusted-public-keys", "a key of a cache of this world by its name alone")} ${number("max-jobs", 1, "builds at the same time; 0: none here")}
      </div>
      <details>
        <summary>More settings</summary>
        ${flag("always-allow-substitutes", false, "– 'allowSubstitutes = false' is ignored")}
        <div class="fields">
          ${textField("system", settings.system ?? "", (value) => set("system", value === "" ? undefined : value), { placeholder: "x86_64-linux" })}
          ${lines("extra-platforms", "other systems that it can build for")} ${lines("system-features", "empty: those of an ordinary machine")}
          ${number("max-substitution-jobs", 16, "downloads at the same time")} ${number("narinfo-cache-positive-ttl", 2_592_000, "seconds that a hit is remembered")}
          ${number("narinfo-cache-negative-ttl", 3600, "seconds that a miss is remembered")}
          ${number("narinfo-cache-meta-ttl", 604_800, "seconds that a cache's info is remembered")}
          ${number("download-attempts", 5, "how often a file is asked for that fails")}
          ${number("stalled-download-timeout", 300, "seconds after which an answer is not waited for")}
          ${lines("trusted-substituters", "if anything is here, you are not a trusted user and may use only these")}
        </div>
      </details>`;
  }

  #limits() {
    const { limits, ranges, example } = this.state;
    const field = (name: keyof ChosenLimits, label: string, range: LimitRange | undefined, hint: (least: number, most: number) => string) =>
      range &&
      numberField(label, limits[name], (value) => this.store.setLimits({ [name]: value }), {
        placeholder: String(range.usual),
        bounds: [range.least, range.most],
        hint: hint(range.least, range.most),
      });
    return html`<h2>Limits of the evaluation</h2>
      <div class="fields">
        ${field("callDepth", "max-call-depth", ranges?.callDepth, (_, most) => `nested calls, as in nix.conf; at most ${most}. Links keep it.`)}
        ${field("memory", "Memory in MiB", ranges?.memory, (least, most) => `from ${least} to ${most}; kept in this browser only`)}
        ${field("seconds", "Time in seconds", secondsRange(example.archive !== undefined), (_, most) => `at most ${most}; kept in this browser only`)}
      </div>
      <p class="muted">An evaluation that exceeds one ends with a message, and the next edit starts anew.</p>`;
  }

  #time() {
    const { worldReport } = this.state;
    const what = this.store.subject();
    return html`<h2>Time, and what this machine remembers</h2>
      <p>
        ${span(worldReport?.now ?? 0)} have passed since the world began. Remembered answers of caches: ${count(worldReport?.rememberedHits ?? 0, "hit")},
        ${count(worldReport?.rememberedMisses ?? 0, "miss").replace(/misss$/, "misses")}${worldReport?.firstMissEnds === undefined
          ? ""
          : `, the first of which ends in ${span(worldReport.firstMissEnds)}`}.
        In its store: ${count(worldReport?.local ?? 0, "store object")}.
      </p>
      <div class="row" role="group" aria-label="Let time pass">
        ${TIMES.map(
          ([name, seconds]) => html`<button type="button" class="button" @click=${() => this.store.happen({ advance: { seconds } })}>${name}</button>`,
        )}
      </div>
      <div class="row">
        <button type="button" class="button" @click=${() => this.store.happen({ dryRun: { what } }, "The dry run was made; its answers are remembered.")}>
          Make the dry run, and remember
        </button>
        <button type="button" class="button" @click=${() => this.store.happen({ build: { what } }, "This machine has built it now.")}>Build it on this machine</button>
        <button type="button" class="button" @click=${() => this.store.forget()}>Forget the answers</button>
      </div>`;
  }

  #farm() {
    const caches = cachesOf(this.state.world);
    const to = caches.find(({ url }) => url === this.form.to)?.url ?? caches[0]?.url;
    if (to === undefined) return nothing;
    const { attribute, systems, leaveOut, key } = this.form;
    const publish = () => {
      const what = this.store.subject(attribute === "" ? undefined : attribute);
      this.store.happen({
        publish: {
          to,
          what,
          ...(words(systems).length > 0 ? { systems: words(systems) } : {}),
          ...(words(leaveOut).length > 0 ? { leaveOut: words(leaveOut) } : {}),
          ...(key === "" ? {} : { key }),
        },
      });
    };
    return html`<h2>Build farm, and others who push</h2>
      <p>Builds the texts as they are now, and pushes all outputs. This machine does not get them by that.</p>
      <div class="fields">
        ${textField("Attribute", attribute, (value) => this.#enter({ attribute: value }), { placeholder: this.state.attrPath })}
        ${choiceField("To the cache", to, caches.map(({ url }) => [url, host(url)] as const), (value) => this.#enter({ to: value }))}
        ${textField("Only for the systems", systems, (value) => this.#enter({ systems: value }), { placeholder: "any" })}
        ${textField("Leaves out, by package", leaveOut, (value) => this.#enter({ leaveOut: value }), { hint: "what its licence forbids to distribute, say" })}
        ${textField("Signed by somebody else, with the key", key, (value) => this.#enter({ key: value }), { hint: "empty: the farm, with the cache's key" })}
      </div>
      <button type="button" class="button" @click=${publish}>Build and push</button>`;
  }

  #builds() {
    const builds = buildsOf(this.state.world);
    const add = () => {
      const name = this.form.build;
      if (name === "") return;
      saySomething(this.store, builds, name);
      this.#enter({ build: "" });
    };
    return html`<details>
      <summary>What is said about builds${Object.keys(builds).length > 0 ? ` (${Object.keys(builds).length})` : ""}</summary>
      <p class="muted">What is listed here is simulated, whatever its script says; its derivation stays the same.</p>
      ${Object.entries(builds).map(([name, said]) => html`<drvlab-build-said .store=${this.store} .builds=${builds} .name=${name} .said=${said}></drvlab-build-said>`)}
      <div class="fields">
        ${textField("Package", this.form.build, (value) => this.#enter({ build: value }), { placeholder: "openssl" })}
      </div>
      <button type="button" class="button" @click=${add}>Say something about its build</button>
    </details>`;
  }

  #history() {
    const { world } = this.state;
    const events = historyOf(world);
    return html`<h2>What happened</h2>
      <ol>
        ${events.map(
          ({ text, step }) => html`<li>
            ${text}
            ${step === undefined
              ? nothing
              : html`<button type="button" class="link" @click=${() => this.store.undo(step)}>
                  ${step === world.steps.length - 1 ? "undo" : "undo this and all after it"}<span class="unseen">: ${text}</span>
                </button>`}
          </li>`,
        )}
      </ol>
      <div class="row">
        <button type="button" class="button" ?disabled=${world.steps.length === 0} @click=${() => this.store.undo()}>Undo the last step</button>
        <button type="button" class="button" ?disabled=${world.steps.length === 0} @click=${() => this.store.undo(0)}>Back to the beginning</button>
        <button type="button" class="button" @click=${() => this.#save()}>Save as a world file</button>
      </div>
      ${this.#dropPlace(
        "A world file is what drvlab plan --world reads; it has no texts in it. To go on with one, drop it here, or choose",
        [{ name: "a world file", more: "to go on with", accept: ".json,application/json" }],
        ({ name, bytes }) => this.store.loadWorld(name, bytes),
      )}`;
  }

  #save(): void {
    const { file, leftOut } = toFile(this.state.world);
    download("world.json", `${JSON.stringify(file, null, 2)}\n`);
    this.store.notify(["Saved as world.json.", ...leftOut].join(" "));
  }

  #ownSet() {
    const { kept } = this.state;
    const used = kept.reduce((sum, { size }) => sum + size, 0);
    return html`<h2>A package set of your own</h2>
      ${this.#dropPlace("A folder, tar, tar.gz or zip with .nix files. It stays in this browser. Drop it here, or choose", archivesOf("package set"), ({ name, bytes }) =>
        void this.store.openArchive(name, bytes),
      )}
      <h2>Kept in this browser</h2>
      <p class="muted">
        Archives that you gave are here again after a reload, up to ${mebibytes(KEPT_LIMIT)} in all${kept.length > 0 ? `; so far ${mebibytes(used)}` : ""}.
      </p>
      <ul class="kept">
        ${kept.map(
          (about) => html`<li>
            ${about.name}, ${about.kind === "cache" ? "a binary cache" : "a package set"}, ${mebibytes(about.size)}
            ${about.kind === "set"
              ? html`<button type="button" class="link" @click=${() => void this.store.openKept(about.id)}>open<span class="unseen"> ${about.name}</span></button>`
              : nothing}
            <button type="button" class="link" @click=${() => void this.store.forgetKept(about)}>forget<span class="unseen"> ${about.name}</span></button>
          </li>`,
        )}
      </ul>`;
  }
}

function mebibytes(bytes: number): string {
  const number = bytes / 1024 / 1024;
  return `${number >= 10 ? Math.round(number) : number.toFixed(1)} MiB`;
}

customElements.define("drvlab-world", WorldView);
