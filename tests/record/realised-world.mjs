// Worlds of derivations and real caches: what the reference's dry run says about them, and what its real builds do.
//
// Each question is asked by a client of its own, with a state directory in which only the derivations are valid at first. All names
// begin with the world's prefix, so that worlds do not meet in the store.

import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { deleteFrom, outputIn, runIn } from './client.mjs'
import { serve } from './http-cache.mjs'
import { inParallel } from './oracle.mjs'

/** A real build that takes longer than this waits for itself. */
const SECONDS = 120

/** So often a question is asked again that got no answer. */
const ATTEMPTS = 3

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

/** Deletes what was built for names with a prefix; derivations stay. */
const deleteOutputs = (client, prefix) => deleteFrom(client, `*-${prefix}-*`, ['!', '-name', '*.drv'])

/** The archives of what derivations and their inputs have as sources, in base 64, and what these refer to; texts of derivations aside. */
async function sourcesOf(client, derivations) {
  const closure = (await outputIn(client, 'nix-store', ['--query', '--requisites', ...derivations])).trim().split('\n')
  const paths = closure.filter(path => !path.endsWith('.drv'))
  if (paths.length === 0) return undefined
  const infos = JSON.parse(await outputIn(client, 'nix', ['path-info', '--json', '--json-format', '1', '--offline', ...paths]))
  const sources = {}
  for (const path of paths) {
    const nar = (await outputIn(client, 'sh', ['-c', 'nix-store --dump $1 | base64 -w0', 'sh', path])).trim()
    sources[path] = { nar, references: infos[path].references }
  }
  return sources
}

/** Makes a pair of keys. */
async function makeKey(client, place, name) {
  const file = join(place, `${name}.secret`)
  await writeFile(file, await outputIn(client, 'nix', ['key', 'generate-secret', '--key-name', `${name}-1`]))
  return { file, public: await outputIn(client, 'sh', ['-c', `nix key convert-secret-to-public < ${file}`]) }
}

/**
 * Records worlds: `nix`, bindings behind the prelude; `caches`, each with `copy`: attributes to build and copy (or `fake`: to write a
 * narinfo of), `key`, `info`, `storeDir`; `questions`. A question has a `name`, `want`, attributes such as "zlib.dev"; `caches`, each with
 * `of`, the index of the world's cache that it is a copy of, `query` of its URL, and what to change: `edit` (narinfos), `archive`,
 * `realisations` (those to keep), `editRealisations`; `http`, if it is served, how it answers: as in http-cache.mjs, or with statuses of
 * `info`, of `realisations`, and of `narinfo` and `nar` by attribute; `earlier`: dry runs before, each some seconds (`wait`) after the one
 * before, with how caches answered; `wait`: seconds after them; `trusted`: names of keys, without them no signatures are required; `settings`; `before`: attributes
 * that are built at first. Names begin with the world's `prefix`, which begins with `family`. `storeDir` is the usual one if absent.
 * Resolves to `cases`, one for each question that the reference answers, to `again`, which asks a question once more by its name, and to `forget`, which deletes all
 * that was put into the store.
 */
