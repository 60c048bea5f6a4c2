// Digesting graphs of derivations: from nothing, and after a leaf changed on which one, a tenth or all of them depend; natively, in a
// worker of Chromium, and by the reference, which evaluates the same graph to the same path. Times are the least of several.
//
// Environment: DIGEST, the native program; DIGEST_MODULE, the folder of the module; CHROME, the browser; DRVLAB_ORACLE and
// DRVLAB_ORACLE_WORK as in process-time.mjs; SIZES, numbers of derivations (default 10 to 100000); RUNS of the reference (default 3).

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { env } from "node:process";
import { withWorkersOf } from "./module-worker.mjs";
import { countSetting, referenceCommand, time, withSharedFolder } from "./process-time.mjs";

if (!env.DIGEST || !env.DIGEST_MODULE) throw new Error("run this through `cargo xtask bench digest`");
const sizes = (env.SIZES ?? "10 100 1000 10000 100000").split(" ");
const runs = countSetting("RUNS", 3);

/** Runs the native program. */
function native(args) {
  const { status, stdout, stderr, error } = spawnSync(env.DIGEST, args, { encoding: "utf8", maxBuffer: 2 ** 30 });
  if (error) throw error;
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const worker = `
import init, { Measured } from "/digest_module.js";
await init();
onmessage = ({ data: size }) => {
  const measured = new Measured(size);
  // The clock is coarse, so that short work is done several times between two looks at it.
  const times = Math.ceil(2000 / size);
  function least(work) {
    const start = performance.now();
    let least = Infinity;
    for (let count = 0; count < 3 || performance.now() - start < 1000; count += 1) {
      const before = performance.now();
      for (let time = 0; time < times; time += 1) work();
      least = Math.min(least, (performance.now() - before) / times);
    }
    return least;
  }
  const alone = least(() => measured.alone());
  const nothing = least(() => measured.nothing());
  const cones = [0, 1, 2].map((cone) => ({ digested: measured.cone(cone), milliseconds: least(() => measured.change(cone)) }));
  const bytes = measured.bytes();
  measured.free();
  postMessage({ size, bytes, alone, nothing, cones });
};
postMessage("ready");
`;

/** Measures in a worker, a new one for each size. */
async function inWorker() {
  const answers = [];
  await withWorkersOf({ script: worker, folder: env.DIGEST_MODULE, name: "digest_module" }, async (start) => {
    for (const size of sizes) {
      const ask = await start();
      answers.push(await ask(Number(size)));
    }
  });
  return answers;
}

function print(title, answers) {
  console.log(`\n${title}`);
  const heads = ["derivations", "bytes hashed", "sha2 alone", "from nothing", "of sha2", "leaf: digested", "time", "10 %", "time", "all", "time"];
  console.log(heads.map((head) => head.padStart(15)).join(""));
  for (const { size, bytes, alone, nothing, cones } of answers) {
    const speed = `${(bytes / nothing / 1000).toFixed(0)} MB/s`;
    const cells = [size, bytes, `${alone.toFixed(2)} ms`, `${nothing.toFixed(2)} ms`, `${((100 * alone) / nothing).toFixed(0)} %`];
    for (const { digested, milliseconds } of cones) cells.push(digested, `${milliseconds.toFixed(2)} ms`);
    console.log(`${cells.map((cell) => String(cell).padStart(15)).join("")}   ${speed}`);
  }
}

/** Lets the reference evaluate the same graphs; writes nothing to its store. */
async function reference(answers) {
  const [tool] = referenceCommand("nix-instantiate");
  if (spawnSync(tool, ["--version"]).error) {
    console.log("\nnix-instantiate is not installed here");
    return;
  }
  await withSharedFolder((folder) => {
    console.log("\nnix-instantiate --eval of the same graph, without the start of the process and the reading of the text, least of several");
    console.log(["derivations", "reference", "here", "ratio"].map((head) => head.padStart(14)).join(""));
    const command = (file) => [...referenceCommand("nix-instantiate"), "--eval", file];
    for (const { size, nothing, path } of answers) {
      const [graph, parsed] = ["graph.nix", "parsed.nix"].map((name) => join(folder, name));
      const text = native(["expression", String(size)]);
      writeFileSync(graph, text);
      writeFileSync(parsed, text.replace(/in builtins\.foldl' .*\n$/, "in 1\n"));
      let least = Number.POSITIVE_INFINITY;
      let empty = Number.POSITIVE_INFINITY;
      for (let run = 0; run < runs; run += 1) {
        const { answer, milliseconds } = time(command(graph));
        if (answer !== `"${path}"`) throw new Error(`the answers differ: ${answer} and ${path}`);
        least = Math.min(least, milliseconds);
        empty = Math.min(empty, time(command(parsed)).milliseconds);
      }
      const theirs = Math.max(least - empty, 0);
      const cells = [size, `${theirs.toFixed(2)} ms`, `${nothing.toFixed(2)} ms`, (nothing / theirs).toFixed(2)];
      console.log(cells.map((cell) => String(cell).padStart(14)).join(""));
    }
  });
}

const answers = native(sizes).trim().split("\n").map((line) => JSON.parse(line));
print("natively", answers);
print("in a worker of Chromium", await inWorker());
await reference(answers);
