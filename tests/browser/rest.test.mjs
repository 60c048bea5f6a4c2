// The part of the module that the first answers do without: fetched after them, and needed for the rest only.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openPage } from "./harness.mjs";
import { address, browser, closeBrowser } from "./launch.mjs";
import { plan, problems, ready, replaceText } from "./playground.mjs";

after(closeBrowser);

const rest = /drvlab_wasm_rest[^/]*\.wasm$/;

/** A page of which the rest of the module can be withheld. */
async function open(t, withheld) {
  const context = await (await browser()).newContext({ viewport: { width: 1280, height: 900 } });
  t.after(() => context.close());
  const asked = [];
  const state = { asked, withheld };
  await context.route(rest, (route) => {
    asked.push(route.request().url());
    return state.withheld ? route.abort() : route.continue();
  });
  const page = await context.newPage();
  await page.goto(address());
  return { page, state };
}

test("the rest is fetched after the first answer", async (t) => {
  const { page, state } = await open(t, false);
  await ready(page);
  for (let waited = 0; state.asked.length === 0; waited += 1) {
    assert.ok(waited < 100, "nobody asks for it");
    await page.waitForTimeout(100);
  }
});

test("a page that is left while the rest is under way works when it comes back", async (t) => {
  const page = await openPage(t);
  let asked = 0;
  await page.context().route(rest, (route) => {
    asked += 1;
    return asked === 1 ? undefined : route.continue();
  });
  await page.reload();
  await ready(page);
  for (let waited = 0; asked === 0; waited += 1) {
    assert.ok(waited < 100, "nobody asks for it");
    await page.waitForTimeout(100);
  }
  await page.reload();
  await ready(page);
  await replaceText(page, "throw (builtins.toXML 1.5)");
  await problems(page).getByText(/float value="1.5"/).first().waitFor();
});

test("without the rest, the page answers; when it is needed, the page says what is missing and goes on when it is there", async (t) => {
  const { page, state } = await open(t, true);
  await ready(page);
  await replaceText(page, 'builtins.fromTOML "a = 1979-05-27"');
  await plan(page).getByText(/Your text is untouched.*A part of the program could not be loaded/).waitFor();
  state.withheld = false;
  await replaceText(page, "{ }: undefined");
  await problems(page).getByText(/undefined variable 'undefined'/).first().waitFor();
  await replaceText(page, "throw (builtins.toXML 1.5)");
  await problems(page).getByText(/float value="1.5"/).first().waitFor();
});
