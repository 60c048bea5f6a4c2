/** Starts the worker. Its address passes through a Trusted Types policy, since our content security policy wants one. */
import type { Connection } from "./engine";
import address from "./worker.ts?worker&url";

const policy = window.trustedTypes?.createPolicy("drvlab-worker", {
  createScriptURL: (url) => {
    if (url !== address) throw new TypeError("only the evaluator may run as a worker");
    return url;
  },
});

export function connect(): Connection {
  return new Worker((policy?.createScriptURL(address) ?? address) as string, { type: "module" });
}
