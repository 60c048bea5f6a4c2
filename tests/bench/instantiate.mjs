// How long `drvlab instantiate` takes against the reference's `nix-instantiate`, for the example distribution.
// Both run in turn, so that what else the machine does falls on both. Whole processes are measured, from start to end.
//
// Environment: DRVLAB, the program; DRVLAB_ORACLE and DRVLAB_ORACLE_WORK as in process-time.mjs; RUNS (default 15).

import { cpSync } from "node:fs";
import { join } from "node:path";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { countSetting, referenceCommand, time, withSharedFolder } from "./process-time.mjs";
import { median } from "./statistics.mjs";

const runs = countSetting("RUNS", 15);
if (!env.DRVLAB) throw new Error("DRVLAB is not set: run this through `cargo xtask bench instantiate`");

const example = fileURLToPath(new URL("../../web/examples/distribution", import.meta.url));
await withSharedFolder((folder) => {
  cpSync(example, folder, { recursive: true });
  const file = join(folder, "default.nix");
  const commands = {
    drvlab: [env.DRVLAB, "instantiate", file, "-A", "system"],
    "nix-instantiate": [...referenceCommand("nix-instantiate"), file, "-A", "system"],
  };
  const times = { drvlab: [], "nix-instantiate": [] };
  let answers;
  // The first round warms the file system's cache and, with the reference, its store.
  for (let round = 0; round <= runs; round += 1) {
    answers = Object.entries(commands).map(([name, command]) => {
      const { answer, milliseconds } = time(command);
      if (round > 0) times[name].push(milliseconds);
      return answer;
    });
  }
  if (answers[0] !== answers[1]) throw new Error(`the answers differ: ${answers[0]} and ${answers[1]}`);
  const [ours, theirs] = [median(times.drvlab), median(times["nix-instantiate"])];
  console.log(`median of ${runs} runs, ${answers[0]}:`);
  console.log(`  drvlab instantiate  ${ours.toFixed(1).padStart(8)} ms`);
  console.log(`  nix-instantiate     ${theirs.toFixed(1).padStart(8)} ms`);
  console.log(`  ratio               ${(ours / theirs).toFixed(2).padStart(8)}`);
});
