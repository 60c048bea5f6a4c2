/** Compiles a WASM module while it comes in; fails if it can't be had. */
export async function compile(address: string): Promise<WebAssembly.Module> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  // Some hosts don't know the type of such files, and then it can't be compiled while it comes in.
  const known = response.headers.get("content-type")?.startsWith("application/wasm");
  return known ? await WebAssembly.compileStreaming(response) : await WebAssembly.compile(await response.arrayBuffer());
}
