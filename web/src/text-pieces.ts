/** The difference of two texts, as the evaluator found it: what was removed and what was added, for eyes and for screen readers. */
import { css, html, type TemplateResult } from "lit";
import type { TextPiece } from "./protocol";

export const pieceStyles = css`
  ins,
  del {
    border-radius: 2px;
    color: inherit;
  }
  ins {
    background: color-mix(in srgb, var(--there) 24%, transparent);
  }
  del {
    background: color-mix(in srgb, var(--error) 20%, transparent);
  }
`;

export function textPieces(pieces: TextPiece[]): (TemplateResult | string)[] {
  return pieces.map(({ kind, text }) => {
    if (kind === "same") return text;
    return kind === "added"
      ? html`<ins><span class="unseen">added: </span>${text}</ins>`
      : html`<del><span class="unseen">removed: </span>${text}</del>`;
  });
}

/** Whether there is a difference at all. */
export function differs(pieces: TextPiece[]): boolean {
  return pieces.some(({ kind }) => kind !== "same");
}
