/** The WASM module, compiled once for all workers of the page, while the page itself is being set up. */
import address from "./wasm/drvlab_wasm_bg.wasm?url";

export const module = compile();
// Who needs it, hears that it could not be had.
module.catch(() => {});

async function compile(): Promise<WebAssembly.Module> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  // Some hosts don't know the type of such files, and then it can't be compiled while it comes in.
  const known = response.headers.get("content-type")?.startsWith("application/wasm");
  return known ? await WebAssembly.compileStreaming(response) : await WebAssembly.compile(await response.arrayBuffer());
}
