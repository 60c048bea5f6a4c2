// The files of the example that the page opens with, and its world.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const folder = fileURLToPath(new URL("../../web/examples/distribution", import.meta.url));

/** Texts by absolute path in a workspace. */
export function distributionFiles() {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !["story.json", "world.json"].includes(entry.name));
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [`/distribution${path.slice(folder.length)}`, readFileSync(path, "utf8")]));
}

/** The world that the page opens with. */
export const begin = JSON.parse(readFileSync(join(folder, "world.json"), "utf8"));
