// Images in the browser's private file system: what is read is what was kept, and nothing else is ever taken for it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const [{ forgetImage, keepImage, readImage }] = await load("/src/image-files.ts");

let clock = 0;

/** A file of the file system, as pages see it; what is written counts when it is closed. */
class File {
  kind = "file";
  bytes = new Uint8Array();
  time = 0;

  async createWritable() {
    const parts = [];
    return {
      write: async (part) => void parts.push(Buffer.from(part)),
      close: async () => {
        clock += 1;
        this.bytes = new Uint8Array(Buffer.concat(parts));
        this.time = clock;
      },
    };
  }

  async getFile() {
    return Object.assign(new Blob([this.bytes]), { lastModified: this.time });
  }
}

/** The same as workers see it in browsers in which several may read at once. */
class WorkerFile extends File {
  async createSyncAccessHandle() {
    return {
      getSize: () => this.bytes.length,
      read: (target) => {
        new Uint8Array(target).set(this.bytes);
        return this.bytes.length;
      },
      close: () => {},
    };
  }
}

globalThis.FileSystemFileHandle = File;

/** An empty file system in the place of the browser's; returns its files by name. */
function empty(Handle) {
  const files = new Map();
  const folder = {
    getFileHandle: async (name, { create } = {}) => {
      if (create && !files.has(name)) files.set(name, new Handle());
      return files.get(name) ?? Promise.reject(new DOMException("", "NotFoundError"));
    },
    removeEntry: async (name) => void (files.delete(name) || (await Promise.reject(new DOMException("", "NotFoundError")))),
    entries: () => files.entries(),
  };
  const getDirectory = async () => ({ getDirectoryHandle: async () => folder });
  Object.defineProperty(globalThis, "navigator", { value: { storage: { getDirectory } }, configurable: true });
  return files;
}

const image = Uint8Array.from({ length: 3000 }, (_, at) => at * at).buffer;
const bytes = (image) => image && Buffer.from(image);

for (const Handle of [File, WorkerFile]) {
  test(`an image is read as it was kept, and not at all when any of it has changed (${Handle.name})`, async () => {
    const files = empty(Handle);
    assert.equal(await readImage("a/b"), undefined);
    await keepImage("a/b", new ArrayBuffer(8));
    await keepImage("a/b", image);
    assert.deepEqual(bytes(await readImage("a/b")), bytes(image));
    assert.equal(await readImage("a"), undefined);
    const [file] = files.values();
    const kept = file.bytes;
    for (let length = 0; length < kept.length; length += length < 40 ? 1 : 97) {
      file.bytes = kept.slice(0, length);
      assert.equal(await readImage("a/b"), undefined, `${length} bytes`);
    }
    file.bytes = new Uint8Array([...kept, 0]);
    assert.equal(await readImage("a/b"), undefined);
    for (let bit = 0; bit < 8 * kept.length; bit += bit < 400 ? 1 : 61) {
      file.bytes = kept.slice();
      file.bytes[bit >> 3] ^= 1 << (bit & 7);
      assert.equal(await readImage("a/b"), undefined, `bit ${bit}`);
    }
    file.bytes = kept;
    assert.deepEqual(bytes(await readImage("a/b")), bytes(image));
    await forgetImage("a/b");
    assert.equal(await readImage("a/b"), undefined);
  });
}

test("the last two images are kept; one that can't be written leaves none", async () => {
  const files = empty(File);
  for (const name of ["a", "b", "c"]) await keepImage(name, image);
  assert.deepEqual([...files.keys()], ["b.image", "c.image"]);
  files.get("b.image").createWritable = () => Promise.reject(new DOMException("", "QuotaExceededError"));
  await keepImage("b", image);
  assert.deepEqual([...files.keys()], ["c.image"]);
});
