/**
 * Images of the module's memory: everything that a worker has evaluated, so that another can go on from there.
 *
 * An image is the memory of an instance at rest, without pages that hold nothing but zeros, and what the module's table of JavaScript
 * values holds. It fits into another instance of the same module only, and is refused when it is of another module or format. Whether it
 * is still as it was written is for who keeps it to see (`image-files.ts`). The stack is empty when no function runs, so its pointer, the
 * module's only other state, needs no place in it.
 */
import type { Held } from "./protocol";

/** What the module exports of its state. */
export interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly __wbindgen_externrefs: WebAssembly.Table;
}

/** An image that is as it was written. */
export interface Image {
  readonly bytes: Uint8Array;
  readonly header: Header;
  /** Where the pages start. */
  readonly pages: number;
}

interface Header {
  /** The module's identity. */
  module: string;
  /** Bytes of memory. */
  memory: number;
  /** Pages that hold something: the number of the first of a run, and how many they are. */
  runs: [first: number, count: number][];
  table: { length: number; values: [place: number, value: string | boolean | null][]; globals: number[] };
  held: Held;
}

/** Larger images, in bytes, are not made. */
const LIMIT = 64 << 20;

const PAGE = 4096;
const MAGIC = 0x49_56_52_44;
const FORMAT = 2;

/** Words before the header: magic number, format, bytes of all, and bytes of the header. */
const PROLOGUE = 4;
const WORD = 4;

/** What tells a module from all others, if it says so. */
export function identityOf(module: WebAssembly.Module): string | undefined {
  const [identity] = WebAssembly.Module.customSections(module, "identity");
  return identity && new TextDecoder().decode(identity);
}

/** The image of an instance at rest; `undefined` if it is too large, or holds values that can't be written down. */
export function takeImage({ memory, __wbindgen_externrefs: values }: Instance, module: string, held: Held): ArrayBuffer | undefined {
  const table = written(values);
  if (table === undefined) return undefined;
  const words = new Int32Array(memory.buffer);
  const runs: Header["runs"] = [];
  let count = 0;
  for (let page = 0; page < memory.buffer.byteLength / PAGE; page += 1) {
    if (isEmpty(words, page)) continue;
    count += 1;
    const last = runs.at(-1);
    if (last && last[0] + last[1] === page) last[1] += 1;
    else runs.push([page, 1]);
  }
  if (count * PAGE > LIMIT) return undefined;
  const text = JSON.stringify({ module, memory: memory.buffer.byteLength, runs, table, held } satisfies Header);
  let header = new TextEncoder().encode(text);
  // Spaces let the pages start at a word.
  header = new Uint8Array([...header, ...new Uint8Array(-header.length & (WORD - 1)).fill(0x20)]);
  let at = PROLOGUE * WORD + header.length;
  const image = new ArrayBuffer(at + count * PAGE);
  const bytes = new Uint8Array(image);
  bytes.set(header, PROLOGUE * WORD);
  const source = new Uint8Array(memory.buffer);
  for (const [first, count] of runs) {
    bytes.set(source.subarray(first * PAGE, (first + count) * PAGE), at);
    at += count * PAGE;
  }
  new Uint32Array(image).set([MAGIC, FORMAT, image.byteLength, header.length]);
  return image;
}

/** Reads the header of an image that is as it was written; `undefined` if it is of another format. Whether it is of this module is still to be seen. */
export function openImage(bytes: Uint8Array): Image | undefined {
  if (bytes.byteLength % WORD !== 0 || bytes.byteLength < PROLOGUE * WORD) return undefined;
  const [magic, format, length, headerLength] = new Uint32Array(bytes.buffer, bytes.byteOffset, PROLOGUE);
  if (magic !== MAGIC || format !== FORMAT || length !== bytes.byteLength || headerLength === undefined) return undefined;
  const start = PROLOGUE * WORD;
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(start, start + headerLength))) as Header;
  return { bytes, header, pages: start + headerLength };
}

/**
 * Puts an image in the place of what a new instance of its module holds.
 *
 * Throws a `RangeError` if there is no memory for it; the instance is then as it was.
 */
export function putImage({ memory, __wbindgen_externrefs: values }: Instance, { bytes, header, pages }: Image): void {
  const WASM_PAGE = 65_536;
  const before = memory.buffer.byteLength;
  if (header.memory > before) memory.grow((header.memory - before) / WASM_PAGE);
  const { table, runs } = header;
  if (table.length > values.length) values.grow(table.length - values.length);
  for (const [place, value] of table.values) values.set(place, value);
  for (const place of table.globals) values.set(place, globalThis);
  const target = new Uint8Array(memory.buffer);
  target.fill(0, 0, before);
  let at = pages;
  for (const [first, count] of runs) {
    target.set(bytes.subarray(at, at + count * PAGE), first * PAGE);
    at += count * PAGE;
  }
}

/** What a table of JavaScript values holds: names of fields that the module keeps, and the global object. */
function written(values: WebAssembly.Table): Header["table"] | undefined {
  const table: Header["table"] = { length: values.length, values: [], globals: [] };
  for (let place = 0; place < values.length; place += 1) {
    const value: unknown = values.get(place);
    if (value === undefined) continue;
    if (value === globalThis) table.globals.push(place);
    else if (value === null || typeof value === "string" || typeof value === "boolean") table.values.push([place, value]);
    else return undefined;
  }
  return table;
}

function isEmpty(words: Int32Array, page: number): boolean {
  const end = ((page + 1) * PAGE) / WORD;
  for (let at = (page * PAGE) / WORD; at < end; at += 1) if (words[at] !== 0) return false;
  return true;
}
