// What planning costs: 10 to 100,000 derivations against caches of up to 1,000,000 narinfos, from nothing and after one edit.
//
//   node tests/bench/plan.mjs        with PLAN_COSTS, the release build of the example of that name in crate/cache
//
// Each size runs in a process of its own. Times are those of the fastest run. "memory" is that of the process at its largest. "plan" covers the whole graph with an explanation for each
// derivation, "decide" only what must be looked at; after an edit all else is in the local store.

import { execFileSync } from 'node:child_process'

const SIZES = [
  [10, 10],
  [100, 100],
  [1_000, 1_000],
  [10_000, 10_000],
  [10_000, 1_000_000],
  [100_000, 1_000_000],
]

const program = process.env.PLAN_COSTS
if (!program) throw new Error('PLAN_COSTS is not set; run it through cargo xtask bench plan')

const time = microseconds => (microseconds < 1000 ? `${microseconds.toFixed(1)} µs` : `${(microseconds / 1000).toFixed(1)} ms`)
const rows = [['derivations', 'narinfos', 'case', 'looked at', 'plan', 'decide', 'memory']]
for (const [derivations, narinfos] of SIZES) {
  const result = JSON.parse(execFileSync(program, [String(derivations), String(narinfos)], { encoding: 'utf8' }))
  const sizes = [derivations.toLocaleString('en'), narinfos.toLocaleString('en')]
  const memory = result.memory === null ? '' : `${(result.memory / 1024).toFixed(0)} MiB`
  rows.push([...sizes, 'all built', sizes[0], ...result.built.map(time), memory])
  rows.push([...sizes, 'all fetched', '1', ...result.fetched.map(time), ''])
  for (const { changed, lookedAt, times } of result.edits) {
    rows.push([...sizes, `edit changes ${changed.toLocaleString('en')}`, lookedAt.toLocaleString('en'), ...times.map(time), ''])
  }
}
const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)))
for (const row of rows) console.log(row.map((cell, column) => (column === 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '))
