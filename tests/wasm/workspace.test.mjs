// The WASM module as the page uses it: thin tests of what crosses the boundary. What the data says is tested in Rust.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import init, { limitRanges, Workspace } from "../../web/src/wasm/drvlab_wasm.js";
import { begin, distributionFiles, folder } from "./distribution.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bytes = readFileSync(join(root, "web/src/wasm/drvlab_wasm_bg.wasm"));
await init({ module_or_path: bytes });

const golden = JSON.parse(readFileSync(join(root, "tests/golden/distribution.json"), "utf8"));

function distribution(workspace = new Workspace()) {
  for (const [path, text] of distributionFiles()) workspace.openFile(path, text);
  return workspace;
}

const entry = { file: "/distribution/default.nix", attrPath: "system", emptyStore: false, contentAddressed: false };

const [{ publish }] = begin.history;

/** Brings a workspace into the world that the page opens with, changed. */
function live(workspace, changes = [], more = {}) {
  return workspace.setWorld({ begin, changes, file: entry.file, attrPath: entry.attrPath, ...more });
}

function evaluateText(text, attrPath = "") {
  const workspace = new Workspace();
  workspace.openFile("/a.nix", text);
  return workspace.evaluate({ file: "/a.nix", attrPath, emptyStore: false, contentAddressed: false });
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
  const world = live(workspace);
  assert.deepEqual(world.problems, []);
  assert.ok(world.caches[0].objects > 40);
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

test("a library that becomes content-addressed is the only cause, and what is built from it has no path before it is built", () => {
  const workspace = distribution();
  live(workspace);
  workspace.evaluate(entry);
  const path = "/distribution/libraries/zlib.nix";
  const floating = '__contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; outputs =';
  workspace.updateFile(path, distributionFiles().get(path).replace("outputs =", floating));
  const { derivations } = workspace.evaluate(entry);
  const changed = derivations.filter(({ role }) => role !== "none");
  assert.deepEqual(changed.filter(({ role }) => role === "cause").map(({ name }) => name), ["zlib-1.3.1"]);
  assert.equal(changed.length, 12);
  for (const { name, outputs } of changed) for (const { path, change } of outputs) assert.deepEqual([path, change], [undefined, "unknown"], name);
});

test("outputs of a set that is turned are no others than before as long as nothing is edited, and unknown then", () => {
  const workspace = distribution();
  live(workspace);
  const turned = { ...entry, contentAddressed: true };
  const changes = () => new Set(workspace.evaluate(turned).derivations.flatMap(({ outputs }) => outputs.map(({ change }) => change)));
  assert.deepEqual(changes(), new Set(["unchanged"]));
  const path = "/distribution/toolchain/stdenv.nix";
  workspace.updateFile(path, distributionFiles().get(path).replace('name = "stdenv";', 'name = "stdenv"; edited = "1";'));
  assert.deepEqual(changes(), new Set(["unchanged", "unknown"]));
});

test("this machine has what it built; a new one fetches it, or builds it without the substituter", () => {
  const workspace = distribution();
  live(workspace);
  const { plan } = workspace.evaluate(entry);
  assert.deepEqual([plan.fetch, plan.build], [0, 0]);
  assert.ok(workspace.evaluate({ ...entry, emptyStore: true }).plan.fetch > 0);
  live(workspace, [{ settings: { ...begin.settings, substitute: false } }]);
  const report = workspace.evaluate({ ...entry, emptyStore: true });
  assert.equal(report.plan.fetch, 0);
  assert.equal(report.plan.build, report.derivations.length);
});

test("a world goes on from where it is, and begins again when something is taken back", () => {
  const workspace = distribution();
  const evict = { happen: { evict: { from: publish.to, name: "zlib" } } };
  const objects = live(workspace).caches[0].objects;
  const fewer = live(workspace, [evict]).caches[0].objects;
  assert.ok(fewer < objects);
  assert.equal(live(workspace, [evict, { clear: { cache: publish.to } }]).caches[0].objects, 0);
  assert.equal(live(workspace, [evict]).caches[0].objects, fewer);
  assert.equal(live(workspace).caches[0].objects, objects);
});

test("events have the texts of their time, and the present ones stay", () => {
  const workspace = distribution();
  const path = "/distribution/machine/configuration.nix";
  const text = readFileSync(join(folder, "machine/configuration.nix"), "utf8");
  workspace.setOriginal(path, text);
  const mine = text.replace("lighthouse", "mine");
  live(workspace, [
    // The system itself asks not to be fetched.
    { settings: { ...begin.settings, "always-allow-substitutes": true } },
    { happen: { publish: { ...publish, what: { attribute: "system", texts: { [path]: mine } } } } },
  ]);
  // The client has not got it, but the cache has.
  workspace.updateFile(path, mine);
  const { plan, derivations } = workspace.evaluate(entry);
  assert.equal(plan.causes, 0);
  assert.equal(derivations.find(({ name }) => name === "system").action, "fetch");
  assert.equal(workspace.readFile(path), mine);
});

test("both columns, the steps and what they cost", () => {
  const workspace = distribution();
  live(workspace, [{ settings: {} }]);
  workspace.evaluate({ ...entry, emptyStore: true });
  const run = workspace.run();
  const system = run.derivations.at(-1);
  assert.equal(system.nix.action, "build");
  const curl = run.derivations.find(({ dryRun, nix }) => dryRun.action === "fetch" && nix.action === "build");
  assert.equal(curl.nix.rule, 11);
  assert.match(curl.nix.fix, /cache\.example\.org-1/);
  assert.ok(run.rules.some(({ rule, text }) => rule === 11 && text.length > 20));
  assert.equal(run.cost.builds, run.steps.filter(({ build }) => build).length);
  assert.ok(run.steps.every(({ start, end }) => end >= start) && run.cost.total >= run.cost.criticalPath);
});

test("a set that is turned: a comment rebuilds one package, and all its users without turning", () => {
  const workspace = new Workspace();
  const path = "/scenarios/set.nix";
  const text = readFileSync(join(root, "web/examples/scenarios/set.nix"), "utf8");
  workspace.openFile(path, text);
  workspace.setOriginal(path, text);
  const to = "https://c.example.org";
  const world = {
    version: 1,
    settings: { "trusted-public-keys": ["k-1"] },
    caches: [{ url: to, key: "k-1" }],
    history: [{ publish: { to, what: { attribute: "app" } } }],
  };
  workspace.setWorld({ begin: world, changes: [], file: path, attrPath: "app" });
  workspace.updateFile(path, text.replace('zlibComment = "first"', 'zlibComment = "second"'));
  const report = workspace.evaluate({ file: path, attrPath: "app", emptyStore: false, contentAddressed: true });
  assert.ok(report.derivations.some(({ kind }) => kind === "floating"));
  const run = workspace.run();
  assert.equal(run.cost.builds, 1);
  assert.ok(run.turned.builds > 2, `${run.turned.builds} builds`);
  assert.equal(run.derivations.at(-1).turned.action, "build");
  const { outputs, log } = workspace.build(report.derivations.at(-1).drvPath);
  assert.equal(outputs[0].files.find(({ path }) => path === "content").text, "app-1.0 compiled with -O2\n");
  assert.equal(log, "");
});

test("what is exported can be imported", async () => {
  const { tar } = await import("../package-set/tar.mjs");
  const workspace = new Workspace();
  const path = "/scenarios/set.nix";
  workspace.openFile(path, readFileSync(join(root, "web/examples/scenarios/set.nix"), "utf8"));
  workspace.setOriginal(path, workspace.readFile(path));
  const to = "https://c.example.org";
  const begin = { version: 1, caches: [{ url: to, key: "k-1" }], history: [{ publish: { to, what: { attribute: "machine" } } }] };
  workspace.setWorld({ begin, changes: [], file: path, attrPath: "machine" });
  const exported = workspace.exportCache(to);
  assert.deepEqual(exported.leftOut, []);
  workspace.upload("upload:1", tar("cache", new Map(exported.files.map(({ name, bytes }) => [name, bytes]))));
  const other = { version: 1, settings: { "trusted-public-keys": ["k-1"] }, caches: [{ url: "file:///cache", path: "upload:1" }] };
  const report = workspace.setWorld({ begin: other, changes: [], file: path, attrPath: "machine" });
  assert.deepEqual(report.problems, []);
  assert.equal(report.caches[0].objects, exported.files.filter(({ name }) => name.endsWith(".narinfo")).length);
  workspace.evaluate({ file: path, attrPath: "machine", emptyStore: false, contentAddressed: false });
  assert.equal(workspace.run().derivations.at(-1).nix.action, "fetch");
});

for (const [what, world, problem] of [
  ["of another shape", { begin: { version: 1, caches: 7 } }, /makes no sense/],
  ["of another version", { begin: { version: 2 } }, /version 2/],
  ["with a cache that is gone", { begin: { version: 1, caches: [{ url: "u", path: "upload:9" }] } }, /import it again/],
  ["with a fault that nobody knows", { begin: { version: 1, caches: [{ url: "u", faults: { a: "b" } }] } }, /no fault 'b'/],
  ["with a text that does not occur", { begin, changes: [{ happen: { build: { what: { with: [["nowhere to be found", "!"]] } } } }] }, /does not occur/],
]) {
  test(`a world ${what}: a problem, and the next one works`, () => {
    const workspace = distribution();
    for (const file of ["default.nix", "machine/configuration.nix"]) {
      workspace.setOriginal(`/distribution/${file}`, readFileSync(join(folder, file), "utf8"));
    }
    const report = workspace.setWorld({ changes: [], file: entry.file, attrPath: entry.attrPath, ...world });
    assert.match(report.problems.join("\n"), problem);
    assert.deepEqual(live(workspace).problems, []);
  });
}

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
  for (const path of [root, `${homedir()}/`]) assert.ok(!module.includes(path), path);
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
  ["unbalanced parentheses", "(".repeat(100_000), /syntax error, unexpected end of file/],
  ["import of itself", "import /a.nix", /infinite recursion/],
  ["bad derivation name", 'derivation { name = "a b"; system = "s"; builder = "b"; }', /name/],
]) {
  test(`${name}: a message, and the next evaluation works`, () => {
    const workspace = new Workspace();
    workspace.openFile("/a.nix", text);
    const report = workspace.evaluate({ file: "/a.nix", attrPath: "", emptyStore: false, contentAddressed: false });
    assert.equal(report.outcome, "error");
    assert.match(report.diagnostics[0].message, message);
    workspace.openFile("/a.nix", "1 + 1");
    assert.equal(workspace.evaluate({ file: "/a.nix", attrPath: "", emptyStore: false, contentAddressed: false }).value, "2");
  });
}

