// Records tests/golden/cache/toy.json: what small shell scripts leave behind when the reference builds them.
//
//   node tests/record/toy.mjs        (see oracle.mjs for the environment)

import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version, workFolder } from './oracle.mjs'
import { buildToys } from './toy-builds.mjs'

const here = name => fileURLToPath(new URL(name, import.meta.url))
const target = here('../golden/cache/toy.json')

// Parts between lines of the form `--- name ---`; the first lines may be `outputs: out dev` and `args: …` (in place of `-c`).
const text = await readFile(here('../cache/toy.cases'), 'utf8')
const parts = text.split(/^--- (.*) ---\n/m).slice(1)
const scripts = []
for (let at = 0; at < parts.length; at += 2) scripts.push({ name: parts[at], script: parts[at + 1] })

const folder = await workFolder('toy')
const cases = await buildToys(scripts, { state: join(folder, 'state') }, join(folder, 'default.nix'))
await writeFile(target, `${JSON.stringify({ nix: await version(), cases }, null, 1)}\n`)
console.log(`toy: ${cases.length} cases, ${cases.filter(it => it.failed).length} of them fail`)
await rm(folder, { recursive: true, force: true })
