// Compares what Nix does with random worlds of derivations and real caches, in folders and behind HTTP, with faults and signatures, and what random small scripts leave behind, with what we say.
// The reference builds, copies, makes a dry run and then fetches and builds.
//
//   node tests/differential/cache.mjs --cases N --seed S        (see ../record/oracle.mjs for the environment)

import { spawnSync } from 'node:child_process'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { exported } from '../record/exported.mjs'
import { version, workFolder } from '../record/oracle.mjs'
import { recordWorlds } from '../record/realised-world.mjs'
import { buildToys } from '../record/toy-builds.mjs'
import { Random } from './random.mjs'

/** A world is built and copied once and then asked about this often, each time with other damages and settings. */
const QUESTIONS_PER_WORLD = 5

/** How often a question is asked again. */
const ROUNDS = 6

/** Two scripts, each built in two ways, for five cases. */
const SCRIPTS_PER_CASE = 0.4

const { values } = parseArgs({ options: { cases: { type: 'string', default: '500' }, seed: { type: 'string', default: '1' } } })
const [cases, seed] = [Number(values.cases), Number(values.seed)]
if (!Number.isSafeInteger(cases) || cases < 1) throw new Error(`--cases is ${values.cases}, not a count`)
if (!Number.isSafeInteger(seed)) throw new Error(`--seed is ${values.seed}, not a number`)

const replaced = (from, to) => text => text.replace(from, to)
const signature = to => replaced(/^Sig: (.*)$/m, to)
const DAMAGES = [
  ['edit', signature('Sig: nonsense')],
  ['edit', signature('Sig: other-1:AAAA\n$&')],
  ['edit', signature('$&\n$&')],
  ['edit', replaced(/^Deriver: .*\n/m, '')],
  ['edit', replaced(/^References: .*$/m, 'References: ')],
  ['edit', text => text.slice(0, 90)],
  ['edit', () => undefined],
  ['edit', replaced(/^Sig: .*\n/m, '')],
  ['edit', replaced(/^NarHash: sha256:./m, 'NarHash: sha256:1')],
  ['edit', replaced(/^NarSize: .*$/m, 'NarSize: 4096')],
  ['edit', replaced(/^FileSize: .*\n/m, '')],
  ['edit', replaced(/^NarSize: .*\n/m, '')],
  ['archive', () => undefined],
]

/** HTTP statuses with which caches answer instead. */
const STATUSES = [401, 403, 404, 410, 418, 429, 500, 503]

/**
 * Those that say that one file is missing. The others disable the cache, and what it is asked at the same moment gets an answer or not:
 * `cargo xtask record http` has questions for which that does not matter.
 */
const MISSES = [401, 403, 404, 410]

/** Writes the text of a derivation. */
const TEXT = '__contentAddressed = true; outputHashMode = "text"; outputHashAlgo = "sha256";'

/** Random sources, which no pattern of a world's outputs matches, for those are deleted: texts, which may refer to others, and folders. */
function someSources(random, index) {
  const count = random.chance(0.5) ? 0 : 1 + random.below(3)
  return Array.from({ length: count }, (_, at) => {
    const name = `df${index}source${at}`
    if (random.chance(0.3)) return `s${at} = builtins.path { path = ${folder}/sources; name = "${name}"; };`
    const about = at > 0 && random.chance(0.5) ? `\${s${random.below(at)}}` : 'nothing'
    return `s${at} = builtins.toFile "${name}" "a text about ${about}\n";`
  })
}

/** A builder that reads a source and writes what it says and what is kept. */
const reading = source =>
  `args = [ "-c" ''f=\${${source}}; [ -f $f ] || f=$f/d/file; IFS= read -r line < $f; for o in $outputs; do eval p=\\$$o; echo $line $keep > $p; done'' ];`

