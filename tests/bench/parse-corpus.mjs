// Texts to measure parsing with: Nix as people write it, without the comments and the indentation, and mostly strings.
//
// Each is one expression whose value is 1, so that next to nothing is evaluated or printed.

import { complete } from "../package-set/generate.mjs";

/** Names and texts, some megabytes each. */
export async function corpora() {
  const files = [...(await complete({}))].filter(([path]) => path.endsWith(".nix"));
  const texts = files.map(([, text]) => text);
  const library = files.filter(([path]) => /^(lib|stdenv|machine|top-level)\//.test(path)).map(([, text]) => text);
  return new Map([
    ["the package set", unused(texts)],
    ["dense code", unused(repeat(library.map(dense), 3e6))],
    ["strings and comments", unused(repeat(texts.map(quoted), 4e6))],
  ]);
}

function unused(expressions) {
  return `let unused = [\n${expressions.map((text) => `(${text}\n)`).join("\n")}\n]; in 1\n`;
}

function repeat(texts, bytes) {
  const size = texts.join("").length;
  return Array.from({ length: Math.ceil(bytes / size) }, () => texts).flat();
}

/** The lines that are no comments, without what is around them. */
function dense(text) {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#")).join("\n");
}

/** A comment, a string and an indented string, each of which is the text, all but the quotes in it. */
function quoted(text) {
  const comment = text.replaceAll("*/", "");
  const plain = text.replaceAll(/[\\"$]/g, "\\$&");
  const indented = text.replaceAll("'", "`").replaceAll("${", "''${");
  return `/* ${comment} */ [ "${plain}" ''\n${indented}'' ]`;
}
