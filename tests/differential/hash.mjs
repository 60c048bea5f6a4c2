// Compares the store paths that random graphs of derivations get from us and from the reference, one graph in five for a store in
// another directory than the usual one. Prints the smallest expressions for which they differ, then fails.
//
//   node tests/differential/hash.mjs --cases N --seed S        (see ../record/oracle.mjs for the environment, and DRVLAB)

import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { inParallel, workFolder } from '../record/oracle.mjs'
import { graph, printGraph } from './derivations.mjs'
import { CRASH, drvlabIn, evaluate, referenceIn } from './evaluators.mjs'
import { Random } from './random.mjs'
import { shrink } from './shrink.mjs'
import { smaller } from './tree.mjs'

/** Graphs in one file. */
const BATCH = 50

const USUAL = '/nix/store'
const OTHERS = ['/s', '/home/someone/.local/odd+name_1.0/store', '/nix/store/nested']

/** Differences that are made small and shown; there may be more. */
const SHOWN = 10

const { values } = parseArgs({ options: { cases: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } } })
const [cases, seed] = [Number(values.cases), Number(values.seed)]
if (!Number.isSafeInteger(cases) || cases < 1) throw new Error(`--cases is ${values.cases}, not a count`)
if (!Number.isSafeInteger(seed)) throw new Error(`--seed is ${values.seed}, not a number`)

const folder = await workFolder('differential-hash')

/** Makes files that expressions refer to, and returns path literals. */
async function files() {
  await mkdir(join(folder, 'files/dir/sub'), { recursive: true })
  await writeFile(join(folder, 'files/a.txt'), 'a\n')
  await writeFile(join(folder, 'files/program'), '#!/bin/sh\n')
  await chmod(join(folder, 'files/program'), 0o755)
  await writeFile(join(folder, 'files/dir/b'), '')
  await writeFile(join(folder, 'files/dir/sub/c'), 'c'.repeat(1000))
  await symlink('b', join(folder, 'files/dir/link'))
  return ['./files/a.txt', './files/program', './files/dir', './files/dir/sub', './files']
}

/** The store directory for a graph: for every fifth batch one of the others. */
function storeOf(index) {
  const batch = Math.floor(index / BATCH)
  return batch % 5 === 4 ? OTHERS[Math.floor(batch / 5) % OTHERS.length] : USUAL
}

/** Asks both; resolves to an array of answers `{ ours, theirs }`. */
async function ask(name, store, expressions) {
  const ours = await evaluate(drvlabIn(store), folder, name, expressions)
  const theirs = await evaluate(referenceIn(store, join(folder, `store-${OTHERS.indexOf(store) + 1}`)), folder, name, expressions)
  return expressions.map((_, index) => ({ ours: ours[index], theirs: theirs[index] }))
}

const differ = ({ ours, theirs }) => theirs.error !== CRASH && (ours.value !== theirs.value || ours.error !== theirs.error)

/** What kind of difference it is, so that a smaller case shows the same one: the errors without names and paths. */
const kind = ({ ours, theirs }) => [ours, theirs].map(({ error }) => error?.replace(/['"/][^ ]*|\d+/g, '')).join('|')

function* steps({ bindings, results }) {
  for (const tree of smaller(results)) yield { bindings, results: tree }
  for (let left = bindings.length - 1; left >= 0; left--) {
    yield { bindings: bindings.filter((_, index) => index !== left), results }
  }
  for (const [index, [name, tree]] of bindings.entries()) {
    for (const inner of smaller(tree)) yield { bindings: bindings.with(index, [name, inner]), results }
  }
}

const show = ({ value, error }) => (value === undefined ? `error: ${error}` : value)

/** The text of bytes. */
const readable = bytes => Buffer.from(bytes, 'latin1').toString('utf8')

const paths = await files()
// A new store gets its database from the first that asks, and not from several at once.
for (const store of [USUAL, ...OTHERS]) await ask('first', store, ['1'])
const batches = Array.from({ length: Math.ceil(cases / BATCH) }, (_, batch) => batch)
const totals = { derivations: 0, elsewhere: 0, refused: 0 }
const failures = []
await inParallel(batches, async batch => {
  const count = Math.min(BATCH, cases - batch * BATCH)
  const graphs = Array.from({ length: count }, (_, index) => graph(new Random(seed, batch * BATCH + index), paths))
  const store = storeOf(batch * BATCH)
  const answers = await ask(`batch-${batch}`, store, graphs.map(printGraph))
  for (const [index, answer] of answers.entries()) {
    if (answer.theirs.error) totals.refused += 1
    else {
      const count = graphs[index].bindings.filter(([name]) => name.startsWith('d')).length
      totals.derivations += count
      if (store !== USUAL) totals.elsewhere += count
    }
    if (differ(answer)) failures.push({ index: batch * BATCH + index, graph: graphs[index], answer })
  }
  await rm(join(folder, `batch-${batch}.nix`))
})
failures.sort((one, other) => one.index - other.index)

for (const { index, graph, answer } of failures.slice(0, SHOWN)) {
  const failing = async graphs =>
    (await ask(`shrink-${index}`, storeOf(index), graphs.map(printGraph))).map(smaller => differ(smaller) && kind(smaller) === kind(answer))
  const small = await shrink(graph, steps, failing)
  const [{ ours, theirs }] = await ask(`shown-${index}`, storeOf(index), [printGraph(small)])
  console.log(`\ncase ${index} of seed ${seed}, store ${storeOf(index)}:\n${readable(printGraph(small))}\n  here:      ${show(ours)}\n  reference: ${show(theirs)}`)
}
console.log(
  `${cases} graphs with seed ${seed}: ${totals.derivations} derivations compared, ${totals.elsewhere} of them for other store directories, ${totals.refused} graphs refused by the reference, ${failures.length} differences`,
)
await rm(folder, { recursive: true, force: true })
if (failures.length > 0) process.exitCode = 1
