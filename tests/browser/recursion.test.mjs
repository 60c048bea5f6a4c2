// Evaluation that is nested far deeper than a worker's stack holds: each kind in a new worker, whose code is not yet optimised and takes the
// most of a stack. Where the browser has more stacks, evaluation goes on on these, and then on one on the heap; none overflows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { withWorkersOf } from "../bench/module-worker.mjs";

/** What is said where the language's own limit comes first. */
const tooDeep = "stack overflow; max-call-depth exceeded";

/** Recursive functions that are called with a number, and what comes out for 8000. */
const functions = {
  "if": ["n: if n == 0 then 0 else f (n - 1)", "0"],
  "+": ["n: if n == 0 then 0 else 1 + f (n - 1)", "8000"],
  "-": ["n: if n == 0 then 0 else 1 - f (n - 1)", tooDeep],
  "<": ["n: if n == 0 then 0 else if f (n - 1) < 5 then 1 else 0", tooDeep],
  ".": ["n: if n == 0 then { a = 0; } else { a = (f (n - 1)).a; }", "{ a = 0; }"],
  ". with a name that is computed": ['n: if n == 0 then "a" else { a = "a"; }.${f (n - 1)}', '"a"'],
  "?": ["n: if n == 0 then { a = 0; } else if (f (n - 1)) ? a then { a = 1; } else { }", "{ a = 1; }"],
  "with": ["n: if n == 0 then { a = 0; } else with f (n - 1); { a = a; }", "{ a = 0; }"],
  "assert": ["n: assert n == 0 || f (n - 1); true", "true"],
  "&&": ["n: n == 0 || (true && f (n - 1))", "true"],
  "->": ["n: n == 0 || (f (n - 1) -> true)", "true"],
  "!": ["n: if n == 0 then true else !(f (n - 1))", "true"],
  "//": ["n: if n == 0 then { } else { a = n; } // f (n - 1)", "{ a = 1; }"],
  "string": ['n: if n == 0 then "" else "${f (n - 1)}"', '""'],
  "pattern": ["{ n, m ? 1, ... }@a: if n == 0 then 0 else m + f { n = a.n - 1; }", "8000", "{ n = 8000; }"],
  "functor": ["{ __functor = self: n: if n == 0 then 0 else 1 + self (n - 1); }", tooDeep],
  "part of the arguments": ["n: m: if n == 0 then 0 else let g = f (n - 1); in 1 + g m", "8000", "8000 1"],
  "import": ["import /recursive.nix", "8000"],
  "scopedImport": ["n: if n == 0 then 0 else builtins.scopedImport { inherit f n; } /scoped.nix", tooDeep],
  "a large text at the end": ["n: if n == 0 then import /deep.nix else 1 + f (n - 1)", "28001"],
  "a name that is computed": ['n: if n == 0 then "a" else builtins.head (builtins.attrNames { ${f (n - 1)} = 1; })', tooDeep],
  "__overrides": ["n: if n == 0 then { } else rec { __overrides = f (n - 1); b = 1; }", "{ __overrides = {", "8000"],
  "outPath": ['n: if n == 0 then "" else "${{ outPath = f (n - 1); }}"', tooDeep],
  "mapAttrs": ["n: if n == 0 then 0 else (builtins.mapAttrs (k: v: f (n - 1)) { a = 1; }).a", tooDeep],
  "genericClosure": ["n: if n == 0 then [ ] else builtins.genericClosure { startSet = [ { key = n; } ]; operator = x: f (n - 1); }", tooDeep],
  "sort": ["n: if n == 0 then true else builtins.sort (a: b: f (n - 1)) [ 1 2 ] == [ 1 ]", tooDeep],
  "groupBy": ['n: if n == 0 then "a" else builtins.head (builtins.attrNames (builtins.groupBy (x: f (n - 1)) [ 1 ]))', tooDeep],
  "split": ['n: if n == 0 then "a" else builtins.head (builtins.split "b" (f (n - 1)))', tooDeep],
  "path": ['n: if n == 0 then true else builtins.path { path = /folder; name = "x"; filter = p: t: f (n - 1); } != ""', tooDeep],
  "derivations": ['n: derivation { name = "n"; system = "s"; builder = "b"; d = if n == 0 then "" else f (n - 1); }', tooDeep, "8000).drvPath"],
};

const texts = Object.entries(functions).map(([name, [body, expected, argument = "8000"]]) => {
  const call = argument.includes(")") ? `(f ${argument}` : `f ${argument}`;
  return [name, `let f = ${body}; in ${call}`, expected];
});
texts.push(["parentheses", `${"(1 + ".repeat(8000)}1${")".repeat(8000)}`, "8001"]);
texts.push(["sets", `${"{ a = ".repeat(8000)}1${"; }.a".repeat(8000)}`, "1"]);
texts.push(["delayed values", "builtins.foldl' (a: b: { v = a.v + b; }) { v = 0; } (builtins.genList (x: 1) 8000)", "{ v = 8000; }"]);
for (const [name, use, expected] of [
  ["toJSON", "builtins.stringLength (builtins.toJSON v)", "16001"],
  ["==", "v == w", "true"],
  ["values on the way to the page", "v", "[ [ [ ["],
]) {
  const value = "builtins.foldl' (x: _: [ x ]) 1 (builtins.genList (x: x) 8000)";
  texts.push([name, `let v = ${value}; w = ${value}; in ${use}`, expected]);
}

const script = `
import init, { Workspace } from "/drvlab_wasm.js";
const { memory, __wbindgen_externrefs: values } = await init();
/** What an image of the module could not hold. */
const foreign = () => {
  const found = [];
  for (let place = 0; place < values.length; place += 1) {
    const value = values.get(place);
    if (value !== globalThis && (typeof value === "function" || (typeof value === "object" && value !== null))) found.push(String(value));
  }
  return found.join();
};
onmessage = ({ data: { text } }) => {
  let workspace = new Workspace();
  workspace.openFile("/scoped.nix", "f (n - 1)");
  workspace.openFile("/recursive.nix", "n: if n == 0 then 0 else 1 + import /recursive.nix (n - 1)");
  workspace.openFile("/deep.nix", "(1 + ".repeat(20000) + "1" + ")".repeat(20000));
  workspace.openFile("/folder/a.nix", "1");
  const ask = (text) => {
    workspace.updateFile("/text.nix", text);
    const report = workspace.evaluate({ file: "/text.nix", attrPath: "", emptyStore: false, contentAddressed: false });
    return report.value ?? report.diagnostics[0].message;
  };
  const first = ask(text);
  workspace.layDown();
  const held = foreign();
  workspace = Workspace.takeUp();
  const again = ask(text + " ");
  postMessage({ first, held, again: again === first, next: ask("1 + 1"), memory: memory.buffer.byteLength });
};
postMessage("ready");
`;

test("no stack overflows", async (t) => {
  const folder = fileURLToPath(new URL("../../web/src/wasm", import.meta.url));
  await withWorkersOf({ script, folder, name: "drvlab_wasm" }, async (start) => {
    for (const [name, text, expected] of texts) {
      await t.test(name, async () => {
        const ask = await start();
        const { first, held, again, next, memory } = await ask({ text });
        assert.ok(first.startsWith(expected), first.slice(0, 200));
        assert.equal(held, "");
        assert.ok(again, "another answer the second time");
        assert.equal(next, "2");
        assert.ok(memory < 512 << 20);
      });
    }
  });
});
