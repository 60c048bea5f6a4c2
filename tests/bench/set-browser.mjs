// How long the package set takes in a worker of Chromium against the reference's `nix-instantiate --eval`: one package on a first visit,
// with compiling the module and unpacking the archive; on a later visit and in another worker, which go on from an image that was taken
// after another package; in a new workspace, when the code is compiled; after a keystroke in its file; and the whole set. Rounds of both
// alternate. Sizes are those of the module's memory afterwards.
//
// Environment: CHROME, the page's assets built in `web/dist`; DRVLAB_ORACLE and DRVLAB_ORACLE_WORK as in instantiate.mjs; RUNS (default 5).

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { browser, closeBrowser, watch } from "../browser/launch.mjs";
import { complete, write } from "../package-set/generate.mjs";
import { tar } from "../package-set/tar.mjs";
import { moduleFiles } from "../wasm/module-files.mjs";
import { median, quantile } from "./statistics.mjs";
import { withVisits } from "./visits.mjs";

const runs = Number(env.RUNS ?? 5);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`RUNS is ${env.RUNS}, not a count`);
// Also as many as memory must not grow with.
const keystrokes = 1000;

const module = fileURLToPath(new URL("../../web/src/wasm", import.meta.url));
const set = await complete({});
const archive = gzipSync(tar("set", set));
const edited = "pkgs/core/openssl/default.nix";

/** Runs in the worker: answers with the times of everything, in milliseconds. */
const worker = `
import init, { Workspace } from "./drvlab_wasm.js";
const archive = fetch("./set.tar.gz").then(({ body }) => new Response(body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
const { memory } = await init();
const bytes = new Uint8Array(await archive);
const entry = (file, attrPath) => ({ file, attrPath, emptyStore: false, contentAddressed: false });
const open = () => {
  const workspace = new Workspace();
  const { problem } = workspace.loadArchive("/", [bytes]);
  if (problem) throw new Error(problem);
  return workspace;
};
const median = (times) => times.sort((one, other) => one - other)[times.length >> 1];
const time = (act) => {
  const start = performance.now();
  const result = act();
  return [performance.now() - start, result];
};
const checked = (report) => {
  if (report.outcome === "error") throw new Error(report.diagnostics[0].message);
  return report;
};
const one = (workspace) => checked(workspace.evaluate(entry("/set/default.nix", "openssl")));
let workspace = open();
const first = one(workspace);
const size = () => memory.buffer.byteLength;
const oneSize = size();
// So many rounds pass until V8 has optimised what it will.
const warms = [];
for (let round = 0; round < 30; round += 1) { workspace.free(); workspace = open(); warms.push(time(() => one(workspace))[0]); }
const warm = median(warms.slice(20));
const text = await (await fetch("./edited")).text();
const strokes = [];
const sizes = [];
for (let stroke = 0; stroke < ${keystrokes}; stroke += 1) {
  // No two texts are the same.
  const letters = "x".repeat(stroke % 4) + stroke;
  if (stroke % 50 === 0) sizes.push(size());
  strokes.push(time(() => {
    workspace.updateFile("/set/${edited}", text.replace("shared", "shared" + letters));
    return checked(workspace.evaluateUpdate(entry("/set/default.nix", "openssl")).report);
  })[0]);
}
sizes.push(size());
workspace.free();
workspace = open();
workspace.openFile("/all.nix", "let all = import /set/release.nix { }; in builtins.deepSeq all (builtins.length (builtins.attrNames all))");
const all = () => checked(workspace.evaluate(entry("/all.nix", ""))).value;
const [allFirst, count] = time(all);
const [allAgain] = time(() => { workspace.free(); workspace = open(); workspace.openFile("/all.nix", "let all = import /set/release.nix { }; in builtins.deepSeq all (builtins.length (builtins.attrNames all))"); return all(); });
postMessage({ root: first.roots[0], count, warm, strokes, grown: sizes.at(-1) - sizes[1], allFirst, allAgain, oneSize, allSize: size() });
`;

