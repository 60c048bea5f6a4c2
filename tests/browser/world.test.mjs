// The world around the texts: two columns, scenarios, caches and settings, time, links, archives in and out, builds, content addressing.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { tar } from "../package-set/tar.mjs";
import { expectAccessible, openPage } from "./harness.mjs";
import { button, derivation, details, drop, editor, plan, ready, replaceText, row, toggle } from "./playground.mjs";

const folder = new URL("../../web/examples/scenarios/", import.meta.url);
const scenarios = readdirSync(folder).filter((file) => file.endsWith(".json"));
const banner = (page, title) => page.getByRole("region", { name: title, exact: true });
const tab = (page, name) => page.getByRole("tab", { name });
const cache = (page, name = "cache.example.org") => page.getByRole("article", { name });

async function choose(page, title) {
  await page.getByRole("combobox", { name: "Scenario" }).selectOption({ label: title });
  await banner(page, title).getByText(/^✓ It holds: all \d+ checks$/).waitFor();
}

/** Waits for what Nix does, as the plan says it. */
async function expectNix(page, text) {
  await plan(page).getByText(text).waitFor();
}

test("each scenario can be chosen, says what it shows, and holds", async (t) => {
  const page = await openPage(t);
  assert.ok(scenarios.length >= 20);
  for (const file of scenarios) {
    const { title, shows } = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    await choose(page, title);
    await banner(page, title).getByText(shows, { exact: true }).waitFor();
  }
});

test("two columns: the dry run and Nix, where they differ, the rule, and what would change it", async (t) => {
  const page = await openPage(t);
  await choose(page, "The dry run is wrong");
  await expectNix(page, /The dry run is wrong about 2 derivations|≠ The dry run is wrong/);
  const cells = await row(page, "libc-2.40").getByRole("cell").allTextContents();
  assert.match(cells.at(-2), /fetch/);
  assert.match(cells.at(-1), /build.*≠/s);
  await page.getByRole("option", { name: /^libc-2\.40, .*fetch, but Nix: build$/ }).click();
  const detail = details(page);
  await detail.getByText("The dry run says one thing, and Nix does another.").waitFor();
  await detail.getByText(/^Rule 11\. With 'require-sigs'/).waitFor();
  await detail.getByText(/add the key example-1 to 'trusted-public-keys'/).waitFor();
  await expectAccessible(page);
  // Do what it says.
  await tab(page, "Caches and settings").click();
  const keys = page.getByRole("textbox", { name: /^trusted-public-keys/ });
  await keys.fill("somebody-1, example-1");
  await keys.press("Enter");
  await expectNix(page, /\bNix: 0 built, 1 fetched/);
  await banner(page, "The dry run is wrong").getByText(/checks hold$/).waitFor();
  await button(page, "Reset").click();
  await banner(page, "The dry run is wrong").getByText(/^✓ It holds/).waitFor();
});

test("a cached miss: it is there, and Nix builds it until the hour is over", async (t) => {
  const page = await openPage(t);
  await choose(page, "It is there, and it is built");
  await tab(page, "Caches and settings").click();
  await page.getByText(/the first of which ends in 40 minutes/).waitFor();
  await expectNix(page, /\bNix: 2 built/);
  await button(page, "+1 hour").click();
  await expectNix(page, /\bNix: 0 built, 1 fetched/);
  await button(page, "Undo the last step").click();
  await expectNix(page, /\bNix: 2 built/);
});