test("limits are what was set, within bounds, and what was evaluated under others is evaluated again", () => {
  const workspace = new Workspace();
  const ask = (text) => {
    workspace.openFile("/a.nix", text);
    return workspace.evaluate({ file: "/a.nix", attrPath: "", emptyStore: false, contentAddressed: false });
  };
  const deep = (calls) => `let f = n: if n == 0 then 0 else 1 + f (n - 1); in f ${calls}`;
  const refused = (text, message) => {
    const { outcome, diagnostics } = ask(text);
    assert.equal(outcome, "error");
    assert.match(diagnostics[0].message, message);
    assert.match(diagnostics[0].hints.at(-1), /Limits of the evaluation/);
    assert.equal(ask("1 + 1").value, "2");
  };
  refused(deep(20_000), /max-call-depth exceeded/);
  workspace.setLimits(50_000, 512);
  assert.equal(ask(deep(20_000)).value, "20000");
  refused(deep(60_000), /max-call-depth exceeded/);
  workspace.setLimits(4_000_000_000, 512);
  assert.equal(ask(deep(49_000)).value, "49000");
  refused(deep(100_001), /max-call-depth exceeded/);
  assert.equal(limitRanges().callDepth.most, 100_000);
  workspace.setLimits(10, 512);
  refused(deep(20), /max-call-depth exceeded/);
  workspace.setLimits(10_000, 16);
  const large = "builtins.length (builtins.deepSeq (builtins.genList (x: [ x x ]) 1000000) (builtins.genList (x: x) 1000000))";
  refused(large, /out of memory: the evaluation needs more than the 16 MiB it may use/);
  workspace.setLimits(undefined, undefined);
  assert.equal(ask(large).value, "1000000");
  assert.equal(limitRanges().callDepth.usual, 10_000);
  refused(deep(20_000), /max-call-depth exceeded/);
});

