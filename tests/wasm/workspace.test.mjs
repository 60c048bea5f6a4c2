// The WASM module as the page uses it: thin tests of what crosses the boundary. What the data says is tested in Rust.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import init, { Workspace } from "../../web/src/wasm/drvlab_wasm.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
await init({ module_or_path: readFileSync(join(root, "web/src/wasm/drvlab_wasm_bg.wasm")) });

const golden = JSON.parse(readFileSync(join(root, "tests/golden/distribution.json"), "utf8"));
const folder = join(root, "web/examples/distribution");

function distribution() {
  const workspace = new Workspace();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === "story.json") continue;
    const path = join(entry.parentPath, entry.name);
    workspace.openFile(`/distribution${path.slice(folder.length)}`, readFileSync(path, "utf8"));
  }
  return workspace;
}

const entry = { file: "/distribution/default.nix", attrPath: "system", substitute: true, emptyStore: false };

function evaluateText(text, attrPath = "") {
  const workspace = new Workspace();
  workspace.openFile("/a.nix", text);
  return workspace.evaluate({ file: "/a.nix", attrPath, substitute: true, emptyStore: false });
}

test("the example's derivations have the reference's paths", () => {
  const report = distribution().evaluate(entry);
  assert.deepEqual(report.diagnostics, []);
  assert.equal(report.outcome, "derivations");
  const found = report.derivations.map((derivation) => derivation.drvPath).sort();
  assert.deepEqual(found, Object.keys(golden.base.derivations).sort());
  for (const derivation of report.derivations) {
    const outputs = Object.fromEntries(derivation.outputs.map(({ name, path }) => [name, path]));
    assert.deepEqual(outputs, golden.base.derivations[derivation.drvPath].outputs);
  }
});

test("an edit rebuilds what the reference would rebuild", () => {
  const workspace = distribution();
  workspace.evaluate(entry);
  assert.ok(workspace.publish().published > 40);
  for (const step of golden.story) {
    const originals = new Map(step.edits.map(({ file }) => [file, readFileSync(join(folder, file), "utf8")]));
    const texts = new Map(originals);
    for (const { file, find, replace } of step.edits) {
      assert.ok(texts.get(file).includes(find), `${file} contains ${find}`);
      texts.set(file, texts.get(file).replace(find, replace));
    }
    for (const [file, text] of texts) workspace.updateFile(`/distribution/${file}`, text);
    const report = workspace.evaluate(entry);
    const changed = report.derivations.filter(({ outputs }) => outputs.some(({ change }) => change !== "unchanged"));
    assert.deepEqual(changed.map(({ name }) => name).sort(), [...step.rebuilt].sort());
    for (const [file, text] of originals) workspace.updateFile(`/distribution/${file}`, text);
  }
});

test("this machine has what was published; a new one fetches it, or builds it without the substituter", () => {
  const workspace = distribution();
  workspace.evaluate(entry);
  workspace.publish();
  const { plan } = workspace.evaluate(entry);
  assert.deepEqual([plan.fetch, plan.build], [0, 0]);
  assert.ok(workspace.evaluate({ ...entry, emptyStore: true }).plan.fetch > 0);
  const report = workspace.evaluate({ ...entry, emptyStore: true, substitute: false });
  assert.equal(report.plan.fetch, 0);
  assert.equal(report.plan.build, report.derivations.length);
});

test("an error has a file, a line and a range in UTF-16 units", () => {
  const { outcome, diagnostics } = evaluateText('let s = "𝄞"; in\n  s + missing');
  assert.equal(outcome, "error");
  const [error] = diagnostics;
  assert.match(error.message, /undefined variable 'missing'/);
  assert.deepEqual([error.file, error.line, error.column, error.from, error.to], ["/a.nix", 2, 7, 23, 30]);
});

for (const [name, attributes, column] of [
  ["no name", 'system = "s"; builder = "b";', 14],
  ["a name with bad characters", 'name = "a b"; system = "s"; builder = "b";', 14],
  ["a bad hash", 'name = "a"; outputHash = "x"; outputHashAlgo = "sha256"; system = "s"; builder = "b";', 26],
  ["no builder", 'name = "a"; system = "s";', 14],
]) {
  test(`a derivation with ${name} is reported where it stands`, () => {
    const { outcome, diagnostics } = evaluateText(`derivation { ${attributes} }`);
    assert.equal(outcome, "error");
    assert.deepEqual([diagnostics[0].file, diagnostics[0].line, diagnostics[0].column], ["/a.nix", 1, column]);
  });
}

test("the module does not tell where it was built", () => {
  const module = readFileSync(join(root, "web/src/wasm/drvlab_wasm_bg.wasm")).toString("latin1");
  for (const path of [root, homedir()]) assert.ok(!module.includes(path), path);
});

test("values that are no derivations are printed", () => {
  const report = evaluateText("{ a.b = [ 1 (1 + 1) ]; }", "a");
  assert.equal(report.outcome, "value");
  assert.equal(report.value, "{ b = [ 1 2 ]; }");
});

for (const [name, text, message] of [
  ["infinite recursion", "let x = x + 1; in x", /infinite recursion/],
  ["endless calls", "let f = x: f (x + 1); in f 0", /stack overflow; max-call-depth exceeded/],
  ["a list that never ends", "let f = n: [ n ] ++ f (n + 1); in builtins.length (f 0)", /max-call-depth|memory/],
  ["a huge list", "builtins.length (builtins.genList (x: x) 1000000000)", /memory/],
  ["a value that doubles", 'let f = n: s: if n == 0 then s else f (n - 1) (s + s); in f 60 "xxxxxxxx"', /memory/],
  ["a deep thunk chain", "builtins.foldl' (a: b: { v = a.v + b; }) { v = 0; } (builtins.genList (x: 1) 100000)", /./],
  ["unbalanced parentheses", "(".repeat(100_000), /./],
  ["import of itself", "import /a.nix", /infinite recursion/],
  ["bad derivation name", 'derivation { name = "a b"; system = "s"; builder = "b"; }', /name/],
]) {
  test(`${name}: a message, and the next evaluation works`, () => {
    const workspace = new Workspace();
    workspace.openFile("/a.nix", text);
    const report = workspace.evaluate({ file: "/a.nix", attrPath: "", substitute: true, emptyStore: false });
    if (report.outcome === "error") assert.match(report.diagnostics[0].message, message);
    workspace.openFile("/a.nix", "1 + 1");
    assert.equal(workspace.evaluate({ file: "/a.nix", attrPath: "", substitute: true, emptyStore: false }).value, "2");
  });
}

test("100,000 nested parentheses", () => {
  const depth = 100_000;
  const report = evaluateText("(".repeat(depth) + "1" + ")".repeat(depth));
  assert.ok(report.outcome === "error" || report.value === "1");
});

test("a thousand edits do not grow the memory without bound", () => {
  const workspace = distribution();
  const path = "/distribution/machine/configuration.nix";
  const text = readFileSync(join(folder, "machine/configuration.nix"), "utf8");
  workspace.evaluate(entry);
  for (let edit = 0; edit < 1000; edit += 1) {
    workspace.updateFile(path, text.replace("lighthouse", `host${edit % 7}`));
    assert.equal(workspace.evaluate(entry).outcome, "derivations");
  }
});
