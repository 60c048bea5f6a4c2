// The generated package set in the module: unpacked from an archive, evaluated as a whole, and equal to the reference in every attribute.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { entries } from "../package-set/entries.mjs";
import { complete } from "../package-set/generate.mjs";
import { tar } from "../package-set/tar.mjs";
import init, { Workspace } from "../../web/src/wasm/drvlab_wasm.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
await init({ module_or_path: readFileSync(join(root, "web/src/wasm/drvlab_wasm_bg.wasm")) });

const golden = JSON.parse(readFileSync(join(root, "tests/golden/package-set.json"), "utf8"));
const archive = gzipSync(tar("set", await complete(golden.options)), { level: 1 });

const entry = (file, attrPath = "") => ({ file, attrPath, emptyStore: false, contentAddressed: false });

/** The expression of the digests of all attributes of a file. */
const digests = (file) => `
  let value = import /set/${file}; in
  builtins.mapAttrs (_: attribute: builtins.substring 0 16 (builtins.hashString "sha256" (builtins.toJSON attribute)))
    (if builtins.isFunction value then value { } else value)`;

function unpacked() {
  const workspace = new Workspace();
  const report = workspace.loadArchive("/", [archive.subarray(0, 1000), archive.subarray(1000)]);
  assert.equal(report.problem, undefined);
  assert.equal(report.root, "set");
  assert.ok(report.entries > 2500, `${report.entries} entries`);
  return workspace;
}

test("every attribute of the package set is what the reference says", () => {
  const workspace = unpacked();
  const found = {};
  for (const file of entries) {
    workspace.openFile("/digests.nix", digests(file));
    const { outcome, value, diagnostics } = workspace.evaluate(entry("/digests.nix"));
    assert.equal(outcome, "value", JSON.stringify(diagnostics));
    for (const [, quoted, plain, digest] of value.matchAll(/(?:"([^"]+)"|([\w'-]+)) = "([0-9a-f]{16})";/g)) {
      found[`${file}#${quoted ?? plain}`] = digest;
    }
  }
  assert.deepEqual(found, golden.attributes);
});

test("one package of the set is planned with its whole bootstrap, and again after an edit", () => {
  const workspace = unpacked();
  const openssl = entry("/set/default.nix", "openssl");
  const report = workspace.evaluate(openssl);
  assert.deepEqual(report.diagnostics.filter(({ severity }) => severity === "error"), []);
  assert.equal(report.outcome, "derivations");
  assert.ok(report.derivations.length > 100, `${report.derivations.length} derivations`);
  const again = workspace.evaluate(openssl);
  assert.deepEqual(again.roots, report.roots);
  const file = "pkgs/core/openssl/default.nix";
  const text = readFileSync(join(root, "tests/package-set/files", file), "utf8");
  workspace.updateFile(`/set/${file}`, text.replace('"shared"', '"shared" "no-tests"'));
  const changed = workspace.evaluate(openssl);
  assert.notDeepEqual(changed.roots, report.roots);
  workspace.updateFile(`/set/${file}`, text);
  assert.deepEqual(workspace.evaluate(openssl).roots, report.roots);
});

test("an archive that is damaged is refused, and nothing of it is there", () => {
  const workspace = new Workspace();
  const { entries, problem } = workspace.loadArchive("/", [archive.subarray(0, archive.length / 2)]);
  assert.equal(entries, 0);
  assert.match(problem, /cut off/);
  workspace.openFile("/a.nix", "builtins.pathExists /set");
  assert.equal(workspace.evaluate(entry("/a.nix")).value, "false");
});
