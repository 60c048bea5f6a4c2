// The page's parts by the roles and labels that people and screen readers know them by, and what is done with them.

import assert from "node:assert/strict";

const folder = "/distribution";

/** The sentence, the notices and the counts above the graph. */
export const plan = (page) => page.getByRole("region", { name: "Plan" });
export const problems = (page) => page.getByRole("region", { name: "Problems" });
export const graph = (page) => page.getByRole("listbox", { name: "Derivations" });
export const paths = (page) => page.getByRole("table", { name: "Store paths" });
export const toggle = (page, name) => page.getByRole("switch", { name });
export const button = (page, name) => page.getByRole("button", { name });
export const details = (page) => page.getByRole("group", { name: "Details" });

/** A node of the graph; its label is the derivation's name and the words for its states. */
export const derivation = (page, name) => graph(page).getByRole("option", { name: new RegExp(`^${literal(name)},`) });

/** A row of the table. */
export const row = (page, name) => paths(page).getByRole("row").filter({ has: page.getByRole("button", { name, exact: true }) });

/** A step of the story, by its title. */
export const step = (page, title) => page.getByRole("listitem").getByRole("button", { name: new RegExp(literal(title)) });

/** The editor, whichever file it shows. */
export const editor = (page) => page.getByRole("textbox", { name: /^Text of / });

/** Waits until the plan's sentence is this one. */
export async function expectSentence(page, sentence) {
  await plan(page).getByText(sentence, { exact: true }).waitFor();
}

/** Waits for the first plan. */
export async function ready(page) {
  await expectSentence(page, "0 causes, 0 rebuilds, 0 fetched");
}

/** Opens a file of the example by its entry in the list of files. */
export async function openFile(page, file) {
  await page.getByRole("option", { name: new RegExp(`^${literal(file)}`) }).click();
  await page.getByRole("textbox", { name: `Text of ${folder}/${file}`, exact: true }).waitFor();
}

/** Puts the cursor into the open file: in a line, counted from 1, so many characters before its end. */
export async function placeCursor(page, line, beforeEnd) {
  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+Home");
  for (let down = 1; down < line; down += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  for (let left = 0; left < beforeEnd; left += 1) await page.keyboard.press("ArrowLeft");
}

/** Puts the cursor behind the host name, in the file that the page opens with. */
export async function placeCursorBehindHostName(page) {
  await placeCursor(page, 6, '";'.length);
}

/** Replaces the whole text of the open file as people do: select everything, paste. */
export async function replaceText(page, text) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("ControlOrMeta+v");
}

/** Checks that the open file has this text, by copying it. */
export async function expectText(page, text) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("ControlOrMeta+c");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  // Compared by length first: a failure that prints megabytes helps nobody.
  assert.equal(copied.length, text.length, "length of the text");
  assert.ok(copied === text, "the text differs");
}

/** The words by which the graph says a derivation's states, by name. */
export async function statesByName(page) {
  const labels = await graph(page).getByRole("option").evaluateAll((nodes) => nodes.map((node) => node.getAttribute("aria-label")));
  return labels.map((label) => {
    const [name, ...states] = label.split(", ");
    return { name, states };
  });
}

function literal(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Drops files, as the browser reports them. */
export async function drop(target, files) {
  await target.evaluate((element, files) => {
    const dataTransfer = new DataTransfer();
    for (const { name, text } of files) dataTransfer.items.add(new File([text], name));
    const event = (type) => new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true, composed: true });
    // As browsers do it: where nobody takes what is dragged over, nothing is dropped.
    if (element.dispatchEvent(event("dragover"))) throw new Error("nothing can be dropped here");
    if (element.dispatchEvent(event("drop"))) throw new Error("the browser leaves the page for what was dropped");
  }, files);
}