/** A random world with random questions: see recordWorlds. */
function world(random, index, count) {
  const nodes = []
  const outputs = []
  const sources = someSources(random, index)
  /** Outputs of outputs. */
  const dynamic = []
  for (let at = 0, size = 2 + random.below(7); at < size; at++) {
    // Two copies of one text would be one path, which can be damaged once only.
    const of = random.below(Math.max(1, at))
    if (at > 0 && random.chance(0.15) && !nodes.some(node => node.includes(`"n${of}.drv"`))) {
      const copying = `args = [ "-c" "IFS= read -r text < \${builtins.unsafeDiscardOutputDependency n${of}.drvPath}; printf %s \\"$text\\" > $out" ];`
      nodes.push(`n${at} = d { name = "n${of}.drv"; ${TEXT} ${copying} };`)
      outputs.push(`n${at}`)
      dynamic.push(`(builtins.outputOf n${at}.outPath "out")`)
      continue
    }
    const kind = random.chance(0.15) ? 'fixed' : random.chance(0.2) ? 'ca' : 'd'
    const names = kind !== 'd' || random.chance(0.6) ? ['out'] : ['out', 'dev']
    const inputs = kind === 'fixed' && random.chance(0.7) ? [] : outputs.filter(() => random.chance(2 / (outputs.length + 1)))
    const [kept, used] = [kind === 'fixed' ? [] : inputs.filter(() => random.chance(0.6)), inputs]
    if (kind !== 'fixed') kept.push(...[...sources.map((_, at) => `s${at}`), ...dynamic].filter(() => random.chance(0.2)))
    const flags = [
      kind !== 'fixed' && sources.length > 0 && random.chance(0.4) && reading(`s${random.below(sources.length)}`),
      random.chance(0.1) && `allowSubstitutes = ${random.pick(['false', 'false', 'null', '"true"', 'true'])};`,
      random.chance(0.1) && 'preferLocalBuild = true;',
      random.chance(0.03) && 'requiredSystemFeatures = [ "drvlab-test" ];',
      random.chance(0.03) && 'system = "aarch64-linux";',
      random.chance(0.03) && kind !== 'fixed' && 'args = [ "-c" "exit 3" ];',
      names.length > 1 && 'outputs = [ "out" "dev" ];',
    ].filter(Boolean)
    // An attribute is there once.
    if (flags.some(flag => flag.includes('exit 3')) && flags[0].includes('read -r')) flags.shift()
    const fields = `keep = [ ${kept.join(' ')} ]; used = [ ${used.join(' ')} ]; ${flags.join(' ')}`
    nodes.push(
      kind === 'fixed' ? `n${at} = fixed "n${at}" "${index}-${at}" { ${fields} };` : `n${at} = ${kind} { name = "n${at}"; ${fields} };`,
    )
    outputs.push(...names.map(name => `n${at}${name === 'out' ? '' : `.${name}`}`))
  }
  const attributes = nodes.map((_, at) => `n${at}`)
  // What cannot be built by the builder, or by nobody, is in no cache.
  const unbuildable = at => /exit 3|drvlab-test|aarch64/.test(nodes[at])
  const buildable = attributes.filter((_, at) => !closure(nodes, at).some(unbuildable))
  const caches = buildable.length === 0 ? [] : Array.from({ length: random.below(4) }, () => {
    const copy = buildable.filter(() => random.chance(0.6))
    return {
      copy: copy.length === 0 ? [buildable[0]] : copy,
      key: random.pick([undefined, 'good', 'stranger']),
      info: random.chance(0.5) ? `Priority: ${10 * (1 + random.below(6))}\n` : undefined,
    }
  })
  const questions = Array.from({ length: count }, (_, at) => ({
    name: `world ${index}, question ${at}`,
    ...question(random, { attributes, buildable, outputs, caches }),
  }))
  return { prefix: `df${index}`, nix: [...sources, ...nodes].join('\n  '), caches, questions }
}

