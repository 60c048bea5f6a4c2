// Prints the size of a file as it is, and compressed as web servers send it: gzip at level 9, brotli at quality 11.
// Usage: node tests/bench/size.mjs FILE
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { argv, exit } from "node:process";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const file = argv[2];
if (file === undefined) {
  console.error("error: name the file to measure");
  exit(2);
}
const bytes = readFileSync(file);
const sizes = {
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).length,
};
console.log(`size of ${basename(file)}:`);
for (const [form, size] of Object.entries(sizes)) {
  const kilobytes = (size / 1000).toFixed(1);
  console.log(`  ${form.padEnd(6)} ${String(size).padStart(9)} bytes  ${kilobytes.padStart(8)} kB`);
}
