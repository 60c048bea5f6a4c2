// Compares what Nix does with random worlds of derivations and real caches, and what random small scripts leave behind, with what we say.
// The reference builds, copies, makes a dry run and then fetches and builds.
//
//   node tests/differential/cache.mjs --cases N --seed S        (see ../record/oracle.mjs for the environment)

import { spawnSync } from 'node:child_process'
import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { inParallel, run, version, workFolder } from '../record/oracle.mjs'
import { recordWorld } from '../record/realised-world.mjs'
import { buildToys } from '../record/toy-builds.mjs'
import { Random } from './random.mjs'

/** Two scripts, each built in two ways, for five worlds. */
const SCRIPTS_PER_CASE = 0.4

const { values } = parseArgs({ options: { cases: { type: 'string', default: '500' }, seed: { type: 'string', default: '1' } } })
const [cases, seed] = [Number(values.cases), Number(values.seed)]
if (!Number.isSafeInteger(cases) || cases < 1) throw new Error(`--cases is ${values.cases}, not a count`)
if (!Number.isSafeInteger(seed)) throw new Error(`--seed is ${values.seed}, not a number`)

const replaced = (from, to) => text => text.replace(from, to)
const DAMAGES = [
  ['edit', () => undefined],
  ['edit', replaced(/^Sig: .*\n/m, '')],
  ['edit', replaced(/^NarHash: sha256:./m, 'NarHash: sha256:1')],
  ['edit', replaced(/^NarSize: .*$/m, 'NarSize: 4096')],
  ['edit', replaced(/^FileSize: .*\n/m, '')],
  ['edit', replaced(/^NarSize: .*\n/m, '')],
  ['archive', () => undefined],
]

/** A random world: see recordWorld. */
function world(random, index) {
  const nodes = []
  const outputs = []
  for (let at = 0, count = 2 + random.below(7); at < count; at++) {
    const kind = random.chance(0.15) ? 'fixed' : random.chance(0.2) ? 'ca' : 'd'
    const names = kind !== 'd' || random.chance(0.6) ? ['out'] : ['out', 'dev']
    const inputs = kind === 'fixed' ? [] : outputs.filter(() => random.chance(2 / (outputs.length + 1)))
    const [kept, used] = [inputs.filter(() => random.chance(0.6)), inputs]
    const flags = [
      random.chance(0.1) && 'allowSubstitutes = false;',
      random.chance(0.1) && 'preferLocalBuild = true;',
      names.length > 1 && 'outputs = [ "out" "dev" ];',
    ].filter(Boolean)
    const fields = `keep = [ ${kept.join(' ')} ]; used = [ ${used.join(' ')} ]; ${flags.join(' ')}`
    nodes.push(kind === 'fixed' ? `n${at} = fixed "n${at}" "${index}-${at}" { };` : `n${at} = ${kind} { name = "n${at}"; ${fields} };`)
    outputs.push(...names.map(name => `n${at}${name === 'out' ? '' : `.${name}`}`))
  }
  const attributes = nodes.map((_, at) => `n${at}`)
  const caches = Array.from({ length: random.below(3) }, () => {
    const cache = { copy: attributes.filter(() => random.chance(0.6)), key: random.pick([undefined, 'good', 'stranger']) }
    if (cache.copy.length === 0) cache.copy = [attributes[0]]
    if (random.chance(0.5)) cache.info = `Priority: ${10 * (1 + random.below(6))}\n`
    // Only what is surely in the cache can be damaged.
    for (const attribute of cache.copy.filter(() => random.chance(0.25))) {
      const [what, change] = random.pick(DAMAGES)
      cache[what] = { ...cache[what], [attribute]: change }
    }
    return cache
  })
  const settings = {}
  if (random.chance(0.05)) settings.substitute = 'false'
  if (random.chance(0.1)) settings['always-allow-substitutes'] = 'true'
  if (random.chance(0.5)) settings.fallback = 'true'
  const want = [attributes.at(-1), ...outputs.filter(() => random.chance(0.15))]
  return { name: `world ${index}`, nix: nodes.join('\n  '), want, caches, settings, trusted: random.chance(0.3) ? ['good'] : undefined }
}

const WORDS = ['a', "'b c'", '"$words"', '$words', '$lib', '"$x"', '${x:-none}', '${lib##*/}', '$(echo sub $x)', '"q\\"q"', '*', '\\$y', '"$(cat f)"']

/** A random script that works with files below $out and in the build folder. */
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
      () => `cp ${random.pick(['$lib/share/text', '$lib/bin/tool', 'f'])} ${place()}`,
      () => `cp -r $lib $out/lib${random.below(3)} || true`,
      () => `mkdir -p $out/d/${random.below(3)}`,
      () => `ln -s ${word()} $out/link${random.below(3)} || true`,
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
const nix = await version()
const random = new Random(seed)
const worlds = Array.from({ length: cases }, (_, index) => world(random, index))
// Worlds have names of their own in the store, so that they do not meet there.
const recorded = await inParallel(worlds, (world, index) => recordWorld(world, join(folder, `world-${index}`), `df${index}`))
await writeFile(join(folder, 'realised.json'), JSON.stringify({ nix, cases: recorded }))
const scripts = Array.from({ length: Math.ceil(cases * SCRIPTS_PER_CASE) }, (_, index) => ({ name: `script ${index}`, script: script(random) }))
const toys = await buildToys(scripts, join(folder, 'state'), join(folder, 'default.nix'))
await writeFile(join(folder, 'toy.json'), JSON.stringify({ nix, cases: toys }))

/** Lets us write a cache and the reference read it: every store object in it, with its signature. */
async function readBack() {
  const secret = join(folder, 'secret')
  await writeFile(secret, (await run('nix', ['key', 'generate-secret', '--key-name', 'export-1'])).stdout)
  const key = (await run('sh', ['-c', `nix key convert-secret-to-public < ${secret}`])).stdout.trim()
  const cache = join(folder, 'export')
  if (!compare('export', join(folder, 'toy.json'), cache, secret)) return false
  const paths = (await readdir(cache)).filter(name => name.endsWith('.narinfo'))
  const state = join(folder, 'export-state')
  const here = { NIX_STATE_DIR: state, NIX_LOG_DIR: join(state, 'log') }
  const names = (await Promise.all(paths.map(name => readFile(join(cache, name), 'utf8')))).map(text => text.match(/^StorePath: (.*)$/m)[1])
  const options = ['--option', 'substituters', `file://${cache}`, '--option', 'require-sigs', 'true', '--option', 'trusted-public-keys', key]
  const { status, stderr } = await run('nix-store', ['--realise', ...names, ...options], here)
  const info = await run('nix', ['path-info', '--store', `file://${cache}`, '--json', ...names])
  const good = status === 0 && info.status === 0
  console.log(good ? `the reference fetched all ${names.length} store objects of our cache` : stderr + info.stderr)
  await run('nix-store', ['--gc'], here)
  return good
}

const same = [await readBack(), compare('realised', join(folder, 'realised.json')), compare('toy', join(folder, 'toy.json'))]
if (same.every(Boolean)) await rm(folder, { recursive: true, force: true })
else {
  console.log(`the cases are in ${folder}`)
  process.exitCode = 1
}
