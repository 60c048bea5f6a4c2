/** The difference of two ATerm texts, by words: strings and punctuation are never cut in the middle. Pure. */

export interface Piece {
  kind: "same" | "removed" | "added";
  text: string;
}

/** Beyond so many comparisons the middle parts are shown as replaced as a whole. */
const WORK_LIMIT = 4_000_000;

export function difference(before: string, after: string): Piece[] {
  const [a, b] = [words(before), words(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const pieces: Piece[] = [];
  add(pieces, "same", a.slice(0, start));
  middle(pieces, a.slice(start, a.length - end), b.slice(start, b.length - end));
  add(pieces, "same", a.slice(a.length - end));
  return pieces;
}

/** Longest common subsequence by dynamic programming, from the end, so that the walk goes forward. */
function middle(pieces: Piece[], a: string[], b: string[]): void {
  if (a.length * b.length > WORK_LIMIT) {
    add(pieces, "removed", a);
    add(pieces, "added", b);
    return;
  }
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add(pieces, "same", a.slice(i, i + 1));
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      add(pieces, "removed", a.slice(i, i + 1));
      i += 1;
    } else {
      add(pieces, "added", b.slice(j, j + 1));
      j += 1;
    }
  }
}

/** Strings are cut at spaces, slashes and hyphens, so that one changed hash in a long string stands out. */
function words(text: string): string[] {
  return text.match(/[A-Za-z0-9_.+]+|\\.|[^A-Za-z0-9_.+\\]/gs) ?? [];
}

function add(pieces: Piece[], kind: Piece["kind"], texts: string[]): void {
  const text = texts.join("");
  if (text === "") return;
  const last = pieces.at(-1);
  if (last?.kind === kind) last.text += text;
  else pieces.push({ kind, text });
}
