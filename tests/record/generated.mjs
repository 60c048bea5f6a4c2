// Records tests/golden/generated.json: random graphs of derivations, with the store paths that the reference Nix computes.
// The path of a .drv file is a hash of its text, so that it stands for all of it.
//
//   node tests/record/generated.mjs        (see oracle.mjs for the environment)

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { graph, printGraph } from '../differential/derivations.mjs'
import { CRASH, evaluate, reference } from '../differential/evaluators.mjs'
import { Random } from '../differential/random.mjs'
import { version, workFolder } from './oracle.mjs'

const target = fileURLToPath(new URL('../golden/generated.json', import.meta.url))
const SEED = 2026
const CASES = 64

/** Texts longer than this are left to the differential test. */
const LONGEST = 6000

/** Files that expressions refer to, below the folder of the expression. */
const files = { 'files/a.txt': 'a\n', 'files/dir/b': '', 'files/dir/sub/c': 'c'.repeat(100) }

const folder = await workFolder('generated')
for (const [name, text] of Object.entries(files)) {
  await mkdir(dirname(join(folder, name)), { recursive: true })
  await writeFile(join(folder, name), text)
}
// Copied to the store at once, for where the files are differs between the recording and the test.
const paths = ['a.txt', 'dir', 'dir/sub'].map(name => `"\${./files/${name}}"`)
const expressions = []
for (let index = 0; expressions.length < CASES; index++) {
  const expression = printGraph(graph(new Random(SEED, index), paths))
  const text = Buffer.from(expression, 'latin1').toString('utf8')
  // JSON has no other bytes.
  const isText = Buffer.from(text, 'utf8').toString('latin1') === expression
  if (isText && expression.length <= LONGEST) expressions.push(expression)
}
const answers = await evaluate(reference, folder, 'generated', expressions)
const cases = expressions.flatMap((expression, index) => {
  const { value, error } = answers[index]
  if (error === CRASH) return []
  const answer = error === undefined ? { paths: JSON.parse(value) } : { error: error.split('\n')[0].replaceAll(folder, '/case') }
  return { expression: Buffer.from(expression, 'latin1').toString('utf8'), ...answer }
})
await rm(folder, { recursive: true, force: true })
await writeFile(target, `${JSON.stringify({ nix: await version(), seed: SEED, files, cases }, null, 1)}\n`)
console.log(`${cases.length} cases, ${cases.filter(({ error }) => error !== undefined).length} of them errors`)
