// Prints the sizes of files as they are, and compressed as web servers send them: gzip at level 9, brotli at quality 11.
// Usage: node tests/bench/size.mjs FILE...
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { argv, exit } from "node:process";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

function sizes(file) {
  const bytes = readFileSync(file);
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }).length,
  };
}

function print(name, sizes) {
  console.log(`size of ${name}:`);
  for (const [form, size] of Object.entries(sizes)) {
    const kilobytes = (size / 1000).toFixed(1);
    console.log(`  ${form.padEnd(6)} ${String(size).padStart(9)} bytes  ${kilobytes.padStart(8)} kB`);
  }
}

const files = argv.slice(2);
if (files.length === 0) {
  console.error("error: name the files to measure");
  exit(2);
}
const sum = { raw: 0, gzip: 0, brotli: 0 };
for (const file of files) {
  const measured = sizes(file);
  for (const [form, size] of Object.entries(measured)) sum[form] += size;
  print(basename(file), measured);
}
if (files.length > 1) print("all together", sum);
