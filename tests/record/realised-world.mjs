// One world of derivations and real caches: what the reference's dry run says about it, and what its real build does.
//
// The store directory is the usual one, but each world has a state directory of its own, in which nothing is valid at first.
// All names begin with a prefix, so that worlds do not meet in the store.

import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './oracle.mjs'

/** Every builder writes its name and the paths in `keep` into each output; `ca` makes floating outputs. */
const prelude = prefix => `let
  d = args: derivation ({
    system = "x86_64-linux";
    builder = "/bin/sh";
    args = [ "-c" ''for o in $outputs; do eval p=\\$$o; echo $name $keep > $p; done'' ];
    outputs = [ "out" ];
  } // args // { name = "${prefix}-\${args.name}"; });
  ca = args: d (args // { __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; });
  fixed = name: content: args: d ({
    inherit name;
    args = [ "-c" "printf %s '\${content}' > $out" ];
    outputHash = builtins.hashString "sha256" content;
    outputHashAlgo = "sha256";
  } // args);
`

/** Runs a tool with a state directory of its own. */
function runIn(state, tool, args) {
  return run(tool, args, { NIX_STATE_DIR: state, NIX_LOG_DIR: join(state, 'log') })
}

async function outputIn(state, tool, args) {
  const { status, stdout, stderr } = await runIn(state, tool, args)
  if (status !== 0) throw new Error(`${tool} ${args.join(' ')} failed:\n${stderr}`)
  return stdout.trim()
}

/** Deletes what a state directory has registered. */
async function clean(state) {
  await runIn(state, 'nix-store', ['--gc'])
  await rm(state, { recursive: true, force: true })
}

/** Makes a pair of keys. */
async function makeKey(place, name) {
  const file = join(place, `${name}.secret`)
  const secret = await outputIn(place, 'nix', ['key', 'generate-secret', '--key-name', `${name}-1`])
  await writeFile(file, secret)
  const { stdout } = await run('sh', ['-c', `nix key convert-secret-to-public < ${file}`])
  return { file, public: stdout.trim() }
}

/**
 * Records a world: `nix`, bindings behind the prelude; `want`, attributes such as "zlib.dev"; `caches`, each with `copy`: attributes to
 * build and copy (or `fake`: to write a narinfo of), `key`, `info`, `storeDir`, `query`, and what to change: `edit` (narinfos), `archive`,
 * `realisations` (those to keep); `trusted`: names of keys, without them no signatures are required; `settings`; `before`: attributes that
 * are built at first.
 */