test("caches: offline, faults, another cache, and all of it taken back", async (t) => {
  const page = await openPage(t);
  await choose(page, "Everything is cached");
  await tab(page, "Caches and settings").click();
  await cache(page).getByRole("checkbox", { name: "offline" }).check();
  await expectNix(page, /cache\.example\.org is not asked/);
  await cache(page).getByRole("checkbox", { name: "offline" }).uncheck();
  await cache(page).getByText("What goes wrong").click();
  await cache(page).getByRole("textbox", { name: "Store path, or its name" }).fill("zlib-1.3");
  await cache(page).getByRole("textbox", { name: "Store path, or its name" }).press("Tab");
  await button(page, "Let it go wrong").click();
  await expectNix(page, /≠ The dry run is wrong/);
  await cache(page).getByRole("button", { name: "mend zlib-1.3" }).click();
  await page.getByText("Add a cache", { exact: true }).click();
  await page.getByRole("textbox", { name: "URL of an empty one" }).fill("team.example.org");
  await page.getByRole("textbox", { name: "URL of an empty one" }).press("Tab");
  await button(page, "Add").click();
  await cache(page, "team.example.org").getByText(/^0 store objects/).waitFor();
  await page.getByRole("combobox", { name: "To the cache" }).selectOption({ label: "team.example.org" });
  await button(page, "Build and push").click();
  await cache(page, "team.example.org").getByText(/^[1-9]\d* store objects/).waitFor();
  await expectAccessible(page);
  await cache(page, "team.example.org").getByText("What is in it").click();
  await cache(page, "team.example.org").getByText(/StoreDir: \/nix\/store/).waitFor();
  await button(page, "Back to the beginning").click();
  await cache(page, "team.example.org").waitFor({ state: "detached" });
  await banner(page, "Everything is cached").getByText(/^✓ It holds/).waitFor();
});

test("a world file: saved, loaded in another scenario, and refused where it is none", async (t) => {
  const page = await openPage(t);
  await choose(page, "It is there, and it is built");
  await tab(page, "Caches and settings").click();
  await button(page, "+1 minute").click();
  const [saved] = await Promise.all([page.waitForEvent("download"), button(page, "Save as a world file").click()]);
  const text = readFileSync(await saved.path(), "utf8");
  assert.deepEqual(JSON.parse(text).history.at(-1), { advance: { seconds: 60 } });
  await plan(page).getByText("Saved as world.json.", { exact: true }).waitFor();

  await choose(page, "Everything is cached");
  const input = page.getByLabel("a world file to go on with");
  const give = (name, text) => input.setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(text) });
  for (const [bad, message] of [
    ["{", /bad\.json is no world file: it is no JSON \(.+\)\./],
    ["\ufffd\u0000", /bad\.json is no world file: it is no JSON/],
    ['{"version":1,"caches":[{"url":"https://a","bandwith":1}]}', "bad.json is no world file: caches[0].bandwith is not known."],
    ['{"version":2}', "bad.json is no world file: it has version 2, but version 1 is read here."],
    [" ".repeat(4_000_001), "bad.json is no world file: it has more than 4 MB."],
  ]) {
    await give("bad.json", bad);
    await plan(page).getByText(message).waitFor();
  }
  await expectNix(page, /\bNix: 0 built/);
  await input.focus();
  await give("mine.json", text);
  await plan(page).getByText(/The world is that of mine\.json now\./).waitFor();
  await page.getByText(/the first of which ends in 39 minutes/).waitFor();
  await page.getByText(/Another world began, from a file: /).waitFor();
  await button(page, "Undo the last step").click();
  await banner(page, "Everything is cached").getByText(/^✓ It holds/).waitFor();

  await give("scenario.json", JSON.stringify({ world: { version: 1, caches: [{ url: "foo", path: "x.tar" }] } }));
  await plan(page).getByText(/Contents of foo \(x\.tar\) are in files that the page cannot open/).waitFor();
  // A URL that is none of a store is not asked, in the reference's words.
  await plan(page).getByText(/Cannot parse Nix store 'foo'/).waitFor();
  await expectAccessible(page);

  const place = page.getByText(/^A world file is what/);
  await drop(place, [{ name: "dropped.json", text: JSON.stringify({ version: 1, settings: { substitute: false } }) }]);
  await plan(page).getByText(/The world is that of dropped\.json now\./).waitFor();
  await page.getByRole("switch", { name: "Substituter", checked: false }).waitFor();
  await drop(place, [{ name: "dropped.json", text: "[]" }]);
  await plan(page).getByText(/dropped\.json is no world file: /).waitFor();
});

