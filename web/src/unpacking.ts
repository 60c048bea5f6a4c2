/** The page's side of the worker that unpacks: it is loaded when somebody imports a cache that needs it, and ended when it is done. */
import address from "./unpack-worker.ts?worker&url";

/** What the worker says. */
export type Unpacking =
  | { kind: "progress"; done: number; total: number }
  /** A tar file with the NARs under the URLs of their archives, or with `.problem` behind them why there are none. */
  | { kind: "done"; tar: Uint8Array; total: number; problems: number }
  | { kind: "failed"; why: string };

/** Whether the worker unpacks archives that are compressed in this way; the module has gzip. */
export const isUnpacked = (method: string) => ["bzip2", "xz", "zstd"].includes(method);

const policy = window.trustedTypes?.createPolicy("drvlab-unpack-worker", {
  createScriptURL: (url) => {
    if (url !== address) throw new TypeError("not the worker");
    return url;
  },
});

/** Unpacks the NARs of a cache in an archive. */
export function unpack(archive: Uint8Array, progress: (done: number, total: number) => void): Promise<Exclude<Unpacking, { kind: "progress" }>> {
  const worker = new Worker((policy?.createScriptURL(address) ?? address) as string, { type: "module" });
  return new Promise<Exclude<Unpacking, { kind: "progress" }>>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<Unpacking>) => {
      if (data.kind === "progress") progress(data.done, data.total);
      else resolve(data);
    };
    worker.onerror = () => resolve({ kind: "failed", why: "the decompressors can't be loaded" });
    worker.postMessage(archive);
  }).finally(() => worker.terminate());
}
