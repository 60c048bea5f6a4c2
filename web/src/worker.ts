/** The worker: loads the WASM module and holds the one `Workspace`. It answers one request at a time. */
import init, { Reader, Workspace } from "./wasm/drvlab_wasm.js";
import type { Call, FileChange, Request, Response, Results } from "./protocol";

const scope = self as unknown as {
  postMessage(response: Response): void;
  onmessage: ((event: MessageEvent<Request>) => void) | null;
};

/** What was read last. */
let reader: Reader | undefined;

function apply(workspace: Workspace, files: readonly FileChange[]): void {
  for (const { path, text } of files) {
    if (text === null) workspace.closeFile(path);
    else workspace.updateFile(path, text);
  }
}

function answer(workspace: Workspace, call: Call): Results[keyof Results] {
  switch (call.do) {
    case "evaluate":
      apply(workspace, call.files);
      return workspace.evaluateUpdate(call.entry);
    case "world":
      apply(workspace, call.files);
      for (const { path, text } of call.originals) workspace.setOriginal(path, text ?? undefined);
      return workspace.setWorld(call.world);
    case "upload":
      workspace.upload(call.path, call.bytes);
      return null;
    case "load":
      return workspace.loadArchive(call.folder, call.bytes);
    case "text":
      return workspace.readFile(call.path);
    case "compare":
      if (call.with === "published") workspace.compareWithPublished();
      else workspace.clearBaseline();
      return null;
    case "run":
      return workspace.run();
    case "build":
      return workspace.build(call.drvPath);
    case "contents":
      return workspace.cacheContents(call.url, call.limit);
    case "export":
      return workspace.exportCache(call.url);
    case "derivation":
      return workspace.derivation(call.drvPath);
    case "storeObject":
      return workspace.storeObject(call.path);
    case "read":
      reader?.free();
      reader = new Reader();
      for (const item of call.items) {
        if (item.kind === "text") reader.addText(item.side, item.name, item.bytes, item.length);
        else reader.addAttribute(item.side, workspace, item.entry);
      }
      return reader.report(workspace);
    case "readDerivation":
      return reader === undefined ? null : reader.derivation(call.drvPath);
    case "whatIf":
      return workspace.whatIf(call.entry, call.rules);
  }
}

/** Users' errors are data, so an exception is a bug or a trap: this instance can't be trusted any more. */
function fail(error: unknown): void {
  scope.onmessage = null;
  scope.postMessage({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
}

try {
  await init();
  const workspace = new Workspace();
  scope.onmessage = ({ data: { id, call } }) => {
    try {
      scope.postMessage({ kind: "result", id, result: answer(workspace, call) });
    } catch (error) {
      fail(error);
    }
  };
  scope.postMessage({ kind: "ready" });
} catch (error) {
  fail(error);
}
