/**
 * Starts workers. Their address passes through a Trusted Types policy, since our content security policy wants one.
 *
 * One can be started ahead, and waits with an instance of the module until it is needed.
 */
import type { Connection } from "./engine";
import { module } from "./module";
import type { ImageSource } from "./protocol";
import address from "./worker.ts?worker&url";

const policy = window.trustedTypes?.createPolicy("drvlab-worker", {
  createScriptURL: (url) => {
    if (url !== address) throw new TypeError("only the evaluator may run as a worker");
    return url;
  },
});

/** The worker that waits. */
let spare: Worker | undefined;

/** Gives a worker that goes on from an image, if there is one. */
export function connect(image?: ImageSource): Connection {
  const worker = spare ?? start();
  spare = undefined;
  // It can look for the image while the module is being compiled.
  worker.postMessage({ image }, image && "bytes" in image ? [image.bytes] : []);
  return worker;
}

/** Starts the worker that the next call of [connect] gives, unless one waits already. */
export function prepare(): void {
  if (spare !== undefined) return;
  const worker = start();
  spare = worker;
  // It says nothing unless something is wrong with it.
  worker.onmessage = worker.onerror = () => {
    worker.terminate();
    if (spare === worker) spare = undefined;
  };
}

function start(): Worker {
  const worker = new Worker((policy?.createScriptURL(address) ?? address) as string, { type: "module" });
  module.then(
    (module) => worker.postMessage({ module }),
    (error: unknown) => worker.onerror?.(new ErrorEvent("error", { message: String(error) })),
  );
  return worker;
}
