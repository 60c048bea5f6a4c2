// Runs programs from start to end and takes their time; says how the reference is started.
//
// Environment: DRVLAB_ORACLE, a command prefix that runs the reference (default: its tools on the PATH); DRVLAB_ORACLE_WORK, a folder
// that the reference sees under the same path (default: the system's temporary folder).

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";

/** The command that starts a tool of the reference. */
export function referenceCommand(tool) {
  return [...(env.DRVLAB_ORACLE ?? "").split(" ").filter(Boolean), tool];
}

/** Runs `work` with a folder that the reference sees, and removes the folder. */
export async function withSharedFolder(work) {
  const folder = mkdtempSync(join(env.DRVLAB_ORACLE_WORK || tmpdir(), "drvlab-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a command; returns what it printed and how many milliseconds it took. */
export function time([program, ...args]) {
  const start = performance.now();
  const result = spawnSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const milliseconds = performance.now() - start;
  if (result.error) throw new Error(`cannot run ${program}: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${result.stderr}`);
  return { answer: result.stdout.trim(), milliseconds };
}

/** A positive whole number from the environment. */
export function countSetting(name, otherwise) {
  const count = Number(env[name] ?? otherwise);
  if (!Number.isInteger(count) || count < 1) throw new Error(`${name} is ${env[name]}, not a count`);
  return count;
}
