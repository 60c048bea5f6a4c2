// How paths come about, step by step, and lessons under other rules: what the page shows can be checked by hand.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openPage } from "./harness.mjs";
import { derivation, details, editor, placeCursorBehindHostName, ready, step } from "./playground.mjs";

const golden = JSON.parse(readFileSync(new URL("../golden/distribution.json", import.meta.url), "utf8"));
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** Opens the steps to the path of an output of a derivation. */
async function magnify(page, name) {
  await derivation(page, name).click();
  const part = details(page).getByRole("group").filter({ hasText: /^\s*Output out:/ });
  await part.locator("summary").first().click();
  return part;
}

test("every digest is that of the text above it, and the last step is the reference's path", async (t) => {
  const page = await openPage(t);
  await ready(page);
  const part = await magnify(page, "etc-hostname");
  const items = await part.getByRole("listitem").all();
  const titles = await part.locator(".title").allTextContents();
  assert.deepEqual(titles, [
    "What is left out",
    "Inputs by their digests",
    "Its digest",
    "The fingerprint",
    "Its digest",
    "Shortened to 20 bytes",
    "In base 32",
    "The path",
  ]);
  const text = await items[1].locator("pre").textContent();
  const digest = (await items[2].locator(".value").textContent()).trim();
  assert.equal(digest, sha256(text));
  const fingerprint = await items[3].locator("pre").textContent();
  assert.equal(fingerprint, `output:out:sha256:${digest}:/nix/store:etc-hostname`);
  assert.equal((await items[4].locator(".value").textContent()).trim(), sha256(fingerprint));
  const cells = async (row) => (await row.getByRole("cell").allTextContents()).map((cell) => Number.parseInt(cell || "0", 16));
  const [first, second, both] = await Promise.all((await items[5].getByRole("row").all()).map(cells));
  assert.equal(Buffer.from([...first, ...second.slice(0, 12)]).toString("hex"), sha256(fingerprint));
  assert.deepEqual(both, first.map((byte, place) => byte ^ second[place]));
  const paths = Object.values(golden.base.derivations).flatMap(({ outputs }) => Object.values(outputs));
  const path = (await items[7].locator(".value").textContent()).trim();
  assert.ok(paths.includes(path), path);
});

test("a value leads from the hashed text to its definition, and the cursor marks where a value lands", async (t) => {
  const page = await openPage(t);
  await ready(page);
  const part = await magnify(page, "etc-hostname");
  const value = part.getByRole("button", { name: "printf %s" }).first();
  await value.focus();
  await page.keyboard.press("Enter");
  await editor(page).and(page.locator(":focus")).waitFor();
  assert.equal(await value.getAttribute("aria-current"), "true");
});

test("copies of files and texts are explained as far down as their bytes", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await derivation(page, "pcre2-10.46").click();
  const source = details(page).getByRole("group").filter({ hasText: /^\s*Source:/ }).first();
  const summary = source.locator("summary").first();
  const path = (await summary.locator("code").textContent()).trim();
  await summary.focus();
  await page.keyboard.press("Enter");
  const items = source.getByRole("listitem");
  await items.first().waitFor();
  assert.deepEqual(await source.locator(".title").allTextContents(), [
    "The files",
    "The files as an archive",
    "Its digest",
    "The fingerprint",
    "Its digest",
    "Shortened to 20 bytes",
    "In base 32",
    "The path",
  ]);
  const fingerprint = await items.nth(3).locator("pre").textContent();
  assert.equal((await items.nth(4).locator(".value").textContent()).trim(), sha256(fingerprint));
  await items.nth(2).getByText(`nix-store --dump ${path} | sha256sum`).waitFor();
  assert.equal((await items.nth(7).locator(".value").textContent()).trim(), path);
});

test("other rules move paths, and names alone give wrong cache hits", async (t) => {
  const page = await openPage(t);
  await ready(page);
  const lesson = page.getByRole("region", { name: "What if" });
  const rule = (name) => lesson.getByRole("switch", { name });
  const all = Object.keys(golden.base.derivations).length;
  const moved = lesson.getByText(new RegExp(`^${all} of ${all} derivations and \\d+ outputs have other paths\\.$`));
  await rule("Digests cut off instead of folded").click();
  await moved.waitFor();
  const cutOff = await lesson.getByRole("row").nth(1).textContent();
  await lesson.getByText("Not what Nix does.").waitFor();
  // Two at a time are a third rule.
  await rule("BLAKE3 instead of SHA-256").click();
  await lesson.getByRole("row").nth(1).filter({ hasNotText: cutOff }).waitFor();
  await rule("Digests cut off instead of folded").click();
  await rule("BLAKE3 instead of SHA-256").click();
  await rule("Inputs with one digest replace each other").click();
  await lesson.getByText(new RegExp(`^0 of ${all} derivations and 0 outputs have other paths\\.$`)).waitFor();
  await rule("No hashes: what has the same name is the same").click();
  await lesson.getByText("Nothing has changed since it was published.").waitFor();
  await placeCursorBehindHostName(page);
  await page.keyboard.type("2");
  await lesson.getByText(/^\d+ wrong cache hits:$/).waitFor();
  assert.ok((await lesson.getByRole("row").count()) > 1);
});
