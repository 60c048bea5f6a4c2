/** The WASM module, compiled once for all workers of the page, while the page itself is being set up. */
import { compile } from "./compilation";
import address from "./wasm/drvlab_wasm_bg.wasm?url";

export const module = compile(address);
// Who needs it, hears that it could not be had.
module.catch(() => {});
