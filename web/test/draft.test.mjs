// What is kept in the browser: complete, small, and never a reason to fail.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const [{ loadDraft, overlaid, overlay, saveDraft }, { fromFragment, toFragment }, { loadLimits, saveLimits, within }] = await load(
  "/src/draft.ts",
  "/src/share.ts",
  "/src/limits.ts",
);
const pristine = new Map([["/e/a", "1"], ["/e/b", "2"]]);
const draft = {
  version: 2,
  files: { "/e/a": "x" },
  active: "/e/a",
  attrPath: "system",
  emptyStore: true,
  contentAddressed: false,
  compare: true,
  steps: [[{ happen: { advance: { seconds: 60 } } }, { forget: {} }], [{ settings: { substitute: false } }]],
};

function storage(content) {
  globalThis.localStorage = { getItem: () => content, setItem: (_key, text) => (content = text), removeItem: () => (content = null) };
}

test("a draft comes back as it was", () => {
  storage(null);
  assert.equal(saveDraft("e", draft), true);
  assert.deepEqual(loadDraft("e"), draft);
});

test("a link says how deep calls may be nested, as a whole number, and nothing about memory and time", async () => {
  const through = async (draft) => (await fromFragment(await toFragment({ example: "distribution", draft }))).draft;
  assert.deepEqual(await through({ ...draft, callDepth: 20_000 }), { ...draft, callDepth: 20_000 });
  assert.equal((await through({ ...draft, callDepth: 1e99 })).callDepth, 2 ** 32 - 1);
  for (const bad of ["20000", null, {}, [9]]) assert.deepEqual(await through({ ...draft, callDepth: bad }), draft);
  assert.deepEqual(await through({ ...draft, memory: 2048, seconds: 300 }), draft);
  storage(JSON.stringify({ memory: 1e9, seconds: 0, callDepth: 5 }));
  assert.deepEqual(loadLimits(), { memory: 1e9, seconds: 1 });
  const ranges = { callDepth: { least: 1, usual: 2, most: 3 }, memory: { least: 4, usual: 5, most: 6 } };
  assert.deepEqual(within(loadLimits(), ranges), { callDepth: undefined, memory: 6, seconds: 1 });
  assert.deepEqual(within({ callDepth: 7, memory: 0 }, ranges), { callDepth: 3, memory: 4 });
  saveLimits({ callDepth: 5, memory: 64, seconds: undefined });
  assert.deepEqual(loadLimits(), { memory: 64, seconds: undefined });
  for (const broken of ["{", "null", "[]", '"x"']) {
    storage(broken);
    const { memory, seconds } = loadLimits();
    assert.deepEqual([memory, seconds], [undefined, undefined], broken);
  }
});

test("steps of a link whose shape is another are left out, lest the page trips over them", async () => {
  const good = [
    { settings: { "trusted-public-keys": ["k-1"] } },
    { caches: [{ url: "https://a", faults: { zlib: "404" } }] },
    { builds: { zlib: { fails: true } } },
    { happen: { publish: { to: "https://a", what: { attribute: "x" }, leaveOut: ["y"] } } },
    { happen: { evict: { from: "https://a", name: "x" } } },
    { load: { version: 1, history: [{ advance: { seconds: 1 } }] } },
  ];
  const bad = [
    { settings: { "trusted-public-keys": 1 } },
    { caches: 5 },
    { caches: [null] },
    { caches: [{ url: 1 }] },
    { builds: { zlib: null } },
    { happen: { publish: null } },
    { happen: { publish: { to: "a", leaveOut: 1 } } },
    { happen: { evict: {} } },
    { happen: { toString: {} } },
    { load: { version: 1, caches: 5 } },
    { load: { version: 1, history: [{ publish: {} }] } },
    { forget: {}, clear: { cache: "a" } },
    { toString: {} },
  ];
  const steps = [...good, ...bad].map((change) => [change]);
  const link = await fromFragment(await toFragment({ example: "distribution", draft: { ...draft, steps } }));
  assert.deepEqual(
    link.draft.steps,
    good.map((change) => [change]),
  );
});

test("what is not a draft is no draft", () => {
  for (const content of [null, "", "{", "null", "[]", "1", '{"version":3}', '{"version":2}', '{"version":2,"files":{"a":1},"steps":[]}', '{"version":2,"files":{},"steps":1}']) {
    storage(content);
    assert.equal(loadDraft("e"), undefined, content);
  }
  storage(JSON.stringify({ ...draft, steps: [null, 1, [], [1], [{}], [{ forget: {} }], { forget: {} }] }));
  assert.deepEqual(loadDraft("e").steps, [[{ forget: {} }]]);
});

test("caches that came from archives stay in a draft, and are left out of links", async () => {
  const own = { url: "https://cache.example" };
  const imported = [{ caches: [own, { url: "file:///a", path: "upload:1" }] }];
  const steps = [imported, ...draft.steps];
  storage(JSON.stringify({ ...draft, steps }));
  assert.deepEqual(loadDraft("e").steps, steps);
  const link = await fromFragment(await toFragment({ example: "distribution", draft: { ...draft, steps } }));
  assert.deepEqual(link.draft.steps, [[{ caches: [own] }], ...draft.steps]);
});

test("a link holds the state, and what is no link of ours is refused", async () => {
  const shared = { example: "scenario:early-cutoff", draft };
  const fragment = await toFragment(shared);
  assert.match(fragment, /^#v1\.[\w-]+$/);
  assert.deepEqual(await fromFragment(fragment), shared);
  assert.equal(await fromFragment("#scenario:early-cutoff"), undefined);
  for (const bad of ["#v1.", "#v1.!!", "#v2.abc", fragment.slice(0, -9), `#v1.${"A".repeat(300_000)}`]) {
    assert.equal(await fromFragment(bad), null, bad.slice(0, 40));
  }
});

test("a link that was made when version 1 was is still read", async () => {
  const fragment =
    "#v1.bY6xagMxEER_xUwbJbZTpFCXPwikNC4WaYQFd5LQrg-bQ_8eVIQ06YbHm2F28CFrWwgPDSzSc_WUvjxfw91qSnCIXZLB79jYNdcC_-6Q8kKd8Phb06PS3kp-wON8eDmcMRwkWN7m-D-ag5j1L7EbPKQ1OHBt9vy22glv_U6HUIux2GeMnaqMf3xtMrUki9JBjU3hL5cdN2mNZX6TuEkJnFEZaokK_3EaY1yvY_wA";
  assert.deepEqual(await fromFragment(fragment), {
    example: "scenario:early-cutoff",
    draft: {
      version: 2,
      files: { "/scenarios/set.nix": "1 + 1" },
      active: "/scenarios/set.nix",
      attrPath: "app",
      emptyStore: true,
      contentAddressed: true,
      compare: false,
      steps: [[{ happen: { advance: { seconds: 60 } } }]],
    },
  });
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
