// axe finds nothing to complain about, in any theme, width and state; and nothing sticks out of a narrow screen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectAccessible, openPage } from "./harness.mjs";
import { derivation, details, editor, plan, problems, ready, step, toggle } from "./playground.mjs";

const narrow = { viewport: { width: 360, height: 740 } };

const views = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["light, 360 pixels", { colorScheme: "light", ...narrow }],
  ["dark, 360 pixels", { colorScheme: "dark", ...narrow }],
];

/** Fails when the page can be scrolled sideways; or at all, where it is as high as its view. */
async function expectNoOverflow(page) {
  const [width, height] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
  const view = page.viewportSize();
  assert.ok(width <= view.width, `the page is ${width} pixels wide in a view of ${view.width}`);
  if (view.width > narrow.viewport.width) assert.ok(height <= view.height, `the page is ${height} pixels high in a view of ${view.height}`);
}

/** Opens all that can be opened in the present view. */
async function openAll(page) {
  for (const summary of await page.locator("drvlab-world summary, drvlab-cache summary").all()) {
    if ((await summary.isVisible()) && !(await summary.evaluate((it) => it.parentElement.open))) await summary.click();
  }
}

for (const [name, options] of views) {
  test(`axe: ${name}`, async (t) => {
    const page = await openPage(t, options);
    await ready(page);
    await expectAccessible(page);
    await expectNoOverflow(page);

    await page.getByRole("tab", { name: "Caches and settings" }).click();
    await openAll(page);
    await expectAccessible(page);
    await expectNoOverflow(page);
    await page.getByRole("tab", { name: "Derivations" }).click();

    await toggle(page, "New machine").click();
    await page.getByRole("tab", { name: "Timeline and cost" }).click();
    await page.getByRole("table").getByText(/^fetch|^build/).first().waitFor();
    await expectAccessible(page);
    await expectNoOverflow(page);
    await page.getByRole("tab", { name: "Derivations" }).click();
    await step(page, "Patch a library").click();
    await plan(page).getByText(/^1 cause, 13 rebuilds/).waitFor();
    await derivation(page, "pcre2-10.46").click();
    await details(page).getByText("env.patches", { exact: true }).waitFor();
    await expectAccessible(page);
    await expectNoOverflow(page);
    await page.getByRole("button", { name: "Close" }).click();

    await editor(page).focus();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.type("]");
    await problems(page).getByText(/syntax error/).waitFor();
    await plan(page).getByText(/Out of date/).waitFor();
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
}

test("in forced colours it shows which switches are on, which tab is open, and which file", async (t) => {
  const page = await openPage(t, { forcedColors: "active" });
  await ready(page);
  const style = (found, property, inside) => found.evaluate((element, [property, inside]) => getComputedStyle(element.querySelector(inside) ?? element)[property], [property, inside]);
  const background = (name) => style(page.getByRole("switch", { name }), "backgroundColor", ".track");
  assert.notEqual(await background("Substituter"), await background("New machine"));
  const line = (name) => style(page.getByRole("tab", { name }), "borderBottomColor", "none");
  assert.notEqual(await line("Derivations"), await line("Caches and settings"));
  const file = (name) => style(page.getByRole("option", { name }), "backgroundColor", "none");
  assert.notEqual(await file(/^machine\/configuration\.nix/), await file(/^machine\/etc\.nix/));
});
