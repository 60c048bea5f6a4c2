// Starts the browser and watches pages; the base of the test harness and of the benchmarks.
//
// Environment: CHROME, the browser; DRVLAB_URL, the address of the page. `cargo xtask` sets both.

import { env, getuid } from "node:process";
import { chromium } from "playwright-core";

// Nothing but the page may use the network.
const flags = [
  "--headless",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let launched;

const options = () => ({
  executablePath: setting("CHROME"),
  // Chromium refuses to run its sandbox as root.
  args: getuid?.() === 0 ? [...flags, "--no-sandbox"] : flags,
});

/** The browser of this process, started by the first use; call `closeBrowser` in the end. */
export function browser() {
  launched ??= chromium.launch(options());
  return launched;
}

/** A browser with a profile in a folder, as people have it: what pages keep, and code that was compiled, outlives their pages. */
export function browserWithProfile(folder) {
  return chromium.launchPersistentContext(folder, options());
}

/** Closes the browser if it was started. */
export async function closeBrowser() {
  const running = launched;
  launched = undefined;
  await (await running)?.close();
}

/** The address of a path relative to the page's. */
export function address(path = "") {
  return new URL(path, setting("DRVLAB_URL")).href;
}

/** Collects what goes wrong in a page, as text, from now on. */
export function watch(page) {
  const problems = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`exception: ${error.stack ?? error.message}`));
  page.on("crash", () => problems.push("the page crashed"));
  page.on("requestfailed", (request) => {
    const error = request.failure()?.errorText;
    // A page that is left ends requests that are under way, which happens at any reload: the worker fetches the rest of its module
    // after its first answer.
    if (error !== "net::ERR_ABORTED") problems.push(`request: ${request.url()}: ${error}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`request: ${response.url()}: ${response.status()}`);
  });
  return problems;
}

function setting(name) {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set: run this through \`cargo xtask test browser\` or \`cargo xtask bench\``);
  return value;
}
