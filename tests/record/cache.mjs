// Records tests/golden/cache/*.json: what the reference's dry run says for small worlds of derivations,
// local stores and binary caches. Hand-written and random worlds have caches of made-up narinfo files, for a
// dry run reads nothing else; built worlds have caches that `nix copy` filled with real builds.
//
//   node tests/record/cache.mjs        (see oracle.mjs for the environment)

import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inParallel, output, run, version, workFolder } from './oracle.mjs'

const target = fileURLToPath(new URL('../golden/cache', import.meta.url))
const NAR_HASH = 'sha256:11hap619k9yv29jfxdq44d7fxwks93qsw8w8iwbgdjwxni9zsxlj'
const STRANGER = '00bgd045z0d4icpbc2yyz4gx48ak44la-stranger'

// Every builder really works: it writes its name and the paths in `keep` into each output.
const PRELUDE = `let
  d = args: derivation ({
    system = "x86_64-linux";
    builder = "/bin/sh";
    args = [ "-c" "for o in $outputs; do eval p=\\\\$$o; echo $name $keep > $p; done" ];
    outputs = [ "out" ];
  } // args);
  fixed = name: content: args: d ({
    inherit name;
    args = [ "-c" "printf %s '\${content}' > $out" ];
    outputHash = builtins.hashString "sha256" content;
    outputHashAlgo = "sha256";
  } // args);
`

// A world is: `nix`, bindings behind the prelude; `want`, what to realise: "attr" (as nix-build), "attr!" (all outputs),
// "attr!dev,out", or "/base name"; `local`, valid outputs such as "zlib.dev"; `caches`, each with `has`: outputs with
// sizes and references, and optionally `info` (text of nix-cache-info behind StoreDir), `storeDir`, `query` (of the URL)
// and `edit` (changes texts by output); `settings`, by name; `build`: attributes to build and copy instead of `has`.

const CHAIN = `
  src = fixed "cachetest-source.tar.gz" "source" { };
  libc = d { name = "cachetest-libc"; outputs = [ "out" "dev" ]; };
  gcc = d { name = "cachetest-gcc"; libc = libc.dev; keep = libc; };
  zlib = d { name = "cachetest-zlib"; inherit gcc src; keep = libc; outputs = [ "out" "dev" ]; };
  app = d { name = "cachetest-app"; inherit gcc; keep = zlib; dev = zlib.dev; };
  local = d { name = "cachetest-local"; keep = app; allowSubstitutes = false; };
`
const ALL = ['src', 'libc', 'libc.dev', 'gcc', 'zlib', 'zlib.dev', 'app', 'local']
const REFERENCES = { gcc: ['libc'], zlib: ['libc'], 'zlib.dev': ['zlib'], app: ['zlib', 'app'], local: ['app'] }

/** A cache that has these outputs of the chain, with sizes that grow by output. */
function chainCache(names, more = {}) {
  const has = names.map(name => ({
    output: name,
    fileSize: 1000 * (ALL.indexOf(name) + 1) ** 3,
    narSize: 3000 * (ALL.indexOf(name) + 1) ** 3,
    references: REFERENCES[name] ?? [],
  }))
  return { has, ...more }
}

const chain = (name, more) => ({ name, nix: CHAIN, want: ['app'], ...more })
const without = (...names) => ALL.filter(name => !names.includes(name))
const single = (name, more) => ({ name, nix: 'a = d { name = "cachetest-a"; outputs = [ "out" "dev" "doc" ]; };', want: ['a'], ...more })
const sized = (fileSize, narSize) => ({ has: [{ output: 'a', fileSize, narSize, references: [] }] })

