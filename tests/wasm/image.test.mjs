// Images of the real module's memory: another instance goes on from one as the instance itself would, and as one that begins anew.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { complete } from "../package-set/generate.mjs";
import { tar } from "../package-set/tar.mjs";
import { load } from "../../web/test/load.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bytes = readFileSync(join(root, "web/src/wasm/drvlab_wasm_bg.wasm"));
const module = new WebAssembly.Module(bytes);
const [{ identityOf, openImage, putImage, takeImage }] = await load("/src/image.ts");
const identity = identityOf(module);

let instances = 0;

/** A new instance of the module. */
async function instance() {
  instances += 1;
  const { initSync, Workspace } = await import(`../../web/src/wasm/drvlab_wasm.js?instance=${instances}`);
  return { state: initSync({ module }), Workspace };
}

/** An image of a workspace, in the form in which it is kept. */
function imageOf({ state, Workspace }, workspace) {
  workspace.layDown();
  const image = takeImage(state, identity, { files: [], originals: [] });
  return { image, workspace: Workspace.takeUp() };
}

async function restored(image) {
  const next = await instance();
  putImage(next.state, openImage(new Uint8Array(image)));
  return { ...next, workspace: next.Workspace.takeUp() };
}

const plain = ({ micros, ...report }) => report;

const { initSync } = await import("../../web/src/wasm/drvlab_wasm.js");

test("the module says which it is, and has no state but its memory, its table and the pointer of its stack", () => {
  assert.match(identity, /^[0-9a-f]{16}$/);
  const exports = Object.values(initSync({ module }));
  // And the table of functions, which only the rest of the module adds to (`crate/xtask/src/parts.rs`).
  assert.equal(new Set(exports.filter((value) => value instanceof WebAssembly.Memory)).size, 1);
  assert.equal(new Set(exports.filter((value) => value instanceof WebAssembly.Table)).size, 2);
  assert.equal(mutableGlobals(bytes), 1);
  assert.deepEqual(WebAssembly.Module.imports(module).filter(({ kind }) => kind !== "function"), []);
});

test("a package set goes on from an image over edits, as it would have and as from the beginning", async () => {
  const files = await complete({ packages: 60, hackage: 20, maintainers: 20 });
  const archive = tar("set", files);
  const entry = { file: "/set/default.nix", attrPath: "openssl", emptyStore: false, contentAddressed: false };
  const file = "pkgs/core/openssl/default.nix";
  const text = files.get(file);
  const begin = (Workspace) => {
    const workspace = new Workspace();
    assert.equal(workspace.loadArchive("/", [archive]).problem, undefined);
    return workspace;
  };
  const edits = [text, text.replace("shared", "sharedx"), "{ }: throw ''no''", text.replace("openssl", "opensslx"), "{", text];
  const evaluate = (workspace, edit) => {
    workspace.updateFile(`/set/${file}`, edit);
    return plain(workspace.evaluate(entry));
  };
  const first = await instance();
  let workspace = begin(first.Workspace);
  assert.equal(workspace.evaluate(entry).outcome, "derivations");
  const taken = imageOf(first, workspace);
  workspace = taken.workspace;
  const other = await restored(taken.image);
  for (const edit of edits) {
    const fresh = evaluate(begin((await instance()).Workspace), edit);
    assert.deepEqual(evaluate(other.workspace, edit), fresh);
    assert.deepEqual(evaluate(workspace, edit), fresh);
  }
  // An image of what came from an image, taken in the middle of edits.
  evaluate(other.workspace, edits[2]);
  const third = await restored(imageOf(other, other.workspace).image);
  assert.deepEqual(evaluate(third.workspace, edits[1]), evaluate(workspace, edits[1]));
});

test("what depends on the time does not come from an image", async (t) => {
  const first = await instance();
  const workspace = new first.Workspace();
  workspace.openFile("/a.nix", "let inherit (builtins) currentTime; in { now = currentTime; }");
  const entry = { file: "/a.nix", attrPath: "now", emptyStore: false, contentAddressed: false };
  const before = Number(workspace.evaluate(entry).value);
  const { image } = imageOf(first, workspace);
  const clock = Date.now;
  t.after(() => (Date.now = clock));
  Date.now = () => clock() + 1_000_000_000;
  assert.ok(Number((await restored(image)).workspace.evaluate(entry).value) >= before + 1_000_000);
});

/** Counts the globals of a module that can change. */
function mutableGlobals(bytes) {
  let at = 8;
  const number = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  };
  while (at < bytes.length) {
    const section = bytes[at++];
    const length = number();
    const end = at + length;
    if (section === 6) {
      let mutable = 0;
      for (let count = number(); count > 0; count -= 1) {
        at += 1;
        mutable += bytes[at++];
        const constant = bytes[at++];
        assert.ok(constant === 0x41 || constant === 0x42, "globals begin as constants");
        number();
        assert.equal(bytes[at++], 0x0b);
      }
      assert.equal(at, end);
      return mutable;
    }
    at = end;
  }
  return 0;
}
