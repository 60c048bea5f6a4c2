// The grammar against error nodes: what Nix 2.34 parses must parse here, what it refuses must not.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parser } from "../src/nix-parser.js";
import { refused, accepted } from "./nix-snippets.mjs";

function errors(text) {
  const found = [];
  parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError) found.push(node.from);
    },
  });
  return found;
}

for (const text of accepted) {
  test(`accepts ${JSON.stringify(text)}`, () => assert.deepEqual(errors(text), []));
}

for (const text of refused) {
  test(`refuses ${JSON.stringify(text)}`, () => assert.notDeepEqual(errors(text), []));
}

test("trees have the expected shape", () => {
  const shapes = [
    ["./${x}y/z", "Nix(Path(Interpolation(Variable(Identifier))))"],
    ["''a''${b}c''", "Nix(IndentedString(IndentedEscape))"],
    ['"$${a}"', "Nix(String(StringEscape))"],
    ["a - b", "Nix(Binary(Variable(Identifier),Variable(Identifier)))"],
    ["a -b/c", "Nix(Apply(Variable(Identifier),Path))"],
    ["f x: y", undefined],
    ["{ a, b, }: a", "Nix(Lambda(Pattern(Formals(Formal(Binder(Identifier)),Formal(Binder(Identifier)))),Variable(Identifier)))"],
  ];
  for (const [text, shape] of shapes) {
    const printed = parser.parse(text).toString().replaceAll(/"[^"]*",?|'[^']*',?/g, "");
    if (shape === undefined) assert.ok(printed.includes("⚠"));
    else assert.equal(structure(text), shape);
  }
});

/** The named nodes only, punctuation left out. */
function structure(text) {
  let out = "";
  parser.parse(text).iterate({
    enter(node) {
      if (!/^[A-Z]/.test(node.name)) return false;
      if (out !== "" && !out.endsWith("(")) out += ",";
      out += `${node.name}(`;
    },
    leave(node) {
      if (/^[A-Z]/.test(node.name)) out = out.endsWith("(") ? out.slice(0, -1) : `${out})`;
    },
  });
  return out;
}

const examples = join(import.meta.dirname, "../examples");
if (existsSync(examples)) {
  for (const entry of readdirSync(examples, { recursive: true })) {
    if (!String(entry).endsWith(".nix")) continue;
    test(`accepts examples/${entry}`, () =>
      assert.deepEqual(errors(readFileSync(join(examples, String(entry)), "utf8")), []));
  }
}

test("a million characters and deep nesting neither throw nor hang", () => {
  assert.notDeepEqual(errors("(".repeat(100_000)), []);
  assert.deepEqual(errors(`[ ${"x ".repeat(100_000)}]`), []);
  assert.deepEqual(errors(`"${"a".repeat(1_000_000)}"`), []);
});
