// Derivations that are pasted, dropped and opened: what is shown of them, what is said about damage, and the difference of two states.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { expectAccessible, openPage } from "./harness.mjs";
import { button, drop, ready } from "./playground.mjs";

const recorded = JSON.parse(readFileSync(new URL("../golden/hash/derivations.json", import.meta.url), "utf8")).data;
const one = (name) => recorded.find(({ path }) => path.slice("/nix/store/".length + 33) === `${name}.drv`);
const [leaf, multi, user] = [one("leaf"), one("multi"), one("on-multi")];
const baseName = ({ path }) => path.slice("/nix/store/".length);
const file = (derivation, text = derivation.text) => ({ name: baseName(derivation), mimeType: "", buffer: Buffer.from(text) });

const dialog = (page) => page.getByRole("dialog", { name: "Read and compare derivations" });
const side = (page, name) => dialog(page).getByRole("group", { name, exact: true });
const problems = (page, name) => dialog(page).getByRole("list", { name: `Problems of ${name}` });
const rows = (page) => dialog(page).getByRole("table", { name: "Store paths" }).getByRole("row");

async function openReader(t, options) {
  const page = await openPage(t, options);
  await ready(page);
  await button(page, "Read .drv files").click();
  await dialog(page).waitFor();
  return page;
}

/** Chooses files with one of the buttons, as a person does. */
async function choose(page, name, files, label = "Open files …") {
  const chooser = page.waitForEvent("filechooser");
  await side(page, name).getByRole("button", { name: label }).click();
  await (await chooser).setFiles(files);
}

async function paste(page, name, text) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await side(page, name).getByRole("textbox", { name: /^Paste/ }).focus();
  await page.keyboard.press("ControlOrMeta+v");
}

const status = (page, text) => dialog(page).getByRole("status").filter({ hasText: text }).waitFor();

test("a pasted text is parsed, hashed again and explained, by keyboard", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await button(page, "Read .drv files").focus();
  await page.keyboard.press("Enter");
  await paste(page, "Derivations", `${leaf.text}\n`);
  await status(page, "Read 1 derivation, 0 problems.");
  const details = dialog(page).getByRole("group", { name: "Details" });
  await details.getByText(leaf.path).first().waitFor();
  assert.equal(await details.getByLabel("ATerm").textContent(), leaf.text);
  await details.locator("summary").filter({ hasText: "Output out" }).click();
  await details.getByText("The fingerprint").filter({ visible: true }).first().waitFor();
  // Escape closes the details, and then the dialog; the page is as it was.
  await details.focus();
  await page.keyboard.press("Escape");
  await details.waitFor({ state: "hidden" });
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "hidden" });
  await ready(page);
});

