// The visitor's work outlives a reload, and typing does not wait for the scripts.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openPage } from "./harness.mjs";
import { address, browser } from "./launch.mjs";
import { button, editor, expectText, plan, ready, replaceText, step, toggle } from "./playground.mjs";

const text = readFileSync(new URL("../../web/examples/distribution/machine/configuration.nix", import.meta.url), "utf8");

test("a reload keeps the text, the settings, and what was published", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await step(page, "Change the host name").click();
  await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();
  await button(page, "Publish").click();
  await ready(page);
  const mine = text.replace("lighthouse", "mine");
  await replaceText(page, mine);
  await toggle(page, "New machine").click();
  await plan(page).getByText(/^1 cause, 10 rebuilds/).waitFor();
  await page.reload();
  await plan(page).getByText(/^1 cause, 10 rebuilds/).waitFor();
  assert.equal(await toggle(page, "New machine").getAttribute("aria-checked"), "true");
  await expectText(page, mine);
});

test("a draft that is broken does not break the page", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await page.evaluate(() => {
    // After the page has written its own for the last time.
    window.addEventListener("pagehide", () => localStorage.setItem("drvlab:draft:distribution", '{"version":1,"files":3'));
  });
  await page.reload();
  await ready(page);
});

test("without scripts the opening text can be read", async (t) => {
  const context = await (await browser()).newContext({ javaScriptEnabled: false });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(address());
  assert.equal(await page.getByRole("textbox", { name: /^Text of/ }).inputValue(), text);
});

/** Lets no script through until the function that it returns is called. */
async function holdScripts(page) {
  let release = () => {};
  const released = new Promise((resolve) => (release = resolve));
  await page.route("**/*.js", async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

test("what is typed before the scripts have come is taken over", async (t) => {
  const page = await openPage(t);
  // What is still being loaded would be given up by the reload, which counts as a failed request.
  await ready(page);
  const release = await holdScripts(page);
  await page.reload({ waitUntil: "commit" });
  const early = editor(page);
  assert.equal(await early.inputValue(), text);
  await early.focus();
  const start = text.indexOf("lighthouse");
  await early.evaluate((area, [from, to]) => area.setSelectionRange(from, to), [start, start + "lighthouse".length]);
  await page.keyboard.insertText("early");
  release();
  await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();
  // The focus and the cursor stay where they were.
  await page.keyboard.insertText("-bird");
  await editor(page).getByText('hostName = "early-bird";').waitFor();
});

test("what is typed before the scripts have come does not destroy a draft", async (t) => {
  const page = await openPage(t);
  await ready(page);
  const mine = text.replace("lighthouse", "mine");
  await replaceText(page, mine);
  await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();
  const release = await holdScripts(page);
  await page.reload({ waitUntil: "commit" });
  await editor(page).fill(text.replace("lighthouse", "early"));
  release();
  await plan(page).getByText("What you typed while the page was loading replaced the draft of this file.").waitFor();
  await editor(page).getByText('hostName = "early";').waitFor();
  await button(page, "Restore my text").click();
  await editor(page).getByText('hostName = "mine";').waitFor();
  await expectText(page, mine);
});
