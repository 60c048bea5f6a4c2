// Records how the reference writes floating-point numbers as JSON (`builtins.toJSON`), in tests/golden/json-numbers.txt: one a line, as it
// is written. What is written identifies the number, so a test reads each line and writes it again. Needs the reference, see oracle.mjs.

import { writeFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { output, version, workFolder } from './oracle.mjs'

let state = 0x9e3779b97f4a7c15n

/** The next 64 pseudo-random bits (splitmix64), the same in every run. */
function bits() {
  state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n)
  let mixed = state
  mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n)
  mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn)
  return mixed ^ (mixed >> 31n)
}

/** A normal number of any magnitude, with these stored exponents. */
function number(first, last) {
  const exponent = BigInt(first) + (bits() % BigInt(last - first + 1))
  const data = new DataView(new ArrayBuffer(8))
  data.setBigUint64(0, (exponent << 52n) | (bits() & ((1n << 52n) - 1n)))
  return data.getFloat64(0)
}

const numbers = [
  ...Array.from({ length: 2000 }, () => number(1, 2046)),
  // Those that occur: from about 1e-6 to 1e19.
  ...Array.from({ length: 1500 }, () => number(1003, 1086)),
  // Few digits, powers of two and their neighbours.
  ...Array.from({ length: 300 }, (_, index) => Number(`${(index * 7919) % 1000}.${index % 10}e${(index % 60) - 30}`)),
  ...Array.from({ length: 400 }, (_, index) => 2 ** (index * 5 - 1000)),
  ...Array.from({ length: 200 }, (_, index) => 2 ** (index * 10 - 1000) * (1 - 2 ** -53)),
]
const literals = numbers.map(number => (number === 0 ? '0.0' : number.toExponential(20)))
// The language has no literals of subnormal numbers.
const subnormal = Array.from({ length: 100 }, (_, index) => `(${number(900, 1100).toExponential(20)} * 1.0e-300 * 1.0e-${8 + (index % 15)})`)
const work = await workFolder('json-numbers')
const file = join(work, 'numbers.nix')
await writeFile(file, `map builtins.toJSON [ ${[...literals, ...subnormal].join(' ')} ]`)
const answer = JSON.parse(await output('nix-instantiate', ['--eval', '--strict', '--json', file]))
await rm(work, { recursive: true, force: true })
const head = `# Recorded from Nix ${await version()} by tests/record/json-numbers.mjs.\n`
await writeFile(fileURLToPath(new URL('../golden/json-numbers.txt', import.meta.url)), `${head}${[...new Set(answer)].join('\n')}\n`)
console.log(`${answer.length} numbers`)
