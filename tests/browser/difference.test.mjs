// The difference from the baseline: causes with their fields character by character, what only follows with the way to its cause, and the
// paths of recipe and outputs as two facts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./harness.mjs";
import { derivation, details, plan, ready, statesByName, step } from "./playground.mjs";

const facts = (page) => details(page).getByRole("list", { name: "What became of its paths" });

test("a cascade leads to its cause by the shortest way, and the cause shows the characters that differ", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await step(page, "Change the host name").click();
  await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();
  await derivation(page, "system").click();
  await facts(page).getByText("Path of the output: changed").waitFor();
  const way = details(page).getByRole("group", { name: "Shortest way to a cause" });
  const links = await way.getByRole("button").allTextContents();
  assert.ok(links.length >= 1, links.join());
  const states = await statesByName(page);
  const last = links.at(-1).trim();
  assert.ok(states.find(({ name }) => name === last).states.includes("cause"), last);
  await way.getByRole("button").last().click();
  await details(page).getByText(/^env\./).first().waitFor();
  const added = details(page).locator("dl ins");
  const removed = details(page).locator("dl del");
  // Only what differs is marked: the new name has little in common with the old one, the rest of the text all.
  const marked = (await added.allTextContents()).join("") + (await removed.allTextContents()).join("");
  const whole = await details(page).locator("dl dd").first().textContent();
  assert.ok(marked.length > 0 && marked.length < whole.length, `${marked} in ${whole}`);
});

test("another URL of a source changes the recipe and not the output", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await step(page, "Move a source to another URL").click();
  await plan(page).getByText(/^1 cause, 0 rebuilds/).waitFor();
  await derivation(page, "zlib-1.3.1.tar.gz").click();
  await facts(page).getByText("Path of the .drv file: changed").waitFor();
  await facts(page).getByText("Path of the output: the same").waitFor();
  await facts(page).getByText(/Only the recipe is another/).waitFor();
});
