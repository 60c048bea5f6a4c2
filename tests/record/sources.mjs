// Records tests/golden/sources.json: what the reference makes of the builds in tests/sources, which read what evaluation puts into the store.
//
// They use what works in a sandbox and without one.
//
//   node tests/record/sources.mjs        (see oracle.mjs for the environment)

import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll } from './building.mjs'
import { output, run, version, workFolder } from './oracle.mjs'

const source = fileURLToPath(new URL('../sources', import.meta.url))
const target = fileURLToPath(new URL('../golden/sources.json', import.meta.url))

/** All error messages of a text, without indentation. */
const messages = stderr => stderr.split(/^ *error: /m).slice(1).map(text => text.trimEnd().replace(/^ {7}/gm, ''))

const work = await workFolder('record-sources')
// The name is part of the store path.
const folder = join(work, 'sources')
await cp(source, folder, { recursive: true, verbatimSymlinks: true })
const { cases } = await buildAll(join(folder, 'default.nix'))

const strings = {}
const file = join(folder, 'strings.nix')
for (const name of JSON.parse(await output('nix-instantiate', ['--eval', '--json', '-E', `builtins.attrNames (import ${file})`]))) {
  const { status, stdout, stderr } = await run('nix', ['build', '--no-link', '--print-out-paths', '--file', file, name])
  const warnings = [...stderr.matchAll(/^warning: (.*)$/gm)].map(([, warning]) => warning)
  strings[name] = { outputs: stdout.split('\n').filter(Boolean), warnings: [...new Set(warnings)], errors: status === 0 ? [] : messages(stderr) }
}
await writeFile(target, JSON.stringify({ version: await version(), cases, strings }, null, 1) + '\n')
console.log(`${Object.keys(cases).length} builds recorded`)
