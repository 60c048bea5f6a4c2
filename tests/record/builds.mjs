// Records tests/golden/builds.json: what the reference makes of the small builds in tests/builds/cases.nix.
//
//   node tests/record/builds.mjs        (see oracle.mjs for the environment)
//
// The reference must build in its sandbox, with `sandbox-paths = /bin /usr /lib /lib64` of a Debian with merged /usr:
// the recorder checks that by a build.

import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll, isSandboxed } from './building.mjs'
import { version, workFolder } from './oracle.mjs'

const cases = fileURLToPath(new URL('../builds/cases.nix', import.meta.url))
const target = fileURLToPath(new URL('../golden/builds.json', import.meta.url))

const folder = await workFolder('record-builds')
if (!(await isSandboxed(folder))) throw new Error('the reference does not build in a sandbox')
const file = join(folder, 'cases.nix')
await copyFile(cases, file)
const recorded = await buildAll(file)
await writeFile(target, JSON.stringify({ version: await version(), ...recorded }, null, 1) + '\n')
console.log(`${Object.keys(recorded.cases).length} builds recorded`)
