// The micro set in a worker of Chromium: warm calls of the WASM module, each of a text that it has not seen before, against the whole
// process of the native `nix-instantiate --eval`.
//
// Environment: CHROME, the browser; DRVLAB_ORACLE and DRVLAB_ORACLE_WORK as in process-time.mjs; RUNS (default 9); MICRO, part of a name.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { browser, closeBrowser } from "../browser/launch.mjs";
import { compare } from "./micro-set.mjs";

const worker = `
import init, { Workspace } from "/drvlab_wasm.js";
await init();
const workspace = new Workspace();
onmessage = ({ data: text }) => {
  const start = performance.now();
  workspace.updateFile("/micro.nix", text);
  const report = workspace.evaluate({ file: "/micro.nix", attrPath: "", substitute: true, emptyStore: false });
  const milliseconds = performance.now() - start;
  const answer = report.value ?? report.diagnostics.map((diagnostic) => diagnostic.message).join();
  postMessage({ answer, milliseconds });
};
postMessage("ready");
`;

const wasm = (name) => readFileSync(fileURLToPath(new URL(`../../web/src/wasm/${name}`, import.meta.url)));
const files = new Map([
  ["/", ["text/html", "<!doctype html><title>micro</title>"]],
  ["/worker.js", ["text/javascript", worker]],
  ["/drvlab_wasm.js", ["text/javascript", wasm("drvlab_wasm.js")]],
  ["/drvlab_wasm_bg.wasm", ["application/wasm", wasm("drvlab_wasm_bg.wasm")]],
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
  await page.evaluate(async () => {
    globalThis.worker = new Worker("/worker.js", { type: "module" });
    globalThis.answer = () =>
      new Promise((resolve, reject) => {
        globalThis.worker.onmessage = ({ data }) => resolve(data);
        globalThis.worker.onerror = (event) => reject(new Error(event.message));
      });
    await globalThis.answer();
  });
  await compare("a warm call in a worker", async ({ text }, _, round) =>
    page.evaluate((text) => {
      const answer = globalThis.answer();
      globalThis.worker.postMessage(text);
      return answer;
    }, `${text}# ${round}\n`),
  );
} finally {
  server.close();
  await closeBrowser();
}
