// The reference with a store of its own: another state directory, and perhaps another store directory.

import { join } from 'node:path'
import { run } from './oracle.mjs'

/** What makes the reference quick; none of it shows. */
const QUICK = `${process.env.NIX_CONFIG_EXTRA ?? ''}\nfsync-metadata = false\nfsync-store-paths = false`

/** Runs a tool with a state directory of its own, as `run` does; `storeDir` is the usual one if absent. */
export function runIn({ state, storeDir }, tool, args, seconds = undefined) {
  const store = storeDir ? { NIX_STORE_DIR: storeDir } : {}
  const environment = { ...store, NIX_STATE_DIR: state, NIX_LOG_DIR: join(state, 'log'), NIX_CONFIG_EXTRA: QUICK, XDG_CACHE_HOME: join(state, 'cache') }
  return run(tool, args, environment, seconds)
}

/** Runs a tool as `runIn` does and resolves to its standard output; rejects if it fails. */
export async function outputIn(client, tool, args) {
  const { status, stdout, stderr } = await runIn(client, tool, args)
  if (status !== 0) throw new Error(`${tool} ${args.join(' ').slice(0, 300)} failed:\n${stderr.slice(-3000)}`)
  return stdout.trim()
}

/**
 * Deletes files of a store whose names match. A garbage collection would take all that other states have put into the same store
 * directory.
 */
export const deleteFrom = ({ storeDir = '/nix/store', ...client }, pattern, but = []) =>
  runIn({ storeDir, ...client }, 'find', [storeDir, '-maxdepth', '1', '-name', pattern, ...but, '-exec', 'rm', '-rf', '{}', '+'])