test("limits hold for the world's events, and an event that failed happens when they allow it", () => {
  const workspace = distribution();
  const path = "/distribution/deep.nix";
  const text = `let f = n: if n == 0 then "d" else f (n - 1) + ""; in derivation { name = f 20000; system = "x86_64-linux"; builder = "/bin/sh"; }`;
  workspace.openFile(path, text);
  workspace.setOriginal(path, text);
  const deep = { happen: { publish: { to: publish.to, what: { file: "deep.nix", attribute: "" } } } };
  assert.match(live(workspace, [deep]).problems[0], /max-call-depth exceeded/);
  workspace.setLimits(50_000, 512);
  assert.deepEqual(live(workspace, [deep]).problems, []);
});

test("a world file that is loaded is the world; one of which none can be made leaves it as it was", () => {
  const workspace = distribution();
  const to = "https://other.example.org";
  const file = { version: 1, caches: [{ url: to }], history: [{ publish: { to, what: { attribute: "system" } } }] };
  const before = live(workspace);
  const loaded = live(workspace, [{ load: file }]);
  assert.deepEqual(loaded.problems, []);
  assert.deepEqual(
    loaded.caches.map(({ url }) => url),
    [to],
  );
  assert.ok(loaded.caches[0].objects > 40);
  assert.equal(loaded.local, 0);
  assert.equal(workspace.evaluate({ ...entry, emptyStore: true }).hasBaseline, true);
  // Taken back.
  assert.deepEqual(live(workspace).caches, before.caches);
  const bad = live(workspace, [{ load: { ...file, caches: [] } }]);
  assert.match(bad.problems[0], /history\[0\]: there is no cache/);
  assert.deepEqual(bad.caches, before.caches);
});