export async function recordWorld(world, place, prefix) {
  await mkdir(place, { recursive: true })
  const file = join(place, 'default.nix')
  const names = [...new Set([...world.nix.matchAll(/^\s*(\w+) = (?:d|ca|fixed) /gm)].map(it => it[1]))]
  await writeFile(file, `${prelude(prefix)}  ${world.nix}\nin { inherit ${names.join(' ')}; }\n`)
  const builder = join(place, 'builder')
  const keys = {}
  for (const name of ['good', 'stranger']) keys[name] = await makeKey(place, name)

  // What the caches need is built in a store of their own.
  const copied = [...new Set((world.caches ?? []).flatMap(cache => cache.copy))]
  const lines = (await outputIn(builder, 'nix-instantiate', [file, ...names.flatMap(name => ['-A', name])])).split('\n')
  const drvs = Object.fromEntries(names.map((name, at) => [name, lines[at].split('!')[0]]))
  const derivations = {}
  for (const drv of (await outputIn(builder, 'nix-store', ['--query', '--requisites', ...lines.map(line => line.split('!')[0])])).split('\n')) {
    if (drv.endsWith('.drv')) derivations[drv] = (await run('cat', [drv])).stdout
  }
  if (copied.length > 0) await outputIn(builder, 'nix-build', [file, '--no-out-link', ...copied.flatMap(name => ['-A', name])])
  const pathOf = async reference => {
    const [attribute, output = 'out'] = reference.split('.')
    const known = derivations[drvs[attribute]].match(new RegExp(`\\("${output}","([^"]*)"`))[1]
    return known || outputIn(builder, 'nix-build', [file, '--no-out-link', '-A', reference])
  }

  const caches = []
  for (const [at, cache] of (world.caches ?? []).entries()) {
    const path = join(place, `cache-${at}`)
    const key = cache.key ? `&secret-key=${keys[cache.key].file}` : ''
    await outputIn(builder, 'nix', ['copy', '--to', `file://${path}?compression=none${key}`, '-f', file, ...cache.copy])
    await writeFile(join(path, 'nix-cache-info'), `StoreDir: ${cache.storeDir ?? '/nix/store'}\n${cache.info ?? ''}`)
    for (const attribute of cache.fake ?? []) await fake(path, await pathOf(attribute), await pathOf(cache.copy[0]))
    for (const [reference, change] of Object.entries(cache.edit ?? {})) await edit(narinfo(path, await pathOf(reference)), change)
    for (const [reference, change] of Object.entries(cache.archive ?? {})) {
      const url = (await readFile(narinfo(path, await pathOf(reference)), 'utf8')).match(/^URL: (.*)$/m)[1]
      await edit(join(path, url), change, null)
    }
    const realisations = join(path, 'realisations')
    for (const name of await readdir(realisations).catch(() => [])) {
      const text = await readFile(join(realisations, name), 'utf8')
      if (cache.realisations && !cache.realisations(text)) await rm(join(realisations, name))
    }
    caches.push({ path, url: `file://${path}${cache.query ?? ''}` })
  }
  await clean(builder)

  const client = join(place, 'client')
  const before = []
  for (const attribute of world.before ?? []) before.push(await outputIn(client, 'nix-build', [file, '--no-out-link', '-A', attribute, '--option', 'substituters', '']))
  const settings = {
    'require-sigs': world.trusted ? 'true' : 'false',
    'trusted-public-keys': (world.trusted ?? []).map(name => keys[name].public).join(' '),
    'max-jobs': '1',
    ...world.settings,
  }
  const options = Object.entries({ substituters: caches.map(({ url }) => url).join(' '), ...settings }).flatMap(([name, value]) => ['--option', name, value])
  const args = [file, '--no-out-link', ...world.want.flatMap(want => ['-A', want]), ...options]
  const dry = await runIn(client, 'nix-build', [...args, '--dry-run'])
  const real = await runIn(client, 'nix-build', args)
  const strip = text => text.replaceAll(place, '')
  const dryRun =
    dry.status === 0
      ? { text: `${strip(dry.stderr).split('\n').filter(line => /^( {2}|this |these |don't know)/.test(line)).map(line => `${line}\n`).join('')}` }
      : { error: strip(dry.stderr).match(/^error: (.*)$/m)[1] }
  const all = pattern => [...strip(real.stderr).matchAll(pattern)]
  const recorded = {
    name: world.name,
    derivations,
    want: world.want.map(want => `${drvs[want.split('.')[0]]}!${want.split('.')[1] ?? 'out'}`),
    before: (world.before ?? []).map(attribute => `${drvs[attribute]}!out`),
    settings,
    caches: await Promise.all(caches.map(cache => describe(cache, place))),
    dryRun,
    real: {
      success: real.status === 0,
      outputs: real.stdout.trim().split('\n').filter(Boolean),
      built: [...new Set(all(/^building '(.*?)'/gm).map(it => it[1]))].sort(),
      copied: [...new Set(all(/^copying path '(.*?)' from '(.*?)'/gm).map(it => `${it[1]} ${it[2]}`))].sort(),
    },
  }
  await clean(client)
  return recorded
}

const narinfo = (cache, path) => join(cache, `${path.slice('/nix/store/'.length).slice(0, 32)}.narinfo`)

/** Changes a file; without a result it is deleted. */
async function edit(file, change, encoding = 'utf8') {
  const changed = change(await readFile(file, encoding))
  if (changed === undefined) await rm(file)
  else await writeFile(file, changed)
}

/** Writes the narinfo of something that was never built, with the archive of something else. */
async function fake(cache, path, like) {
  const text = await readFile(narinfo(cache, like), 'utf8')
  const changed = text.replace(/^StorePath: .*$/m, `StorePath: ${path}`).replace(/^(References|Deriver): .*\n/gm, '')
  await writeFile(narinfo(cache, path), changed)
}

/** Collects all files of a cache, archives in base64. */
async function describe({ path, url }, place) {
  const files = {}
  const archives = {}
  for (const folder of ['', 'realisations/', 'nar/']) {
    for (const name of (await readdir(join(path, folder)).catch(() => [])).sort()) {
      const file = join(path, folder, name)
      if (folder === 'nar/') archives[folder + name] = (await readFile(file)).toString('base64')
      else if (/\.(narinfo|doi)$/.test(name)) files[folder + name] = await readFile(file, 'utf8')
    }
  }
  return { url: url.replace(place, ''), info: await readFile(join(path, 'nix-cache-info'), 'utf8'), files, archives }
}
