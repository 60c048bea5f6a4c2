// The part of the module that is loaded when something of it is called.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { complete } from "../package-set/generate.mjs";
import { tar } from "../package-set/tar.mjs";

const folder = new URL("../../web/src/wasm/", import.meta.url);
const module = new WebAssembly.Module(readFileSync(new URL("drvlab_wasm_bg.wasm", folder)));
const rest = new WebAssembly.Module(readFileSync(new URL("drvlab_wasm_rest.wasm", folder)));

let instances = 0;

/** An instance with glue of its own, and how often the rest has been added to it. */
async function instance() {
  instances += 1;
  const { initSync, setRest, Workspace } = await import(new URL(`drvlab_wasm.js?rest=${instances}`, folder));
  const exports = initSync({ module });
  const table = Object.values(exports).find((value) => value instanceof WebAssembly.Table && value !== exports.__wbindgen_externrefs);
  return { setRest, Workspace, hasRest: () => table.get(table.length - 1) !== null };
}

function evaluate(Workspace, text) {
  const workspace = new Workspace();
  workspace.openFile("/a.nix", text);
  const { report } = workspace.evaluateUpdate({ file: "/a.nix", attrPath: "", emptyStore: false, contentAddressed: false });
  workspace.free();
  return report.value ?? report.diagnostics[0].message;
}

/** Programs of which most need something that no visit begins with, and what they give. */
const programs = new Map([
  ['builtins.fromTOML "a = 1979-05-27"', undefined],
  ['builtins.toXML { a = 1.5; }', undefined],
  ['builtins.hashString "sha512" "a"', undefined],
  ["let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 9000", "9000"],
  ["let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 90000", "stack overflow; max-call-depth exceeded"],
  ['builtins.match "(a|b)*c" "ababc"', '[ "b" ]'],
]);

test("what a visit begins with does without the rest", async () => {
  const { Workspace, hasRest } = await instance();
  assert.equal(evaluate(Workspace, "{ a = 1; }.a + 1"), "2");
  assert.equal(evaluate(Workspace, "undefined"), "undefined variable 'undefined'");
  assert.match(evaluate(Workspace, "{"), /^syntax error/);
  assert.equal(hasRest(), false);
});

test("so does a package of a set out of an archive, after an edit, too", async () => {
  const { Workspace, hasRest } = await instance();
  const files = await complete({ seed: 11 });
  const workspace = new Workspace();
  assert.equal(workspace.loadArchive("/", [tar("set", files)]).problem, undefined);
  const main = { file: "/set/default.nix", attrPath: "curl", emptyStore: false, contentAddressed: false };
  assert.equal(workspace.evaluateUpdate(main).report.outcome, "derivations");
  const file = "pkgs/core/curl/default.nix";
  workspace.updateFile(`/set/${file}`, `${files.get(file)} `);
  assert.equal(workspace.evaluateUpdate(main).report.outcome, "derivations");
  workspace.free();
  assert.equal(hasRest(), false);
});

test("each instance reads the rest when it needs it, before any program and in the midst of one", async () => {
  const answers = [];
  for (const [program, expected] of programs) {
    const { Workspace, hasRest } = await instance();
    const answer = evaluate(Workspace, program);
    if (expected !== undefined) assert.equal(answer, expected);
    // Whatever came first.
    for (const [other, expected] of programs) if (expected !== undefined) assert.equal(evaluate(Workspace, other), expected);
    assert.equal(evaluate(Workspace, program), answer);
    assert.equal(hasRest(), true);
    answers.push(answer);
  }
  assert.equal(answers.length, programs.size);
});

test("the rest can be given compiled, before and after it is needed", async () => {
  const { setRest, Workspace, hasRest } = await instance();
  setRest(rest);
  assert.equal(hasRest(), false);
  assert.equal(evaluate(Workspace, "let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 9000"), "9000");
  assert.equal(hasRest(), true);
  setRest(rest);
  assert.equal(evaluate(Workspace, "let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 9000"), "9000");
});
