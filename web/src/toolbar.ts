/** The controls above everything: what to build, the cache, the comparison, and back to the beginning. */
import { css, html, nothing } from "lit";
import { FIRST, scenarios } from "./examples";
import { toFragment } from "./share";
import { StateView } from "./state-view";
import { substitutes } from "./store";
import { shared } from "./theme";

export class Toolbar extends StateView {
  static override styles = [
    shared,
    css`
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 14px;
        padding: 8px 16px;
        border-bottom: 1px solid var(--border);
        background: var(--surface);
      }
      h1 {
        margin: 0;
        font-size: 17px;
        letter-spacing: -0.01em;
      }
      .tagline {
        margin-inline-end: auto;
        color: var(--muted);
        font-size: 13px;
      }
      .group {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 14px;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      label {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      input,
      select {
        padding: 3px 7px;
        border: 1px solid var(--control-border);
        border-radius: 6px;
        background: var(--surface);
        color: inherit;
        font-size: 13px;
      }
      input {
        width: 12ch;
        font-family: var(--mono);
      }
      select {
        max-width: 26ch;
        font-family: inherit;
      }
      .buttons {
        margin-inline-start: auto;
      }
      @media (max-width: 1800px) {
        .tagline {
          display: none;
        }
      }
      @media (max-width: 820px) {
        .buttons {
          margin-inline-start: 0;
        }
      }
    `,
  ];

  protected override render() {
    const { attrPath, world, emptyStore, compare, contentAddressed, outdated, report, engine, example } = this.state;
    const substitute = substitutes(world);
    const publishable = report?.outcome === "derivations" && !outdated && engine !== "loading";
    return html`<header>
      <h1>drvlab</h1>
      <span class="tagline">how hashing enables caching in Nix</span>
      <div class="group">
        <label>
          <span>Scenario</span>
          <select @change=${(event: Event) => this.#choose((event.target as HTMLSelectElement).value)}>
            ${example.archive ? html`<option value=${example.name} selected>${example.folder.replaceAll("/", "")}</option>` : nothing}
            <option value=${FIRST} ?selected=${example.name === FIRST}>A small distribution</option>
            <optgroup label="What decides about a cache hit">
              ${scenarios.map(
                ({ name, title }) =>
                  html`<option value=${`scenario:${name}`} ?selected=${example.name === `scenario:${name}`}>${title}</option>`,
              )}
            </optgroup>
          </select>
        </label>
        <label>
          <span>Attribute<span class="unseen"> to build</span></span>
          <input
            type="text"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            .value=${attrPath}
            @input=${(event: Event) => this.store.setAttrPath((event.target as HTMLInputElement).value)}
          />
        </label>
        ${this.#switch("Substituter", substitute, () => this.store.setSubstitute(!substitute), "Whether this machine asks binary caches")}
        ${this.#switch("New machine", emptyStore, () => this.store.setEmptyStore(!emptyStore), "A machine with an empty store")}
        ${this.#switch("Compare", compare, () => this.store.setCompare(!compare), "Compare with what was last published")}
        ${this.#switch(
          "Content-addressed",
          contentAddressed,
          () => this.store.setContentAddressed(!contentAddressed),
          "Turn the whole set from input- to content-addressed",
        )}
      </div>
      <div class="buttons">
        <button type="button" class="button primary" ?disabled=${!publishable} @click=${() => this.store.publish()}>
          Publish to cache
        </button>
        <button type="button" class="button" @click=${() => this.store.emptyCache()}>Empty cache</button>
        <button type="button" class="button" ?disabled=${example.archive !== undefined} @click=${this.#copyLink}>Copy link</button>
        <button type="button" class="button" @click=${() => this.store.reset()}>Reset</button>
        <button type="button" class="button" @click=${() => this.dispatchEvent(new Event("read"))}>Read .drv files</button>
      </div>
    </header>`;
  }

  #choose(name: string): void {
    this.store.choose(name);
    history.replaceState(null, "", name === FIRST ? location.pathname + location.search : `#${name}`);
  }

  async #copyLink(): Promise<void> {
    const shared = this.store.shared();
    if (shared === undefined) return;
    const link = new URL(await toFragment(shared), location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      this.store.notify(`The link to this state is in the clipboard.${this.store.leftOut()}`);
    } catch {
      history.replaceState(null, "", link);
      this.store.notify(`The clipboard can't be used here; the address bar has the link.${this.store.leftOut()}`);
    }
  }

  #switch(name: string, on: boolean, flip: () => void, title: string) {
    return html`<button type="button" class="switch" role="switch" aria-checked=${on} title=${title} @click=${flip}>
      <span class="track" aria-hidden="true"><span class="knob"></span></span>${name}
    </button>`;
  }
}

customElements.define("drvlab-toolbar", Toolbar);
