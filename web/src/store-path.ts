/** A store path in which the part that differs from the baseline is marked, for eyes and for screen readers. */
import { html, nothing, type TemplateResult } from "lit";

/** `/nix/store/`, the hash part, and the name with its hyphen. */
function parts(path: string): [string, string, string] {
  const start = path.lastIndexOf("/") + 1;
  const hyphen = path.indexOf("-", start);
  const end = hyphen < 0 ? path.length : hyphen;
  return [path.slice(0, start), path.slice(start, end), path.slice(end)];
}

export function storePath(path: string, baseline: string | undefined): TemplateResult {
  const [folder, hash, name] = parts(path);
  const [, oldHash, oldName] = baseline === undefined ? ["", hash, name] : parts(baseline);
  const part = (text: string, changed: boolean, what: string) =>
    changed ? html`<mark><span class="unseen">changed ${what}: </span>${text}</mark>` : text;
  return html`<code class="path"
    ><span class="folder">${folder}</span>${part(hash, hash !== oldHash, "hash")}${part(name, name !== oldName, "name")}${baseline !==
      undefined && baseline !== path
      ? html`<span class="unseen">, before: ${baseline}</span>`
      : nothing}</code
  >`;
}
