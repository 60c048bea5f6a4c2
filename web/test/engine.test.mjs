// The engine with a worker made of promises: merging, stopping, and bringing a new worker to the old one's state.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const [{ Engine }] = await load("/src/engine.ts");
const entry = { file: "/a.nix", attrPath: "", emptyStore: false, contentAddressed: false };
const surroundings = (more = {}) => ({ world: {}, originals: new Map([["/a.nix", "0"]]), uploads: new Map(), archive: undefined, ...more });
const plain = surroundings();
const text = (content) => new Map([["/a.nix", content]]);

/** What a worker says of a text: the value that it is, or what the text spells out. */
function update(content) {
  if (content.startsWith("{")) return JSON.parse(content);
  return { report: { value: content, derivations: [] }, places: [] };
}

/** An engine whose workers record what they are told; `hang` as text never gets an answer, `trap` ends the instance. Workers for whose image `broken` says so never begin. */
function setUp({ timeLimit = 30, start = 0, broken = undefined, ...more } = {}) {
  const workers = [];
  const events = [];
  const reports = [];
  const images = new Map();
  const connect = (image) => {
    const held = images.get(image?.bytes ?? image?.name);
    const worker = { image, calls: [], files: new Map(held?.files), ended: false, terminate: () => (worker.ended = true) };
    const begun = new Promise((resolve) => setTimeout(resolve, start));
    const send = async (data) => {
      await begun;
      setTimeout(() => worker.ended || worker.onmessage({ data }));
    };
    worker.postMessage = ({ id, call }) => {
      for (const file of call.files ?? []) file.text === null ? worker.files.delete(file.path) : worker.files.set(file.path, file.text);
      const content = worker.files.get("/a.nix");
      worker.calls.push(call.do === "evaluate" ? `evaluate ${content}` : call.do);
      if (call.do === "image") {
        const result = new ArrayBuffer(8);
        images.set(result, call.held);
        send({ kind: "result", id, result });
      } else if (call.do === "evaluate" && content === "trap") send({ kind: "failed", message: "unreachable" });
      else if (call.world !== "hang" && (call.do !== "evaluate" || content !== "hang")) send({ kind: "result", id, result: call.do === "evaluate" ? update(content) : call.do });
    };
    workers.push(worker);
    if (!broken?.(image)) send({ kind: "ready", held, image: image?.bytes });
    return worker;
  };
  const engine = new Engine(
    {
      status: () => {},
      ranges: () => {},
      report: (report) => {
        reports.push(report);
        events.push(report.value);
      },
      world: () => {},
      stopped: (reason) => events.push(reason),
      worldStopped: () => events.push("worldStopped"),
    },
    { connect, timeLimit, compare: true, ...more },
  );
  return { engine, workers, events, reports, images };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 120));

test("the latest edit wins and nothing piles up", async () => {
  const { engine, workers, events } = setUp();
  for (let edit = 0; edit < 100; edit += 1) engine.evaluate(text(`${edit}`), entry, plain, edit);
  await settled();
  assert.deepEqual(workers[0].calls, ["world", "evaluate 99"]);
  assert.deepEqual(events, ["99"]);
});

test("only changed files are sent, and files that are gone are closed", async () => {
  const { engine, workers } = setUp();
  engine.evaluate(new Map([["/a.nix", "1"], ["/b.nix", "2"]]), entry, plain, 0);
  await settled();
  engine.evaluate(new Map([["/a.nix", "3"]]), entry, plain, 0);
  await settled();
  assert.deepEqual([...workers[0].files], [["/a.nix", "3"]]);
});

test("derivations that have not changed are the same objects; a new worker tells all again", async () => {
  const { engine, reports } = setUp();
  const names = () => reports.at(-1).derivations.map(({ name }) => name);
  const evaluate = async (derivations, places) => {
    const report = { derivations: derivations.map((name) => ({ name })) };
    engine.evaluate(text(JSON.stringify({ report, places })), entry, plain, 0);
    await settled();
  };
  await evaluate(["a", "b", "c"], [-1, -1, -1]);
  const [a, , c] = reports.at(-1).derivations;
  await evaluate(["d", "e"], [-1, 2, -1, 0]);
  assert.deepEqual(names(), ["d", "c", "e", "a"]);
  assert.equal(reports.at(-1).derivations[1], c);
  assert.equal(reports.at(-1).derivations[3], a);
  // What has no derivations in between changes nothing.
  await evaluate([], []);
  assert.deepEqual(names(), []);
  await evaluate([], [3]);
  assert.equal(reports.at(-1).derivations[0], a);
  engine.restart(true);
  await evaluate(["f"], [-1]);
  assert.deepEqual(names(), ["f"]);
});

