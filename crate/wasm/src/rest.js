// The part of the module that is loaded when something of it is called (`crate/xtask/src/parts.rs`).

const address = new URL("../../../drvlab_wasm_rest.wasm", import.meta.url);

/** The part, compiled. */
let rest;

/** Takes the part from who has compiled it already. */
export function set(module) {
  rest = module;
}

/** Adds the part to an instance of the first, of which these are the exports. */
export function load(first) {
  rest ??= new WebAssembly.Module(read());
  new WebAssembly.Instance(rest, { first });
}

/** What calls it can't wait, so neither can this. */
function read() {
  // In Node, for tests and whoever else has no pages.
  if (typeof XMLHttpRequest === "undefined") return process.getBuiltinModule("node:fs").readFileSync(address);
  const request = new XMLHttpRequest();
  request.open("GET", address, false);
  request.responseType = "arraybuffer";
  let why;
  try {
    request.send();
    if (request.status === 200) return request.response;
    why = `status ${request.status}`;
  } catch (error) {
    why = error.message;
  }
  throw new Error(`A part of the program could not be loaded: ${why}`);
}
