// The page without a mouse: everything is reached by Tab, arrows and Enter, nothing traps the focus, and nothing is lost on the way.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./harness.mjs";
import { button, derivation, details, editor, plan, ready } from "./playground.mjs";

/** What has the focus: its role and what it is called, through shadow roots. */
function focused(page) {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const name = element?.getAttribute("aria-label") ?? element?.textContent?.trim().replace(/\s+/g, " ").slice(0, 60) ?? "";
    return `${element?.getAttribute("role") ?? element?.tagName.toLowerCase()} ${name}`.trim();
  });
}

/** Presses Tab until something that matches has the focus; returns what was passed. */
async function tabTo(page, wanted, key = "Tab") {
  const passed = [];
  for (let press = 0; press < 120; press += 1) {
    await page.keyboard.press(key);
    const now = await focused(page);
    if (wanted.test(now)) return passed;
    passed.push(now);
    // The editor keeps Tab for itself, but for a moment after Escape, which may have passed on a busy machine.
    if (/^textbox Text of/.test(now)) await page.keyboard.press("Escape");
  }
  assert.fail(`no ${wanted} among ${passed.join(" | ")}`);
}

test("every control is reached with Tab, in the order of reading", async (t) => {
  const page = await openPage(t);
  await ready(page);
  const order = [
    /^input/,
    /^switch Substituter/,
    /^switch New machine/,
    /^switch Compare/,
    /^button Publish/,
    /^button Empty cache/,
    /^button Reset/,
    /^option configuration\.nix|^option machine/,
    /^textbox Text of/,
  ];
  for (const wanted of order) await tabTo(page, wanted);
  // Tab indents in the editor; Esc, then Tab leaves it, as the line below it says.
  await page.keyboard.press("Escape");
  await tabTo(page, /^button 1 ?Change the host name|^button .*Change the host name/);
  await tabTo(page, /^option .*, unchanged/);
  await tabTo(page, /^button system$/);
});

test("the whole loop by keyboard: play a step, look at a derivation, publish", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await tabTo(page, /^textbox Text of/);
  await page.keyboard.press("Escape");
  await tabTo(page, /Change the host name/);
  await page.keyboard.press("Enter");
  await plan(page).getByText(/^1 cause, 3 rebuilds, \d+ fetched$/).waitFor();
  // The step keeps the focus: another Enter takes it back, and a third makes it again.
  await page.keyboard.press("Enter");
  await ready(page);
  await page.keyboard.press("Enter");
  await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();

  await tabTo(page, /^option .*, (unchanged|cause|cascade), /);
  await page.keyboard.press("End");
  const last = await focused(page);
  await page.keyboard.press("ArrowLeft");
  assert.notEqual(await focused(page), last);
  await page.keyboard.press("Home");
  const first = await focused(page);
  assert.match(first, /^option/);
  await page.keyboard.press("Enter");
  await details(page).waitFor();
  await tabTo(page, /^group Details/);
  await page.keyboard.press("Escape");
  await details(page).waitFor({ state: "detached" });
  // The focus is where it was in the graph.
  assert.equal(await focused(page), first);

  await tabTo(page, /^button Publish/, "Shift+Tab");
  await page.keyboard.press("Enter");
  await plan(page).getByText(/The build farm pushed 3 new store paths/).waitFor();
  await tabTo(page, /^switch New machine/, "Shift+Tab");
  await page.keyboard.press("Space");
  await plan(page).getByText(/^0 causes, 10 rebuilds, [1-9]\d* fetched$/).waitFor();
});

test("arrows go through the files; the focus stays in the list", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await tabTo(page, /^option configuration\.nix|^option machine/);
  const shown = await editor(page).getAttribute("aria-label");
  await page.keyboard.press("Home");
  await page.getByRole("textbox", { name: "Text of /distribution/default.nix", exact: true }).waitFor();
  assert.match(await focused(page), /^option/);
  assert.notEqual(await editor(page).getAttribute("aria-label"), shown);
});

test("from a problem to its place and back by keyboard", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await tabTo(page, /^textbox Text of/);
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.type("]");
  await page.getByRole("region", { name: "Problems" }).waitFor();
  await page.keyboard.press("Escape");
  await tabTo(page, /^button .*line \d+, column/);
  await page.keyboard.press("Enter");
  assert.match(await focused(page), /^textbox Text of/);
  await page.keyboard.press("Delete");
  await ready(page);
});

test("results are announced, politely and once", async (t) => {
  const page = await openPage(t);
  await ready(page);
  const status = page.getByRole("status");
  await status.getByText("0 causes, 0 rebuilds, 0 fetched").waitFor();
  await page.getByRole("button", { name: /Change the host name/ }).click();
  await status.getByText(/^1 cause, 3 rebuilds/).waitFor();
  assert.equal(await status.getAttribute("aria-live"), "polite");
  await button(page, "Publish").click();
  await status.getByText(/The build farm pushed 3 new store paths/).waitFor();
});
