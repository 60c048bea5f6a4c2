// Records tests/golden/cache/export.json: a cache that we write, file by file, and what the reference reads from it. The recorder
// fails unless the reference fetches everything in it and finds all signatures good.
//
//   node tests/record/export.mjs        (see oracle.mjs for the environment)

import { createHash } from 'node:crypto'
import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deleteFrom } from './client.mjs'
import { exported } from './exported.mjs'
import { version, workFolder } from './oracle.mjs'

const golden = name => fileURLToPath(new URL(`../golden/cache/${name}`, import.meta.url))

const folder = await workFolder('export')
const { cache, client, key, paths } = await exported(golden('toy.json'), folder)
const names = (await readdir(cache, { recursive: true, withFileTypes: true })).filter(it => it.isFile()).map(it => join(it.parentPath, it.name))
const digests = await Promise.all(names.map(async name => createHash('sha256').update(await readFile(name)).digest('hex')))
const files = Object.fromEntries(names.map((name, at) => [name.slice(cache.length + 1), digests[at]]).sort())
await writeFile(golden('export.json'), `${JSON.stringify({ nix: await version(), key, files, paths }, null, 1)}\n`)
console.log(`export: ${Object.keys(files).length} files, ${Object.keys(paths).length} store objects`)
await deleteFrom(client, '*-toy-*')
await rm(folder, { recursive: true, force: true })