test("limits: deeper calls, less memory, more time; links keep the first only", async (t) => {
  const page = await openPage(t);
  await ready(page);
  const deep = '{ ... }: { system = let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 20000; }';
  await page.getByRole("option", { name: /^default\.nix/ }).click();
  await replaceText(page, deep);
  const said = page.getByRole("region", { name: "Problems" });
  await said.getByText(/max-call-depth exceeded/).waitFor();
  await said.getByText(/hint: if it needs more, allow more: “Caches and settings”/).waitFor();
  await tab(page, "Caches and settings").click();
  const field = (name) => page.getByRole("spinbutton", { name });
  const set = async (name, value) => {
    await field(name).fill(value);
    await field(name).press("Tab");
  };
  await set(/^max-call-depth/, "50000");
  await plan(page).getByText("20000", { exact: true }).waitFor();
  await set(/^Memory in MiB/, "16");
  await replaceText(page, '{ ... }: { system = builtins.length (builtins.deepSeq (builtins.genList (x: [ x x ]) 1000000) [ ]); }');
  await said.getByText(/out of memory: the evaluation needs more than the 16 MiB/).waitFor();
  await set(/^Time in seconds/, "2");
  await replaceText(
    page,
    '{ ... }: { system = let double = n: s: if n == 0 then s else double (n - 1) (s + s); large = double 16 "0123456789"; in builtins.foldl\' (sum: i: builtins.seq (builtins.hashString "sha256" large) sum) 0 (builtins.genList (i: i) 100000); }',
  );
  await plan(page).getByText(/Evaluation was stopped after 2 seconds\./).waitFor();
  await replaceText(page, deep);
  await plan(page).getByText("20000", { exact: true }).waitFor();
  // All of them are kept in this browser.
  await page.reload();
  await plan(page).getByText("20000", { exact: true }).waitFor();
  await tab(page, "Caches and settings").click();
  assert.deepEqual(
    await Promise.all([/^max-call-depth/, /^Memory in MiB/, /^Time in seconds/].map((name) => field(name).inputValue())),
    ["50000", "16", "2"],
  );
});

test("a build fails: its log, and what does not come about", async (t) => {
  const page = await openPage(t);
  await choose(page, "Substituters are switched off");
  await tab(page, "Caches and settings").click();
  await page.getByText(/^What is said about builds/).click();
  await page.getByRole("textbox", { name: "Package", exact: true }).fill("zlib");
  await page.getByRole("textbox", { name: "Package", exact: true }).press("Tab");
  await button(page, "Say something about its build").click();
  const zlib = page.getByRole("group", { name: "zlib" });
  await zlib.getByRole("spinbutton", { name: "Bytes of each output's NAR" }).fill("123456");
  await zlib.getByRole("checkbox", { name: "fails" }).check();
  await expectNix(page, /then it fails/);
  // Whoever keeps going builds what does not need it.
  await expectAccessible(page);
  await page.getByRole("checkbox", { name: /^keep-going/ }).check();
  await expectNix(page, /then it fails/);
  await tab(page, "Timeline and cost").click();
  await page.getByText(/^It fails:/).waitFor();
  await page.getByRole("cell", { name: /failed: builder failed/ }).waitFor();
  await page.getByRole("group", { name: "Log of zlib-1.3" }).getByText("(it wrote nothing)").waitFor();
});

test("the log of a script that fails is in the timeline", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await tab(page, "Caches and settings").click();
  const text = 'derivation { name = "failing"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo about to fail; exit 3" ]; }';
  const buffer = tar("failing", new Map([["default.nix", text]]));
  await page.getByLabel("an archive with a package set").setInputFiles({ name: "failing.tar", mimeType: "application/x-tar", buffer });
  await plan(page).getByText(/Opened 1 file of failing\.tar/).waitFor();
  await tab(page, "Timeline and cost").click();
  await page.getByRole("group", { name: "Log of failing" }).getByText("about to fail").waitFor();
  await expectAccessible(page);
});

