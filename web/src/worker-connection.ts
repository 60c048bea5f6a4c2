/** Starts the worker. Its address passes through a Trusted Types policy, since our content security policy wants one. */
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

/** Starts a worker that goes on from an image, if there is one. */
export function connect(image?: ImageSource): Connection {
  const worker = new Worker((policy?.createScriptURL(address) ?? address) as string, { type: "module" });
  // It can look for the image while the module is being compiled.
  worker.postMessage({ image }, image && "bytes" in image ? [image.bytes] : []);
  module.then(
    (module) => worker.postMessage({ module }),
    (error: unknown) => worker.onerror?.(new ErrorEvent("error", { message: String(error) })),
  );
  return worker;
}
