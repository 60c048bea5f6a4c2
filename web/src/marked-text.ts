/** Texts with marks at byte offsets, cut into pieces to show. Pure. */
import type { Mark, Text } from "./protocol";

export interface Segment {
  text: string;
  /** What the bytes say; `undefined` for what stands between. */
  mark: Mark | undefined;
  /** The same in words. */
  label: string;
}

/** Cuts a text at its marks; what lies behind `shown` bytes is left out. */
export function marked(text: Text, marks: Mark[], shown: number): { bytes: Uint8Array; segments: Segment[] } {
  const bytes = bytesOf(text);
  const segments: Segment[] = [];
  const add = (from: number, to: number, mark: Mark | undefined) => {
    const end = Math.min(to, shown);
    if (from < end) segments.push({ text: printable(visible(bytes.subarray(from, end))), mark, label: mark ? label(mark) : "" });
  };
  let done = 0;
  for (const mark of marks) {
    add(done, mark.start, undefined);
    add(mark.start, mark.end, mark);
    done = mark.end;
  }
  add(done, bytes.length, undefined);
  return { bytes, segments };
}

/** The text of bytes; what is no UTF-8 is replaced. */
export function visible(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** The same with dots in place of control characters, which archives are full of; lines stay lines. */
function printable(text: string): string {
  return text.replace(/[\0-\x08\x0b-\x1f\x7f]/g, "·");
}

function bytesOf(text: Text): Uint8Array {
  if (typeof text === "string") return new TextEncoder().encode(text);
  return Uint8Array.from(atob(text.base64), (character) => character.charCodeAt(0));
}

function label({ part }: Mark): string {
  switch (part.kind) {
    case "output-path":
      return `path of output ${part.output}`;
    case "output-method":
      return `method and algorithm of output ${part.output}`;
    case "output-hash":
      return `hash of output ${part.output}`;
    case "input-derivation":
      return "input derivation";
    case "input-digest":
      return `digest that stands for ${part.paths.join(" and ")}`;
    case "input-source":
      return "input source";
    case "argument":
      return `argument ${part.index}`;
    case "variable":
      return `environment variable ${part.name}`;
    case "output-variable":
      return `environment variable ${part.output}, named after an output`;
    case "path-type":
      return "what the path is for, and what it refers to";
    case "inner-digest":
      return "the digest from above";
    case "store-dir":
      return "store directory";
    case "name":
      return "name";
    case "system":
      return "system";
    case "builder":
      return "builder";
  }
}