const handwritten = [
  chain('nothing is there'),
  chain('everything is cached', { caches: [chainCache(ALL)] }),
  chain('everything is local', { local: ALL }),
  chain('the root is local', { local: ['app'] }),
  chain('the root is evicted', { caches: [chainCache(without('app'))] }),
  chain('a library is evicted, the root is not', { caches: [chainCache(without('zlib'))] }),
  chain('a library and the root are evicted', { caches: [chainCache(without('zlib', 'app'))] }),
  chain('one output of an input is evicted', { caches: [chainCache(without('zlib.dev', 'app'))] }),
  chain('one output of an input is local', { caches: [chainCache(without('app'))], local: ['zlib'] }),
  chain('the missing output of an input is local', { caches: [chainCache(without('zlib.dev', 'app'))], local: ['zlib.dev'] }),
  chain('a reference of a fetched path is nowhere', { caches: [chainCache(without('libc'))] }),
  chain('a reference of a fetched path is local', { caches: [chainCache(without('libc'))], local: ['libc'] }),
  chain('only the source is cached', { caches: [chainCache(['src'])] }),
  chain('substitution is off', { caches: [chainCache(ALL)], settings: { substitute: 'false' } }),
  chain('substitution is off for a path', { want: ['app', `/${STRANGER}`], caches: [chainCache(ALL)], settings: { substitute: 'false' } }),
  chain('allowSubstitutes is off', { want: ['local'], caches: [chainCache(ALL)] }),
  chain('allowSubstitutes is overruled', { want: ['local'], caches: [chainCache(ALL)], settings: { 'always-allow-substitutes': 'true' } }),
  chain('a path that nobody has', { want: [`/${STRANGER}`], caches: [chainCache(ALL)] }),
  chain('a derivation that is not there', { want: ['app', '/00bgd045z0d4icpbc2yyz4gx48ak44la-stranger.drv'], caches: [chainCache(ALL)] }),
  chain('several are wanted', { want: ['zlib', 'local', 'gcc'], caches: [chainCache(['gcc', 'libc'])] }),
  chain('all outputs are wanted', { want: ['zlib!'], caches: [chainCache(ALL)] }),
  chain('all outputs are wanted and one is evicted', { want: ['zlib!'], caches: [chainCache(without('zlib.dev'))] }),
  chain('the same outputs fetched and built', { want: ['zlib', 'zlib!dev'], caches: [chainCache(without('zlib.dev'))] }),
  chain('an output that does not exist is wanted', { want: ['libc!nonsense'], caches: [chainCache(ALL)] }),
  chain('two caches share the closure', { caches: [chainCache(['app', 'libc']), chainCache(['zlib'])] }),
  chain('the cache with the lower priority number wins', {
    caches: [chainCache(ALL, { info: 'Priority: 60\n' }), { has: [{ output: 'app', fileSize: 7, narSize: 4096, references: [] }], info: 'Priority: 30\n' }],
  }),
  chain('equal priorities keep their order', {
    caches: [{ has: [{ output: 'app', fileSize: 7, narSize: 4096, references: [] }] }, chainCache(ALL, { info: 'Priority: 50\n' })],
  }),
  chain('a cache without a priority comes before one with', {
    caches: [{ has: [{ output: 'app', fileSize: 7, narSize: 4096, references: [] }], info: 'Priority: 1\n' }, chainCache(ALL)],
  }),
  chain('a negative priority comes first', {
    caches: [chainCache(ALL), { has: [{ output: 'app', fileSize: 7, narSize: 4096, references: [] }], info: 'Priority: -1\n' }],
  }),
  chain('the priority in the URL overrules', {
    caches: [chainCache(ALL, { info: 'Priority: 10\n' }), { has: [{ output: 'app', fileSize: 7, narSize: 4096, references: [] }], query: '?priority=5' }],
  }),
  chain('a cache for another store directory is dropped', { caches: [chainCache(ALL, { storeDir: '/gnu/store' })] }),
  chain('the name behind the hash part differs', {
    caches: [chainCache(ALL, { edit: { app: text => text.replace('-cachetest-app\n', '-cachetest-ape\n') } })],
  }),
  chain('a narinfo is corrupt', { caches: [chainCache(ALL, { edit: { app: text => text.replace(/NarSize.*\n/, '') } })] }),
  chain('a narinfo is corrupt and fallback is on', {
    caches: [chainCache(ALL, { edit: { app: text => text.replace(/NarSize.*\n/, '') } })],
    settings: { fallback: 'true' },
  }),
  chain('a narinfo is corrupt and the next cache has it', {
    caches: [chainCache(ALL, { edit: { app: text => text.replace(/NarSize.*\n/, '') } }), chainCache(ALL)],
  }),
  chain('a narinfo is corrupt and the next cache misses', {
    caches: [chainCache(ALL, { edit: { app: text => text.replace(/NarSize.*\n/, '') } }), chainCache(without('app'))],
  }),
  chain('the narinfo of a reference is corrupt', { caches: [chainCache(ALL, { edit: { libc: text => text.replace('URL', 'ULR') } })] }),
  chain('the narinfo of a reference is corrupt and fallback is on', {
    caches: [chainCache(ALL, { edit: { libc: text => text.replace('URL', 'ULR') } })],
    settings: { fallback: 'true' },
  }),
  chain('the file size is not given', { caches: [chainCache(ALL, { edit: { app: text => text.replace(/FileSize.*\n/, '') } })] }),
  single('no output is wanted twice', { want: ['a!out,dev', 'a!dev,out', 'a'] }),
  single('one of three outputs is fetched', { caches: [{ has: [{ output: 'a.dev', fileSize: 1, narSize: 2, references: ['a'] }] }], want: ['a!dev'] }),
  single('two of three outputs are fetched', {
    caches: [{ has: ['a', 'a.dev'].map(output => ({ output, fileSize: 99, narSize: 999, references: ['a.dev', 'a'] })) }],
    want: ['a!out,dev'],
  }),
  single('one of three outputs is not cached', {
    caches: [{ has: ['a', 'a.dev'].map(output => ({ output, fileSize: 99, narSize: 999, references: ['a.dev', 'a'] })) }],
    want: ['a!'],
  }),
  ...[[0, 1], [1024, 1025], [1047552, 1048577], [52428800, 157286400], [2 ** 40, 2 ** 41 + 2 ** 39]].map(([file, nar]) =>
    single(`sizes ${file} and ${nar}`, { caches: [sized(file, nar)] }),
  ),
  ...['""', '"1"', '"true"', 'true', '0', '1', 'null'].map(value => ({
    name: `allowSubstitutes = ${value}`,
    nix: `a = d { name = "cachetest-a"; allowSubstitutes = ${value}; };`,
    want: ['a'],
    caches: [sized(1, 2)],
  })),
  ...['true', 'false'].map(value => ({
    name: `allowSubstitutes = ${value} among structured attributes`,
    nix: `a = d { name = "cachetest-a"; __structuredAttrs = true; allowSubstitutes = ${value}; };`,
    want: ['a'],
    caches: [sized(1, 2)],
  })),
  {
    name: 'preferLocalBuild does not matter',
    nix: 'a = d { name = "cachetest-a"; preferLocalBuild = true; };',
    want: ['a'],
    caches: [sized(1, 2)],
  },
  {
    name: 'another system does not matter',
    nix: 'a = d { name = "cachetest-a"; system = "riscv64-linux"; requiredSystemFeatures = [ "kvm" ]; }; b = d { name = "cachetest-b"; inherit a; };',
    want: ['b'],
    caches: [sized(1, 2)],
  },
  {
    name: 'two ways to fetch one file',
    nix: 'one = fixed "cachetest-f" "x" { url = "one"; }; two = fixed "cachetest-f" "x" { url = "two"; }; a = d { name = "cachetest-a"; inherit one two; };',
    want: ['a'],
  },
  {
    name: 'a floating output is built',
    nix: 'a = d { name = "cachetest-a"; __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; }; b = d { name = "cachetest-b"; inherit a; };',
    want: ['b'],
    caches: [{ has: [] }],
  },
  {
    name: 'an impure output is built',
    nix: 'a = d { name = "cachetest-a"; __impure = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; }; b = d { name = "cachetest-b"; __impure = true; inherit a; };',
    want: ['b'],
    caches: [{ has: [] }],
  },
  {
    name: 'an output of an output is left out',
    nix: 'a = d { name = "cachetest-a.drv"; __contentAddressed = true; outputHashMode = "text"; outputHashAlgo = "sha256"; }; b = d { name = "cachetest-b"; of = builtins.outputOf a.outPath "out"; };',
    want: ['b'],
    caches: [{ has: [] }],
  },
]

