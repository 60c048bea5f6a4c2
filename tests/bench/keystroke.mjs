// The time from a keystroke to the updated page, for the example distribution in Chromium: the page's own measurements `drvlab:update`,
// each from an edit to the document that shows its effect.
//
// Environment: DRVLAB_URL and CHROME (set by `cargo xtask bench keystroke`); KEYSTROKES (default 100).

import { env } from "node:process";
import { address, browser, closeBrowser, watch } from "../browser/launch.mjs";
import { median, quantile } from "./statistics.mjs";

const keystrokes = Number(env.KEYSTROKES ?? 100);
if (!Number.isInteger(keystrokes) || keystrokes < 1) throw new Error(`KEYSTROKES is ${env.KEYSTROKES}, not a count`);
// In milliseconds. How long the page may take for one update: far more than the watchdog allows.
const timeout = 30_000;
// How long nothing must happen before the next update is certainly that of the next keystroke.
const quiet = 500;
// The first updates find cold caches and code that is not yet compiled.
const warmUp = 10;

try {
  const durations = await measure(await (await browser()).newPage({ viewport: { width: 1280, height: 900 } }));
  console.log(`keystroke to updated page, ${durations.length} keystrokes:`);
  console.log(`  median           ${median(durations).toFixed(1).padStart(8)} ms`);
  console.log(`  95th percentile  ${quantile(durations, 0.95).toFixed(1).padStart(8)} ms`);
} finally {
  await closeBrowser();
}

async function measure(page) {
  const problems = watch(page);
  await page.addInitScript(() => {
    globalThis.updates = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntriesByName("drvlab:update")) globalThis.updates.push(entry.duration);
    }).observe({ type: "measure" });
  });
  await page.goto(address());

  // The page opens the file with the host name; each letter in it changes three derivations.
  const line = page.getByRole("textbox", { name: /^Text of / }).getByText('hostName = "');
  await line.click({ timeout });
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");

  for (let stroke = 0; stroke < warmUp; stroke += 1) await type(page, stroke);
  await settle(page);
  const seen = await count(page);
  for (let stroke = 0; stroke < keystrokes; stroke += 1) await type(page, stroke);
  const durations = await page.evaluate((seen) => globalThis.updates.slice(seen), seen);
  if (problems.length > 0) throw new Error(`the page reported errors:\n${problems.join("\n")}`);
  if (durations.length !== keystrokes) throw new Error(`${durations.length} updates for ${keystrokes} keystrokes`);
  return durations;
}

/** Presses a key and waits for an update: two letters in, two out, so that the name stays short. */
async function type(page, stroke) {
  const seen = await count(page);
  await page.keyboard.press(stroke % 4 < 2 ? "x" : "Backspace");
  await page.waitForFunction((seen) => globalThis.updates.length > seen, seen, { timeout });
}

/** Waits until no update has come for a while. */
async function settle(page) {
  let before = -1;
  for (let now = await count(page); now !== before; now = await count(page)) {
    before = now;
    await page.waitForTimeout(quiet);
  }
}

function count(page) {
  return page.evaluate(() => globalThis.updates.length);
}
