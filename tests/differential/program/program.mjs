// Random programs: expressions, some of which are damaged so that the parser has something to refuse.

import { print, smaller } from '../tree.mjs'
import { Generator } from './expression.mjs'

/** What a damaged program gets somewhere. */
const TOKENS = [
  '', ' ', ';', '=', ':', '(', ')', '{', '}', '[', ']', '"', "''", '${', '.', ',', '?', '@', '...', '-', '+', '++', '//', '/', '<', '>', '==', '!', '&&', '->', '|>', 'let', 'in', 'rec', 'with', 'if', 'then', 'else',
  'assert', 'inherit', 'or', '#', '/*', '*/', '~', '\\', '$', '%', '^', '&', '|', '`', '1', '1.', '.1', '1e', '99999999999999999999', '1e999', 'a', './', './a/', '<a', '<a>', 'a:b', '\x01', '\r', '\t', '=>', 'null', '~/',
  '__curPos', '@ a', 'a @', 'x: ', '{ }: ', 'a.b', '.a', '? a', '"${', '}"', "''${", "'''",
]

/** Makes a program: `{ tree, damage }`. */
export function program(random) {
  const wrong = random.pick([0, 0, 0.01, 0.02, 0.05])
  const generator = new Generator(random, { wrong })
  const tree = generator.expression('any', random.pick([2, 3, 4, 4, 5]))
  if (!random.chance(0.08)) return { tree, damage: [] }
  const damage = random.several(1, 2, () => ({ at: random.next(), removed: random.pick([0, 0, 1, 1, 2, 5]), token: random.pick(TOKENS) }))
  return { tree, damage }
}

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
