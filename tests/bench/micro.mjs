// The micro set natively: `drvlab eval` against `nix-instantiate --eval`, whole processes.
//
// Environment: DRVLAB, the program; DRVLAB_ORACLE and DRVLAB_ORACLE_WORK as in process-time.mjs; RUNS (default 9); MICRO, part of a name.

import { env } from "node:process";
import { compare } from "./micro-set.mjs";
import { time } from "./process-time.mjs";

if (!env.DRVLAB) throw new Error("DRVLAB is not set: run this through `cargo xtask bench micro`");
await compare("drvlab eval", (_, file) => time([env.DRVLAB, "eval", file]));
