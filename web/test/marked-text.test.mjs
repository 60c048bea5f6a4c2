import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const [{ marked }] = await load("/src/marked-text.ts");
const variable = (start, end) => ({ start, end, masked: false, part: { kind: "variable", name: "x" } });

test("offsets count bytes, not characters", () => {
  const { segments } = marked("aé😀b", [variable(1, 3), variable(3, 7)], 100);
  assert.deepEqual(segments.map(({ text }) => text), ["a", "é", "😀", "b"]);
  assert.equal(segments[1].label, "environment variable x");
});

test("texts that are no UTF-8 come as base64", () => {
  const { bytes, segments } = marked({ base64: btoa("a\xffb") }, [variable(1, 2)], 100);
  assert.deepEqual([...bytes], [97, 255, 98]);
  assert.deepEqual(segments.map(({ text }) => text), ["a", "\ufffd", "b"]);
});

test("long texts are cut, marks too", () => {
  const { segments } = marked("abcdef", [variable(1, 5)], 3);
  assert.deepEqual(segments.map(({ text }) => text), ["a", "bc"]);
});
