// Random programs: expressions over the whole language, or about one part of it. Some have an odd value somewhere, so that what takes it
// has something to say; some are damaged so that the parser has something to refuse.

import { print, smaller } from '../tree.mjs'
import { anyCall } from './builtins.mjs'
import { comparisons } from './comparisons.mjs'
import { contexts } from './contexts.mjs'
import { Generator, tree as template } from './expression.mjs'
import { withOdd } from './odd.mjs'
import { packages } from './packages.mjs'
import { sources } from './sources.mjs'
import { syntax } from './syntax.mjs'

/** What a damaged program gets somewhere. */
const TOKENS = [
  '', ' ', ';', '=', ':', '(', ')', '{', '}', '[', ']', '"', "''", '${', '.', ',', '?', '@', '...', '-', '+', '++', '//', '/', '<', '>', '==', '!', '&&', '->', '|>', 'let', 'in', 'rec', 'with', 'if', 'then', 'else',
  'assert', 'inherit', 'or', '#', '/*', '*/', '~', '\\', '$', '%', '^', '&', '|', '`', '1', '1.', '.1', '1e', '99999999999999999999', '1e999', 'a', './', './a/', '<a', '<a>', 'a:b', '\x01', '\r', '\t', '=>', 'null', '~/',
  '__curPos', '@ a', 'a @', 'x: ', '{ }: ', 'a.b', '.a', '? a', '"${', '}"', "''${", "'''",
]

/** What programs are about, how often, and how often one has an odd value in it. */
const ABOUT = [
  [45, { odd: 0.1, make: generator => generator.expression('any', generator.random.pick([2, 3, 4, 4, 5])) }],
  [15, { odd: 0.7, make: generator => anyCall(generator, 2) }],
  [10, { odd: 0.05, make: syntax }],
  [8, { odd: 0.1, make: packages }],
  [8, { odd: 0.1, make: contexts }],
  [8, { odd: 0.1, make: sources }],
  [6, { odd: 0.05, make: comparisons }],
]

/** Makes a program: `{ tree, damage }`. */
export function program(random) {
  const wrong = random.pick([0, 0, 0.01, 0.02, 0.05])
  const generator = new Generator(random, { wrong })
  const about = random.weighted(ABOUT)
  let tree = about.make(generator)
  if (random.chance(about.odd)) tree = withOdd(random, tree)
  if (random.chance(0.12)) tree = consumed(random, tree)
  if (!random.chance(0.08)) return { tree, damage: [] }
  const damage = random.several(1, 2, () => ({ at: random.next(), removed: random.pick([0, 0, 1, 1, 2, 5]), token: random.pick(TOKENS) }))
  return { tree, damage }
}

/** Something that is made of the value of a program. */
const consumed = (random, made) =>
  random.pick([
    () => template`[ (${made}) ]`,
    () => template`{ a = ${made}; b = 1; }`,
    () => template`(builtins.tryEval (${made}))`,
    () => template`(toString (${made}))`,
    () => template`(builtins.toJSON (${made}))`,
    () => template`(builtins.toXML (${made}))`,
    () => template`"${'${'}${made}${'}'}"`,
    () => template`(let v = ${made}; in [ v v ])`,
    () => template`(let v = ${made}; in builtins.seq v (v 1))`,
    () => template`(builtins.addErrorContext "context" (${made}))`,
    () => template`(builtins.deepSeq (${made}) "deep")`,
    () => template`((${made}).a or (${made}))`,
    () => template`(x: ${made})`,
  ])()

/** The text of a program; what starts with `-` would look like a flag. */
export function printProgram({ tree, damage }) {
  let text = print(tree)
  for (const { at, removed, token } of damage) {
    const start = Math.floor(at * text.length)
    text = text.slice(0, start) + token + text.slice(start + removed)
  }
  return text.startsWith('-') ? ` ${text}` : text
}

const SIMPLE = ['1', '""', 'null', '{ }', '[ ]', '(x: x)']

export function* smallerPrograms({ tree, damage }) {
  if (damage.length > 0) {
    // Trees move what is damaged, texts do not.
    const text = printProgram({ tree, damage })
    yield* cut(text)
    return
  }
  for (const inner of smaller(tree, SIMPLE)) yield { tree: inner, damage }
}

/** Texts with a piece less, large pieces first. */
function* cut(text) {
  for (let size = text.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= text.length; at += size) yield { tree: text.slice(0, at) + text.slice(at + size), damage: [{ at: 0, removed: 0, token: '' }] }
  }
}