const served = {
  "/": ["text/html", "<!doctype html><title>set</title>"],
  "/favicon.ico": ["image/x-icon", ""],
  "/worker.js": ["text/javascript", worker],
  ...Object.fromEntries(moduleFiles(module)),
  "/set.tar.gz": ["application/octet-stream", archive],
  "/edited": ["text/plain", set.get(edited)],
};
const server = createServer((request, response) => {
  const [type, body] = served[request.url] ?? [];
  response.writeHead(type ? 200 : 404, { "content-type": type ?? "text/plain" }).end(body);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const folder = mkdtempSync(join(env.DRVLAB_ORACLE_WORK || tmpdir(), "drvlab-bench-"));

try {
  await write(join(folder, "set"), {});
  const measured = [];
  const visits = [];
  const reference = { one: [], all: [] };
  await withVisits(archive, async (visit) => {
    for (let round = 0; round < runs; round += 1) {
      visits.push(await visit({ first: "openssl", other: "zlib" }));
      reference.one.push(nix("one", [join(folder, "set"), "-A", "openssl.drvPath"]));
    }
  });
  for (let round = 0; round < runs; round += 1) {
    measured.push(await inWorker());
    reference.one.push(nix("one", [join(folder, "set"), "-A", "openssl.drvPath"]));
    reference.all.push(nix("all", ["--strict", "--json", join(folder, "set/release.nix"), "--arg", "only", "null"]));
  }
  const of = (name) => median(measured.map((one) => one[name]));
  const [one, all] = [median(reference.one), median(reference.all)];
  const line = (name, time, theirs) =>
    console.log(`  ${name.padEnd(44)} ${time.toFixed(1).padStart(8)} ms against ${theirs.toFixed(0).padStart(5)} ms: ${(time / theirs).toFixed(2)}`);
  console.log(`median of ${runs} browsers, ${measured[0].root}, ${measured[0].count} attributes:`);
  const part = (visit, name) => median(visits.map((round) => round[visit][name]));
  line("one package, first visit", part("first", "all"), one);
  const parts = [["the archive fetched", "fetched"], ["the module compiled", "compiled"], ["the worker ready", "ready"], ["the archive read", "loaded"]];
  for (const [what, name] of parts) console.log(`    ${`${what} after`.padEnd(42)} ${part("first", name).toFixed(1).padStart(8)} ms`);
  const images = [["later visit, its image", "restored"], ["later visit, zlib's image", "restoredOther"], ["new worker, zlib's image", "restarted"]];
  for (const [what, name] of images) {
    line(`one package, ${what}`, part(name, "all"), one);
    console.log(`    ${"the image in place after".padEnd(42)} ${part(name, "ready").toFixed(1).padStart(8)} ms`);
  }
  console.log(`  ${"size of the image".padEnd(44)} ${(median(visits.map(({ image }) => image)) / 2 ** 20).toFixed(1).padStart(8)} MB`);
  line("one package, new workspace, warm", of("warm"), one);
  const strokes = measured.flatMap(({ strokes }) => strokes.slice(10));
  console.log(`  ${"keystroke in its file: median, 99th percentile".padEnd(44)} ${median(strokes).toFixed(1)} ms, ${quantile(strokes, 0.99).toFixed(1)} ms`);
  console.log(`  ${`growth of the memory in ${keystrokes} keystrokes, after the first 50`.padEnd(44)} ${Math.max(...measured.map(({ grown }) => grown))} bytes`);
  line("the whole set, first time", of("allFirst"), all);
  line("the whole set, second time", of("allAgain"), all);
  console.log(`  memory: one package ${(of("oneSize") / 2 ** 20).toFixed(0)} MB, all of the above ${(of("allSize") / 2 ** 20).toFixed(0)} MB`);
} finally {
  rmSync(folder, { recursive: true });
  server.close();
  await closeBrowser();
}

async function inWorker() {
  const context = await (await browser()).newContext();
  try {
    const page = await context.newPage();
    const problems = watch(page);
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const result = await page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const worker = new Worker("./worker.js", { type: "module" });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = (event) => reject(new Error(event.message));
        }),
    );
    if (problems.length > 0) throw new Error(problems.join("\n"));
    return result;
  } finally {
    await context.close();
  }
}

function nix(what, args) {
  const [program, ...rest] = [...(env.DRVLAB_ORACLE ?? "").split(" ").filter(Boolean), "nix-instantiate", "--eval", ...args];
  const start = performance.now();
  const { status, stderr, error } = spawnSync(program, rest, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${what}: ${error?.message ?? stderr}`);
  return performance.now() - start;
}