test("files become a graph, and JSON of the same is the same", async (t) => {
  const page = await openReader(t);
  await choose(page, "Derivations", [file(user)]);
  await problems(page, baseName(user)).getByText(/is not there, so that the outputs' paths cannot be checked/).waitFor();
  await choose(page, "Derivations", [file(multi), file(leaf)]);
  await status(page, "Read 3 derivations, 0 problems.");
  const options = dialog(page).getByRole("listbox", { name: "Derivations" }).getByRole("option");
  assert.equal(await options.count(), 3);
  await paste(page, "Compared with", multi.json);
  await dialog(page).getByText("text 1", { exact: true }).first().waitFor();
  await status(page, "Read 3 derivations, 0 problems.");
  const same = rows(page).filter({ has: page.getByRole("button", { name: "multi!dev", exact: true }) });
  await same.getByText("unchanged").waitFor();
});

test("damage is named by field and byte, and what could be read is shown", async (t) => {
  const page = await openReader(t);
  const cut = user.text.length - 3;
  await choose(page, "Derivations", [file(user, user.text.slice(0, cut))]);
  const list = problems(page, baseName(user));
  await list.getByText(new RegExp(`environment, byte ${cut}:`)).waitFor();
  const details = dialog(page).getByRole("group", { name: "Details" });
  await details.getByText("/bin/sh").first().waitFor();

  await dialog(page).getByRole("button", { name: "Remove all" }).click();
  const path = multi.text.indexOf("/nix/store/");
  const wrong = `${multi.text.slice(0, path + 11)}${"0".repeat(32)}${multi.text.slice(path + 43)}`;
  await choose(page, "Derivations", [file(multi, wrong)]);
  await problems(page, baseName(multi)).getByText(`outputs, byte ${path}:`).waitFor();
  await problems(page, baseName(multi)).getByText(/^a file with this text has the path|does not follow from the derivation/).first().waitFor();

  await dialog(page).getByRole("button", { name: "Remove all" }).click();
  await paste(page, "Derivations", "hello");
  await problems(page, "text 1").getByText("header, byte 0:").waitFor();
});

test("100 MB of text are read to a limit, quickly", async (t) => {
  const page = await openReader(t);
  const field = side(page, "Derivations");
  const start = performance.now();
  const transfer = await field.evaluateHandle((_, [name, text]) => {
    const [head, tail] = text.split('"builder","/bin/sh"');
    const value = new Blob(Array.from({ length: 100 }, () => "x".repeat(1_000_000)));
    const transfer = new DataTransfer();
    transfer.items.add(new File([`${head}"a","`, value, `"),("builder","/bin/sh"${tail}`], name));
    return transfer;
  }, [baseName(leaf), leaf.text]);
  await field.dispatchEvent("drop", { dataTransfer: transfer });
  await problems(page, baseName(leaf)).getByText(/environment, byte 16,777,216:/).waitFor();
  await problems(page, baseName(leaf)).getByText(/the text has 1000\d+ bytes, of which only these many were read/).waitFor();
  const seconds = (performance.now() - start) / 1000;
  t.diagnostic(`${seconds.toFixed(1)} s`);
  await dialog(page).getByRole("group", { name: "Details" }).getByLabel("ATerm").waitFor();
});

test("files that are dropped on the page open the dialog, and two states are compared", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await drop(page.locator("body"), [{ name: baseName(leaf), text: leaf.text }]);
  await dialog(page).waitFor();
  await status(page, "Read 1 derivation, 0 problems.");
  const other = leaf.text.replace('("name","leaf")', '("name","leaf"),("note","é")');
  await paste(page, "Compared with", other);
  // The pasted text keeps the output's path of the first, which is now wrong.
  await problems(page, "text 1").getByText(/does not follow from the derivation/).first().waitFor();
  const details = dialog(page).getByRole("group", { name: "Details" });
  await details.getByText("env.note", { exact: true }).waitFor();
  await details.getByRole("list", { name: "What became of its paths" }).getByText(/Only the recipe is another/).waitFor();
});

test("two attributes are compared", async (t) => {
  const page = await openReader(t);
  for (const [name, attribute] of [["Derivations", "system"], ["Compared with", "nothing.here"], ["Compared with", "pcre2"]]) {
    await side(page, name).getByRole("textbox", { name: "Attribute of the expression" }).fill(attribute);
    await side(page, name).getByRole("button", { name: "Add attribute" }).click();
    await dialog(page).getByText(`attribute ${attribute}`, { exact: true }).first().waitFor();
  }
  await problems(page, "attribute nothing.here").getByText(/attribute/).first().waitFor();
  await rows(page).first().waitFor();
  assert.ok((await rows(page).count()) > 10);
});

for (const [name, options] of [
  ["light", { colorScheme: "light" }],
  ["dark, 360 pixels", { colorScheme: "dark", viewport: { width: 360, height: 740 } }],
]) {
  test(`axe: ${name}`, async (t) => {
    const page = await openReader(t, options);
    await expectAccessible(page);
    await choose(page, "Derivations", [file(user), file(multi, multi.text.slice(0, -9)), file(leaf)]);
    await choose(page, "Compared with", [file(user)]);
    await problems(page, baseName(multi)).waitFor();
    await rows(page).filter({ hasText: "on-multi" }).getByRole("button").first().click();
    await dialog(page).getByRole("group", { name: "Details" }).getByLabel("ATerm").waitFor();
    await expectAccessible(page);
  });
}
