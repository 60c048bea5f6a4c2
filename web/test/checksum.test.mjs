// The checksum of images: the module is what its text says, and sums are what they are said to be.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "./load.mjs";

const [{ checksum, MODULE }] = await load("/src/checksum.ts");
const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** The same without a module, word by word. */
function slowly(bytes) {
  const padded = Buffer.concat([bytes, Buffer.alloc(-bytes.length & 63)]);
  const sums = new Uint32Array(16).fill(bytes.length);
  for (let word = 0; word < padded.length / 4; word += 1) {
    const sum = sums[word & 15];
    sums[word & 15] = Math.imul(((sum << 5) | (sum >>> 27)) ^ padded.readInt32LE(4 * word), 0x9e3779b1);
  }
  return Buffer.from(sums.buffer);
}

const bytes = (length) => Uint8Array.from({ length }, (_, at) => (at * at) >> 3);

test("the module is the one that its text describes", () => {
  const assembler = path("node_modules/binaryen/bin/wasm-as");
  const module = execFileSync(process.execPath, [assembler, "--enable-simd", path("src/checksum.wat"), "-o", "-"]);
  assert.equal(MODULE, module.toString("base64"));
});

test("sums are those of the same words one by one", () => {
  for (const length of [0, 1, 63, 64, 65, 1000, 256 * 1024 - 1, 256 * 1024, 600_001]) {
    assert.deepEqual(Buffer.from(checksum(bytes(length))), slowly(bytes(length)), `${length} bytes`);
  }
});

test("any change of one bit, and of the length, changes the checksum", () => {
  const all = bytes(700);
  const before = Buffer.from(checksum(all));
  for (let bit = 0; bit < 8 * all.length; bit += 1) {
    all[bit >> 3] ^= 1 << (bit & 7);
    assert.notDeepEqual(Buffer.from(checksum(all)), before, `bit ${bit}`);
    all[bit >> 3] ^= 1 << (bit & 7);
  }
  assert.notDeepEqual(Buffer.from(checksum(new Uint8Array(64))), Buffer.from(checksum(new Uint8Array(65))));
  assert.notDeepEqual(Buffer.from(checksum(new Uint8Array(0))), Buffer.from(checksum(new Uint8Array(64))));
});
