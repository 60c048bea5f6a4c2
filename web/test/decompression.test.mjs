// What the browser unpacks, and what it leaves to the module.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import { load } from "./load.mjs";

const [{ bounded, gunzipped }] = await load("/src/decompression.ts");
const text = Buffer.from("some text ".repeat(1000));

test("a gzip file is unpacked; what is none, damaged, cut off or too large stays as it is", async () => {
  const packed = gzipSync(text);
  assert.deepEqual(Buffer.concat(await gunzipped(packed)), text);
  const damaged = Buffer.from(packed);
  damaged[damaged.length - 6] ^= 1;
  const bomb = gzipSync(Buffer.alloc(17 << 20));
  for (const other of [text, deflateSync(text), damaged, packed.subarray(0, -1), bomb, new Uint8Array()]) {
    const [only, ...more] = await gunzipped(other);
    assert.equal(only, other);
    assert.deepEqual(more, []);
  }
});

test("no more bytes are taken of a stream than allowed", async () => {
  const stream = () => new Blob([text]).stream();
  assert.deepEqual(Buffer.from(await bounded(stream(), text.length)), text);
  assert.equal(await bounded(stream(), text.length - 1), undefined);
});