test("cost and timeline: a picture, and a table that says the same", async (t) => {
  const page = await openPage(t);
  await choose(page, "Only machine-specific configuration is built");
  await tab(page, "Timeline and cost").click();
  await page.getByRole("img", { name: /^\d+ steps in / }).waitFor();
  const rows = await page.getByRole("row").count();
  assert.equal(await page.locator("g.step").count(), rows - 1);
  await page.getByText("From start to end").waitFor();
  await expectAccessible(page);
});

test("a toy build: log, files, references; and one that can only be simulated", async (t) => {
  const page = await openPage(t);
  await choose(page, "Everything is cached");
  await derivation(page, "app-1.0").click();
  await details(page).getByText("Build it here").click();
  await details(page).getByText("This script really ran on this page").waitFor();
  await details(page).getByRole("group", { name: "Text of content" }).getByText("app-1.0 compiled with -O2").waitFor();
  await details(page).getByText(/^\/nix\/store\/\w{32}-zlib-1\.3$/).first().waitFor();
  await page.getByRole("combobox", { name: "Scenario" }).selectOption({ label: "A small distribution" });
  await ready(page);
  await derivation(page, "zlib-1.3.1").click();
  await details(page).getByText("Build it here").click();
  await details(page).getByText("simulated", { exact: true }).waitFor();
  await expectAccessible(page);
});

test("what is said about a build can be said where it is looked at", async (t) => {
  const page = await openPage(t);
  await choose(page, "Substituters are switched off");
  await derivation(page, "zlib-1.3").click();
  await details(page).getByText("Build it here").click();
  await details(page).getByText("This script really ran on this page").waitFor();
  await button(page, "Simulate this build as you say").click();
  await details(page).getByText("simulated", { exact: true }).waitFor();
  const zlib = details(page).getByRole("group", { name: "zlib-1.3", exact: true });
  await zlib.getByRole("checkbox", { name: "fails" }).check();
  await details(page).getByText(/^The build fails:/).waitFor();
  await expectNix(page, /then it fails/);
  await expectAccessible(page);
  await zlib.getByRole("button", { name: /^Say nothing about it/ }).click();
  await details(page).getByText("This script really ran on this page").waitFor();
});

test("a build reads a text that the evaluation put into the store, and gives a derivation that is built, too", async (t) => {
  const page = await openPage(t);
  await choose(page, "Everything is cached");
  await replaceText(
    page,
    `let
  d = name: more: text: derivation ({ inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-euc" text ]; PATH = "/bin"; } // more);
  asText = { __contentAddressed = true; outputHashMode = "text"; outputHashAlgo = "sha256"; };
  inner = d "inner" { } "read -r line < \${builtins.toFile "greeting" "hello from a text\n"}; echo $line > $out";
  makes = d "inner.drv" asText "cat \${builtins.unsafeDiscardOutputDependency inner.drvPath} > $out";
in { machine = d "machine" { input = builtins.outputOf makes.outPath "out"; } "cat $input > $out"; }`,
  );
  await derivation(page, "machine").click();
  await details(page).getByText("Build it here").click();
  await details(page).getByRole("group", { name: "Text of out" }).getByText("hello from a text").waitFor();
  await expectNix(page, /\bNix: [23] built/);
});

test("content addressing: a switch turns the whole set, and a comment rebuilds one package", async (t) => {
  const page = await openPage(t);
  await choose(page, "The same edit without content addressing");
  await expectNix(page, /\bNix: 3 built/);
  await toggle(page, "Content-addressed").click();
  await expectNix(page, /Side by side:\s+content-addressed 1 build; the same set input-addressed\s+3 builds/);
  await derivation(page, "app-1.0").click();
  await details(page).getByText("Nix, if the set is input-addressed").waitFor();
  await details(page).getByText(/^Rule 18\./).waitFor();
});

test("beside it: an index by names would take the wrong one", async (t) => {
  const page = await openPage(t);
  await choose(page, "The same name, other content");
  await page.getByText(/^\d+ wrong cache hits?:$/).waitFor();
});

