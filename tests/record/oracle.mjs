// The reference Nix, as the recorders in this folder call it. Not used by any test.
//
// DRVLAB_ORACLE       command prefix for the Nix tools, e.g. "../shared/oracle/nix"; empty: tools on PATH
// DRVLAB_ORACLE_WORK  a folder that the reference sees under the same path; empty: a temporary folder

import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = (process.env.DRVLAB_ORACLE ?? '').split(' ').filter(Boolean)

/**
 * Runs a tool of the reference and resolves to `{ status, stdout, stderr }`, whatever its status; that is null if the tool was ended
 * because it took longer than `seconds`.
 */
export function run(tool, args, environment = {}, seconds = undefined) {
  const [command, ...rest] = [...prefix, tool, ...args]
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NIX_PATH: '', ...environment },
      timeout: seconds && seconds * 1000,
      killSignal: 'SIGKILL',
    })
    const streams = { stdout: [], stderr: [] }
    for (const name of ['stdout', 'stderr']) child[name].on('data', chunk => streams[name].push(chunk))
    child.on('error', reject)
    child.on('close', status =>
      resolve({
        status,
        stdout: Buffer.concat(streams.stdout).toString('utf8'),
        stderr: Buffer.concat(streams.stderr).toString('utf8'),
      }),
    )
  })
}

/** Runs a tool and resolves to its standard output; rejects with its messages if it fails. */
export async function output(tool, args) {
  const { status, stdout, stderr } = await run(tool, args)
  if (status !== 0) throw new Error(`${tool} ${args.join(' ')} failed:\n${stderr}`)
  return stdout
}

/** The version of the reference, e.g. "2.34.8". */
export async function version() {
  return (await output('nix-instantiate', ['--version'])).trim().split(' ').at(-1)
}

/** Makes an empty folder of this name that the reference can see, and resolves to its path. */
export async function workFolder(name) {
  if (!process.env.DRVLAB_ORACLE_WORK) return mkdtemp(join(tmpdir(), `${name}-`))
  const folder = join(process.env.DRVLAB_ORACLE_WORK, name)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  return folder
}

/** Maps `items` through the asynchronous `f`, as many at a time as there are processors. */
export async function inParallel(items, f) {
  const results = new Array(items.length)
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const index = next++
      results[index] = await f(items[index], index)
    }
  }
  await Promise.all(cpus().map(worker))
  return results
}
