// The next visit goes on from an image of the evaluator, and nothing depends on there being one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./harness.mjs";
import { restored, untilImages } from "./images.mjs";
import { button, openFile, plan, ready, replaceText, step } from "./playground.mjs";

const image = "distribution.image";

const marked = (page, name) => page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, name);

test("the next visit goes on from an image, unless it is damaged; a reset forgets it", async (t) => {
  const page = await openPage(t);
  await ready(page);
  assert.equal(await restored(page), false);
  await untilImages(page, (images) => images[image] > 100_000);
  await step(page, "Change the host name").click();
  await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();
  await page.reload();
  await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();
  assert.equal(await restored(page), true);
  await step(page, "Change the host name").click();
  await ready(page);
  // Until then it could take the place of the damaged one.
  await marked(page, "evaluator-image-kept");
  await page.evaluate(async (image) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("images");
    const file = await folder.getFileHandle(image);
    const writable = await file.createWritable({ keepExistingData: true });
    await writable.write({ type: "write", position: 300_000, data: crypto.getRandomValues(new Uint8Array(64)) });
    await writable.close();
  }, image);
  await page.reload();
  await ready(page);
  assert.equal(await restored(page), false);
  await untilImages(page, (images) => images[image] > 100_000);
  await button(page, "Reset").click();
  await untilImages(page, (images) => !(image in images));
});

/** Counts workers, and notes which of them begin; the second one of the page, which is started ahead, fails if it should. */
function countWorkers(secondFails) {
  globalThis.workers = 0;
  globalThis.begun = [];
  globalThis.Worker = class extends Worker {
    #number = (globalThis.workers += 1);
    constructor(address, options) {
      super(address, options);
      if (secondFails && this.#number === 2) setTimeout(() => this.dispatchEvent(new ErrorEvent("error")));
    }
    postMessage(message, transfer) {
      super.postMessage(message, transfer);
      if ("image" in message) globalThis.begun.push(this.#number);
    }
  };
}

for (const secondFails of [false, true]) {
  const what = secondFails ? "one that was started ahead, unless that failed" : "one that was started ahead";
  test(`an evaluation that ran away is followed by a worker that goes on from an image, ${what}`, async (t) => {
    const page = await openPage(t);
    await page.addInitScript(countWorkers, secondFails);
    await ready(page);
    await page.reload();
    await ready(page);
    await untilImages(page, (images) => image in images);
    await page.waitForFunction(() => globalThis.workers === 2);
    const double = 'double = n: s: if n == 0 then s else double (n - 1) (s + s); large = double 20 "0123456789"';
    const endless = "builtins.foldl' (sum: i: builtins.seq (builtins.hashString \"sha256\" large) sum) 0 (builtins.genList (i: i) 100000)";
    await openFile(page, "default.nix");
    await replaceText(page, `{ ... }: { system = let ${double}; in ${endless}; }`);
    await plan(page).getByText(/Evaluation was stopped/).first().waitFor();
    await replaceText(page, "{ ... }: { system = 6 * 7; }");
    await plan(page).getByText("42", { exact: true }).waitFor();
    assert.equal(await restored(page), true);
    assert.deepEqual(await page.evaluate(() => globalThis.begun), [1, secondFails ? 3 : 2]);
  });
}

for (const [what, deny] of [
  ["a file system for images", () => (StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException("no", "SecurityError")))],
  ["room for images", () => (FileSystemFileHandle.prototype.createWritable = () => Promise.reject(new DOMException("full", "QuotaExceededError")))],
]) {
  test(`the page works without ${what}`, async (t) => {
    const page = await openPage(t);
    await page.addInitScript(deny);
    await ready(page);
    await page.reload();
    await ready(page);
    // By then an image has been taken.
    await marked(page, "evaluator-image");
    await step(page, "Change the host name").click();
    await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();
    await page.reload();
    await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();
    assert.equal(await restored(page), false);
  });
}
