/** The controls above everything: what to build, the cache, the comparison, and back to the beginning. */
import { css, html, LitElement } from "lit";
import type { State, Store } from "./store";
import { shared } from "./theme";

export class Toolbar extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: State;
  declare store: Store;

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
      input {
        width: 12ch;
        padding: 3px 7px;
        border: 1px solid var(--control-border);
        border-radius: 6px;
        background: var(--surface);
        font-family: var(--mono);
        font-size: 13px;
      }
      @media (max-width: 1500px) {
        .tagline {
          display: none;
        }
        h1 {
          margin-inline-end: auto;
        }
      }
    `,
  ];

  protected override render() {
    const { attrPath, substitute, emptyStore, compare, outdated, report, engine } = this.state;
    const publishable = report?.outcome === "derivations" && !outdated && engine !== "loading";
    return html`<header>
      <h1>drvlab</h1>
      <span class="tagline">how hashing enables caching in Nix</span>
      <div class="group">
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
        ${this.#switch("Substituter", substitute, () => this.store.setSubstitute(!substitute))}
        ${this.#switch("New machine (empty store)", emptyStore, () => this.store.setEmptyStore(!emptyStore))}
        ${this.#switch("Compare with published", compare, () => this.store.setCompare(!compare))}
      </div>
      <div class="buttons">
        <button type="button" class="button primary" ?disabled=${!publishable} @click=${() => this.store.publish()}>
          Publish to cache
        </button>
        <button type="button" class="button" @click=${() => this.store.emptyCache()}>Empty cache</button>
        <button type="button" class="button" @click=${() => this.store.reset()}>Reset</button>
        <button type="button" class="button" @click=${() => this.dispatchEvent(new Event("read"))}>Read .drv files</button>
      </div>
    </header>`;
  }

  #switch(name: string, on: boolean, flip: () => void) {
    return html`<button type="button" class="switch" role="switch" aria-checked=${on} @click=${flip}>
      <span class="track" aria-hidden="true"><span class="knob"></span></span>${name}
    </button>`;
  }
}

customElements.define("drvlab-toolbar", Toolbar);
