// Values where others are expected: one that is put anywhere in a program makes what takes it complain, in words of its own.

import { print } from '../tree.mjs'

const DERIVATION = '(derivation { name = "a"; system = "s"; builder = "/b"; })'

/** One or more of every kind of value, and of what a value can be converted with. */
export const ODD = [
  'null', 'true', 'false', '0', '1', '(-1)', '2', '9223372036854775807', '(-9223372036854775807 - 1)', '1.5', '(-0.0)', '1e300', '(1e308 * 10)', '""', '"a"', '"a b"', '"1"', '"/nowhere/b"', '"${./tree/set.nix}"', '"\\n"',
  './tree', './tree/data/plain.txt', './tree/missing', '/.', '[ ]', '[ 1 ]', '[ "a" "b" ]', '[ [ ] null ]', '[ (throw "element") ]', '{ }', '{ a = 1; }', '{ name = "a"; value = 1; }', '{ a = throw "member"; b.c = 2; }', '{ outPath = "/nowhere/x"; }',
  '{ outPath = 1; }', '{ __toString = self: "text"; }', '{ __toString = self: 1; }', '{ __toString = 1; }', '{ __functor = self: x: x; }', '{ __functor = 1; }', '{ type = "derivation"; }', '{ type = "derivation"; outPath = "/nowhere/o"; drvPath = "/nowhere/d"; }',
  '{ key = 1; }', '(x: x)', '(x: y: x)', '({ a }: a)', '({ a ? 1, ... }: a)', '(_: null)', '(_: true)', '(_: throw "called")', '(_: [ ])', 'toString', '(builtins.add 1)', 'builtins.isInt', 'map', 'builtins', 'undefined', '(throw "thrown")',
  '(abort "aborted")', '(assert false; 1)', '(import ./tree/fails.nix)', '(builtins.trace "traced" 1)', '(builtins.warn "warned" "w")', DERIVATION, `${DERIVATION}.drvPath`, `${DERIVATION}.outPath`, `(toString ${DERIVATION})`, '(builtins.toFile "t" "text")',
  '(builtins.placeholder "out")', '(builtins.fromJSON "{\\"a\\": [1.0, null]}")', '(let x = x; in x)', '(let x = { inherit x; }; in x)', '(let x = [ x 1 ]; in x)', '(builtins.seq 1 (x: x))', '__curPos', '(1 / 0)', '(1 + "a")', '({ }.a)', '({ a = 1; }.b or 2)',
]

/** A copy of a tree with one of the trees in it replaced by an odd value; `parenthesised` says what may stand where an argument may. */
export function withOdd(random, tree) {
  const places = [...paths(tree)]
  if (places.length === 0) return tree
  return replaced(tree, random.pick(places), inner => (random.chance(0.12) ? `(builtins.${random.pick(['seq 1', 'addErrorContext "context"', 'trace 1', 'tryEval'])} ${wrapped(print(inner))})` : random.pick(ODD)))
}

const wrapped = text => (/^[[("{]/.test(text) && !/^"[^"]*" /.test(text) ? text : `(${text})`)

/** Where trees are in a tree, as rows of indices. Text within literals is none of them. */
function* paths(tree, row = []) {
  if (typeof tree === 'string') return
  for (const [index, part] of tree.parts.entries()) {
    const literal = tree.head.startsWith('"') || tree.head.startsWith("''")
    if (!literal || part.before === '${') yield [...row, index]
    if (!literal || typeof part.tree !== 'string') yield* paths(part.tree, [...row, index])
  }
}

function replaced(tree, [index, ...row], change) {
  const part = tree.parts[index]
  const inner = row.length > 0 ? replaced(part.tree, row, change) : change(part.tree)
  return { ...tree, parts: tree.parts.with(index, { ...part, tree: inner }) }
}