export async function recordWorlds(worlds, family, place, storeDir) {
  const builder = { state: join(place, 'builder'), storeDir }
  const template = { state: join(place, 'template'), storeDir }
  await mkdir(place, { recursive: true })
  const prepared = worlds.map(world => ({
    ...world,
    names: [...new Set([...world.nix.matchAll(/^\s*(\w+) = (?:d|ca|fixed) /gm)].map(it => it[1]))],
  }))

  const file = join(place, 'default.nix')
  const bindings = prepared.map(({ nix, names, prefix }) => `${prefix} = ${prelude(prefix)}  ${nix}\nin { inherit ${names.join(' ')}; };\n`)
  await writeFile(file, `{\n${bindings.join('\n')}}\n`)
  const attributes = prepared.flatMap(({ prefix, names }) => names.flatMap(name => ['-A', `${prefix}.${name}`]))
  const lines = (await outputIn(builder, 'nix-instantiate', [file, ...attributes])).split('\n').map(line => line.split('!')[0])
  await outputIn(template, 'nix-instantiate', [file, ...attributes])
  const texts = (await outputIn(builder, 'sh', ['-c', 'for path; do cat $path; echo; done', 'sh', ...lines])).split('\n')
  let at = 0
  for (const world of prepared) {
    world.drvs = {}
    world.derivations = {}
    for (const name of world.names) {
      world.drvs[name] = lines[at]
      world.derivations[lines[at]] = texts[at++]
    }
    world.sources = await sourcesOf(builder, Object.keys(world.derivations))
  }

  // What the caches need is built in a store of their own.
  const installable = (world, reference) => `${world.drvs[reference.split('.')[0]]}^${reference.split('.')[1] ?? '*'}`
  const copied = prepared.flatMap(world => world.caches.flatMap(cache => [...cache.copy, ...(cache.fake ?? [])].map(name => world.drvs[name.split('.')[0]])))
  const built = new Set(copied)
  for (const world of prepared) for (const cache of world.caches) for (const name of cache.fake ?? []) built.delete(world.drvs[name.split('.')[0]])
  const results = built.size === 0 ? [] : JSON.parse(await outputIn(builder, 'nix', ['build', '--json', '--no-link', '--max-jobs', '2', ...[...built].map(drv => `${drv}^*`)]))
  const outputs = Object.fromEntries(results.map(it => [it.drvPath, it.outputs]))
  const pathOf = (world, reference) => {
    const [name, output = 'out'] = reference.split('.')
    const known = world.derivations[world.drvs[name]].match(new RegExp(`\\("${output}","([^"]*)"`))[1]
    return known || outputs[world.drvs[name]][output]
  }
  const keys = {}
  for (const name of ['good', 'stranger']) keys[name] = await makeKey(builder, place, name)
  await inParallel(prepared, async world => {
    world.place = join(place, world.prefix)
    await mkdir(world.place)
    for (const [at, cache] of world.caches.entries()) {
      const path = join(world.place, `cache-${at}`)
      const key = cache.key ? `&secret-key=${keys[cache.key].file}` : ''
      const names = cache.copy.map(name => installable(world, name))
      await outputIn(builder, 'nix', ['copy', '--to', `file://${path}?compression=none${key}`, ...names])
      await writeFile(join(path, 'nix-cache-info'), `StoreDir: ${cache.storeDir ?? storeDir ?? '/nix/store'}\n${cache.info ?? ''}`)
      for (const name of cache.fake ?? []) await fake(path, pathOf(world, name), pathOf(world, cache.copy[0]))
    }
  })
  await deleteOutputs(builder, `${family}*`)

  const answer = async (world, at, left = ATTEMPTS) => {
    const client = { state: join(world.place, `client-${at}`), storeDir }
    await cp(template.state, client.state, { recursive: true })
    const folder = join(world.place, `question-${at}`)
    const asked = await ask(world, world.questions[at], { client, folder, keys, pathOf: name => pathOf(world, name) })
    await deleteOutputs(client, world.prefix)
    for (const done of [client.state, folder]) await rm(done, { recursive: true, force: true })
    // Now and then the reference waits for itself when a path is fetched and built at the same time.
    if (asked.real.success !== undefined) return asked
    if (left > 0) return answer(world, at, left - 1)
    console.log(`${world.questions[at].name}: left out, the reference crashes or waits for ever`)
    return undefined
  }
  // Questions about one world share paths in the store, so they are asked one after the other.
  const cases = await inParallel(prepared, async world => {
    const cases = []
    for (const at of world.questions.keys()) cases.push(await answer(world, at))
    return cases
  })
  const again = name => {
    const world = prepared.find(world => world.questions.some(question => question.name === name))
    return answer(
      world,
      world.questions.findIndex(question => question.name === name),
    )
  }
  return { cases: cases.flat().filter(Boolean), again, forget: () => deleteFrom(builder, `*-${family}*`) }
}

