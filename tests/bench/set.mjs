// How long the package set takes in `drvlab eval` against the reference's `nix-instantiate --eval`: one package, twenty, all, a machine;
// and all of its files in `drvlab parse` against `nix-instantiate --parse`, which both print what they understood. Both run in turn, so that what else the machine does falls on both. Whole processes are measured; memory is the largest that each held.
//
// Environment: as in instantiate.mjs; GNU time, if it is installed, tells the memory. RUNS (default 7).

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { complete, write } from "../package-set/generate.mjs";
import { median } from "./statistics.mjs";

const runs = Number(env.RUNS ?? 7);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`RUNS is ${env.RUNS}, not a count`);
if (!env.DRVLAB) throw new Error("DRVLAB is not set: run this through `cargo xtask bench set`");
const gnuTime = "/usr/bin/time";
const hasTime = spawnSync(gnuTime, ["-f", "%M", "true"]).status === 0;

const folder = mkdtempSync(join(env.DRVLAB_ORACLE_WORK || tmpdir(), "drvlab-bench-"));
try {
  const set = join(folder, "set");
  await write(set, {});
  const release = (only) => [join(set, "release.nix"), "--strict", "--json", "--arg", "only", only];
  const names = Object.keys(JSON.parse(readFileSync(new URL("../golden/package-set.json", import.meta.url), "utf8")).attributes)
    .filter((name) => /^release\.nix#[a-z-]+$/.test(name))
    .map((name) => name.split("#")[1]);
  const twenty = names.filter((_, index) => index % Math.floor(names.length / 20) === 0).slice(0, 20);
  const reference = (env.DRVLAB_ORACLE ?? "").split(" ").filter(Boolean);
  const files = [...(await complete({})).keys()].filter((path) => path.endsWith(".nix")).map((path) => join(set, path));
  const evaluate = (...args) => [["eval", ...args], ["--eval", ...args]];
  const workloads = {
    "one package": evaluate(join(set, "default.nix"), "-A", "openssl.drvPath"),
    "twenty packages": evaluate(...release(`[ ${twenty.map((name) => `"${name}"`).join(" ")} ]`)),
    "the whole set": evaluate(...release("null")),
    "a machine of modules": evaluate(join(set, "machine"), "-A", "system.drvPath"),
    [`parsing ${files.length} files`]: [["parse", ...files], ["--parse", ...files]],
  };
  console.log(`median of ${runs} runs${hasTime ? ", peak memory" : ""}:`);
  for (const [name, [ours, theirs]] of Object.entries(workloads)) {
    const commands = [
      [env.DRVLAB, ...ours],
      [...reference, "nix-instantiate", ...theirs],
    ];
    const times = [[], []];
    const memory = [0, 0];
    // The first round warms the file system's cache.
    for (let round = 0; round <= runs; round += 1) {
      const answers = commands.map((command, which) => {
        const { answer, milliseconds, kilobytes } = measure(command);
        if (round > 0) times[which].push(milliseconds);
        memory[which] = Math.max(memory[which], kilobytes);
        return answer;
      });
      if (answers[0] !== answers[1]) throw new Error(`${name}: the answers differ`);
    }
    const [time, theirTime] = times.map(median);
    const sizes = hasTime ? `, ${(memory[0] / 1024).toFixed(0)} MB against ${(memory[1] / 1024).toFixed(0)} MB` : "";
    console.log(`  ${name.padEnd(22)} ${time.toFixed(0).padStart(6)} ms against ${theirTime.toFixed(0).padStart(6)} ms: ${(time / theirTime).toFixed(2)}${sizes}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function measure(command) {
  const [program, ...args] = hasTime ? [gnuTime, "-f", "%M", ...command] : command;
  const start = performance.now();
  const result = spawnSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });
  const milliseconds = performance.now() - start;
  if (result.error) throw new Error(`cannot run ${program}: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${command.join(" ")} failed:\n${result.stderr}`);
  const kilobytes = hasTime ? Number(result.stderr.trim().split("\n").at(-1)) : 0;
  return { answer: result.stdout, milliseconds, kilobytes };
}
