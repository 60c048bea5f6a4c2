// A cache that we write, read by the reference.

import { spawnSync } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { outputIn } from './client.mjs'

/**
 * Builds the small scripts of a file here and writes a signed cache; then the reference fetches every store object of it, with signatures
 * required, and checks what it has got. Resolves to the folder of the cache and what the reference says of each path.
 */
export async function exported(file, place, storeDir) {
  const cache = join(place, 'export')
  const keyFile = join(place, 'export.public')
  const args = ['run', '--quiet', '--package', 'drvlab-cache', '--example', 'differential', '--', 'export', file, cache, keyFile]
  const { status } = spawnSync('cargo', args, { stdio: 'inherit', cwd: fileURLToPath(new URL('../..', import.meta.url)) })
  if (status !== 0) throw new Error('the cache could not be written')
  const narinfos = (await readdir(cache)).filter(name => name.endsWith('.narinfo'))
  const texts = await Promise.all(narinfos.map(name => readFile(join(cache, name), 'utf8')))
  const paths = texts.map(text => text.match(/^StorePath: (.*)$/m)[1]).sort()
  const client = { state: join(place, 'export-state'), storeDir }
  const key = await readFile(keyFile, 'utf8')
  const options = ['--option', 'require-sigs', 'true', '--option', 'trusted-public-keys', key]
  await outputIn(client, 'nix-store', ['--realise', ...paths, '--option', 'substituters', `file://${cache}`, ...options])
  await outputIn(client, 'nix', ['store', 'verify', ...options, ...paths])
  const infos = JSON.parse(await outputIn(client, 'nix', ['path-info', '--json', '--json-format', '1', '--store', `file://${cache}`, ...paths]))
  const described = paths.map(path => {
    const { narHash, narSize, references, ca, signatures } = infos[path]
    return [path, { narHash, narSize, references: references.sort(), ca, signatures }]
  })
  return { cache, client, key, paths: Object.fromEntries(described) }
}
