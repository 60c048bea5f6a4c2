// Values that are nearly the same: what `==` and `<` say, and what a failed assertion of equality tells.

import { list, set } from '../tree.mjs'
import { tree } from './expression.mjs'
import { ODD } from './odd.mjs'
import { NAMES } from './texts.mjs'

const LEAVES = [
  '0', '1', '1.0', '(-0.0)', '1.5', '9007199254740993', '9007199254740992.0', '"a"', '"b"', '""', '"1"', 'null', 'true', 'false', './tree', './tree/set.nix', '"${./tree/set.nix}"', '(x: x)', 'f', 'l', 's', 'd', 'e', 'nan', 'builtins.add', 'toString',
  '(f 1)', '(builtins.head l)', 's.a', '[ ]', '{ }', '(toString ./tree)', '(throw "t")', '(builtins.trace "seen" 1)',
]

function value(g, depth) {
  const { random } = g
  const inner = () => value(g, depth - 1)
  if (depth <= 0) return random.pick(LEAVES)
  return random.weighted([
    [4, () => random.pick(LEAVES)],
    [4, () => list(random.several(0, 3, inner))],
    [4, () => set([...new Map(random.several(0, 3, () => [random.pick([...NAMES.slice(0, 8), '"a b"']), inner()]))])],
    [0.7, () => set([['type', '"derivation"'], ['outPath', random.pick(['"/nowhere/o"', '"/nowhere/p"', '1', inner()])], ['x', inner()]])],
    [0.4, () => tree`(derivation { name = "${random.pick(['a', 'b'])}"; system = "s"; builder = "/b"; x = ${inner()}; })`],
  ])()
}

/** A copy in which something may be another. */
function nearly(g, made) {
  const { random } = g
  if (typeof made === 'string') return random.chance(0.15) ? random.pick(LEAVES) : made
  const changed = { ...made, parts: made.parts.map(part => ({ ...part, tree: nearly(g, part.tree) })) }
  if (!made.fixed && random.chance(0.1)) return { ...changed, parts: changed.parts.slice(1) }
  if (made.tail === ']' && random.chance(0.1)) return { ...changed, parts: [...changed.parts, { before: '', tree: random.pick(LEAVES), after: ' ' }] }
  if (made.tail === '}' && random.chance(0.1)) return { ...changed, parts: [...changed.parts, { before: `n${random.below(3)} = `, tree: random.pick(LEAVES), after: '; ' }] }
  return changed
}

export function comparisons(g) {
  const { random } = g
  const one = value(g, random.below(4))
  const other = random.chance(0.9) ? nearly(g, one) : value(g, 2)
  const sign = random.weighted([[8, '=='], [2, '!='], [2, '<'], [1, '>='], [1, '<='], [1, '>']])
  const compared = tree`${one} ${sign} ${other}`
  const inner = random.weighted([
    [4, () => tree`(${compared})`],
    [5, () => tree`(assert ${compared}; ${random.pick(['1', 's', '"ok"'])})`],
    [1, () => tree`(assert (${compared}); 1)`],
    [1, () => tree`(assert ${random.pick(['!', 'true && ', 'false || '])}(${compared}); 1)`],
    [1, () => tree`(let a = ${one}; in [ (a == a) ([ a ] == [ a ]) ({ inherit a; } == { inherit a; }) (a == ${other}) ([ a ] == [ ${other} ]) ])`],
    [1, () => tree`(builtins.elem ${one} [ ${other} ${other} ${one} ])`],
    [1, () => tree`(builtins.sort ${random.pick(['builtins.lessThan', '(a: b: a < b)', '(a: b: a == b)', '(a: b: builtins.trace [ a b ] (a < b))'])} [ ${one} ${other} ${random.pick(LEAVES)} ])`],
    [1, () => tree`(builtins.tryEval (assert ${compared}; 1))`],
    [1, () => tree`(builtins.genericClosure { startSet = [ { key = ${one}; } { key = ${other}; } ]; operator = x: [ { key = ${random.pick(LEAVES)}; } ]; })`],
    [0.5, () => tree`(builtins.lessThan ${one} ${other})`],
    [0.5, () => tree`(if ${compared} then ${one} else ${random.pick(ODD)})`],
  ])()
  return tree`(let f = x: x; l = [ 1 f ]; s = { a = 1; b = l; }; d = derivation { name = "a"; system = "s"; builder = "/b"; }; e = d // { x = 1; }; nan = 1e308 * 10 - 1e308 * 10; in ${inner})`
}
