// The micro set in a worker of Chromium: warm calls of the WASM module, each of a text that it has not seen before, against the whole
// process of the native `nix-instantiate --eval`.
//
// Environment: CHROME, the browser; DRVLAB_ORACLE and DRVLAB_ORACLE_WORK as in process-time.mjs; RUNS (default 9); MICRO, part of a name.

import { compare } from "./micro-set.mjs";
import { withWorker } from "./module-worker.mjs";

await withWorker((evaluate) =>
  compare("a warm call in a worker", ({ text }, _, round) => evaluate(`${text}# ${round}\n`)),
);
