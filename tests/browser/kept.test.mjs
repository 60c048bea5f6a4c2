// What visitors give from files of their own: binary caches with each compression, what survives a reload, and what can be forgotten.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { tar } from "../package-set/tar.mjs";
import { openPage } from "./harness.mjs";
import { restored, untilImages } from "./images.mjs";
import { button, derivation, details, editor, plan, ready, replaceText } from "./playground.mjs";

const { expression, caches } = JSON.parse(readFileSync(new URL("../golden/cache/compressed.json", import.meta.url), "utf8"));
const tab = (page, name) => page.getByRole("tab", { name });
const cache = (page, name) => page.getByRole("article", { name });

/** An archive of a recorded cache, with changes to its files. */
function packed(method, change = () => undefined) {
  const files = Object.entries(caches[method]).map(([name, base64]) => {
    const bytes = Buffer.from(base64, "base64");
    return [name, change(name, bytes) ?? bytes];
  });
  return { name: `${method}.tar`, mimeType: "application/x-tar", buffer: tar(method, new Map(files)) };
}

async function openSet(page) {
  await ready(page);
  await tab(page, "Caches and settings").click();
  const files = new Map([["default.nix", expression]]);
  await page.getByLabel("an archive with a package set").setInputFiles({ name: "packed.tar", mimeType: "application/x-tar", buffer: tar("packed", files) });
  await plan(page).getByText(/Opened 1 file of packed\.tar/).waitFor();
  await page.getByRole("textbox", { name: "Attribute to build" }).fill("program");
  await plan(page).getByText(/\bNix: 2 built/).waitFor();
  await page.getByRole("checkbox", { name: /^require-sigs/ }).uncheck();
}

async function importCache(page, file) {
  const summary = page.getByText("Add a cache", { exact: true });
  if (!(await page.getByLabel("an archive with a cache").isVisible())) await summary.click();
  await page.getByLabel("an archive with a cache").setInputFiles(file);
}

for (const method of ["xz", "zstd", "bzip2"]) {
  test(`a cache that is compressed with ${method} is unpacked, and its contents are compared`, async (t) => {
    const page = await openPage(t);
    await openSet(page);
    await importCache(page, packed(method));
    await plan(page).getByText(`Unpacked 2 archives of file:///${method}.`).waitFor();
    await plan(page).getByText(/\bNix: 0 built, 2 fetched/).waitFor();
    // The same with a NAR that is another one: only who unpacks it can tell.
    await cache(page, `file:///${method}`).getByRole("button", { name: "Remove" }).click();
    const wrong = "0000000000000000000000000000000000000000000000000001";
    const other = (name, bytes) => (name.endsWith(".narinfo") ? bytes.toString().replace(/^NarHash: .*$/m, `NarHash: sha256:${wrong}`) : undefined);
    await importCache(page, packed(method, other));
    await plan(page).getByText("The dry run is wrong").waitFor();
    await plan(page).getByText(/some substitutes for the outputs of derivation .* failed/).waitFor();
  });
}

test("an archive that can't be unpacked is said to be so", async (t) => {
  const page = await openPage(t);
  await openSet(page);
  await importCache(page, packed("xz", (name, bytes) => (name.startsWith("nar/") ? bytes.subarray(0, bytes.length / 2) : undefined)));
  await plan(page).getByText(/2 archives can't be unpacked: what needs them says why\./).waitFor();
  await tab(page, "Derivations").click();
  await derivation(page, "packed-library-1.0").click();
  await details(page).getByText(/the compressed data is corrupt/).first().waitFor();
});

test("a reload keeps an imported cache and its settings", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await tab(page, "Caches and settings").click();
  await importCache(page, packed("xz"));
  await plan(page).getByText("Unpacked 2 archives of file:///xz.").waitFor();
  await page.getByText("xz.tar, a binary cache").waitFor();
  await page.waitForTimeout(500);
  await page.reload();
  await ready(page);
  await tab(page, "Caches and settings").click();
  await cache(page, "file:///xz").getByText(/^2 store objects/).waitFor();
  await plan(page).getByText("Unpacked 2 archives of file:///xz.").waitFor();
  // Without what was kept the rest stays.
  await button(page, "forget xz.tar").click();
  await plan(page).getByText("This browser has forgotten xz.tar.").waitFor();
  await page.reload();
  await plan(page).getByText("What this browser had kept of file:///xz can't be read any more.").waitFor();
  await tab(page, "Caches and settings").click();
  await cache(page, "cache.example.org").waitFor();
});

