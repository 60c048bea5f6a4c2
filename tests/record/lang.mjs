// Records the expected parts of tests/lang/*.cases from the reference Nix (format: tests/lang/README.md).
//
//   node tests/record/lang.mjs [FILE.cases …]        (see oracle.mjs for the environment)
//
// A new case may be written without expected parts: it gets `value` or `error`, whichever the
// reference answers, or `parse-error` if the text does not parse. A recorded case keeps its kinds;
// the recorder fails when the reference's answer is of another kind.

import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inParallel, run, version, workFolder } from './oracle.mjs'

const folder = fileURLToPath(new URL('../lang', import.meta.url))

/** What each kind of expected part asks of the reference, and whether it is an answer or a refusal. */
const kinds = {
  value: { flags: ['--eval', '--strict'] },
  lazy: { flags: ['--eval'] },
  json: { flags: ['--eval', '--strict', '--json'] },
  xml: { flags: ['--eval', '--strict', '--xml'] },
  parse: { flags: ['--parse'] },
  error: { flags: ['--eval', '--strict'], refused: true },
  trace: { flags: ['--eval', '--strict', '--show-trace'], refused: true },
  'json-error': { flags: ['--eval', '--json'], refused: true },
  'parse-error': { flags: ['--parse'], refused: true },
  // The derivation itself, as its .drv file has it.
  aterm: { script: 'drv=$(nix-instantiate "$@") && drv=${drv##*/} && cat "$store/${drv%!*}"', flags: [] },
  // What an evaluation that succeeds writes to standard error: traces and warnings.
  messages: { flags: ['--eval', '--strict'] },
}

/** Splits a file into its leading comment lines and its cases `{ name, expression, kinds }`. */
function parse(text, file) {
  const comments = []
  const cases = []
  let part // the lines of the expression or of the expected part that is being read
  for (const line of text.split('\n')) {
    if (line.startsWith('--- ')) {
      part = []
      cases.push({ name: line.slice(4), lines: part, kinds: [] })
    } else if (line.startsWith('=== ')) {
      part = []
      const kind = line.slice(4)
      if (!kinds[kind]) throw new Error(`${file}: '${kind}' is no kind of expected part`)
      cases.at(-1).kinds.push(kind)
    } else if (part) part.push(line)
    else if (line.startsWith('#')) comments.push(line)
  }
  const names = cases.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice) throw new Error(`${file}: two cases are called '${twice}'`)
  const withoutFinalBreaks = lines => lines.join('\n').replace(/\n+$/, '')
  return { comments, cases: cases.map(({ name, lines, kinds }) => ({ name, expression: withoutFinalBreaks(lines), kinds })) }
}

const work = await workFolder('lang')
const seen = join(work, 'case')
await cp(join(folder, 'tree'), join(seen, 'tree'), { recursive: true, verbatimSymlinks: true })

const features = 'flakes pipe-operators ca-derivations impure-derivations dynamic-derivations blake3-hashes'

let questions = 0

/**
 * Asks the reference in the folder, home and search path that tests/lang/README.md promises, with a store that is empty.
 *
 * A path of the store that only the text names is not there, which the reference finds out when it may write. It is asked again in its
 * read-only mode then, where it does not look.
 */
async function ask(kind, expression) {
  const answer = await askOnce(kind, expression, ['--read-write-mode'])
  const isMissing = / is required, but there is no substituter that can build it/.test(answer.stderr)
  return isMissing ? askOnce(kind, expression, []) : answer
}

async function askOnce(kind, expression, mode) {
  const own = join(work, `store-${questions++}`)
  const places = { store: '/nix/store', real: `${own}/store`, state: `${own}/state`, log: `${own}/log` }
  const surroundings = 'cd "$1" && store="$2" && export HOME=/home/case NIX_PATH=tree="$PWD/tree" XDG_CACHE_HOME="$3" && shift 3'
  const script = `${surroundings}; ${kinds[kind].script ?? 'exec nix-instantiate "$@"'}`
  const flags = ['--extra-experimental-features', features, '--store', `local?${new URLSearchParams(places)}`, ...mode, ...kinds[kind].flags]
  const answer = await run('sh', ['-c', script, 'sh', seen, places.real, `${own}/cache`, ...flags, '-E', expression])
  await rm(own, { recursive: true, force: true })
  const advice = "\nTry 'nix-instantiate --help' for more information."
  const text = stream => stream.replaceAll(seen, '/case').replaceAll(places.real, '/nix/store').replace(advice, '').replace(/\n+$/, '')
  return { refused: answer.status !== 0, stdout: text(answer.stdout), stderr: text(answer.stderr) }
}

async function record({ name, expression, kinds: wanted }) {
  if (expression.startsWith('-')) failures.push(`${name}: an expression that starts with '-' looks like a flag: use parentheses`)
  if (wanted.length === 0) {
    const parsed = await ask('parse', expression)
    wanted = ['parse-error']
    if (!parsed.refused) {
      const answer = await ask('value', expression)
      wanted = answer.refused ? ['error'] : answer.stderr ? ['value', 'messages'] : ['value']
    }
  }
  const parts = []
  for (const kind of wanted) {
    const answer = await ask(kind, expression)
    const refused = Boolean(kinds[kind].refused)
    if (answer.refused !== refused) {
      failures.push(`${name}: recorded as '${kind}', but the reference answers\n${answer.stdout}${answer.stderr}`)
    }
    parts.push(`=== ${kind}\n${refused || kind === 'messages' ? answer.stderr : answer.stdout}\n`)
  }
  return `--- ${name}\n${expression}\n${parts.join('')}`
}

const nix = await version()
const chosen = process.argv.slice(2).map(path => basename(path))
const files = chosen.length ? chosen : (await readdir(folder)).filter(name => name.endsWith('.cases')).sort()
const failures = []
let total = 0
for (const file of files) {
  const { comments, cases } = parse(await readFile(join(folder, file), 'utf8'), file)
  const about = comments.filter(line => !line.startsWith('# recorded from '))
  const sections = await inParallel(cases, record)
  if (failures.length) throw new Error(`${file}:\n${failures.join('\n')}`)
  await writeFile(join(folder, file), [`# recorded from Nix ${nix}`, ...about, '', sections.join('\n')].join('\n'))
  console.log(`${file}: ${cases.length} cases`)
  total += cases.length
}
await rm(work, { recursive: true, force: true })
console.log(`${total} cases`)