test("a link holds texts, settings and the world; a broken one is refused", async (t) => {
  const page = await openPage(t, { permissions: ["clipboard-read", "clipboard-write"] });
  await choose(page, "It is there, and it is built");
  await tab(page, "Caches and settings").click();
  await button(page, "+1 hour").click();
  await expectNix(page, /\bNix: 0 built, 1 fetched/);
  await button(page, "Copy link").click();
  await plan(page).getByText("The link to this state is in the clipboard.").waitFor();
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  const other = await openPage(t, { path: link.hash });
  await expectNix(other, /\bNix: 0 built, 1 fetched/);
  await banner(other, "It is there, and it is built").waitFor();
  const broken = await openPage(t, { path: `${link.hash.slice(0, 30)}` });
  await plan(broken).getByText(/The link can't be read/).waitFor();
  const short = await openPage(t, { path: "#scenario:cached-miss" });
  await banner(short, "It is there, and it is built").waitFor();
});

test("a cache goes out as a tar file and comes in again", async (t) => {
  const page = await openPage(t, { acceptDownloads: true });
  await choose(page, "Everything is cached");
  await tab(page, "Caches and settings").click();
  const waiting = page.waitForEvent("download");
  await cache(page).getByRole("button", { name: "Export" }).click();
  const file = join(mkdtempSync(join(tmpdir(), "drvlab-")), "cache.tar");
  t.after(() => rmSync(join(file, ".."), { recursive: true }));
  await (await waiting).saveAs(file);
  const names = execFileSync("tar", ["-tf", file], { encoding: "utf8" });
  assert.match(names, /^cache\.example\.org\/nix-cache-info$/m);
  const objects = names.match(/\.narinfo$/gm).length;
  await cache(page).getByRole("button", { name: "Remove" }).click();
  await cache(page).waitFor({ state: "detached" });
  await expectNix(page, /\bNix: 9 built/);
  await page.getByText("Add a cache", { exact: true }).click();
  await page.getByLabel("an archive with a cache").setInputFiles(file);
  await cache(page, "file:///cache").getByText(new RegExp(`^${objects} store objects`)).waitFor();
  await expectNix(page, /\bNix: 0 built/);
  // What is no cache is said to be none.
  const wrong = join(file, "../wrong.zip");
  writeFileSync(wrong, "no archive");
  await page.getByLabel("an archive with a cache").setInputFiles(wrong);
  await plan(page).getByText(/is not a binary cache/).waitFor();
});

test("a package set of one's own, from an archive", async (t) => {
  const page = await openPage(t);
  await ready(page);
  await tab(page, "Caches and settings").click();
  const files = new Map([
    ["default.nix", '{ hello = import ./hello.nix; old = throw "it has been removed"; }'],
    ["hello.nix", 'derivation { name = "hello"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo hi > $out" ]; }'],
  ]);
  await page.getByLabel("an archive with a package set").setInputFiles({ name: "mine.tar.gz", mimeType: "application/gzip", buffer: gzipSync(tar("mine", files)) });
  await plan(page).getByText(/Opened 2 files of mine\.tar\.gz/).waitFor();
  // As in the reference, which has no part of a set where another fails.
  await plan(page).getByText(/^Nothing to show yet: the set as a whole has an error/).waitFor();
  await page.getByRole("textbox", { name: "Attribute to build" }).fill("hello");
  await tab(page, "Derivations").click();
  await derivation(page, "hello").waitFor();
  await page.getByRole("option", { name: /^mine\/hello\.nix|^hello\.nix/ }).click();
  await editor(page).getByText("echo hi").waitFor();
  await button(page, "Publish").click();
  await plan(page).getByText(/pushed 1 new store path/).waitFor();
});

test("tabs by keyboard, and the world on a phone in the dark", async (t) => {
  const page = await openPage(t, { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  await ready(page);
  await tab(page, "Derivations").focus();
  await page.keyboard.press("ArrowRight");
  await page.getByText("What it costs").waitFor();
  await expectAccessible(page);
  await page.keyboard.press("ArrowRight");
  await page.getByRole("heading", { name: "Binary caches" }).waitFor();
  await expectAccessible(page);
  const [content, view] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(content <= view, `the page is ${content} pixels wide in a view of ${view}`);
});
