// Compares package sets: of each case the whole set, its library and its machine, attribute by attribute. A case is a set of its own.
//
//   cargo xtask differential set [--cases N] [--seed S]

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { env, exit } from 'node:process'
import { parseArgs } from 'node:util'
import { differences, digests, entries } from '../package-set/entries.mjs'
import { write } from '../package-set/generate.mjs'
import { drvlab, reference } from './evaluators.mjs'
import { workFolder } from '../record/oracle.mjs'

const { values } = parseArgs({ options: { cases: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } } })
const [cases, seed] = [Number(values.cases), Number(values.seed)]
if (!env.DRVLAB) throw new Error('DRVLAB is not set: run this through `cargo xtask differential`')

let different = 0
for (let index = 0; index < cases; index++) {
  const options = { packages: 1500, hackage: 3000, maintainers: 3000, seed: seed + index }
  const folder = await workFolder('differential-set')
  await write(folder, options)
  const answers = []
  for (const evaluator of [reference, drvlab]) {
    const texts = []
    for (const file of entries) {
      const { status, stdout, stderr } = await evaluator(join(folder, file), ['--arg', 'unused', 'null'])
      if (status !== 0) throw new Error(`seed ${options.seed}, ${evaluator.name}: ${file} failed:\n${stderr}`)
      texts.push([file, stdout])
    }
    answers.push(digests(texts))
  }
  const names = differences(...answers)
  different += names.length
  console.log(`seed ${options.seed}: ${Object.keys(answers[0]).length} attributes, ${names.length} differ`)
  for (const name of names.slice(0, 20)) console.log(`  ${name}`)
  await rm(folder, { recursive: true, force: true })
}
exit(different === 0 ? 0 : 1)
