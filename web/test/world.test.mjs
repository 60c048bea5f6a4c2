// The world as the page keeps it: what it is like now, what is merged, what is said about it; and the tar files that it comes in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { load } from "./load.mjs";

const [{ buildsOf, cachesOf, duration, historyOf, settingsOf, span, withStep }, { packTar }] = await load("/src/world.ts", "/src/archive-files.ts");

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
