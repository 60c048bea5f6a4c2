// What `evaluateUpdate` tells, put together with what it told before, is what `evaluate` tells, after any edit and any change of the world.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import init, { Workspace } from "../../web/src/wasm/drvlab_wasm.js";
import { Random } from "../differential/random.mjs";
import { begin, distributionFiles } from "./distribution.mjs";

await init({ module_or_path: readFileSync(new URL("../../web/src/wasm/drvlab_wasm_bg.wasm", import.meta.url)) });

const files = distributionFiles();
const [{ publish }] = begin.history;

/** Puts updates together as the page does. */
class Page {
  #told = [];

  report({ report, places }) {
    const changed = [...report.derivations];
    const derivations = places.map((place) => (place < 0 ? changed.shift() : this.#told[place]));
    assert.equal(changed.length, 0, "each derivation of an update has a place");
    if (derivations.length > 0) this.#told = derivations;
    return { ...report, derivations };
  }
}

function withoutTime(report) {
  return { ...report, micros: 0 };
}

/** Opens files that had other texts when the world began. */
function open(workspace, texts) {
  for (const [path, text] of texts) workspace.openFile(path, text);
  for (const [path, text] of files) workspace.setOriginal(path, text);
}

/** Edits of single texts: many have no effect on derivations, some are wrong. */
const edits = [
  ["machine/configuration.nix", "lighthouse", (word) => `lighthouse${word}`],
  ["machine/configuration.nix", "hostName =", (word) => `/* ${word} */ hostName =`],
  ["machine/configuration.nix", "hostName =", (word) => `hostName = (${word}`],
  ["machine/etc.nix", "hostname = writeText", (word) => `unused${word} = writeText "${word}" "${word}"; hostname = writeText`],
  ["packages.nix", "{", (word) => `/*${word}*/ {`],
  ["lib.nix", "{", (word) => `{ ${word} = 1;`],
];

const changes = [
  { settings: { ...begin.settings, substitute: false } },
  { settings: begin.settings },
  { clear: { cache: publish.to } },
  { happen: { publish } },
  { happen: { build: { what: publish.what } } },
];

test("an update and what was told before make the whole report", () => {
  const rng = new Random(20);
  const workspace = new Workspace();
  const page = new Page();
  open(workspace, files);
  const world = { begin, changes: [] };
  const live = (of) => of.setWorld({ ...world, file: "/distribution/default.nix", attrPath: "system" });
  live(workspace);
  const texts = new Map(files);
  let compared = true;
  let entry = { file: "/distribution/default.nix", attrPath: "system", emptyStore: false, contentAddressed: false };
  let [kept, told] = [0, 0];
  for (let round = 0; round < 150; round += 1) {
    const [file, find, replaced] = rng.pick(edits);
    const path = `/distribution/${file}`;
    const text = rng.chance(0.3) ? files.get(path) : files.get(path).replace(find, replaced(rng.pick(["x", "xy", "xyz"])));
    texts.set(path, text);
    workspace.updateFile(path, text);
    if (rng.chance(0.1)) {
      world.changes = rng.chance(0.2) ? [] : [...world.changes, rng.pick(changes)];
      live(workspace);
    }
    if (rng.chance(0.1)) entry = { ...entry, emptyStore: !entry.emptyStore };
    if (rng.chance(0.1)) entry = { ...entry, contentAddressed: !entry.contentAddressed };
    if (rng.chance(0.1)) entry = { ...entry, attrPath: rng.pick(["system", "system", ""]) };
    if (rng.chance(0.05)) {
      compared = !compared;
      if (compared) workspace.compareWithPublished();
      else workspace.clearBaseline();
    }
    const update = workspace.evaluateUpdate(entry);
    kept += update.places.filter((place) => place >= 0).length;
    told += update.report.derivations.length;
    const report = withoutTime(page.report(update));
    assert.deepEqual(report, withoutTime(workspace.evaluate(entry)), `round ${round}`);
    if (round % 25 === 0) {
      const fresh = new Workspace();
      open(fresh, texts);
      live(fresh);
      if (!compared) fresh.clearBaseline();
      assert.deepEqual(report, withoutTime(fresh.evaluate(entry)), `round ${round}, from nothing`);
      fresh.free();
    }
  }
  assert.ok(kept > told, `${kept} derivations kept, ${told} told`);
});