const built = [
  { name: 'all are copied', copy: [['app']] },
  { name: 'a library is copied', copy: [['zlib']] },
  { name: 'outputs are copied one by one', copy: [['zlib.dev'], ['gcc', 'src']] },
  { name: 'local and copied paths', copy: [['gcc', 'zlib', 'zlib.dev']], local: ['libc', 'src'] },
  { name: 'all are copied, one is local', copy: [['app', 'zlib.dev', 'gcc']], local: ['libc'], want: ['app', 'zlib!'] },
].map(world => ({ want: ['app'], ...world, name: `built: ${world.name}`, nix: CHAIN, build: ALL }))

/** A generator of numbers in [0, 1) that gives the same row for the same seed (mulberry32). */
function seeded(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function randomWorld(seed) {
  const random = seeded(seed)
  const below = count => Math.floor(random() * count)
  const chance = share => random() < share
  const nodes = []
  const outputs = []
  for (let index = 0, count = 2 + below(14); index < count; index++) {
    const inputs = outputs.filter(() => chance(3 / (outputs.length + 1)))
    const name = `cachetest-r${below(5)}`
    const isFixed = chance(0.15)
    const names = isFixed ? ['out'] : chance(0.6) ? ['out'] : chance(0.5) ? ['out', 'dev'] : ['lib', 'out', 'man']
    const allow = chance(0.12) ? ' allowSubstitutes = false;' : ''
    const list = `inputs = [ ${inputs.join(' ')} ]; index = ${index};`
    nodes.push(
      isFixed
        ? `n${index} = fixed "${name}" "${index}" { ${list}${allow} };`
        : `n${index} = d { name = "${name}"; outputs = [ ${names.map(it => `"${it}"`).join(' ')} ]; ${list}${allow} };`,
    )
    for (const output of names) outputs.push(`n${index}.${output}`)
  }
  const some = share => outputs.filter(() => chance(share))
  const caches = Array.from({ length: below(4) }, () => {
    const share = chance(0.3) ? 1 : random()
    const has = some(share).map(output => {
      const own = outputs.indexOf(output)
      const references = outputs.filter((_, index) => index < own && chance(1.5 / (own + 1)))
      if (chance(0.2)) references.push(output)
      if (chance(0.02)) references.push(`/${STRANGER}`)
      const narSize = 1 + Math.floor(1000 ** (1 + 2 * random()))
      return { output, fileSize: Math.floor(narSize * random()), narSize, references }
    })
    const info = chance(0.5) ? `Priority: ${10 * (1 + below(6))}\nWantMassQuery: 1\n` : ''
    return { has, info, storeDir: chance(0.05) ? '/other/store' : undefined }
  })
  const settings = {}
  if (chance(0.05)) settings.substitute = 'false'
  if (chance(0.15)) settings['always-allow-substitutes'] = 'true'
  const last = nodes.length - 1
  const want = [chance(0.5) ? `n${last}!` : `n${last}!out`]
  if (chance(0.4)) want.push(`n${below(nodes.length)}!`)
  if (chance(0.2)) want.push(`n${below(nodes.length)}`)
  return { name: `random ${seed}`, nix: nodes.join('\n  '), want, local: some(chance(0.5) ? 0 : 0.2), caches, settings }
}

const folder = await workFolder('cachetest')

/** Splits "zlib.dev" into attribute and output. */
function split(reference) {
  const [attribute, name = 'out'] = reference.split('.')
  return { attribute, name }
}

async function record(world, index) {
  const place = join(folder, `world-${index}`)
  await mkdir(place, { recursive: true })
  const file = join(place, 'default.nix')
  const names = [...new Set([...world.nix.matchAll(/^\s*(\w+) = (?:d|fixed) |; (\w+) = (?:d|fixed) /gm)].map(it => it[1] ?? it[2]))]
  await writeFile(file, `${PRELUDE}  ${world.nix}\nin { inherit ${names.join(' ')}; }\n`)
  const store = join(place, 'store')
  const here = ['--store', store]
  const attributes = names.flatMap(name => ['-A', name])
  const lines = (await output('nix-instantiate', [...here, file, ...attributes])).trim().split('\n')
  const drvs = Object.fromEntries(names.map((name, at) => [name, lines[at].split('!')[0]]))
  const derivations = {}
  for (const base of (await readdir(join(store, 'nix/store'))).sort()) {
    if (base.endsWith('.drv')) derivations[`/nix/store/${base}`] = await readFile(join(store, 'nix/store', base), 'utf8')
  }
  // Paths of outputs as the text of the derivation has them: ("out","/nix/store/…","",""); none for floating outputs.
  const pathOf = reference => {
    if (reference.startsWith('/')) return `/nix/store${reference}`
    const { attribute, name } = split(reference)
    return derivations[drvs[attribute]].match(new RegExp(`\\("${name}","([^"]*)"`))[1]
  }

  const caches = []
  if (world.build) {
    await output('nix-build', [file, ...world.build.flatMap(name => ['-A', name]), '--no-out-link'])
    for (const [at, names] of world.copy.entries()) {
      const path = join(place, `cache-${at}`)
      await output('nix', ['copy', '--to', `file://${path}?compression=${at % 2 ? 'xz' : 'none'}`, ...names.map(pathOf)])
      caches.push({ path, url: `file://${path}` })
    }
  }
  for (const [at, cache] of (world.caches ?? []).entries()) {
    const path = join(place, `cache-${at}`)
    await mkdir(path)
    await writeFile(join(path, 'nix-cache-info'), `StoreDir: ${cache.storeDir ?? '/nix/store'}\n${cache.info ?? ''}`)
    for (const { output, fileSize, narSize, references } of cache.has) {
      const storePath = pathOf(output)
      const base = storePath.slice('/nix/store/'.length)
      const bases = references.map(reference => pathOf(reference).slice('/nix/store/'.length)).sort()
      const text = `StorePath: ${storePath}\nURL: nar/${base.slice(0, 32)}.nar\nCompression: none\nFileSize: ${fileSize}\nNarHash: ${NAR_HASH}\nNarSize: ${narSize}\nReferences: ${bases.join(' ')}\n`
      await writeFile(join(path, `${base.slice(0, 32)}.narinfo`), cache.edit?.[output]?.(text) ?? text)
    }
    caches.push({ path, url: `file://${path}${cache.query ?? ''}` })
  }

  const local = (world.local ?? []).map(pathOf).sort()
  if (local.length > 0) {
    const registration = join(place, 'registration')
    const hash = NAR_HASH.slice('sha256:'.length)
    await writeFile(registration, local.map(path => `${path}\n${hash}\n1\n\n0\n`).join(''))
    await output('sh', ['-c', `nix-store --store ${store} --load-db < ${registration}`])
  }

  const options = Object.entries({
    substituters: caches.map(({ url }) => url).join(' '),
    'require-sigs': 'false',
    'narinfo-cache-positive-ttl': '0',
    'narinfo-cache-negative-ttl': '0',
    ...world.settings,
  }).flatMap(([name, value]) => ['--option', name, value])
  const plain = world.want.every(want => names.includes(want))
  const [tool, args] = plain
    ? ['nix-build', [file, '--no-out-link', ...world.want.flatMap(want => ['-A', want])]]
    : ['nix-store', ['--realise', ...world.want.map(want => wantedPath(want, drvs))]]
  const { status, stderr } = await run(tool, [...args, ...here, '--dry-run', ...options])

  // Warnings and failures that did not matter are logged in between; the places of caches are no part of the case.
  const text = stderr.replaceAll(place, '')
  const said = text.split('\n').filter(line => /^( {2}|this |these |don't know)/.test(line))
  const error = status === 0 ? undefined : text.match(/^error: (.*)$/m)[1]
  return {
    name: world.name,
    derivations,
    wanted: world.want.map(want => wantedPath(want, drvs, '!out')),
    local,
    caches: await Promise.all(caches.map(cache => describe(cache, place))),
    settings: world.settings ?? {},
    ...(error === undefined ? { text: said.map(line => `${line}\n`).join('') } : { error }),
  }
}

/** Translates a wish into what nix-store takes; `plain` stands behind attributes without outputs. */
function wantedPath(want, drvs, plain = '!out') {
  if (want.startsWith('/')) return `/nix/store${want}`
  const [attribute, outputs] = want.split('!')
  return drvs[attribute] + (outputs === undefined ? plain : outputs && `!${outputs}`)
}

async function describe({ path, url }, place) {
  const files = {}
  for (const name of (await readdir(path)).sort()) {
    if (name.endsWith('.narinfo')) files[name] = await readFile(join(path, name), 'utf8')
  }
  return { url: url.replace(place, ''), info: await readFile(join(path, 'nix-cache-info'), 'utf8'), files }
}

const nix = await version()
await mkdir(target, { recursive: true })
const groups = { handwritten, built, random: Array.from({ length: 80 }, (_, seed) => randomWorld(seed + 1)) }
let index = 0
for (const [name, worlds] of Object.entries(groups)) {
  const first = index
  index += worlds.length
  // Building the same derivations at the same time would only wait for locks.
  const cases = name === 'built' ? [] : await inParallel(worlds, (world, at) => record(world, first + at))
  if (name === 'built') for (const [at, world] of worlds.entries()) cases.push(await record(world, first + at))
  await writeFile(join(target, `${name}.json`), `${JSON.stringify({ nix, cases }, null, 1)}\n`)
  console.log(`${name}: ${cases.length} cases`)
}
await rm(folder, { recursive: true, force: true })
