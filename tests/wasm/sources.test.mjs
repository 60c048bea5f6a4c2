// Builds in the module that read what evaluation puts into the store: what the reference's builds left.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import init, { Workspace } from "../../web/src/wasm/drvlab_wasm.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
await init({ module_or_path: readFileSync(join(root, "web/src/wasm/drvlab_wasm_bg.wasm")) });

const golden = JSON.parse(readFileSync(join(root, "tests/golden/sources.json"), "utf8"));
const file = "/sources/default.nix";
const entry = (attrPath, contentAddressed = false) => ({ file, attrPath, emptyStore: false, contentAddressed });

function unpacked() {
  const workspace = new Workspace();
  // Links and programs are only in archives.
  const archive = execFileSync("tar", ["--create", "--gzip", "--directory", join(root, "tests"), "sources"]);
  assert.equal(workspace.loadArchive("/", [archive]).problem, undefined);
  return workspace;
}

const world = (more = {}) => ({ begin: { version: 1, settings: {}, caches: [], builds: {}, history: [] }, changes: [], file, attrPath: "", ...more });

test("each build that reads sources leaves what the reference's build left", () => {
  const workspace = unpacked();
  assert.deepEqual(workspace.evaluate(entry("")).diagnostics, []);
  for (const [name, { derivation, outputs = {}, log }] of Object.entries(golden.cases)) {
    const built = workspace.build(derivation);
    assert.equal(built.simulated, undefined, name);
    assert.equal(built.failure === undefined, Object.keys(outputs).length > 0, `${name}: ${built.failure}`);
    assert.equal(built.log, log ?? "", name);
    const found = Object.fromEntries(built.outputs.map(({ name, path, narHash, references }) => [name, { path, narHash, references }]));
    const expected = Object.entries(outputs).map(([name, { path, narHash, references }]) => [name, { path, narHash, references }]);
    assert.deepEqual(found, Object.fromEntries(expected), name);
  }
});

test("what Nix does runs them, too, outputs of outputs included", () => {
  const workspace = unpacked();
  workspace.setWorld(world());
  for (const name of ["dynamic", "dynamicFloating", "user"]) {
    workspace.evaluate(entry(name));
    const run = workspace.run();
    assert.equal(run.failure, undefined, name);
    assert.equal(run.cost.simulated, 0, name);
    assert.ok(run.steps.length >= 2, name);
  }
});

test("a set that is turned runs them, too: texts of derivations and outputs of outputs are those of the turned set", () => {
  const workspace = unpacked();
  workspace.setWorld(world());
  for (const name of ["drvText", "drvClosure", "dynamic", "dynamicFloating"]) {
    const plain = workspace.evaluate(entry(name)).roots;
    const turned = workspace.evaluate(entry(name, true));
    assert.deepEqual(turned.diagnostics, [], name);
    assert.notDeepEqual(turned.roots, plain, name);
    const run = workspace.run();
    assert.equal(run.failure, undefined, name);
    assert.equal(run.cost.simulated, 0, name);
    assert.equal(run.derivations.at(-1).turned.action, "build", name);
  }
});

test("a source that is edited is read anew, and what was published before stays", () => {
  const workspace = unpacked();
  const cache = { url: "https://cache.example", key: "example-1" };
  const begin = {
    version: 1,
    settings: { "trusted-public-keys": ["example-1"] },
    caches: [cache],
    history: [{ publish: { to: cache.url, what: { attribute: "user" } } }],
  };
  workspace.setOriginal("/sources/file.txt", "hello\n");
  workspace.setOriginal(file, readFileSync(join(root, "tests/sources/default.nix"), "utf8"));
  const state = workspace.setWorld({ begin, changes: [], file, attrPath: "user" });
  assert.deepEqual(state.problems, []);
  // Both builds, and the source that they refer to.
  assert.equal(state.caches[0].objects, 3);
  workspace.evaluate(entry("user"));
  assert.deepEqual(workspace.run().steps.map(({ build, name }) => [build, name]), [[false, "with-source"], [false, "user"]]);
  workspace.updateFile("/sources/file.txt", "other\n");
  const report = workspace.evaluate(entry("user"));
  const run = workspace.run();
  assert.deepEqual(run.steps.map(({ build, simulated }) => [build, simulated]), [[true, false], [true, false]]);
  const changed = report.derivations.find(({ name }) => name === "with-source");
  const [output] = workspace.build(changed.drvPath).outputs;
  assert.ok(output.files[0].text.startsWith("other\n"));
});
