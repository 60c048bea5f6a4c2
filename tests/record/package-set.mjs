// Records tests/golden/package-set.json: a digest of what each attribute of the generated package set evaluates to in the reference Nix.
//
//   node tests/record/package-set.mjs        (see oracle.mjs for the environment)

import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { digests, entries } from '../package-set/entries.mjs'
import { write } from '../package-set/generate.mjs'
import { output, version, workFolder } from './oracle.mjs'

const options = { packages: 1500, hackage: 3000, maintainers: 3000, seed: 1 }
const folder = await workFolder('package-set')
await write(folder, options)
const texts = []
for (const file of entries) {
  // With an argument, functions are called.
  texts.push([file, await output('nix-instantiate', ['--eval', '--strict', '--json', join(folder, file), '--arg', 'unused', 'null'])])
}
await rm(folder, { recursive: true, force: true })

const golden = { nix: await version(), options, attributes: digests(texts) }
await writeFile(fileURLToPath(new URL('../golden/package-set.json', import.meta.url)), `${JSON.stringify(golden, null, 1)}\n`)
console.log(`${Object.keys(golden.attributes).length} attributes`)