/** Asks one question: a dry run, then a real build, which remembers no more of its caches than the dry run did. */
async function ask(world, question, { client, folder, keys, pathOf }) {
  await mkdir(folder)
  const caches = []
  for (const [at, cache] of question.caches.entries()) {
    const path = join(folder, `cache-${at}`)
    await cp(join(world.place, `cache-${cache.of}`), path, { recursive: true })
    await damage(path, cache, pathOf)
    const server = cache.http && (await serve(path))
    const urls = name => narinfoUrl(path, pathOf(name))
    // Ports are no part of a case.
    const name = server ? `http://cache-${at}` : `file:///cache-${at}`
    caches.push({ path, name, server, urls, url: server?.url ?? `file://${path}`, query: cache.query ?? '' })
  }
  try {
    return await askCaches(world, question, caches, { client, folder, keys, pathOf })
  } finally {
    for (const { server } of caches) await server?.close()
  }
}

async function askCaches(world, question, caches, { client, folder, keys, pathOf }) {
  const drvOutput = reference => `${world.drvs[reference.split('.')[0]]}!${reference.split('.')[1] ?? 'out'}`
  const before = (question.before ?? []).map(drvOutput)
  if (before.length > 0) await outputIn(client, 'nix-build', [...before, '--no-out-link', '--option', 'substituters', ''])
  const isHttp = caches.some(cache => cache.server)
  const settings = {
    'require-sigs': question.trusted ? 'true' : 'false',
    'trusted-public-keys': (question.trusted ?? []).map(name => keys[name].public).join(' '),
    'max-jobs': '1',
    ...(isHttp && { 'download-attempts': '1' }),
    ...question.settings,
  }
  const substituters = caches.map(({ url, query }) => url + query).join(' ')
  const options = Object.entries({ substituters, ...settings }).flatMap(([name, value]) => ['--option', name, value])
  const want = question.want.map(drvOutput)
  const args = ['--no-out-link', ...want, ...options]
  const strip = text => caches.reduce((text, { url, name }) => text.replaceAll(url, name).replaceAll(url.slice('http://'.length), name), text).replaceAll(folder, '')
  /** Lets the caches answer as told; resolves to what that is in terms of files. */
  const behave = async manners => {
    const described = []
    for (const [at, { server, path, urls }] of caches.entries()) {
      const manner = server ? await inFiles(manners[at] ?? {}, path, pathOf, urls) : {}
      await server?.behave(manner)
      described.push(manner)
    }
    return described
  }
  const dryRun = async () => {
    const { status, stderr } = await runIn(client, 'nix-build', [...args, '--dry-run'])
    const lines = strip(stderr).split('\n')
    // What is forgiven is told as an error, too.
    if (status !== 0) return { error: [...strip(stderr).matchAll(/^error: (.*)$/gm)].at(-1)[1] }
    return { text: lines.filter(line => /^( {2}|this |these |don't know)/.test(line)).map(line => `${line}\n`).join('') }
  }
  const earlier = []
  for (const { wait = 0, http } of question.earlier ?? []) {
    await sleep(wait * 1000)
    earlier.push({ wait, manners: await behave(http), dryRun: await dryRun() })
  }
  await sleep((question.wait ?? 0) * 1000)
  const http = question.caches.map(cache => (cache.http === true ? {} : cache.http))
  const manners = await behave(http)
  const [memory, kept] = ['cache', 'cache-before'].map(name => join(client.state, name))
  if (isHttp) await cp(memory, kept, { recursive: true }).catch(() => undefined)
  const dry = await dryRun()
  if (isHttp) {
    await rm(memory, { recursive: true, force: true })
    await rename(kept, memory).catch(() => undefined)
    await behave(http)
  }
  const real = await runIn(client, 'nix-build', args, SECONDS)
  const all = pattern => [...strip(real.stderr).matchAll(pattern)]
  const success = real.status === null ? undefined : real.status === 0
  return {
    name: question.name,
    derivations: world.derivations,
    sources: world.sources,
    want,
    before,
    settings,
    caches: await Promise.all(caches.map(describe)),
    ...(isHttp && { earlier, wait: question.wait ?? 0, manners }),
    dryRun: dry,
    real: {
      success,
      outputs: real.stdout.trim().split('\n').filter(Boolean),
      built: [...new Set(all(/^building '(.*?)'/gm).map(it => it[1]))].sort(),
      copied: [...new Set(all(/^copying path '(.*?)' from '(.*?)'/gm).map(it => `${it[1]} ${it[2]}`))].sort(),
      errors: success ? undefined : all(/^error: (.*(?:\n {7}.*)*)/gm).map(it => it[1]),
    },
  }
}

/** Says how a cache answers in terms of its files; `narinfo` and `nar` are by attribute. */
async function inFiles({ info, realisations, narinfo: infos = {}, nar = {}, ...manner }, path, pathOf, urls) {
  const statuses = {}
  if (info) statuses['nix-cache-info'] = info
  if (realisations) statuses['realisations/'] = realisations
  for (const [name, status] of Object.entries(infos)) statuses[basename(narinfo(path, pathOf(name)))] = status
  for (const [name, status] of Object.entries(nar)) statuses[await urls(name)] = status
  return { ...manner, statuses }
}

const narinfo = (cache, path) => join(cache, `${path.slice(path.lastIndexOf('/') + 1).slice(0, 32)}.narinfo`)

/** Reads where a cache has the archive of a path. */
const narinfoUrl = async (cache, path) => (await readFile(narinfo(cache, path), 'utf8')).match(/^URL: (.*)$/m)[1]

/** Changes a file; without a result it is deleted. */
async function edit(file, change, encoding = 'utf8') {
  const changed = change(await readFile(file, encoding))
  if (changed === undefined) await rm(file)
  else await writeFile(file, changed)
}

/** Does to a cache what is said to be wrong with it. */
async function damage(path, cache, pathOf) {
  // Archives first: their names are in the narinfos.
  for (const [reference, change] of Object.entries(cache.archive ?? {})) {
    await edit(join(path, await narinfoUrl(path, pathOf(reference))), change, null)
  }
  for (const [reference, change] of Object.entries(cache.edit ?? {})) await edit(narinfo(path, pathOf(reference)), change)
  const realisations = join(path, 'realisations')
  const { realisations: keep, editRealisations = text => (keep(text) ? text : undefined) } = cache
  for (const name of keep || cache.editRealisations ? await readdir(realisations).catch(() => []) : []) await edit(join(realisations, name), editRealisations)
}

/** Writes the narinfo of something that was never built, with the archive of something else. */
async function fake(cache, path, like) {
  const text = await readFile(narinfo(cache, like), 'utf8')
  const changed = text.replace(/^StorePath: .*$/m, `StorePath: ${path}`).replace(/^(References|Deriver): .*\n/gm, '')
  await writeFile(narinfo(cache, path), changed)
}

/** Collects all files of a cache, archives in base64. */
async function describe({ path, name, query }) {
  const files = {}
  const archives = {}
  for (const part of ['', 'realisations/', 'nar/']) {
    for (const name of (await readdir(join(path, part)).catch(() => [])).sort()) {
      const file = join(path, part, name)
      if (part === 'nar/') archives[part + name] = (await readFile(file)).toString('base64')
      else if (/\.(narinfo|doi)$/.test(name)) files[part + name] = await readFile(file, 'utf8')
    }
  }
  return { url: name + query, info: await readFile(join(path, 'nix-cache-info'), 'utf8'), files, archives }
}
