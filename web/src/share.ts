/**
 * Links that hold the page's state: `#v1.` and the deflated JSON of it, in base64 for URLs.
 *
 * A link is untrusted: it is bounded before and after it is unpacked, and what it holds is read like a draft of unknown origin.
 */
import { bounded } from "./decompression";
import { readDraft, type Draft } from "./draft";

const PREFIX = "#v1.";

/** A longer link is not read. */
const LINK_LIMIT = 200_000;

/** One that unpacks to more bytes is not read. */
const TEXT_LIMIT = 4_000_000;

export interface Shared {
  /** The name of the example. */
  example: string;
  draft: Draft;
}

/** The fragment of a link to a state. */
export async function toFragment(shared: Shared): Promise<string> {
  const packed = await bounded(new Blob([JSON.stringify(shared)]).stream().pipeThrough(new CompressionStream("deflate-raw")), Infinity);
  let binary = "";
  for (const byte of packed ?? []) binary += String.fromCharCode(byte);
  return PREFIX + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The state in a fragment: `undefined` if there is none in it, `null` if it can't be read. */
export async function fromFragment(fragment: string): Promise<Shared | null | undefined> {
  if (!fragment.startsWith("#v")) return undefined;
  if (!fragment.startsWith(PREFIX) || fragment.length > LINK_LIMIT) return null;
  try {
    const binary = atob(fragment.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const text = await bounded(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")), TEXT_LIMIT);
    if (text === undefined) return null;
    const data = JSON.parse(new TextDecoder().decode(text)) as Partial<Shared> | null;
    const draft = readDraft(data?.draft);
    return draft === undefined || typeof data?.example !== "string" ? null : { example: data.example, draft };
  } catch {
    return null;
  }
}
