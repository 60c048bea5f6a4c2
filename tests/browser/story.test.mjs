// The whole story through the real page: each edit, what follows from it, and why.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openPage } from "./harness.mjs";
import {
  button,
  derivation,
  details,
  expectSentence,
  expectText,
  graph,
  openFile,
  paths,
  placeCursorBehindHostName,
  plan,
  ready,
  replaceText,
  row,
  statesByName,
  step,
  toggle,
} from "./playground.mjs";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const golden = JSON.parse(read("../golden/distribution.json"));
const all = Object.keys(golden.base.derivations).length;
const rebuilt = (name) => golden.story.find((edit) => edit.name === name).rebuilt.toSorted();

/** The names of the derivations that the graph labels with a word. */
async function named(page, word) {
  const nodes = await statesByName(page);
  return nodes.filter(({ states }) => states.includes(word)).map(({ name }) => name).toSorted();
}

test("at first nothing is to be done, and every path is the reference's", async (t) => {
  const page = await openPage(t);
  await ready(page);
  const nodes = await statesByName(page);
  assert.equal(nodes.length, all);
  assert.ok(nodes.every(({ states }) => states.includes("unchanged")));
  const shown = await paths(page).getByRole("code").allTextContents();
  const expected = Object.values(golden.base.derivations).flatMap(({ outputs }) => Object.values(outputs));
  assert.deepEqual(shown.map((text) => text.trim()).toSorted(), expected.toSorted());
});

for (const [title, name, causes, file, why] of [
  ["Change the host name", "host-name", 1, "machine/configuration.nix", /Edited: etc-hostname \(env\.text\)\. 2 derivations follow/],
  ["Patch a library", "library-patch", 1, "libraries/pcre2.nix", /Edited: pcre2-10\.46 \(.*\)\. 7 derivations follow/],
  ["Change the compiler’s CPU flag", "cpu-flags", 4, "default.nix", /Edited: .*stdenv.*\. 24 derivations follow/],
  ["Move a source to another URL", "source-url", 1, "libraries/zlib.nix", /Edited: zlib-1\.3\.1\.tar\.gz \(.*\)\. The path of its output depends only on its content’s hash/],
]) {
  test(`story: ${title}`, async (t) => {
    const page = await openPage(t);
    await ready(page);
    const expected = rebuilt(name);
    await step(page, title).click();
    const rebuilds = `${expected.length} rebuild${expected.length === 1 ? "" : "s"}`;
    const sentence = new RegExp(`^${causes} causes?, ${rebuilds}, \\d+ fetched$`);
    await plan(page).getByText(sentence).waitFor();
    await plan(page).getByText(why).waitFor();
    // The edit is seen in the file that was edited.
    await page.getByRole("textbox", { name: `Text of /distribution/${file}` }).waitFor();
    assert.deepEqual(await named(page, "build"), expected);
    assert.equal(await step(page, title).getAttribute("aria-pressed"), "true");
    // Taken back, all is as before.
    await step(page, title).click();
    await ready(page);
    assert.deepEqual(await named(page, "build"), []);
  });
}

test("story: a new machine fetches what it runs; without the cache it builds everything", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await step(page, "Set up a new machine Its store").click();
  await plan(page).getByText(/^0 causes, 10 rebuilds, [1-9]\d* fetched$/).waitFor();
  assert.equal(await toggle(page, "New machine").getAttribute("aria-checked"), "true");
  // Only the texts of the configuration are built: they set allowSubstitutes = false.
  const texts = ["etc", "etc-hostname", "etc-passwd", "nginx.conf", "service-nginx", "service-sshd", "services", "sshd_config", "system", "system-path"];
  assert.deepEqual(await named(page, "build"), texts);
  // What only builds need is left alone.
  assert.ok((await named(page, "skip")).includes("git-2.51.0.tar.xz"));
  assert.ok((await named(page, "fetch")).includes("git-2.51.0"));

  await step(page, "Set up a new machine without a cache").click();
  await expectSentence(page, `0 causes, ${all} rebuilds, 0 fetched`);
  assert.equal(await toggle(page, "Substituter").getAttribute("aria-checked"), "false");
  assert.equal((await named(page, "build")).length, all);

  await toggle(page, "New machine").click();
  await ready(page);
  assert.equal((await named(page, "build")).length, 0);
});

test("with every keystroke the graph, the paths and the plan follow", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await placeCursorBehindHostName(page);
  await page.keyboard.press("s");
  await plan(page).getByText(/^1 cause, 3 rebuilds, \d+ fetched$/).waitFor();
  await derivation(page, "etc-hostname").and(page.getByRole("option", { name: /, cause, build$/ })).waitFor();
  await derivation(page, "system").and(page.getByRole("option", { name: /, cascade, build$/ })).waitFor();
  const first = await row(page, "etc-hostname").getByRole("code").textContent();
  const before = () => row(page, "etc-hostname").getByRole("code").filter({ hasText: first });
  await page.keyboard.press("t");
  await before().waitFor({ state: "detached" });
  await page.keyboard.press("Backspace");
  await before().waitFor();
  await page.keyboard.press("Backspace");
  await ready(page);
});

