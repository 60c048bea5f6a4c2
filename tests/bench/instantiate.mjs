// How long `drvlab instantiate` takes against the reference's `nix-instantiate`, for the example distribution.
// Both run in turn, so that what else the machine does falls on both. Whole processes are measured, from start to end.
//
// Environment: DRVLAB, the program; DRVLAB_ORACLE, a command prefix that runs the reference (default: tools on the PATH);
// DRVLAB_ORACLE_WORK, a folder that the reference sees under the same path (default: the system's temporary folder); RUNS (default 15).

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { median } from "./statistics.mjs";

const runs = Number(env.RUNS ?? 15);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`RUNS is ${env.RUNS}, not a count`);
if (!env.DRVLAB) throw new Error("DRVLAB is not set: run this through `cargo xtask bench instantiate`");

const example = fileURLToPath(new URL("../../web/examples/distribution", import.meta.url));
const folder = mkdtempSync(join(env.DRVLAB_ORACLE_WORK || tmpdir(), "drvlab-bench-"));
try {
  cpSync(example, folder, { recursive: true });
  const file = join(folder, "default.nix");
  const reference = (env.DRVLAB_ORACLE ?? "").split(" ").filter(Boolean);
  const commands = {
    drvlab: [env.DRVLAB, "instantiate", file, "-A", "system"],
    "nix-instantiate": [...reference, "nix-instantiate", file, "-A", "system"],
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
} finally {
  rmSync(folder, { recursive: true });
}

function time([program, ...args]) {
  const start = performance.now();
  const result = spawnSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const milliseconds = performance.now() - start;
  if (result.error) throw new Error(`cannot run ${program}: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${result.stderr}`);
  return { answer: result.stdout.trim(), milliseconds };
}