test("a reload keeps a package set with what was edited in it, and forgets it when told to", async (t) => {
  const page = await openPage(t);
  await openSet(page);
  await tab(page, "Derivations").click();
  await replaceText(page, expression.replace("packed-program-1.0", "packed-program-2.0"));
  await derivation(page, "packed-program-2.0").waitFor();
  await page.waitForTimeout(500);
  await page.reload();
  await plan(page).getByText(/Opened 1 file of packed\.tar\. It is as you left it\./).waitFor();
  await derivation(page, "packed-program-2.0").waitFor();
  await editor(page).getByText("packed-program-2.0").waitFor();
  await tab(page, "Caches and settings").click();
  await untilImages(page, (images) => "set%3A%2Fpacked%2F.image" in images);
  await button(page, "forget packed.tar").click();
  await plan(page).getByText("This browser has forgotten packed.tar.").waitFor();
  await untilImages(page, (images) => !("set%3A%2Fpacked%2F.image" in images));
  await page.reload();
  await ready(page);
  await derivation(page, "zlib-1.3.1").waitFor();
});

test("the next visit to a package set goes on from an image, with the texts of the archive as the original ones", async (t) => {
  const page = await openPage(t);
  await openSet(page);
  await tab(page, "Derivations").click();
  await replaceText(page, expression.replace("packed-program-1.0", "packed-program-2.0"));
  await derivation(page, "packed-program-2.0").waitFor();
  await untilImages(page, (images) => images["set%3A%2Fpacked%2F.image"] > 100_000);
  await page.reload();
  await plan(page).getByText(/Opened 1 file of packed\.tar\. It is as you left it\./).waitFor();
  await derivation(page, "packed-program-2.0").waitFor();
  assert.equal(await restored(page), true);
  // The archive's own text comes back, with a worker that has no image.
  await button(page, "Reset").click();
  await derivation(page, "packed-program-1.0").waitFor();
  await editor(page).getByText("packed-program-1.0").waitFor();
  // Another archive of the same name has nothing of this one, nor of its image.
  await untilImages(page, (images) => images["set%3A%2Fpacked%2F.image"] > 100_000);
  await tab(page, "Caches and settings").click();
  const files = new Map([["default.nix", expression.replaceAll("packed-program", "other-program")]]);
  await page.getByLabel("an archive with a package set").setInputFiles({ name: "packed.tar", mimeType: "application/x-tar", buffer: tar("packed", files) });
  await page.getByRole("textbox", { name: "Attribute to build" }).fill("program");
  await tab(page, "Derivations").click();
  await derivation(page, "other-program-1.0").waitFor();
  assert.equal(await restored(page), false);
});

test("what is kept and damaged is said to be so, and nothing else is lost", async (t) => {
  const page = await openPage(t);
  await openSet(page);
  await page.getByText("packed.tar, a package set").waitFor();
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open("drvlab");
        request.onsuccess = () => {
          const transaction = request.result.transaction("bytes", "readwrite");
          transaction.objectStore("bytes").put("nonsense", "set:/packed/");
          transaction.oncomplete = () => resolve(request.result.close());
          transaction.onabort = () => reject(transaction.error);
        };
      }),
  );
  await page.reload();
  await plan(page).getByText("What this browser had kept of packed.tar can't be read any more").waitFor();
  await derivation(page, "zlib-1.3.1").waitFor();
});
