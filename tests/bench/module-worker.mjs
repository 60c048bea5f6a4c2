// WASM modules in workers of Chromium, for benchmarks of single calls.
//
// Environment: CHROME, the browser.

import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { browser, closeBrowser } from "../browser/launch.mjs";
import { moduleFiles } from "../wasm/module-files.mjs";

const worker = `
import init, { Workspace } from "/drvlab_wasm.js";
await init();
const workspace = new Workspace();
onmessage = ({ data: { text, copied } }) => {
  const starts = [performance.now()];
  workspace.updateFile("/bench.nix", text);
  starts.push(performance.now());
  const report = workspace.evaluate({ file: "/bench.nix", attrPath: "", emptyStore: false, contentAddressed: false });
  const milliseconds = performance.now() - starts[copied ? 1 : 0];
  const answer = report.value ?? report.diagnostics.map((diagnostic) => diagnostic.message).join();
  postMessage({ answer, milliseconds });
};
postMessage("ready");
`;

const wasm = fileURLToPath(new URL("../../web/src/wasm", import.meta.url));

/**
 * Starts a worker and calls `work` with a function that evaluates a text there: it returns the answer and how many milliseconds it took,
 * without the time for the copy of the text where `copied` is true.
 */
export async function withWorker(work) {
  await withWorkersOf({ script: worker, folder: wasm, name: "drvlab_wasm" }, async (start) => {
    const ask = await start();
    await work((text, copied = false) => ask({ text, copied }));
  });
}

/**
 * Calls `work` with a function that starts a worker with a script and a module, and ends the one before; it returns a function that sends
 * a request there and returns the answer. The script says that it is ready with a first message.
 */
export async function withWorkersOf({ script, folder, name }, work) {
  const files = new Map([
    ["/", ["text/html", "<!doctype html><title>benchmark</title>"]],
    ["/worker.js", ["text/javascript", script]],
    ...moduleFiles(folder),
  ]);
  const server = createServer((request, response) => {
    const [type, body] = files.get(request.url) ?? ["text/plain", ""];
    response.writeHead(200, { "content-type": type });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const page = await (await browser()).newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const ask = (request) =>
      page.evaluate((request) => {
        const answer = globalThis.answer();
        globalThis.worker.postMessage(request);
        return answer;
      }, request);
    await work(async () => {
      await page.evaluate(async () => {
        globalThis.worker?.terminate();
        globalThis.worker = new Worker("/worker.js", { type: "module" });
        globalThis.answer = () =>
          new Promise((resolve, reject) => {
            globalThis.worker.onmessage = ({ data }) => resolve(data);
            globalThis.worker.onerror = (event) => reject(new Error(event.message));
          });
        await globalThis.answer();
      });
      return ask;
    });
  } finally {
    server.close();
    await closeBrowser();
  }
}