test("the world is told once, and again when it is another", async () => {
  const { engine, workers } = setUp();
  engine.evaluate(text("1"), entry, plain, 0);
  await settled();
  engine.evaluate(text("2"), entry, plain, 0);
  await settled();
  engine.evaluate(text("2"), entry, surroundings(), 0);
  await settled();
  assert.deepEqual(workers[0].calls, ["world", "evaluate 1", "evaluate 2", "world", "evaluate 2"]);
});

test("an archive that was loaded is not loaded again; it is sent before the worker is ready", async () => {
  const { engine, workers, events } = setUp({ start: 20, timeLimit: 60 });
  const bytes = new Uint8Array(1);
  const loaded = engine.load("/a/", bytes, "1");
  const opened = engine.text("/a/x");
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(workers[0].calls, ["load"]);
  await Promise.all([loaded, opened]);
  engine.evaluate(text("1"), entry, surroundings({ archive: { folder: "/a/", bytes, identity: "1" } }), 0);
  await settled();
  assert.deepEqual(workers[0].calls, ["load", "text", "world", "evaluate 1"]);
  engine.evaluate(text("hang"), entry, surroundings({ archive: { folder: "/a/", bytes, identity: "1" } }), 0);
  await settled();
  engine.evaluate(text("2"), entry, surroundings({ archive: { folder: "/a/", bytes, identity: "1" } }), 0);
  await settled();
  assert.deepEqual(workers[1].calls, ["load", "world", "evaluate 2"]);
  assert.equal(events.at(-1), "2");
});

test("a runaway evaluation is stopped; the next worker gets the world, its archives and the next text", async () => {
  const { engine, workers, events } = setUp();
  const around = surroundings({ uploads: new Map([["upload:1", new Uint8Array()]]), archive: { folder: "/a/", bytes: new Uint8Array() } });
  engine.evaluate(text("1"), entry, around, 0);
  await settled();
  engine.evaluate(text("hang"), entry, around, 0);
  await settled();
  assert.equal(workers[0].ended, true);
  assert.match(events.at(-1), /stopped after 0\.03 seconds/);
  engine.evaluate(text("2"), entry, around, 0);
  await settled();
  assert.deepEqual(workers[1].calls, ["load", "upload", "world", "evaluate 2"]);
  assert.equal(events.at(-1), "2");
});

test("what was typed during a runaway evaluation is evaluated after it", async () => {
  const { engine, events } = setUp();
  engine.evaluate(text("hang"), entry, plain, 0);
  await new Promise((resolve) => setTimeout(resolve, 10));
  engine.evaluate(text("2"), entry, plain, 0);
  await settled();
  assert.equal(events.at(-1), "2");
});

test("after a trap the instance is thrown away", async () => {
  const { engine, workers, events } = setUp();
  engine.evaluate(text("trap"), entry, plain, 0);
  await settled();
  assert.match(events.at(-1), /^The evaluator failed\. .*\(unreachable\)/);
  assert.equal(workers[0].ended, true);
  engine.evaluate(text("2"), entry, plain, 0);
  await settled();
  assert.equal(events.at(-1), "2");
});

test("a world that runs away is reported, so that the next one is another", async () => {
  const { engine, workers, events } = setUp();
  engine.evaluate(text("1"), entry, surroundings({ world: "hang" }), 0);
  await settled();
  assert.equal(events.at(-1), "worldStopped");
  engine.evaluate(text("1"), entry, plain, 0);
  await settled();
  assert.deepEqual(workers[1].calls, ["world", "evaluate 1"]);
});

test("of questions that wait only the last is asked", async () => {
  const { engine, workers } = setUp();
  engine.evaluate(text("1"), entry, plain, 0);
  const answers = [engine.run(), engine.run(), engine.build("/x"), engine.build("/y")];
  await settled();
  assert.deepEqual(workers[0].calls, ["world", "evaluate 1", "run", "build"]);
  assert.deepEqual(await Promise.all(answers), [undefined, "run", undefined, "build"]);
});

