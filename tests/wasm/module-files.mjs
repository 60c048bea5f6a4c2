// The files of a module and its glue, as a server gives them.

import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** Types and contents by path. */
export function moduleFiles(folder) {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile() && /\.(js|wasm)$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name));
  const type = (path) => (path.endsWith(".js") ? "text/javascript" : "application/wasm");
  return new Map(paths.map((path) => [`/${relative(folder, path).split(sep).join("/")}`, [type(path), readFileSync(path)]]));
}
