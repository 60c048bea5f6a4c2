// Records tests/golden/cache/compressed.json: small binary caches as the reference writes them with each compression, with all their files,
// and what they are the caches of.
//
//   node tests/record/compressed.mjs        (see oracle.mjs for the environment)

import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { outputIn } from './client.mjs'
import { version, workFolder } from './oracle.mjs'

const NIX = `rec {
  library = derivation {
    name = "packed-library-1.0";
    system = "x86_64-linux";
    builder = "/bin/sh";
    args = [ "-c" "for n in 1 2 3 4 5 6 7 8 9; do echo line $n of a library that is compressed; done > $out" ];
  };
  program = derivation {
    name = "packed-program-1.0";
    system = "x86_64-linux";
    builder = "/bin/sh";
    args = [ "-c" "echo uses \${library} > $out" ];
  };
}
`
const METHODS = ['none', 'gzip', 'xz', 'zstd', 'bzip2']

const target = fileURLToPath(new URL('../golden/cache/compressed.json', import.meta.url))
const folder = await workFolder('compressed')
const client = { state: join(folder, 'state') }
const file = join(folder, 'default.nix')
await writeFile(file, NIX)
const program = await outputIn(client, 'nix-build', [file, '-A', 'program', '--no-out-link', '--option', 'substituters', ''])
const caches = {}
for (const method of METHODS) {
  const path = join(folder, method)
  await mkdir(path)
  await outputIn(client, 'nix', ['copy', '--to', `file://${path}?compression=${method}`, program])
  const names = (await readdir(path, { recursive: true, withFileTypes: true })).filter(entry => entry.isFile())
  const files = names.map(entry => join(entry.parentPath, entry.name)).sort()
  caches[method] = {}
  for (const name of files) caches[method][name.slice(path.length + 1)] = (await readFile(name)).toString('base64')
}
await writeFile(target, `${JSON.stringify({ nix: await version(), expression: NIX, program, caches }, null, 1)}\n`)
console.log(`${METHODS.length} caches`)
await rm(folder, { recursive: true, force: true })
