// Visits to a page that evaluates one package of the package set with the page's own worker: the first, with everything compiled and
// unpacked; a later one, which goes on from an image; and a worker of the same page, started ahead, that goes on from an image. Each in a
// profile of its own.

import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "../../web/node_modules/vite/dist/node/index.js";
import { browserWithProfile, watch } from "../browser/launch.mjs";

/** What the worker fetches by its name. */
const REST = /^drvlab_wasm_rest.*\.wasm$/;

const assets = new URL("../../web/dist/assets/", import.meta.url);

/** What runs in the page. Times are milliseconds since the script of the page began to do something. */
const script = `
const entry = (attrPath) => ({ file: "/set/default.nix", attrPath, emptyStore: false, contentAddressed: false });

/** Starts a worker that waits for its image. */
const prepare = (module, compiled = () => {}) => {
  const worker = new Worker("./worker.js", { type: "module" });
  module.then((module) => { compiled(); worker.postMessage({ module }); });
  return worker;
};

/** Has a worker, started now or ahead, go on from an image as the page does; times is told when it is ready. */
const start = (image, worker, times) => {
  worker.postMessage({ image }, image?.bytes ? [image.bytes] : []);
  const waiting = {};
  const answer = (kind) => new Promise((resolve, reject) => (waiting[kind] = { resolve, reject }));
  const fail = (message) => Object.values(waiting).forEach(({ reject }) => reject(new Error(message)));
  worker.onmessage = ({ data }) => (data.kind === "failed" ? fail(data.message) : waiting[data.kind].resolve(data));
  worker.onerror = (event) => fail(event.message);
  const call = async (call) => { const answered = answer("result"); worker.postMessage({ id: 1, call }); return (await answered).result; };
  const evaluate = async (attrPath) => {
    const { report } = await call({ do: "evaluate", files: [], entry: entry(attrPath) });
    if (report.outcome === "error") throw new Error(report.diagnostics[0].message);
    return report.roots[0];
  };
  const ready = answer("ready").then(({ held }) => { times.ready = performance.now() - times.began; return held !== undefined; });
  return { ready, call, evaluate, end: () => worker.terminate() };
};
const compile = () => WebAssembly.compileStreaming(fetch("./module.wasm"));
const startNow = (image, times) => {
  globalThis.module = compile();
  const worker = prepare(globalThis.module, () => (times.compiled = performance.now() - times.began));
  return start(image, worker, times);
};

globalThis.first = async (attrPath) => {
  const times = { began: performance.now() };
  const archive = fetch("./set.tar.gz").then((response) => response.arrayBuffer());
  const { ready, call, evaluate } = startNow(undefined, times);
  const bytes = new Uint8Array(await archive);
  times.fetched = performance.now() - times.began;
  // The worker unzips it while the module is being compiled.
  const { problem } = await call({ do: "load", folder: "/", bytes, identity: "set" });
  if (problem !== undefined) throw new Error(problem);
  times.loaded = performance.now() - times.began;
  times.root = await evaluate(attrPath);
  times.all = performance.now() - times.began;
  globalThis.keep = async () => {
    const image = await call({ do: "image", held: { files: [], originals: [] } });
    const { keepImage } = await import("./image-files.js");
    await keepImage("set", image);
    globalThis.image = image;
    // The page does that when nothing was asked for a while, as it takes the image.
    globalThis.spare = prepare(globalThis.module);
    return image.byteLength;
  };
  return times;
};

globalThis.again = async (attrPath, how) => {
  const times = { began: performance.now() };
  const { ready, evaluate, end } =
    how === "restarted" ? start({ bytes: globalThis.image }, globalThis.spare, times) : startNow({ name: "set", archive: "set" }, times);
  if (!(await ready)) throw new Error("the image was not used");
  times.root = await evaluate(attrPath);
  times.all = performance.now() - times.began;
  end();
  return times;
};
`;

/** The page's own code that keeps images, as a module. */
async function imageFiles() {
  const entry = fileURLToPath(new URL("../../web/src/image-files.ts", import.meta.url));
  const lib = { entry, formats: ["es"], fileName: "image-files" };
  const [{ output }] = await build({ configFile: false, logLevel: "error", build: { write: false, minify: false, lib } });
  return output[0].code;
}

const assetName = (pattern) => readdirSync(assets).find((name) => pattern.test(name));
const asset = (pattern) => readFileSync(new URL(assetName(pattern), assets));

/**
 * Serves the page and calls `work` with a function that makes a round of visits in a new profile, in which the package `first` is evaluated:
 * on a first visit; on a later one that goes on from the image of that; and, in another worker and on a later visit, from an image that was
 * taken after the package `other`.
 */
export async function withVisits(archive, work) {
  const lasting = { "cache-control": "max-age=31536000, immutable" };
  const served = {
    "/": ["text/html", `<!doctype html><title>set</title><script src="/page.js"></script>`],
    "/favicon.ico": ["image/x-icon", ""],
    "/page.js": ["text/javascript", script],
    "/worker.js": ["text/javascript", asset(/^worker-.*\.js$/), lasting],
    "/module.wasm": ["application/wasm", asset(/^drvlab_wasm_bg.*\.wasm$/), lasting],
    [`/${assetName(REST)}`]: ["application/wasm", asset(REST), lasting],
    "/image-files.js": ["text/javascript", await imageFiles()],
    "/set.tar.gz": ["application/octet-stream", archive],
  };
  const server = createServer((request, response) => {
    const [type, body, headers] = served[request.url] ?? ["text/plain", ""];
    response.writeHead(request.url in served ? 200 : 404, { "content-type": type, ...headers }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${server.address().port}/`;
  try {
    await work((packages) => round(address, packages));
  } finally {
    server.close();
  }
}

async function round(address, { first, other }) {
  const profile = mkdtempSync(join(tmpdir(), "drvlab-profile-"));
  try {
    const visit = async (look) => {
      const context = await browserWithProfile(profile);
      try {
        const page = await context.newPage();
        const problems = watch(page);
        await page.goto(address);
        // The browser itself has just started, too.
        await page.waitForTimeout(1_000);
        const result = await look((what, ...args) => page.evaluate(([what, args]) => globalThis[what](...args), [what, args]), page);
        if (problems.length > 0) throw new Error(problems.join("\n"));
        return result;
      } finally {
        await context.close();
      }
    };
    const once = await visit(async (run) => {
      const times = await run("first", first);
      await run("keep");
      return times;
    });
    const restored = await visit((run) => run("again", first, "restored"));
    const more = await visit(async (run, page) => {
      await run("first", other);
      const image = await run("keep");
      // Until somebody types again.
      await page.waitForTimeout(500);
      return { image, restarted: await run("again", first, "restarted") };
    });
    return { first: once, restored, ...more, restoredOther: await visit((run) => run("again", first, "restored")) };
  } finally {
    rmSync(profile, { recursive: true });
  }
}
