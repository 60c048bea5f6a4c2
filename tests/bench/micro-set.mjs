// The micro set: small programs that each stress one part of the evaluator (`micro/*.nix`), measured against the reference.

import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { countSetting, referenceCommand, time, withSharedFolder } from "./process-time.mjs";
import { median } from "./statistics.mjs";

const folder = fileURLToPath(new URL("micro", import.meta.url));

/** Names and texts of the programs; `MICRO` selects those whose name contains it. */
export function programs() {
  const names = readdirSync(folder).filter((name) => name.endsWith(".nix")).sort();
  return names
    .map((name) => ({ name: name.slice(0, -4), text: readFileSync(join(folder, name), "utf8") }))
    .filter(({ name }) => name.includes(env.MICRO ?? ""));
}

/**
 * Measures each program in turn with the reference, so that what else the machine does falls on both, and prints a table.
 * `ours` is asked with the program, its file and the round; it returns the answer and the milliseconds.
 */
export async function compare(title, ours) {
  const runs = countSetting("RUNS", 9);
  const reference = hasReference();
  console.log(`${title}, median of ${runs} runs${reference ? ", and how many times faster than nix-instantiate, whole process:" : ":"}`);
  await withSharedFolder(async (shared) => {
    for (const program of programs()) {
      const file = join(shared, `${program.name}.nix`);
      copyFileSync(join(folder, `${program.name}.nix`), file);
      const times = { ours: [], theirs: [] };
      // The first round warms caches and code.
      for (let round = 0; round <= runs; round += 1) {
        const mine = await ours(program, file, round);
        if (round > 0) times.ours.push(mine.milliseconds);
        if (!reference) continue;
        const theirs = time([...referenceCommand("nix-instantiate"), "--eval", file]);
        if (round > 0) times.theirs.push(theirs.milliseconds);
        if (mine.answer !== theirs.answer) {
          throw new Error(`${program.name}: the answers differ: ${mine.answer} and ${theirs.answer}`);
        }
      }
      print(program.name, times, reference);
    }
  });
}

function print(name, times, reference) {
  const ours = median(times.ours);
  const row = [name.padEnd(20), `${ours.toFixed(1).padStart(8)} ms`];
  if (reference) {
    const theirs = median(times.theirs);
    row.push(`${theirs.toFixed(1).padStart(8)} ms`, `${(theirs / ours).toFixed(2).padStart(7)}×`);
  }
  console.log(`  ${row.join("  ")}`);
}

function hasReference() {
  const [program, ...args] = referenceCommand("nix-instantiate");
  return spawnSync(program, [...args, "--version"], { stdio: "ignore" }).status === 0;
}
