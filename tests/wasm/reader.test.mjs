// Derivations that are read instead of evaluated, as they cross the boundary. What is read and refused is tested in Rust.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import init, { Reader, Workspace } from "../../web/src/wasm/drvlab_wasm.js";

const file = (path) => readFileSync(new URL(`../../${path}`, import.meta.url));
await init({ module_or_path: file("web/src/wasm/drvlab_wasm_bg.wasm") });

const recorded = JSON.parse(file("tests/golden/hash/derivations.json").toString()).data;
const bytes = (text) => (typeof text === "string" ? Buffer.from(text) : Buffer.from(text.base64, "base64"));
const baseName = (path) => path.slice("/nix/store/".length);

test("all recorded derivations are one graph without a problem, and each is explained", () => {
  const reader = new Reader();
  for (const { path, text } of recorded) reader.addText("after", baseName(path), bytes(text), bytes(text).length);
  const { texts, report, storeDir } = reader.report(new Workspace());
  assert.deepEqual(texts.flatMap(({ problems }) => problems), []);
  assert.equal(report.derivations.length, recorded.length);
  assert.equal(storeDir, "/nix/store");
  assert.equal(report.hasBaseline, false);
  for (const { path, text } of recorded) {
    const detail = reader.derivation(path);
    assert.equal(detail.explanation.paths[0].path, path);
    for (const { claimed } of detail.explanation.paths) assert.equal(claimed, undefined);
    if (typeof text === "string") assert.equal(detail.aterm.map((piece) => piece.text).join(""), text);
  }
  assert.deepEqual(reader.derivation("/nix/store/00000000000000000000000000000000-x.drv").aterm, []);
});

test("texts without names, in any order, and from other store directories", () => {
  const reader = new Reader();
  for (const { text } of recorded.toReversed()) reader.addText("after", undefined, bytes(text), bytes(text).length);
  const { texts } = reader.report(new Workspace());
  assert.deepEqual(texts.map(({ drvPaths }) => drvPaths[0]).sort(), recorded.map(({ path }) => path).sort());

  const leaf = recorded.find(({ path }) => path.endsWith("-leaf.drv")).text.replaceAll("/nix/store/", "/my/store/");
  const elsewhere = new Reader();
  elsewhere.addText("before", undefined, bytes(leaf), leaf.length);
  const answer = elsewhere.report(new Workspace());
  assert.equal(answer.storeDir, "/my/store");
  // Paths cover the directory, so that what is moved by hand has a wrong one.
  assert.match(answer.texts[0].problems[0].message, /does not follow from the derivation/);
  assert.equal(answer.texts[0].problems[0].offset, leaf.indexOf("/my/store/"));
  assert.equal(answer.report.derivations[0].name, "leaf");
});

test("two attributes are compared, and the page's own evaluation stays", () => {
  const workspace = new Workspace();
  const make = (name, note) => `derivation { name = "${name}"; system = "s"; builder = "b"; note = "${note}"; }`;
  workspace.openFile("/a.nix", `{ a = ${make("x", "long text, old")}; b = ${make("x", "long text, new")}; }`);
  const entry = (attrPath) => ({ file: "/a.nix", attrPath, emptyStore: false, contentAddressed: false });
  const report = workspace.evaluate(entry("a"));
  const reader = new Reader();
  reader.addAttribute("before", workspace, entry("a"));
  reader.addAttribute("after", workspace, entry("b"));
  reader.addAttribute("after", workspace, entry("none"));
  const answer = reader.report(workspace);
  assert.match(answer.texts[2].problems[0].message, /attribute 'none'/);
  const [{ drvPath, role, drvChange }] = answer.report.derivations;
  assert.deepEqual([role, drvChange], ["cause", "changed"]);
  const [{ field, pieces }] = reader.derivation(drvPath).changes;
  assert.equal(field, "env.note");
  assert.deepEqual(pieces.map(({ kind, text }) => `${kind} ${text}`).slice(0, 1), ["same long text, "]);
  assert.equal(workspace.derivation(report.roots[0]).explanation.name, "x");
});
