// Compares what random programs evaluate to, print and complain about, here and in the reference: standard output, standard
// error with its whole text, and whether it is a success. Prints the smallest programs that differ, then fails.
//
//   node tests/differential/lang.mjs --cases N --seed S [--first N]     (see ../record/oracle.mjs for the environment, and DRVLAB)
//
// `--first` leaves out the cases before it. DRVLAB_DIFFERENCES names a file that gets every difference as a line of JSON.

import { appendFile, cp } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { workFolder } from '../record/oracle.mjs'
import { REPLACED, explained } from './program/explained.mjs'
import { program, printProgram, smallerPrograms } from './program/program.mjs'
import { Random } from './random.mjs'
import { shrink } from './shrink.mjs'
import { Zygote, compileZygote } from './zygote.mjs'

/** Programs that are made and answered here before the reference is asked. */
const CHUNK = 200

/** Programs that the reference gets at once: so many that succeed here, or fewer and one that fails. */
const AT_ONCE = 30

/** Differences of one kind that are made small and shown. */
const SHOWN = 40

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' }, first: { type: 'string', default: '0' } },
})
const [cases, seed, first] = [values.cases, values.seed, values.first].map(Number)
for (const number of [cases, seed, first]) if (!Number.isSafeInteger(number)) throw new Error('--cases, --seed and --first take numbers')
if (!env.DRVLAB) throw new Error('DRVLAB is not set: run this through `cargo xtask differential`')

/** How programs are asked for: the flags for both evaluators, and how often. */
const MODES = {
  strict: { weight: 35, flags: ['--strict'] },
  trace: { weight: 25, flags: ['--strict', '--show-trace'] },
  lazy: { weight: 15, flags: [] },
  json: { weight: 10, flags: ['--strict', '--json'] },
  xml: { weight: 8, flags: ['--strict', '--xml'] },
  lazyJson: { weight: 2, flags: ['--json'] },
  lazyXml: { weight: 2, flags: ['--xml'] },
  raw: { weight: 2, flags: ['--raw'] },
  parse: { weight: 5 },
}

const outside = await workFolder('differential-lang')
/** Where programs run. There is nothing else in the folder around it, for they copy that, too. */
const folder = join(outside, 'around', 'programs')
await cp(fileURLToPath(new URL('../lang/tree', import.meta.url)), join(folder, 'tree'), { recursive: true, verbatimSymlinks: true })
const library = await compileZygote(outside)
const prefix = (env.DRVLAB_ORACLE ?? '').split(' ').filter(Boolean)
const surroundings = { cwd: folder, environment: { HOME: join(outside, 'around', 'home', 'case'), XDG_CACHE_HOME: join(outside, 'cache'), NIX_PATH: `tree=${folder}/tree` } }
/** A store that is empty for each run, as ours is, so that no answer depends on what was asked before. */
const store = process.getuid() === 0 ? { kept: '/nix', prepare: "nix-instantiate --eval --read-write-mode --expr null > /dev/null" } : {}
if (!store.kept) console.error('without the rights of root answers depend on what is in the store of the reference')
/** What the reference has to have turned on; builtins of the others are missing here as there. */
const FEATURES = 'pipe-operators ca-derivations impure-derivations dynamic-derivations blake3-hashes git-hashing'

/**
 * How many bytes a directory has is up to the file system; a character that a name may not have is told as one byte, which need not be text;
 * the time goes on while programs run, and is asked for here only by who reads it.
 */
const normal = text =>
  text
    .replaceAll("\nTry 'nix-instantiate --help' for more information.", '')
    .replaceAll("\nTry 'drvlab --help' for more information.", '')
    .replaceAll(/\bcurrentTime = [^;]+/g, 'currentTime = TIME')
    .replaceAll(/read of \d+ bytes: Is a directory/g, 'read of N bytes: Is a directory')
    .replaceAll(/contains illegal character '[\x80-\xff]+'/g, "contains illegal character 'BYTE'")

/** Both evaluators, for one request at a time. */
class Pair {
  constructor() {
    this.ours = new Zygote(library, [], env.DRVLAB, surroundings)
    this.theirs = new Zygote(library, prefix, 'nix-instantiate', { ...surroundings, ...store })
  }

  async askOurs(mode, texts) {
    const command = mode === 'parse' ? ['parse', '-E'] : ['eval', ...MODES[mode].flags, '-E']
    return answer(await this.ours.run([...command, ...texts]))
  }

  async askTheirs(mode, texts) {
    const command = mode === 'parse' ? ['--parse', '-E'] : ['--eval', ...MODES[mode].flags, '-E']
    return answer(await this.theirs.run(['--extra-experimental-features', FEATURES, '--read-write-mode', ...command, ...texts]))
  }

  end() {
    this.ours.end()
    this.theirs.end()
  }
}

const answer = ({ status, stdout, stderr }) => ({ status, stdout: normal(stdout), stderr: normal(stderr) })

const same = (ours, theirs) => ours.stdout === theirs.stdout && ours.stderr === theirs.stderr && (ours.status === 0) === (theirs.status === 0)

const totals = { failures: 0, explained: {}, modes: {} }
const differences = []

