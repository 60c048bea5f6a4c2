// How fast texts are parsed in a worker of Chromium, in MB/s: warm calls that evaluate a text not seen before, which the module has a copy of.
//
// Environment: CHROME, the browser; RUNS (default 9).

import { withWorker } from "./module-worker.mjs";
import { corpora } from "./parse-corpus.mjs";
import { countSetting } from "./process-time.mjs";

const runs = countSetting("RUNS", 9);

await withWorker(async (evaluate) => {
  console.log(`parsing in a worker, best of ${runs} runs:`);
  for (const [name, text] of await corpora()) {
    let best = Infinity;
    // The first rounds warm the code.
    for (let round = -3; round < runs; round += 1) {
      const { answer, milliseconds } = await evaluate(`${text}# ${round}\n`, true);
      if (answer !== "1") throw new Error(`${name}: ${answer}`);
      if (round >= 0) best = Math.min(best, milliseconds);
    }
    const megabytes = Buffer.byteLength(text) / 1e6;
    console.log(`  ${name.padEnd(22)}  ${megabytes.toFixed(1)} MB  ${(megabytes / (best / 1000)).toFixed(0).padStart(5)} MB/s`);
  }
});