test("a chain of 100,000 thunks is a value", () => {
  const { value } = evaluateText("(builtins.foldl' (a: b: { v = a.v + b; }) { v = 0; } (builtins.genList (x: 1) 100000)).v");
  assert.equal(value, "100000");
});

test("100,000 nested parentheses", () => {
  const depth = 100_000;
  const report = evaluateText("(".repeat(depth) + "1" + ")".repeat(depth));
  assert.ok(report.outcome === "error" || report.value === "1");
});

test("a million levels of data are built and passed on; going through them is as limited as calls are", () => {
  const nested = (wrapped) => `builtins.foldl' (x: _: ${wrapped}) 1 (builtins.genList (x: x) 1000000)`;
  const workspace = new Workspace();
  const ask = (text) => {
    workspace.openFile("/a.nix", text);
    return workspace.evaluate({ file: "/a.nix", attrPath: "", emptyStore: false, contentAddressed: false });
  };
  assert.equal(ask(`let v = ${nested("[ x ]")}; in builtins.length (builtins.head (builtins.head v))`).value, "1");
  assert.equal(ask(`let v = ${nested("{ a = x; }")}; in builtins.attrNames v.a.a.a ++ map (x: 1) [ v v ]`).value, '[ "a" 1 1 ]');
  for (const use of ["builtins.deepSeq v 1", "v == [ v ]", "builtins.toJSON v", "v"]) {
    const report = ask(`let v = ${nested("[ x ]")}; in ${use}`);
    assert.match(report.diagnostics[0].message, /stack overflow; max-call-depth exceeded/, use);
    assert.equal(ask("1 + 1").value, "2");
  }
});

test("after a thousand edits, a thousand more do not grow the memory", async () => {
  // An instance of its own, without room that other tests have left.
  const fresh = await import("../../web/src/wasm/drvlab_wasm.js?edits");
  const { memory } = fresh.initSync({ module: bytes });
  const workspace = distribution(new fresh.Workspace());
  const path = "/distribution/machine/configuration.nix";
  const text = readFileSync(join(folder, "machine/configuration.nix"), "utf8");
  workspace.evaluate(entry);
  const sizes = [];
  for (let edit = 0; edit < 2000; edit += 1) {
    workspace.updateFile(path, text.replace("lighthouse", `host${edit}`));
    const { report } = workspace.evaluateUpdate(entry);
    assert.equal(report.outcome, "derivations");
    if (edit % 20 === 0) {
      workspace.run();
      workspace.derivation(report.roots[0]);
    }
    sizes.push(memory.buffer.byteLength);
  }
  // By then everything has been there once that an edit needs, and heaps made anew beside the one before.
  const early = sizes[1000];
  assert.equal(sizes.at(-1), early, `${early} bytes became ${sizes.at(-1)}`);
});
