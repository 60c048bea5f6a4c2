// What browser tests are written with: one browser for a test file, a fresh profile for each test.
// A test fails on any error in the page's console, any uncaught exception and any request that fails.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after } from "node:test";
import { address, browser, closeBrowser, watch } from "./launch.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Far above what anything in the page takes, the first start of WASM on a busy machine included.
const timeout = 15_000;

after(closeBrowser);

/**
 * Opens the page in a fresh profile and closes it after the test, which fails if anything went wrong in the page.
 *
 * @param t the context of the test (`node:test`)
 * @param options `path`, relative to the page's address; all others are Playwright's context options
 */
export async function openPage(t, { path = "", ...contextOptions } = {}) {
  const context = await (await browser()).newContext({ viewport: { width: 1280, height: 900 }, ...contextOptions });
  context.setDefaultTimeout(timeout);
  const page = await context.newPage();
  const watched = watch(page);
  t.after(async () => {
    // Closing the page ends requests that are under way, which is no problem of the page's.
    const problems = [...watched];
    await context.close();
    // Said even where the test has failed already: this is often the cause.
    for (const problem of problems) t.diagnostic(problem);
    assert.deepEqual(problems, [], "the page reported errors");
  });
  await page.goto(address(path));
  return page;
}

/** Fails with a readable list when axe finds violations in the page's present state. */
export async function expectAccessible(page) {
  // Evaluated through the debugger's protocol, which works under the page's content security policy.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const lines = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}\n    ${node.target.flat().join(" ")}\n    ${node.failureSummary}`),
  );
  assert.equal(lines.length, 0, `accessibility violations:\n${lines.join("\n")}`);
}
