// Both evaluators asked for many values at once: the reference, and the program that DRVLAB names.

import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { env } from 'node:process'
import { run } from '../record/oracle.mjs'

const FEATURES = 'pipe-operators ca-derivations impure-derivations dynamic-derivations blake3-hashes git-hashing'
/** The error of a reference that ended itself; there is nothing to compare with. */
export const CRASH = 'crash'

const FLAGS = ['--strict', '--json']

/** A process takes so long at most, in milliseconds; after that its case counts as an endless one. */
const TIME = 60_000

/** Our answers. */
export const drvlab = drvlabIn('')

/** Our answers for a store in this directory; empty: the usual one. */
export function drvlabIn(storeDir) {
  return (file, attributes) => {
    if (!env.DRVLAB) throw new Error('DRVLAB is not set: run this through `cargo xtask differential`')
    return runDrvlab(['eval', ...FLAGS, file, ...attributes], storeDir)
  }
}

/** The reference's answers. It has to write derivations, for some contexts need all that a derivation is made from. */
export const reference = referenceWith([])

/** The reference's answers for a store of its own, whose files really lie in `folder`. */
export function referenceIn(storeDir, folder) {
  // A store in memory would do, but forgets what derivations refer to.
  const places = { store: storeDir, real: join(folder, 'store'), state: join(folder, 'state'), log: join(folder, 'log') }
  return referenceWith(['--store', `local?${new URLSearchParams(places)}`])
}

function referenceWith(store) {
  const words = ['--extra-experimental-features', FEATURES, ...store, '--eval', '--read-write-mode', ...FLAGS]
  return (file, attributes) => run('nix-instantiate', [...words, file, ...attributes])
}

function runDrvlab(args, storeDir) {
  return new Promise((resolve, reject) => {
    const child = spawn(env.DRVLAB, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: TIME, env: { ...env, NIX_PATH: '', NIX_STORE_DIR: storeDir } })
    const streams = { stdout: [], stderr: [] }
    for (const name of ['stdout', 'stderr']) child[name].on('data', chunk => streams[name].push(chunk))
    child.on('error', reject)
    child.on('close', (status, signal) => {
      const stderr = Buffer.concat(streams.stderr).toString('utf8')
      resolve({
        status,
        stdout: Buffer.concat(streams.stdout).toString('utf8'),
        stderr: signal ? `${stderr}error: ended by ${signal}` : stderr,
      })
    })
  })
}

/**
 * Asks for the value of each expression, all in one file; resolves to an array of `{ value }` or `{ error }`.
 *
 * A process ends at its first error, so that there are as many processes as errors, and one more.
 */
export async function evaluate(evaluator, folder, name, expressions) {
  const file = join(folder, `${name}.nix`)
  const text = expressions.map((expression, index) => `  c${index} =\n${expression};\n`).join('')
  await writeFile(file, `{\n${text}}\n`, 'latin1')
  const answers = []
  while (answers.length < expressions.length) {
    const attributes = expressions.slice(answers.length).flatMap((_, index) => ['-A', `c${answers.length + index}`])
    const { status, stdout, stderr } = await evaluator(file, attributes)
    const values = stdout.split('\n').filter(line => line !== '')
    answers.push(...values.map(value => ({ value })))
    if (status !== 0) {
      const error = message(stderr)
      // A file that does not even parse has no cases that could be told apart.
      if (/^syntax error|^undefined variable|already defined/.test(error) && expressions.length > 1) {
        const one = evaluatorOfOne(evaluator, folder, name)
        for (const expression of expressions.slice(answers.length)) answers.push(await one(expression))
        break
      }
      answers.push({ error })
    } else if (answers.length < expressions.length) {
      throw new Error(`${file}: ${answers.length} answers for ${expressions.length} expressions`)
    }
  }
  return answers
}

const evaluatorOfOne = (evaluator, folder, name) => async expression =>
  (await evaluate(evaluator, folder, `${name}-one`, [expression]))[0]

/** The message itself: what follows the last label `error:`, without places and hints. */
function message(stderr) {
  const lines = stderr.split('\n')
  const start = lines.findLastIndex(line => /^\s*error: /.test(line))
  if (start < 0) return stderr.includes('unrecoverable internal error') ? CRASH : stderr.trim()
  const end = lines.findIndex((line, index) => index > start && (line.trim() === '' || /^\s+(at |Did you mean)|^Try /.test(line)))
  return lines
    .slice(start, end < 0 ? undefined : end)
    .join('\n')
    .replace(/^\s*error: /, '')
    // A function that is a member of a set is delayed there, but not here.
    .replace(/«(thunk|(lambda|primop|partially)[^»]*)»/g, '«…»')
    .trim()
}