/** The positions of a node and all that it needs. */
function closure(nodes, root) {
  const found = new Set([root])
  for (const at of found) for (const [, input] of nodes[at].matchAll(/(?<=[[ ])n(\d+)(?=[. ])/g)) if (Number(input) < at) found.add(Number(input))
  return [...found]
}

function question(random, { attributes, buildable, outputs, caches }) {
  const asked = random.shuffled(caches.map((cache, of) => ({ of, copy: cache.copy }))).filter(() => random.chance(0.85))
  for (const cache of asked) {
    if (random.chance(0.05)) cache.query = '?trusted=true'
    if (random.chance(0.05)) cache.query = `?priority=${random.below(60)}`
    if (random.chance(0.1)) cache.realisations = text => text.length % 2 === 0
    // Only what is surely in the cache can be damaged.
    const [intact, damaged] = [[], []]
    for (const attribute of cache.copy) (random.chance(0.25) ? damaged : intact).push(attribute)
    if (random.chance(0.4)) cache.http = manner(random, intact)
    for (const attribute of damaged) {
      const [what, change] = random.pick(DAMAGES)
      cache[what] = { ...cache[what], [attribute]: change }
    }
    delete cache.copy
  }
  const settings = {}
  if (random.chance(0.05)) settings.substitute = 'false'
  if (random.chance(0.05)) settings['download-attempts'] = '2'
  if (random.chance(0.1)) settings['always-allow-substitutes'] = 'true'
  if (random.chance(0.5)) settings.fallback = 'true'
  if (random.chance(0.5)) settings['keep-going'] = 'true'
  if (random.chance(0.05)) settings['max-jobs'] = '0'
  if (random.chance(0.1)) settings['extra-platforms'] = 'aarch64-linux'
  if (random.chance(0.1)) settings['system-features'] = 'drvlab-test ca-derivations'
  return {
    want: [...new Set([random.chance(0.6) ? attributes.at(-1) : random.pick(attributes), ...outputs.filter(() => random.chance(0.15))])],
    before: random.chance(0.25) ? buildable.filter(() => random.chance(0.3)) : [],
    caches: asked,
    settings,
    trusted: random.chance(0.5) ? random.pick([['good'], ['good'], ['good', 'stranger'], []]) : undefined,
  }
}

/** How a cache answers that is behind HTTP. */
function manner(random, attributes) {
  const http = {}
  if (random.chance(0.05)) http.offline = true
  if (random.chance(0.05)) http.info = random.pick(STATUSES)
  if (random.chance(0.05)) http.realisations = random.pick(STATUSES)
  if (random.chance(0.05)) http.failures = 1
  for (const what of ['narinfo', 'nar']) {
    const some = attributes.filter(() => random.chance(0.1))
    http[what] = Object.fromEntries(some.map(attribute => [attribute, random.pick(MISSES)]))
  }
  return http
}

const WORDS = ['a', "'b c'", '"$words"', '$words', '$lib', '"$x"', '${x:-none}', '${lib##*/}', '$(echo sub $x)', '"q\\"q"', '*', '\\$y', '"$(cat f)"']

/** A random script that works with files below $out and in the build folder. What it makes can be written to, so that it does not matter who builds. */
function script(random) {
  const word = () => random.pick(WORDS)
  const words = () => Array.from({ length: 1 + random.below(3) }, word).join(' ')
  const place = () => random.pick(['$out/a', '$out/d/b', '"$out/e f"', 'f', 'g', '$out/d/c'])
  const simple = () =>
    random.pick([
      () => `echo ${words()}`,
      () => `echo ${words()} > ${place()}`,
      () => `echo -n ${words()} >> ${place()}`,
      () => `printf '%s:%s\\n' ${words()} > ${place()}`,
      () => `x=${word()}`,
      () => `cat ${place()} > g || true`,
      () => `cat ${random.pick(['$lib/share/text', '$lib/bin/tool', 'f'])} > ${place()}`,
      () => `cp -r $lib ${(at => `$out/lib${at}; chmod -R u+w $out/lib${at}`)(random.below(3))} || true`,
      () => `mkdir -p $out/d/${random.below(3)}`,
      // Not into a folder that a link leads to: outside of a sandbox the reference would write into its input.
      () => (link => `[ -e ${link} ] || ln -s ${word()} ${link} || true`)(`$out/link${random.below(3)}`),
      () => `chmod ${random.pick(['+x', '644', '755', '-x'])} f`,
      () => `rm -rf ${place()}`,
      () => `[ -e ${place()} ] && echo there >> f`,
      () => `test ${word()} = ${random.pick(['a', '"b c"'])}`,
      () => `cat >> f <<EOF\nhere $x \\$x\nEOF`,
      () => `(cd $out; echo * > "$NIX_BUILD_TOP/g")`,
      () => `touch ${place()}`,
      () => `mv f g || touch f`,
    ])()
  const statement = depth => {
    const kind = depth > 0 ? random.below(8) : 7
    if (kind === 0) return `if ${simple()}; then\n${block(depth - 1)}\nelse\n${block(depth - 1)}\nfi`
    if (kind === 1) return `for w in ${words()}; do\necho "<$w>" >> f\n${block(depth - 1)}\ndone`
    if (kind === 2) return `( ${simple()} ) || true`
    if (kind === 3) return `! ${simple()}`
    return simple()
  }
  const block = depth => Array.from({ length: 1 + random.below(3) }, () => statement(depth)).join('\n')
  const start = `${random.chance(0.7) ? 'set +e\n' : ''}mkdir -p $out/d\necho start > f\n`
  return `${start}${Array.from({ length: 2 + random.below(6) }, () => statement(2)).join('\n')}`
}

function compare(...words) {
  const args = ['run', '--quiet', '--package', 'drvlab-cache', '--example', 'differential', '--', ...words]
  const { status } = spawnSync('cargo', args, { stdio: 'inherit', cwd: fileURLToPath(new URL('../..', import.meta.url)) })
  return status === 0
}

const folder = await workFolder('differential-cache')
await mkdir(join(folder, 'sources/d'), { recursive: true })
await writeFile(join(folder, 'sources/d/file'), 'in a folder\n')
await symlink('d/file', join(folder, 'sources/link'))
const storeDir = join(folder, 'store')
const nix = await version()
const random = new Random(seed)
const worlds = Array.from({ length: Math.ceil(cases / QUESTIONS_PER_WORLD) }, (_, index) =>
  world(random, index, Math.min(QUESTIONS_PER_WORLD, cases - index * QUESTIONS_PER_WORLD)),
)
const recorded = await recordWorlds(worlds, 'df', join(folder, 'worlds'), storeDir)
const write = (name, cases) => writeFile(join(folder, name), JSON.stringify({ nix, storeDir, cases }))
await write('realised.json', recorded.cases)
const scripts = Array.from({ length: Math.ceil(cases * SCRIPTS_PER_CASE) }, (_, index) => ({ name: `script ${index}`, script: script(random) }))
const toys = await buildToys(scripts, { state: join(folder, 'state'), storeDir }, join(folder, 'default.nix'))
await write('toy.json', toys)

/** Lets us write a cache and the reference read it: every store object in it, with its signature. */
async function readBack() {
  try {
    const { paths } = await exported(join(folder, 'toy.json'), folder, storeDir)
    console.log(`the reference fetched all ${Object.keys(paths).length} store objects of our cache`)
    return true
  } catch (error) {
    console.log(error.message)
    return false
  }
}

/**
 * Compares the worlds. The reference works in parallel, and where a path is fetched for one reason and built for another it depends on time
 * which comes first: what differs is asked again some times, and we must do what it did once.
 */
async function sameWorlds() {
  const names = join(folder, 'different.json')
  let same = compare('realised', join(folder, 'realised.json'), names)
  for (let round = 0; round < ROUNDS && !same; round++) {
    const asked = []
    for (const name of JSON.parse(await readFile(names, 'utf8'))) asked.push(await recorded.again(name))
    console.log(`asked again: ${asked.length}`)
    await write('again.json', asked.filter(Boolean))
    same = compare('realised', join(folder, 'again.json'), names)
  }
  return same
}

const same = [await readBack(), await sameWorlds(), compare('toy', join(folder, 'toy.json'))]
if (same.every(Boolean)) await rm(folder, { recursive: true, force: true })
else {
  console.log(`the cases are in ${folder}`)
  process.exitCode = 1
}
