/** The list of files, by folder: opens them, and marks those that differ from the example or have errors. */
import { css, html, nothing, type PropertyValues } from "lit";
import { StateView } from "./state-view";
import { shared } from "./theme";

export class FileList extends StateView {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        overflow: auto;
        background: var(--surface);
      }
      .list {
        padding: 8px 0;
      }
      .folder {
        padding: 6px 12px 2px;
        color: var(--muted);
        font-size: 12px;
      }
      .file {
        display: flex;
        gap: 6px;
        align-items: baseline;
        padding: 2px 12px 2px 20px;
        font-size: 13px;
        cursor: pointer;
        overflow-wrap: anywhere;
      }
      .top .file {
        padding-inline-start: 12px;
      }
      .file:hover {
        background: var(--raised);
      }
      .file[aria-selected="true"] {
        background: var(--selection);
        font-weight: 600;
      }
      @media (forced-colors: active) {
        .file[aria-selected="true"] {
          forced-color-adjust: none;
          background: Highlight;
          color: HighlightText;
        }
      }
      .file:focus-visible {
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
        .list,
        .group {
          display: flex;
          align-items: center;
        }
        .list {
          padding: 4px 6px;
        }
        .folder {
          padding: 0 2px 0 10px;
        }
        .file,
        .top .file {
          padding: 3px 8px;
          border-radius: 6px;
          white-space: nowrap;
        }
      }
    `,
  ];

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.get("state")?.active === this.state.active) return;
    const active = this.renderRoot.querySelector<HTMLElement>('[aria-selected="true"]');
    active?.scrollIntoView({ block: "nearest", inline: "nearest" });
    // The focus goes along when it is in the list.
    if (this.renderRoot.querySelector(":focus")) active?.focus();
  }

  #shown = "";

  /** With thousands of files a list takes longer than an evaluation, and most edits leave it as it is. */
  protected override shouldUpdate(): boolean {
    const { example, active, files, pristine, latest } = this.state;
    const changed = [...files].filter(([path, text]) => pristine.get(path) !== text).map(([path]) => path);
    const wrong = latest?.diagnostics.map(({ file, severity }) => (severity === "error" ? (file ?? "") : "")) ?? [];
    const shown = [example.name, active, ...changed, "", ...wrong].join("\n");
    if (shown === this.#shown) return false;
    this.#shown = shown;
    return true;
  }

  protected override render() {
    return html`<div class="list" role="listbox" aria-label="Files" @keydown=${this.#key}>
      ${folders(this.#paths()).map(
        ([folder, paths]) =>
          html`<div role="group" aria-label=${folder === "" ? "top folder" : folder} class=${folder === "" ? "group top" : "group"}>
            ${folder === "" ? nothing : html`<div class="folder" aria-hidden="true">${folder}/</div>`}
            ${paths.map((path) => this.#file(path))}
          </div>`,
      )}
    </div>`;
  }

  /** All files, also those of an archive that were not opened yet. */
  #paths(): readonly string[] {
    return this.state.example.archive?.paths ?? [...this.state.files.keys()];
  }

  #file(path: string) {
    const { active, files, pristine, latest } = this.state;
    const wrong = latest?.diagnostics.some(({ file, severity }) => file === path && severity === "error") ?? false;
    const changed = files.get(path) !== pristine.get(path);
    return html`<div
      class="file"
      role="option"
      tabindex=${path === active ? 0 : -1}
      aria-selected=${path === active}
      aria-label=${[short(path), ...(changed ? ["changed"] : []), ...(wrong ? ["has an error"] : [])].join(", ")}
      @click=${() => this.store.open(path)}
    >
      <span>${path.slice(path.lastIndexOf("/") + 1)}</span>
      ${wrong ? html`<span class="mark error" aria-hidden="true">!</span>` : nothing}
      ${changed ? html`<span class="mark changed" aria-hidden="true">●</span>` : nothing}
    </div>`;
  }

  /** Arrow keys open the next file, as in a list of tabs; the focus stays in the list. */
  #key(event: KeyboardEvent): void {
    const paths = this.#paths();
    const at = paths.indexOf(this.state.active);
    const target = { ArrowUp: at - 1, ArrowLeft: at - 1, ArrowDown: at + 1, ArrowRight: at + 1, Home: 0, End: paths.length - 1 }[event.key];
    const path = paths[target ?? -1];
    if (path === undefined) return;
    event.preventDefault();
    this.store.open(path);
  }
}

/** The path inside the example. */
function short(path: string): string {
  return path.split("/").slice(2).join("/");
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
