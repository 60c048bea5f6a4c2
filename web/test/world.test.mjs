// The world as the page keeps it: what it is like now, what is merged, what is said about it; and the tar files that it comes in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "./load.mjs";

const [{ buildsOf, cachesOf, duration, fromFile, historyOf, settingsOf, span, toFile, withStep }, { packTar }, { worldProblem }] = await load(
  "/src/world.ts",
  "/src/archive-files.ts",
  "/src/world-check.ts",
);

const begin = { version: 1, settings: { "max-jobs": 4 }, caches: [{ url: "https://a.example.org" }], history: [{ advance: { seconds: 60 } }] };
const world = { begin, steps: [] };

test("what holds now is what was said last", () => {
  assert.deepEqual(settingsOf(world), { "max-jobs": 4 });
  let now = withStep(world, [{ settings: { substitute: false } }]);
  now = withStep(now, [{ happen: { advance: { seconds: 5 } } }]);
  now = withStep(now, [{ caches: [] }]);
  now = withStep(now, [{ builds: { gcc: { fails: true } } }]);
  assert.deepEqual([settingsOf(now), cachesOf(now), buildsOf(now)], [{ substitute: false }, [], { gcc: { fails: true } }]);
  assert.equal(now.steps.length, 4);
});

test("settings that change one after the other are one step, caches that come are one each", () => {
  let now = withStep(world, [{ settings: { fallback: true } }]);
  now = withStep(now, [{ settings: {} }]);
  assert.deepEqual(now.steps, [[{ settings: {} }]]);
  const [a, b] = [{ url: "a" }, { url: "b" }];
  now = withStep(world, [{ caches: [a] }]);
  now = withStep(now, [{ caches: [{ ...a, offline: true }] }]);
  now = withStep(now, [{ caches: [a, b] }]);
  assert.equal(now.steps.length, 2);
});

test("a world has no more than its limit of steps", () => {
  let now = world;
  for (let seconds = 0; seconds < 200; seconds += 1) now = withStep(now, [{ happen: { advance: { seconds } } }]);
  assert.equal(now.steps.length, 60);
  assert.deepEqual(now.steps.at(-1), [{ happen: { advance: { seconds: 199 } } }]);
});

test("what happened is told in words", () => {
  const to = "https://a.example.org";
  const now = withStep(world, [
    { happen: { publish: { to, what: { attribute: "app", texts: { "/a": "b" } }, systems: ["x"], leaveOut: ["unfree"], key: "friend-1" } } },
    { forget: {} },
  ]);
  assert.deepEqual(historyOf(now), [
    { text: "1 minute passed.", step: undefined },
    {
      text:
        "Somebody else built app, as edited and pushed it to a.example.org, for x only, without unfree, signed by friend-1. " +
        "This machine forgot what caches had answered.",
      step: 0,
    },
  ]);
});

test("a world that is loaded is the one that counts, stays when steps are forgotten, and can be saved again", () => {
  const file = {
    version: 1,
    settings: { fallback: true },
    caches: [{ url: "https://b.example.org", path: "b.tar" }],
    history: [{ delete: { name: "x" } }],
  };
  const { file: usable, empty } = fromFile(file);
  assert.deepEqual(empty, ["b.example.org (b.tar)"]);
  let now = withStep(withStep(world, [{ happen: { advance: { seconds: 5 } } }]), [{ load: usable }]);
  assert.deepEqual([settingsOf(now), cachesOf(now), buildsOf(now)], [{ fallback: true }, [{ url: "https://b.example.org" }], {}]);
  assert.match(historyOf(now).at(-1).text, /^Another world began, from a file: This machine deleted x\.$/);
  now = withStep(now, [{ happen: { advance: { seconds: 6 } } }]);
  now = withStep(now, [{ forget: {} }]);
  const saved = toFile(now);
  assert.deepEqual(saved.file, {
    version: 1,
    settings: { fallback: true },
    caches: [{ url: "https://b.example.org" }],
    builds: {},
    history: [{ delete: { name: "x" } }, { advance: { seconds: 6 } }],
  });
  assert.deepEqual(saved.leftOut, ["That caches were emptied or answers forgotten is not in it."]);
  for (let seconds = 0; seconds < 200; seconds += 1) now = withStep(now, [{ happen: { advance: { seconds } } }]);
  assert.equal(now.steps.length, 61);
  assert.deepEqual(settingsOf(now), { fallback: true });
  const uploaded = toFile(withStep(world, [{ caches: [{ url: "file:///a", path: "upload:1" }] }]));
  assert.deepEqual(uploaded.file.caches, [{ url: "file:///a" }]);
  assert.match(uploaded.leftOut[0], /^It has file:\/\/\/a without contents/);
});

