// Bad input of every kind: a message at its place, the last good result kept and marked, the text intact, and the page goes on.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openPage } from "./harness.mjs";
import { derivation, editor, expectText, openFile, placeCursor, placeCursorBehindHostName, plan, problems, ready, replaceText } from "./playground.mjs";

const file = "default.nix";
const original = readFileSync(new URL(`../../web/examples/distribution/${file}`, import.meta.url), "utf8");

/** Opens the page with `text` in the file that is built. */
async function pageWith(t, text) {
  const page = await openPage(t);
  await ready(page);
  await openFile(page, file);
  await replaceText(page, text);
  return page;
}

/** Pastes the example's text again, which must bring back its result. */
async function mend(page) {
  await replaceText(page, original);
  await ready(page);
  await problems(page).waitFor({ state: "detached" });
}

/** The text that the editor underlines. */
async function underlined(page) {
  return editor(page).evaluate((content) => [...content.querySelectorAll(".cm-lintRange-error")].map((range) => range.textContent));
}

test("a syntax error is underlined in place; the last good result stays, marked as out of date", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await placeCursor(page, 6, 0);
  await page.keyboard.press("Backspace");
  await problems(page).getByText(/syntax error/).waitFor();
  await problems(page).getByRole("button", { name: /machine\/configuration\.nix, line 8/ }).waitFor();
  assert.deepEqual(await underlined(page), ["="]);
  await plan(page).getByText("Out of date: the text has an error").waitFor();
  await derivation(page, "system").waitFor();
  // The place is a button that leads there.
  await problems(page).getByRole("button", { name: /line 8/ }).click();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("End");
  await page.keyboard.press(";");
  await ready(page);
  await problems(page).waitFor({ state: "detached" });
  assert.equal(await plan(page).getByText(/Out of date/).count(), 0);
});

for (const [what, text, message, place] of [
  ["a missing attribute", "{ ... }: {\n  system = { a = 1; }.b;\n}", /attribute 'b' missing/, /line 2, column 12/],
  ["a wrong type", '{ ... }: {\n  system = 1 + "a";\n}', /cannot add a string to an integer/, /line 2/],
  ["an undefined variable", "{ ... }: {\n  system = nowhere;\n}", /undefined variable 'nowhere'/, /line 2, column 12/],
  ["a derivation whose builder is a function", '{ ... }: {\n  system = derivation { name = "a"; builder = x: x; system = "s"; };\n}', /cannot coerce a function to a string/, /line 2/],
  ["infinite recursion", "{ ... }: {\n  system = let x = x + 1; in x;\n}", /infinite recursion encountered/, /line 2/],
  ["endless calls", "{ ... }: {\n  system = let f = x: 1 + f x; in f 0;\n}", /stack overflow; max-call-depth exceeded/, /line 2/],
  ["an infinite list", "{ ... }: {\n  system = let f = n: [ n ] ++ f (n + 1); in f 0;\n}", /max-call-depth|memory/, /line 2/],
  ["an import of itself", "let\n  self = import ./default.nix; in self", /infinite recursion encountered/, /line 2/],
]) {
  test(`${what}: a message at its place, and the page goes on`, async (t) => {
    const page = await pageWith(t, text);
    await problems(page).getByText(message).first().waitFor();
    await problems(page).getByRole("button", { name: place }).first().waitFor();
    await plan(page).getByText("Out of date: the text has an error").waitFor();
    assert.ok((await underlined(page)).length > 0);
    await expectText(page, text);
    await mend(page);
  });
}

test("100,000 nested parentheses", async (t) => {
  const depth = 100_000;
  const page = await pageWith(t, `{ ... }: { system = ${"(".repeat(depth)}42${")".repeat(depth)}; }`);
  await plan(page).getByText("A value, not a derivation").waitFor();
  await plan(page).getByText("42", { exact: true }).waitFor();
  await mend(page);
});

test("100,000 parentheses that are never closed", async (t) => {
  const page = await pageWith(t, "(".repeat(100_000));
  await problems(page).getByText(/syntax error/).waitFor();
  await mend(page);
});

test("10 MB of text", async (t) => {
  const line = "# Ten megabytes of comment, as when a log is pasted by mistake.\n";
  const text = line.repeat(Math.ceil(10_000_000 / line.length)) + original;
  const page = await pageWith(t, text);
  await ready(page);
  await expectText(page, text);
  await replaceText(page, `${text}}`);
  await problems(page).getByText(/syntax error/).waitFor();
  await mend(page);
});

test("controls, marks of direction and other scripts in a text", async (t) => {
  const page = await pageWith(t, '{ ... }: { system = "\u0001 \u202e مرحبا 𝄞 \ufeff é"; }');
  await plan(page).getByText("A value, not a derivation").waitFor();
  await mend(page);
});

test("an evaluation that runs away is stopped, the text stays, and the next edit starts anew", async (t) => {
  // Seconds of hashing in constant memory: the same megabytes over and over.
  const text = `{ ... }: {
  system =
    let
      double = n: s: if n == 0 then s else double (n - 1) (s + s);
      large = double 20 "0123456789";
      loop = builtins.foldl' (sum: i: builtins.seq (builtins.hashString "sha256" large) sum) 0;
    in
    loop (builtins.genList (i: i) 100000);
}
`;
  const page = await pageWith(t, text);
  await plan(page).getByText(/Evaluation was stopped after 3 seconds\. Your text is untouched/).waitFor();
  await plan(page).getByText("Out of date: the evaluation was stopped").waitFor();
  await derivation(page, "system").waitFor();
  await expectText(page, text);
  await mend(page);
  // The new worker knows what was published, as the old one did.
  await openFile(page, "machine/configuration.nix");
  await placeCursorBehindHostName(page);
  await page.keyboard.press("s");
  await plan(page).getByText(/^1 cause, 3 rebuilds, \d+ fetched$/).waitFor();
});

test("an evaluation that runs away in nine thousand nested calls is stopped", async (t) => {
  const page = await pageWith(
    t,
    `{ ... }: {
  system =
    let
      double = n: s: if n == 0 then s else double (n - 1) (s + s);
      large = double 20 "0123456789";
      loop = builtins.foldl' (sum: i: builtins.seq (builtins.hashString "sha256" large) sum) 0;
      count = n: if n == 0 then loop (builtins.genList (i: i) 100000) else 1 + count (n - 1);
    in
    count 9000;
}
`,
  );
  await plan(page).getByText(/Evaluation was stopped after 3 seconds\. Your text is untouched/).waitFor();
  await mend(page);
});

test("what is typed while an evaluation runs away is evaluated after it", async (t) => {
  const endless = "builtins.foldl' (sum: i: builtins.seq (builtins.hashString \"sha256\" large) sum) 0 (builtins.genList (i: i) 100000)";
  const page = await pageWith(
    t,
    `{ ... }: { system = let double = n: s: if n == 0 then s else double (n - 1) (s + s); large = double 20 "0123456789"; in ${endless}; }`,
  );
  await replaceText(page, "{ ... }: { system = 6 * 7; }");
  await plan(page).getByText("42", { exact: true }).waitFor();
});
