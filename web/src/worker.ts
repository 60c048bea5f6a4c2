/**
 * The worker: makes an instance of the WASM module, from the beginning or from an image, and holds the one `Workspace`. It answers one
 * request at a time.
 */
import { compile } from "./compilation";
import { gunzipped } from "./decompression";
import { identityOf, openImage, putImage, takeImage, type Image, type Instance } from "./image";
import { readImage } from "./image-files";
import type { Beginning, Call, FileChange, Held, ImageSource, Loaded, LoadReport, Request, Response, Results } from "./protocol";
import init, { limitRanges, Reader, setRest, Workspace } from "./wasm/drvlab_wasm.js";
import restAddress from "./wasm/drvlab_wasm_rest.wasm?url";

const scope = self as unknown as {
  postMessage(response: Response, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<Beginning | Request>) => void) | null;
};

let workspace: Workspace;

/** What was read last. */
let reader: Reader | undefined;

/** The instance, with what tells its module from others. */
let instance: { state: Instance; module: string | undefined };

/** Settled when there is a workspace. */
let begun: () => void;
const beginning = new Promise<void>((resolve) => (begun = resolve));

/** What to go on from, once the page has said so, and the page's bytes of it, which the page wants back. */
let foundImage: (image: Promise<Image | undefined> | undefined) => void;
let image = new Promise<Image | undefined>((resolve) => (foundImage = resolve));
let lent: ArrayBuffer | undefined;

function apply(files: readonly FileChange[]): void {
  for (const { path, text } of files) {
    if (text === null) workspace.closeFile(path);
    else workspace.updateFile(path, text);
  }
}

/** The archive that the workspace has. */
let loaded: Loaded | undefined;

/** Archives can be asked for before the module is there, and are decompressed meanwhile, unless an image has what is in them. */
async function load({ folder, bytes, identity }: Extract<Call, { do: "load" }>): Promise<LoadReport> {
  const inImage = (await image)?.header.held.loaded?.identity === identity;
  const early = inImage ? undefined : await gunzipped(bytes);
  await beginning;
  if (loaded && loaded.identity === identity) return loaded.report;
  const report = workspace.loadArchive(folder, early ?? (await gunzipped(bytes)));
  if (report.problem === undefined) loaded = { identity, report };
  return report;
}

function answer(call: Exclude<Call, { do: "load" }>): Results[keyof Results] {
  switch (call.do) {
    case "evaluate":
      apply(call.files);
      return workspace.evaluateUpdate(call.entry);
    case "world":
      apply(call.files);
      for (const { path, text } of call.originals) workspace.setOriginal(path, text ?? undefined);
      return workspace.setWorld(call.world);
    case "limits":
      workspace.setLimits(call.callDepth, call.memory);
      return null;
    case "upload":
      workspace.upload(call.path, call.bytes);
      return null;
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
    case "image":
      return take(call.held);
  }
}

/** An image of everything, if there can be one: what was read would be lost in it. */
function take(held: Held): ArrayBuffer | null {
  const { state, module } = instance;
  if (reader !== undefined || module === undefined) return null;
  workspace.layDown();
  const taken = takeImage(state, module, { ...held, loaded });
  workspace = laidDown();
  return taken ?? null;
}

function laidDown(): Workspace {
  const found = Workspace.takeUp();
  if (found === undefined) throw new Error("there is no workspace in the memory");
  return found;
}

/** Looks for an image and checks it; the module is being compiled meanwhile. */
async function open(source: ImageSource): Promise<Image | undefined> {
  if ("bytes" in source) {
    lent = source.bytes;
    return openImage(new Uint8Array(source.bytes));
  }
  const bytes = await readImage(source.name);
  const found = bytes && openImage(bytes);
  return found?.header.held.loaded?.identity === source.archive ? found : undefined;
}

/** Makes the instance and its workspace; tells what it holds if it comes from an image. */
async function begin(module: WebAssembly.Module): Promise<Held | undefined> {
  const state: Instance = await init({ module_or_path: module });
  const identity = identityOf(module);
  instance = { state, module: identity };
  const found = await image;
  if (found && found.header.module === identity && put(state, found)) {
    workspace = laidDown();
    loaded = found.header.held.loaded;
    return found.header.held;
  }
  workspace = new Workspace();
  return undefined;
}

/** Returns false if there is no memory for it. */
function put(...image: Parameters<typeof putImage>): boolean {
  try {
    putImage(...image);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Whether the rest of the module has been asked for. */
let restAsked = false;

/** So long after the first answer, in milliseconds, the page has got what it opens with. */
const UNTIL_REST = 300;

/** Fetches the part of the module that the first answers do without. The module reads it itself if it is needed before it is here. */
function fetchRest(): void {
  if (restAsked) return;
  restAsked = true;
  setTimeout(() => compile(restAddress).then(setRest, () => {}), UNTIL_REST);
}

/** Users' errors are data, so an exception is a bug or a trap: this instance can't be trusted any more. */
function fail(error: unknown): void {
  scope.onmessage = null;
  scope.postMessage({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
}

scope.onmessage = async ({ data }) => {
  try {
    if ("image" in data) {
      foundImage(data.image && open(data.image));
    } else if ("module" in data) {
      const held = await begin(data.module);
      scope.postMessage({ kind: "ready", held, image: lent, ranges: limitRanges() }, lent ? [lent] : []);
      image = Promise.resolve(undefined);
      lent = undefined;
      begun();
    } else {
      const { call } = data;
      const result = call.do === "load" ? await load(call) : answer(call);
      scope.postMessage({ kind: "result", id: data.id, result }, result instanceof ArrayBuffer ? [result] : []);
      if (call.do !== "load") fetchRest();
    }
  } catch (error) {
    fail(error);
  }
};
