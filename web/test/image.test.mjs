// Images of a memory: what comes back is what was there, and nothing that was damaged comes back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const [{ openImage, putImage, takeImage }] = await load("/src/image.ts");

const PAGE = 65_536;

/** What a new instance of a module looks like. */
function fresh() {
  const memory = new WebAssembly.Memory({ initial: 2 });
  new Uint8Array(memory.buffer).fill(7, 100, 5000);
  const table = new WebAssembly.Table({ element: "externref", initial: 4 }, undefined);
  table.set(3, true);
  return { memory, __wbindgen_externrefs: table };
}

/** One that has been used: pages came, one is zero now, and the table has values. */
function used() {
  const instance = fresh();
  instance.memory.grow(3);
  const bytes = new Uint8Array(instance.memory.buffer);
  bytes.fill(0, 0, 8192);
  bytes[3 * PAGE] = 1;
  bytes.fill(9, 5 * PAGE - 1);
  instance.__wbindgen_externrefs.grow(10);
  ["name", null, false, globalThis].forEach((value, at) => instance.__wbindgen_externrefs.set(6 + at, value));
  return instance;
}

const held = { files: [["/a.nix", "ä"]], originals: [] };
const state = ({ memory, __wbindgen_externrefs: table }) => [
  Buffer.from(memory.buffer.slice(0)),
  Array.from({ length: table.length }, (_, place) => table.get(place)),
];

test("an image in a new instance is what it was taken of", () => {
  const instance = used();
  const image = takeImage(instance, "this", held);
  assert.ok(image.byteLength < 4 * 4096, `${image.byteLength} bytes: pages of zeros are not in it`);
  const opened = openImage(new Uint8Array(image));
  assert.deepEqual(opened.header.held, held);
  const next = fresh();
  putImage(next, opened);
  assert.deepEqual(state(next), state(instance));
});

test("an image that is cut off or of another format is refused", () => {
  const image = takeImage(used(), "this", held);
  assert.equal(openImage(new Uint8Array(image)).header.module, "this");
  for (let length = 0; length < image.byteLength; length += length < 600 ? 1 : 509) {
    assert.equal(openImage(new Uint8Array(image.slice(0, length))), undefined, `${length} bytes`);
  }
  assert.equal(openImage(new Uint8Array(image.byteLength)), undefined);
  for (let bit = 0; bit < 96; bit += 1) {
    const damaged = image.slice(0);
    new Uint8Array(damaged)[bit >> 3] ^= 1 << (bit & 7);
    assert.equal(openImage(new Uint8Array(damaged)), undefined, `bit ${bit}`);
  }
});

test("there is no image of what can't be written down, or is too large", () => {
  const instance = used();
  instance.__wbindgen_externrefs.set(5, {});
  assert.equal(takeImage(instance, "this", held), undefined);
  const large = fresh();
  large.memory.grow(1200);
  new Uint8Array(large.memory.buffer).fill(1);
  assert.equal(takeImage(large, "this", held), undefined);
});

test("an image that there is no memory for leaves the instance as it was", () => {
  const opened = openImage(new Uint8Array(takeImage(used(), "this", held)));
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 3 });
  new Uint8Array(memory.buffer).fill(7, 100, 5000);
  const small = { ...fresh(), memory };
  const before = state(small);
  assert.throws(() => putImage(small, opened), RangeError);
  assert.deepEqual(state(small), before);
});
