// Images of the evaluator that a page keeps, as tests see them.

import assert from "node:assert/strict";

/** The images in the page's file system, by name, with their sizes. */
const images = (page) =>
  page.evaluate(async () => {
    const found = {};
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle("images").catch(() => undefined);
    for await (const [name, handle] of folder?.entries() ?? []) found[name] = (await handle.getFile()).size;
    return found;
  });

/** Waits until the images are as wanted. */
export async function untilImages(page, condition) {
  for (let left = 100; !condition(await images(page)); left -= 1) {
    assert.ok(left > 0, `images: ${JSON.stringify(await images(page))}`);
    await page.waitForTimeout(100);
  }
}

/** Whether the last worker of the page went on from an image. */
export const restored = (page) =>
  page.evaluate(() => performance.getEntriesByType("mark").findLast(({ name }) => /^evaluator-(started|restored)$/.test(name)).name === "evaluator-restored");