test("what is no world file is told with its place", () => {
  const to = "https://a.example.org";
  const good = {
    version: 1,
    settings: { "max-jobs": 2, "trusted-public-keys": ["k-1"] },
    caches: [{ url: to, priority: -1, faults: { zlib: "404" } }],
    builds: { gcc: { seconds: 1, references: ["a"] } },
    history: [{ publish: { to, what: { with: [["a", "b"]], texts: { "/a": "b" } } } }, { advance: { seconds: 1 } }],
  };
  assert.equal(worldProblem(good), undefined);
  for (const [change, problem] of [
    [{ version: 2 }, "it has version 2, but version 1 is read here"],
    [{ version: "1" }, "version is no whole number"],
    [{ version: undefined }, "it has no version"],
    [{ cache: [] }, "cache is not known"],
    [{ settings: { fallbck: true } }, "settings.fallbck is not known"],
    [{ settings: { "max-jobs": -1 } }, "settings.max-jobs is no whole number from 0 on"],
    [{ settings: { "trusted-public-keys": "k" } }, "settings.trusted-public-keys is no list"],
    [{ caches: [{ url: to }, {}] }, "caches[1] has no url"],
    [{ caches: [{ url: to, faults: { zlib: 404 } }] }, "caches[0].faults.zlib is no text"],
    [{ builds: { gcc: { fails: 1 } } }, "builds.gcc.fails is no true or false"],
    [{ history: [{ publish: {} }] }, "history[0].publish has no to"],
    [{ history: [{ move: {} }] }, "history[0].move is none of publish, evict, advance, dryRun, build, delete"],
    [{ history: [{}] }, "history[0] is no object with one of publish, evict, advance, dryRun, build, delete"],
    [{ history: [{ build: { what: { with: [["a", 1]] } } }] }, "history[0].build.what.with[0][1] is no text"],
  ]) {
    assert.equal(worldProblem({ ...good, ...change }), problem);
  }
  for (const bad of [null, 1, "x", []]) assert.equal(worldProblem(bad), "it is no object");
});

test("the worlds of all scenarios are world files", () => {
  const folder = new URL("../examples/scenarios/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  assert.ok(files.length >= 20);
  for (const name of files) assert.equal(worldProblem(JSON.parse(readFileSync(new URL(name, folder), "utf8")).world), undefined, name);
});

test("times in words", () => {
  assert.deepEqual([0, 1, 61, 3600, 90_061].map(span), ["0 seconds", "1 second", "1 minute 1 second", "1 hour", "1 day 1 hour"]);
  assert.deepEqual([30, 2500, 61_000].map(duration), ["30 ms", "2.5 s", "1 min 1 s"]);
});

test("tar reads what the page packs, long names included", () => {
  const long = `${"folder/".repeat(20)}${"n".repeat(90)}`;
  const files = [["cache/nix-cache-info", "StoreDir: /nix/store\n"], [long, "x".repeat(1000)], ["empty", ""]];
  const bytes = packTar(files.map(([name, text]) => [name, new TextEncoder().encode(text)]));
  assert.equal(bytes.length % 512, 0);
  const listed = execFileSync("tar", ["-tf", "-"], { input: bytes, encoding: "utf8" }).trim().split("\n");
  assert.deepEqual(listed, files.map(([name]) => name));
  assert.equal(execFileSync("tar", ["-xOf", "-", long], { input: bytes, encoding: "utf8" }), "x".repeat(1000));
  assert.throws(() => packTar([["n".repeat(300), new Uint8Array()]]), /too long/);
});
