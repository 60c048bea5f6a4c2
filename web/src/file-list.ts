/** The list of files, by folder: opens them, and marks those that differ from the example or have errors. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { State, Store } from "./store";
import { shared } from "./theme";

export class FileList extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: State;
  declare store: Store;

  static override styles = [
    shared,
    css`
      :host {
        display: block;
        overflow: auto;
        background: var(--surface);
      }
      nav {
        padding: 8px 0;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      .folder {
        padding: 6px 12px 2px;
        color: var(--muted);
        font-size: 12px;
      }
      button {
        display: flex;
        gap: 6px;
        align-items: baseline;
        width: 100%;
        padding: 2px 12px 2px 20px;
        border: 0;
        background: none;
        text-align: start;
        font-size: 13px;
        overflow-wrap: anywhere;
      }
      .top button {
        padding-inline-start: 12px;
      }
      button:hover {
        background: var(--raised);
      }
      button[aria-current] {
        background: var(--selection);
        font-weight: 600;
      }
      button:focus-visible {
        outline-offset: -2px;
      }
      .mark {
        margin-inline-start: auto;
        font-weight: 700;
      }
      .changed {
        color: var(--cause);
      }
      .error {
        color: var(--error);
      }
      @container workspace (max-width: 1180px) {
        :host {
          overflow: auto hidden;
        }
        nav,
        nav > ul,
        .group,
        .group ul {
          display: flex;
          align-items: center;
          padding: 0;
        }
        nav {
          padding: 4px 6px;
        }
        .folder {
          padding: 0 2px 0 10px;
        }
        button,
        .top button {
          width: auto;
          padding: 3px 8px;
          border-radius: 6px;
          white-space: nowrap;
        }
      }
    `,
  ];

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.get("state")?.active === this.state.active) return;
    this.renderRoot.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  protected override render() {
    return html`<nav aria-label="Files">
      <ul>
        ${folders(this.state.files.keys()).map(
          ([folder, paths]) =>
            html`<li class=${folder === "" ? "group top" : "group"}>
              ${folder === "" ? nothing : html`<div class="folder" aria-hidden="true">${folder}/</div>`}
              <ul aria-label=${folder === "" ? "Top folder" : `Folder ${folder}`}>
                ${paths.map((path) => this.#file(path))}
              </ul>
            </li>`,
        )}
      </ul>
    </nav>`;
  }

  #file(path: string) {
    const { active, files, pristine, latest } = this.state;
    const wrong = latest?.diagnostics.some(({ file, severity }) => file === path && severity === "error") ?? false;
    const changed = files.get(path) !== pristine.get(path);
    return html`<li>
      <button type="button" aria-current=${path === active ? "page" : nothing} @click=${() => this.store.open(path)}>
        <span>${path.slice(path.lastIndexOf("/") + 1)}</span>
        ${wrong ? html`<span class="mark error" aria-hidden="true">!</span><span class="unseen">has an error</span>` : nothing}
        ${changed ? html`<span class="mark changed" aria-hidden="true">●</span><span class="unseen">changed</span>` : nothing}
      </button>
    </li>`;
  }
}

/** Paths by folder, without the example's own folder, in the given order. */
function folders(paths: Iterable<string>): [string, string[]][] {
  const byFolder = new Map<string, string[]>();
  for (const path of paths) {
    const folder = path.split("/").slice(2, -1).join("/");
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), path]);
  }
  return [...byFolder];
}

customElements.define("drvlab-files", FileList);
