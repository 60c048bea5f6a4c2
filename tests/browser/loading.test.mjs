// What every visit needs is asked for with the page itself, and each file once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./harness.mjs";
import { ready } from "./playground.mjs";

test("the module and the worker's script are fetched with the page, once", async (t) => {
  const page = await openPage(t);
  await ready(page);
  const early = await page.evaluate(() => [...document.querySelectorAll(`link[rel$="preload"]`)].map(({ href }) => href));
  const name = (address) => address.replace(/^.*\//, "").replace(/-[\w-]{8}(\.\w+)$/, "$1");
  assert.deepEqual(early.map(name).sort(), ["drvlab_wasm_bg.wasm", "worker.js"]);
  const [worker] = page.workers();
  assert.ok(early.includes(worker.url()), `the worker is ${worker.url()}`);
  const fetched = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  const modules = fetched.filter((address) => address.endsWith(".wasm"));
  assert.deepEqual(modules, early.filter((address) => address.endsWith(".wasm")));
});
