// What is kept in the browser: complete, small, and never a reason to fail.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const [{ loadDraft, overlaid, overlay, saveDraft }] = await load("/src/draft.ts");
const pristine = new Map([["/e/a", "1"], ["/e/b", "2"]]);
const draft = {
  version: 1,
  files: { "/e/a": "x" },
  active: "/e/a",
  attrPath: "system",
  substitute: false,
  emptyStore: true,
  compare: true,
  journal: [{ kind: "publish", files: {}, attrPath: "system" }, { kind: "evict", storePath: "/nix/store/y" }, { kind: "resetCache" }],
};

function storage(content) {
  globalThis.localStorage = { getItem: () => content, setItem: (_key, text) => (content = text) };
}

test("a draft comes back as it was", () => {
  storage(null);
  assert.equal(saveDraft("e", draft), true);
  assert.deepEqual(loadDraft("e"), draft);
});

test("what is not a draft is no draft", () => {
  for (const content of [null, "", "{", "null", "[]", "1", '{"version":2}', '{"version":1}', '{"version":1,"files":{"a":1},"journal":[]}']) {
    storage(content);
    assert.equal(loadDraft("e"), undefined, content);
  }
  storage(JSON.stringify({ ...draft, journal: [null, 1, { kind: "other" }, { kind: "publish" }, { kind: "resetCache" }] }));
  assert.deepEqual(loadDraft("e").journal, [{ kind: "resetCache" }]);
});

test("without storage nothing is kept, and nothing fails", () => {
  const refuse = () => {
    throw new Error("quota");
  };
  globalThis.localStorage = { getItem: refuse, setItem: refuse };
  assert.equal(saveDraft("e", draft), false);
  assert.equal(loadDraft("e"), undefined);
});

test("only texts that differ are stored, and files that are gone are left out", () => {
  assert.deepEqual(overlay(new Map([["/e/a", "1"], ["/e/b", "3"]]), pristine), { "/e/b": "3" });
  assert.deepEqual([...overlaid(pristine, { "/e/b": "3", "/e/c": "4" })], [["/e/a", "1"], ["/e/b", "3"]]);
});
