// Visits the page without a page: does with the module what visitors do first, and writes down which of its functions were called. What
// was not called here is loaded when it is needed (crate/xtask/src/parts.rs).
//
// Usage: visit.mjs GLUE MODULE OUTPUT, where MODULE has an export `called:PLACE` for each function.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { complete } from "../../package-set/generate.mjs";
import { tar } from "../../package-set/tar.mjs";
import { begin, distributionFiles, folder } from "../../wasm/distribution.mjs";

const [, , glue, module, output] = argv;
const { initSync, limitRanges, setRest, Workspace } = await import(pathToFileURL(glue));
const whole = new WebAssembly.Module(readFileSync(module));
const exports = initSync({ module: whole });
// Which module it is does not matter here.
setRest(whole);

// Browsers have it or not.
for (const promising of [undefined, (call) => call]) {
  WebAssembly.promising = promising;
  new Workspace().free();
}

const entry = (file, attrPath = "") => ({ file, attrPath, emptyStore: false, contentAddressed: false });

/** The example that the page opens with, its guided edits, details and a build; mistakes while typing. */
function example() {
  const story = JSON.parse(readFileSync(`${folder}/story.json`, "utf8"));
  const texts = distributionFiles();
  let workspace = new Workspace();
  limitRanges();
  for (const [path, text] of texts) workspace.updateFile(path, text);
  for (const [path, text] of texts) workspace.setOriginal(path, text);
  workspace.setLimits(undefined, undefined);
  const main = entry(`/distribution/${story.entry}`, story.attrPath);
  const world = (changes = []) => workspace.setWorld({ begin, changes, file: main.file, attrPath: main.attrPath });
  world();
  workspace.evaluateUpdate(main);
  workspace.clearBaseline();
  workspace.compareWithPublished();
  const update = ({ file, find, replace }) => {
    const path = `/distribution/${file}`;
    const text = texts.get(path);
    workspace.updateFile(path, text.replace(find, replace));
    const { report } = workspace.evaluateUpdate(main);
    workspace.run();
    workspace.derivation(report.roots[0]);
    workspace.updateFile(path, text);
  };
  for (const { edits = [] } of story.steps) edits.forEach(update);
  const path = `/distribution/${story.open}`;
  const text = texts.get(path);
  for (const typed of ["", "{", "{ a = ; }", "nothing", "1 + \"a\"", "{ }.a", "throw \"no\"", "{ a = 1; }", "let a = 1; in a", "[ 1 \"a\" ./b null true ]", text]) {
    workspace.updateFile(path, typed);
    workspace.evaluateUpdate(entry(path));
    workspace.evaluateUpdate(main);
  }
  world();
  workspace.layDown();
  workspace = Workspace.takeUp();
  workspace.evaluateUpdate(main);
  workspace.free();
}

/** A package set out of an archive, which comes in pieces: one package, an edit, all. What is large is done by functions of its own. */
async function packageSet() {
  const files = await complete({ seed: 7 });
  const archive = tar("set", files);
  const half = archive.length >> 1;
  const workspace = new Workspace();
  workspace.loadArchive("/", [archive.subarray(0, half), archive.subarray(half)]);
  const openssl = entry("/set/default.nix", "openssl");
  workspace.evaluateUpdate(openssl);
  const file = "pkgs/core/openssl/default.nix";
  workspace.updateFile(`/set/${file}`, files.get(file).replace("shared", "sharedx"));
  workspace.evaluateUpdate(openssl);
  workspace.updateFile("/all.nix", "import /set/release.nix { }");
  workspace.evaluateUpdate(entry("/all.nix"));
  workspace.updateFile("/machine.nix", "(import /set/machine { }).system");
  workspace.evaluateUpdate(entry("/machine.nix"));
  workspace.free();
}

/** The programs that the terminal program is trained with, but for numbers: floats are long to write, and rare. */
function programs() {
  const workspace = new Workspace();
  for (const name of readdirSync(new URL(".", import.meta.url)).filter((name) => /^(lists|sets|texts)\.nix$/.test(name))) {
    workspace.updateFile("/program.nix", readFileSync(new URL(name, import.meta.url), "utf8"));
    const { report } = workspace.evaluateUpdate(entry("/program.nix"));
    if (report.outcome === "error") throw new Error(`${name}: ${report.diagnostics[0].message}`);
  }
  workspace.free();
}

example();
await packageSet();
programs();

const prefix = "called:";
const called = Object.keys(exports).filter((name) => name.startsWith(prefix) && exports[name].value === 1);
writeFileSync(output, called.map((name) => name.slice(prefix.length)).join("\n"));
