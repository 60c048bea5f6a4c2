// The time from a keystroke to the updated page, for the example distribution in Chromium: the page's own measurements `drvlab:update`,
// each from the input event to the frame that shows the result.
//
// Environment: DRVLAB_URL and CHROME (set by `cargo xtask bench keystroke`); KEYSTROKES (default 100).

import { env } from "node:process";
import { address, browser, closeBrowser, watch } from "../browser/launch.mjs";
import { median, quantile } from "./statistics.mjs";

const keystrokes = Number(env.KEYSTROKES ?? 100);
if (!Number.isInteger(keystrokes) || keystrokes < 1) throw new Error(`KEYSTROKES is ${env.KEYSTROKES}, not a count`);
// How long the page may take for one update; far above the watchdog.
const timeout = 30_000;
// The first updates compile and warm up.
const warmUp = 10;

const page = await (await browser()).newPage({ viewport: { width: 1280, height: 900 } });
try {
  const problems = watch(page);
  await page.goto(address());
  // The page opens the example at the host name; typing after it changes three derivations with each key.
  const line = page.getByRole("textbox", { name: /editor|source/i }).getByText(/hostName = "/);
  await line.click({ timeout });
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await updates(0);

  const durations = [];
  for (let stroke = 0; stroke < warmUp + keystrokes; stroke += 1) {
    const seen = await page.evaluate(() => performance.getEntriesByName("drvlab:update").length);
    // Two letters in, two out, so the name stays short.
    await page.keyboard.press(stroke % 4 < 2 ? "x" : "Backspace");
    const entries = await updates(seen);
    if (stroke >= warmUp) durations.push(entries.at(-1));
  }
  if (problems.length > 0) throw new Error(`the page reported errors:\n${problems.join("\n")}`);
  console.log(`keystroke to updated page, ${durations.length} keystrokes:`);
  console.log(`  median           ${median(durations).toFixed(1).padStart(8)} ms`);
  console.log(`  95th percentile  ${quantile(durations, 0.95).toFixed(1).padStart(8)} ms`);
} finally {
  await closeBrowser();
}

/** Waits until there are more than `seen` measurements, and returns the durations of all in milliseconds. */
async function updates(seen) {
  const handle = await page.waitForFunction(
    (seen) => {
      const entries = performance.getEntriesByName("drvlab:update");
      return entries.length > seen ? entries.map((entry) => entry.duration) : false;
    },
    seen,
    { timeout },
  );
  return handle.jsonValue();
}
