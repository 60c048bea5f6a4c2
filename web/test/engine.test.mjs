// The engine with a worker made of promises: merging, stopping, and bringing a new worker to the old one's state.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const [{ Engine }] = await load("/src/engine.ts");
const entry = { file: "/a.nix", attrPath: "", substitute: true, emptyStore: false };
const text = (content) => new Map([["/a.nix", content]]);

/** An engine whose workers record what they are told; `hang` as text never gets an answer, `trap` ends the instance. */
function setUp({ journal = [], timeLimit = 30 } = {}) {
  const workers = [];
  const events = [];
  const connect = () => {
    const worker = { calls: [], files: new Map(), ended: false, terminate: () => (worker.ended = true) };
    const send = (data) => setTimeout(() => worker.ended || worker.onmessage({ data }));
    worker.postMessage = ({ id, call }) => {
      for (const file of call.files ?? []) file.text === null ? worker.files.delete(file.path) : worker.files.set(file.path, file.text);
      const content = worker.files.get("/a.nix");
      worker.calls.push(call.do === "evaluate" ? `evaluate ${content}` : call.do);
      if (call.do === "evaluate" && content === "trap") send({ kind: "failed", message: "unreachable" });
      else if (call.do !== "evaluate" || content !== "hang") send({ kind: "result", id, result: call.do === "evaluate" ? content : call.do });
    };
    workers.push(worker);
    send({ kind: "ready" });
    return worker;
  };
  const engine = new Engine(
    { status: () => {}, report: (report) => events.push(report), stopped: (reason) => events.push(reason) },
    { connect, timeLimit, journal, compare: true },
  );
  return { engine, workers, events };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 120));

test("the latest edit wins and nothing piles up", async () => {
  const { engine, workers, events } = setUp();
  for (let edit = 0; edit < 100; edit += 1) engine.evaluate(text(`${edit}`), entry, edit);
  await settled();
  assert.deepEqual(workers[0].calls, ["evaluate 99"]);
  assert.deepEqual(events, ["99"]);
});

test("only changed files are sent, and files that are gone are closed", async () => {
  const { engine, workers } = setUp();
  engine.evaluate(new Map([["/a.nix", "1"], ["/b.nix", "2"]]), entry, 0);
  await settled();
  engine.evaluate(new Map([["/a.nix", "3"]]), entry, 0);
  await settled();
  assert.deepEqual([...workers[0].files], [["/a.nix", "3"]]);
});

test("publishing waits for the text before it", async () => {
  const { engine, workers } = setUp();
  engine.evaluate(text("1"), entry, 0);
  assert.equal(await engine.publish(), "publish");
  engine.evaluate(text("2"), entry, 0);
  await settled();
  assert.deepEqual(workers[0].calls, ["evaluate 1", "publish", "evaluate 2"]);
});

test("a runaway evaluation is stopped; the next worker gets the cache's history and the next text", async () => {
  const { engine, workers, events } = setUp();
  engine.evaluate(text("1"), entry, 0);
  await engine.publish();
  engine.evict("/nix/store/x");
  engine.evaluate(text("hang"), entry, 0);
  await settled();
  assert.equal(workers[0].ended, true);
  assert.match(events.at(-1), /stopped after 0\.03 seconds/);
  engine.evaluate(text("2"), entry, 0);
  await settled();
  assert.deepEqual(workers[1].calls, ["evaluate 1", "publish", "evict", "evaluate 2"]);
  assert.equal(events.at(-1), "2");
});

test("what was typed during a runaway evaluation is evaluated after it", async () => {
  const { engine, events } = setUp();
  engine.evaluate(text("hang"), entry, 0);
  await new Promise((resolve) => setTimeout(resolve, 10));
  engine.evaluate(text("2"), entry, 0);
  await settled();
  assert.equal(events.at(-1), "2");
});

test("after a trap the instance is thrown away", async () => {
  const { engine, workers, events } = setUp();
  engine.evaluate(text("trap"), entry, 0);
  await settled();
  assert.match(events.at(-1), /^The evaluator failed\. .*\(unreachable\)/);
  assert.equal(workers[0].ended, true);
  engine.evaluate(text("2"), entry, 0);
  await settled();
  assert.equal(events.at(-1), "2");
});

test("a history that traps is given up", async () => {
  const { engine, workers, events } = setUp({ journal: [{ kind: "publish", files: text("trap"), entry }] });
  engine.evaluate(text("1"), entry, 0);
  await settled();
  assert.deepEqual(workers[1].calls, ["evaluate 1"]);
  assert.equal(events.at(-1), "1");
});

test("emptying the cache keeps the last publication as what is compared with", async () => {
  const { engine } = setUp();
  engine.evaluate(text("1"), entry, 0);
  await engine.publish();
  engine.resetCache();
  assert.deepEqual(engine.journal.map(({ kind }) => kind), ["publish", "resetCache"]);
});