test("the table marks the part of a store path that changed, for eyes and for screen readers", async (t) => {
  const page = await openPage(t);
  await ready(page);
  assert.equal(await paths(page).getByRole("mark").count(), 0);
  await step(page, "Change the host name").click();
  const changed = row(page, "etc-hostname");
  await changed.getByText("cause").waitFor();
  const hash = golden.story[0].derivations;
  const path = Object.values(hash).find(({ name }) => name === "etc-hostname").outputs.out;
  const mark = changed.getByRole("mark");
  assert.equal(await mark.textContent(), `changed hash: ${path.slice("/nix/store/".length).split("-")[0]}`);
  assert.equal(await row(page, "git-2.51.0").getByRole("mark").count(), 0);
  assert.equal(await paths(page).getByRole("mark").count(), rebuilt("host-name").length);
});

test("each state has a word, a symbol and a colour of its own", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await toggle(page, "New machine").click();
  await step(page, "Patch a library").click();
  await plan(page).getByText(/^1 cause, 13 rebuilds, \d+ fetched$/).waitFor();
  const legend = await page.getByRole("list", { name: "Legend" }).getByRole("listitem").evaluateAll((items) =>
    items.map((item) => {
      const drawing = item.querySelector("path");
      return { word: item.textContent.split(":")[0].trim(), symbol: drawing.getAttribute("d"), colour: getComputedStyle(drawing).stroke };
    }),
  );
  const words = legend.map(({ word }) => word);
  for (const word of ["unchanged", "cause", "cascade", "fetch", "build", "skip"]) assert.ok(words.includes(word), word);
  assert.equal(new Set(legend.map(({ symbol }) => symbol)).size, legend.length);
  const colours = new Map(legend.map(({ word, colour }) => [word, colour]));
  assert.notEqual(colours.get("build"), colours.get("fetch"));
  assert.notEqual(colours.get("cause"), colours.get("unchanged"));
});

test("a selected derivation shows why it changed, its ATerm, and what differs in it", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await step(page, "Patch a library").click();
  await derivation(page, "git-2.51.0").and(page.getByRole("option", { name: /cascade, build$/ })).click();
  await details(page).getByText(/pcre2-10\.46 changed/).waitFor();
  // From the dependent to the cause.
  await details(page).getByRole("button", { name: "pcre2-10.46" }).click();
  await details(page).getByText("env.patches", { exact: true }).waitFor();
  const aterm = details(page).getByLabel("ATerm");
  await aterm.getByText("Derive([", { exact: false }).first().waitFor();
  assert.match(await aterm.textContent(), /^Derive\(\[\("dev","\/nix\/store\//);
  assert.match((await aterm.getByRole("insertion").allTextContents()).join(""), /match/);
  await button(page, "Close").click();
  await details(page).waitFor({ state: "detached" });
});

test("publishing: the farm builds it, the cache has it, this machine runs it, and it is what is compared with", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await step(page, "Change the host name").click();
  await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();
  await button(page, "Publish").click();
  await plan(page).getByText(/The build farm pushed 3 new store paths to the cache/).waitFor();
  await ready(page);
  // On a new machine the three come from the cache.
  await toggle(page, "New machine").click();
  await plan(page).getByText(/^0 causes, 10 rebuilds, [1-9]\d* fetched$/).waitFor();
  // Evicted from the cache, a program must be built again, though nothing changed.
  await derivation(page, "nginx-1.29.3").and(page.getByRole("option", { name: /fetch$/ })).click();
  await details(page).getByRole("button", { name: /Evict/ }).click();
  await plan(page).getByText(/^0 causes, 11 rebuilds, \d+ fetched$/).waitFor();
  await derivation(page, "nginx-1.29.3").and(page.getByRole("option", { name: /unchanged, build$/ })).waitFor();
  // Without the cache at all, everything.
  await button(page, "Empty cache").click();
  await expectSentence(page, `0 causes, ${all} rebuilds, 0 fetched`);
});

test("without a comparison there are no causes and no change marks", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await step(page, "Change the host name").click();
  await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();
  await toggle(page, "Compare").click();
  await plan(page).getByText(/^3 rebuilds, \d+ fetched$/).waitFor();
  assert.equal(await paths(page).getByRole("columnheader", { name: "Change" }).count(), 0);
  assert.equal(await paths(page).getByRole("mark").count(), 0);
  await toggle(page, "Compare").click();
  await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();
});

test("another attribute, another graph", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await page.getByRole("textbox", { name: "Attribute to build" }).fill("zlib");
  await derivation(page, "system").waitFor({ state: "detached" });
  await derivation(page, "zlib-1.3.1").waitFor();
  await page.getByRole("textbox", { name: "Attribute to build" }).fill("lib.version or 3");
  await page.getByRole("region", { name: "Problems" }).waitFor();
});

test("a value that is no derivation is printed", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await openFile(page, "default.nix");
  await replaceText(page, '{ ... }: { system = { answer = 6 * 7; names = [ "a" "b" ]; }; }');
  await plan(page).getByText('{ answer = 42; names = [ "a" "b" ]; }').waitFor();
  assert.equal(await graph(page).isVisible(), false);
});

test("a reset goes back to the beginning, and can itself be taken back", async (t) => {
  const page = await openPage(t);
  await ready(page);
  const text = read("../../web/examples/distribution/machine/configuration.nix");
  const mine = text.replace("lighthouse", "mine");
  await replaceText(page, mine);
  await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();
  await button(page, "Reset").click();
  await ready(page);
  await expectText(page, text);
  await button(page, "Restore my text").click();
  await plan(page).getByText(/^1 cause, 3 rebuilds/).waitFor();
  await expectText(page, mine);
});