test("an image is taken when nothing was asked for a while, and the next worker goes on from it", async () => {
  const kept = [];
  const shelf = { name: "kept", archive: "1", keep: (image) => kept.push(image), forget: () => kept.push("forgotten") };
  const { engine, workers, events } = setUp({ rest: 10, shelf });
  const around = surroundings({ uploads: new Map([["upload:1", new Uint8Array()]]), archive: { folder: "/a/", bytes: new Uint8Array() } });
  engine.evaluate(text("1"), entry, around, 0);
  await settled();
  engine.evaluate(text("2"), entry, around, 0);
  await settled();
  // One is enough as long as the world is the same.
  assert.deepEqual(workers[0].calls, ["load", "upload", "world", "evaluate 1", "image", "evaluate 2"]);
  assert.equal(kept.length, 1);
  engine.evaluate(text("hang"), entry, around, 0);
  await settled();
  engine.evaluate(text("3"), entry, around, 0);
  await settled();
  assert.deepEqual(workers[0].image, { name: "kept", archive: "1" });
  assert.deepEqual(workers[1].image, { bytes: kept[0] });
  assert.deepEqual(workers[1].calls, ["limits", "compare", "world", "evaluate 3"]);
  assert.deepEqual([...workers[1].files], [["/a.nix", "3"]]);
  assert.equal(events.at(-1), "3");
  engine.restart(true);
  engine.evaluate(text("4"), entry, around, 0);
  await settled();
  assert.equal(kept[1], "forgotten");
  assert.deepEqual(workers[2].calls.slice(0, 4), ["load", "upload", "world", "evaluate 4"]);
});

test("the next worker is started ahead when nothing was asked for a while, whether an image is taken or not", async () => {
  let prepared = 0;
  const { engine, workers } = setUp({ rest: 10, prepare: () => (prepared += 1) });
  engine.evaluate(text("1"), entry, plain, 0);
  assert.equal(prepared, 0);
  await settled();
  assert.equal(prepared, 1);
  engine.evaluate(text("2"), entry, plain, 0);
  await settled();
  assert.equal(prepared, 2);
  assert.deepEqual(workers[0].calls, ["world", "evaluate 1", "image", "evaluate 2"]);
  engine.evaluate(text("hang"), entry, plain, 0);
  await settled();
  assert.equal(prepared, 2);
});

test("an image that a worker did not give back is gone, and another is taken", async () => {
  const { engine, workers } = setUp({ rest: 20, broken: (image) => image !== undefined });
  engine.evaluate(text("1"), entry, plain, 0);
  await settled();
  assert.equal(workers[0].calls.at(-1), "image");
  engine.evaluate(text("trap"), entry, plain, 0);
  await settled();
  engine.evaluate(text("2"), entry, plain, 0);
  await settled();
  assert.notEqual(workers[1].image, undefined);
  workers[1].onerror({});
  engine.evaluate(text("3"), entry, plain, 0);
  await settled();
  assert.equal(workers[2].image, undefined);
  assert.deepEqual(workers[2].calls, ["world", "evaluate 3", "image"]);
});

test("there is no image while a file is open whose original text nobody knows", async () => {
  const { engine, workers } = setUp({ rest: 20 });
  engine.evaluate(new Map([...text("1"), ["/b.nix", "2"]]), entry, plain, 0);
  await settled();
  assert.deepEqual(workers[0].calls, ["world", "evaluate 1"]);
  engine.evaluate(text("1"), entry, plain, 0);
  await settled();
  assert.deepEqual(workers[0].calls, ["world", "evaluate 1", "evaluate 1", "image"]);
});

test("an image that no evaluation comes of is forgotten, and the next worker begins anew", async () => {
  const kept = [];
  const shelf = { name: "kept", keep: () => {}, forget: () => kept.push("forgotten") };
  const { engine, workers, events, images } = setUp({ shelf });
  images.set("kept", { files: [["/a.nix", "trap"]], originals: [] });
  engine.evaluate(text("trap"), entry, plain, 0);
  await settled();
  assert.deepEqual(workers[0].calls, ["limits", "compare", "world", "evaluate trap"]);
  assert.deepEqual(kept, ["forgotten"]);
  images.clear();
  engine.evaluate(text("1"), entry, plain, 0);
  await settled();
  assert.deepEqual(workers[1].calls, ["world", "evaluate 1"]);
  assert.equal(events.at(-1), "1");
});

test("limits are told where they are not as usual, and again to whoever comes next", async () => {
  const { engine, workers, events } = setUp({ limits: {} });
  engine.evaluate(text("1"), entry, plain, 0);
  await settled();
  engine.limit(60, { callDepth: 20_000 });
  engine.evaluate(text("2"), entry, plain, 0);
  await settled();
  // The world is made again, for what could not be evaluated may be now.
  assert.deepEqual(workers[0].calls, ["world", "evaluate 1", "limits", "world", "evaluate 2"]);
  engine.evaluate(text("hang"), entry, plain, 0);
  await settled();
  assert.match(events.at(-1), /stopped after 0\.06 seconds/);
  engine.evaluate(text("3"), entry, plain, 0);
  await settled();
  assert.deepEqual(workers[1].calls, ["limits", "world", "evaluate 3"]);
});
