/** A worker of its own that unpacks what the page's module does not: NARs compressed with xz, zstd or bzip2. */
import { packTar } from "./archive-files";
import init, { Unpacker } from "./unpack/drvlab_unpack.js";
import type { Unpacking } from "./unpacking";

const scope = self as unknown as { postMessage(message: Unpacking): void; onmessage: ((event: MessageEvent<Uint8Array>) => void) | null };

scope.onmessage = async ({ data }) => {
  try {
    await init();
    const unpacker = new Unpacker(data);
    const total = unpacker.left();
    const files: [string, Uint8Array][] = [];
    let problems = 0;
    for (let unpacked = unpacker.unpackNext(); unpacked !== undefined; unpacked = unpacker.unpackNext()) {
      const { url, bytes, problem } = unpacked;
      unpacked.free();
      if (problem === undefined) files.push([url, bytes]);
      else {
        problems += 1;
        files.push([`${url}.problem`, new TextEncoder().encode(problem)]);
      }
      scope.postMessage({ kind: "progress", done: total - unpacker.left(), total });
    }
    scope.postMessage({ kind: "done", tar: packTar(files), total, problems });
  } catch (error) {
    scope.postMessage({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
  }
};
