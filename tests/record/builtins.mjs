// Records what the set `builtins` of the reference holds and which of it can be named without it, in tests/golden/builtins.json: the type
// of each attribute, how many arguments a function takes, and what only an experimental feature adds. Needs the reference, see oracle.mjs.

import { writeFile } from 'node:fs/promises'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { inParallel, output, run, version } from './oracle.mjs'

/** The standard output of the reference with some experimental features, and no others whatever its configuration says. */
const withFeatures = async (features, args) => {
  const setting = `experimental-features = ${features.join(' ')}`
  // A wrapper around the reference may set NIX_CONFIG itself; one that is known hands NIX_CONFIG_EXTRA on.
  const answer = await run('nix-instantiate', args, { NIX_CONFIG: `${env.NIX_CONFIG ?? ''}\n${setting}`, NIX_CONFIG_EXTRA: setting })
  if (answer.status !== 0) throw new Error(answer.stderr)
  return JSON.parse(answer.stdout)
}

const names = features => withFeatures(features, ['--eval', '--strict', '--json', '-E', 'builtins.attrNames builtins'])

const described = JSON.parse(await output('nix', ['__dump-language']))
const every = Object.keys(JSON.parse(await output('nix', ['__dump-xp-features']))).filter(feature => feature !== 'no-url-literals')
const plain = await names([])
const added = {}
for (const feature of every) {
  for (const name of (await names([feature])).filter(name => !plain.includes(name))) added[name] = feature
}
const types = await withFeatures(every, ['--eval', '--strict', '--json', '-E', 'builtins.mapAttrs (_: builtins.typeOf) builtins'])

const builtins = {}
for (const [name, type] of Object.entries(types)) {
  builtins[name] = { type }
  if (type === 'lambda' && described[name]) builtins[name].arguments = described[name].args.length
  if (added[name]) builtins[name].feature = added[name]
}

/** Names are global if they parse. */
const candidates = Object.keys(builtins).flatMap(name => [name, `__${name}`]).filter(name => /^[A-Za-z_]\w*'?$/.test(name))
const isGlobal = async name => (await run('nix-instantiate', ['--extra-experimental-features', every.join(' '), '--parse', '-E', name])).status === 0
const found = await inParallel(candidates, isGlobal)
const globals = candidates.filter((_, index) => found[index]).sort()

const data = { 'recorded from': `Nix ${await version()}`, builtins, globals }
await writeFile(fileURLToPath(new URL('../golden/builtins.json', import.meta.url)), `${JSON.stringify(data, undefined, 1)}\n`)
console.log(`${Object.keys(builtins).length} builtins, ${globals.length} global names, by features: ${JSON.stringify(added)}`)