/** Answers programs of one mode here, then hands them to the reference in sequences that end with the first failure. */
async function compare(pair, mode, items) {
  let sequence = []
  for (const item of items) {
    item.ours = await pair.askOurs(mode, [item.text])
    sequence.push(item)
    if (item.ours.status !== 0) totals.failures += 1
    if (item.ours.status !== 0 || sequence.length === AT_ONCE) {
      await compareSequence(pair, mode, sequence)
      sequence = []
    }
  }
  if (sequence.length > 0) await compareSequence(pair, mode, sequence)
}

async function compareSequence(pair, mode, items) {
  const joined = items.reduce(
    (all, { ours }) => ({ status: ours.status, stdout: all.stdout + ours.stdout, stderr: all.stderr + ours.stderr }),
    { status: 0, stdout: '', stderr: '' },
  )
  if (same(joined, await pair.askTheirs(mode, items.map(({ text }) => text)))) return
  for (const item of items) {
    const theirs = await pair.askTheirs(mode, [item.text])
    if (same(item.ours, theirs)) continue
    const reason = explained(item.ours, theirs, item.text) ?? (await explainedByPart(pair, mode, item.text))
    if (reason) totals.explained[reason] = (totals.explained[reason] ?? 0) + 1
    else {
      differences.push({ ...item, mode, theirs })
      if (env.DRVLAB_DIFFERENCES) await appendFile(env.DRVLAB_DIFFERENCES, `${JSON.stringify({ ...item, tree: undefined, mode, theirs })}\n`)
    }
  }
}

/** Why a difference is none that is gone, or explained, where something else stands in the program; or nothing. */
async function explainedByPart(pair, mode, text) {
  for (const [reason, part, other] of REPLACED) {
    const without = text.replace(part, other)
    if (without === text) continue
    const [ours, theirs] = [await pair.askOurs(mode, [without]), await pair.askTheirs(mode, [without])]
    if (same(ours, theirs) || explained(ours, theirs, without)) return reason
  }
  return undefined
}

/** What kind of difference it is, so that each kind is shown once: how both end, without names and numbers. */
function kind({ ours, theirs }) {
  const bare = ({ status, stderr }) => {
    const errors = stderr.split('\n').filter(line => /error: ./.test(line))
    const last = (errors.at(-1) ?? stderr.split('\n')[0]).replace(/error: +/, '')
    return `${status === 0} ${last.replace(/['"«/][^ ]*|\d+/g, '').slice(0, 60)}`
  }
  return `${bare(ours)} | ${bare(theirs)}${ours.stdout !== theirs.stdout ? ' | output' : ''}`
}

let next = first
const end = first + cases
const started = Date.now()
async function work() {
  const pair = new Pair()
  while (next < end) {
    const from = next
    next = Math.min(end, from + CHUNK)
    const groups = {}
    for (let index = from; index < next; index++) {
      const random = new Random(seed, index)
      const mode = random.weighted(Object.entries(MODES).map(([name, { weight }]) => [weight, name]))
      const made = program(random)
      ;(groups[mode] ??= []).push({ index, tree: made, text: printProgram(made) })
      totals.modes[mode] = (totals.modes[mode] ?? 0) + 1
    }
    for (const [mode, items] of Object.entries(groups)) await compare(pair, mode, items)
    if (process.stderr.isTTY || (from / CHUNK) % 25 === 0) {
      console.error(`${next - first} programs, ${differences.length} differences, ${Math.round((Date.now() - started) / 1000)} s`)
    }
  }
  pair.end()
}
await Promise.all(cpus().map(work))

const kinds = new Map()
for (const difference of differences.sort((one, other) => one.text.length - other.text.length)) {
  const name = kind(difference)
  kinds.set(name, [...(kinds.get(name) ?? []), difference])
}
const readable = bytes => Buffer.from(bytes, 'latin1').toString('utf8')
const pair = new Pair()
let shown = 0
for (const [name, found] of [...kinds].sort((one, other) => other[1].length - one[1].length)) {
  if (shown++ === SHOWN) break
  const { index, tree, mode } = found[0]
  const ask = async text => ({ ours: await pair.askOurs(mode, [text]), theirs: await pair.askTheirs(mode, [text]) })
  const failing = async trees => {
    const results = []
    for (const smaller of trees) {
      const text = printProgram(smaller)
      const both = await ask(text)
      results.push(!same(both.ours, both.theirs) && kind(both) === name && !explained(both.ours, both.theirs, text) && !(await explainedByPart(pair, mode, text)))
      if (results.at(-1)) break
    }
    return results
  }
  const text = printProgram(await shrink(tree, smallerPrograms, failing))
  const { ours, theirs } = await ask(text)
  const show = ({ stdout, stderr, status }) => readable(stdout + stderr).trimEnd().split('\n').slice(0, 60).map(line => `    ${line}`).join('\n') + (status > 1 ? `\n    (status ${status})` : '')
  console.log(`\n--- ${found.length} of this kind (${mode}, --first ${index} --cases 1 --seed ${seed})\n${readable(text)}\n  here:\n${show(ours)}\n  reference:\n${show(theirs)}`)
}
pair.end()
console.log(
  `\n${cases} programs with seed ${seed} from ${first} on (${Object.entries(totals.modes).map(([mode, count]) => `${count} ${mode}`).join(', ')}): `
  + `${totals.failures} of them fail, ${differences.length} differences of ${kinds.size} kinds, explained: ${JSON.stringify(totals.explained)}; ${Math.round((Date.now() - started) / 1000)} s`,
)
if (differences.length > 0) process.exitCode = 1
