// How fast texts are parsed by `drvlab eval`, in MB/s: whole processes, less those that evaluate `1`; against `nix-instantiate --eval` in turn.
//
// Environment: DRVLAB, the program; DRVLAB_ORACLE and DRVLAB_ORACLE_WORK as in process-time.mjs; RUNS (default 9).

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { env } from "node:process";
import { corpora } from "./parse-corpus.mjs";
import { countSetting, referenceCommand, time, withSharedFolder } from "./process-time.mjs";

if (!env.DRVLAB) throw new Error("DRVLAB is not set: run this through `cargo xtask bench parse`");
const runs = countSetting("RUNS", 9);

await withSharedFolder(async (folder) => {
  const empty = join(folder, "empty.nix");
  writeFileSync(empty, "1\n");
  console.log(`parsing in a process, best of ${runs} runs, and how many times faster than nix-instantiate:`);
  for (const [name, text] of await corpora()) {
    const file = join(folder, "text.nix");
    writeFileSync(file, text);
    const megabytes = Buffer.byteLength(text) / 1e6;
    const programs = [
      [env.DRVLAB, "eval"],
      [...referenceCommand("nix-instantiate"), "--eval"],
    ];
    const best = programs.map(() => ({ text: Infinity, empty: Infinity }));
    for (let round = 0; round < runs; round += 1) {
      for (const [which, program] of programs.entries()) {
        for (const [what, path] of Object.entries({ text: file, empty })) {
          const { answer, milliseconds } = time([...program, path]);
          if (answer !== "1") throw new Error(`${name}: ${answer}`);
          best[which][what] = Math.min(best[which][what], milliseconds);
        }
      }
    }
    const [ours, theirs] = best.map((one) => megabytes / ((one.text - one.empty) / 1000));
    const speed = (value) => `${value.toFixed(0).padStart(5)} MB/s`;
    console.log(`  ${name.padEnd(22)}  ${megabytes.toFixed(1)} MB  ${speed(ours)}  ${speed(theirs)}  ${(ours / theirs).toFixed(2).padStart(6)}×`);
  }
});
