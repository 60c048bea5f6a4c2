// Forms of the grammar that programs have rarely: attribute paths that meet, `inherit` of all kinds, names that hide others, operators
// without parentheses, literals with every escape, patterns whose defaults refer to each other, places.

import { utf8 } from '../tree.mjs'
import { number } from './grammars.mjs'
import { tree } from './expression.mjs'
import { FLOATS, INTS, NAMES, ODD_NAMES } from './texts.mjs'

const SMALL = ['a', 'b', 'c', 'd']
const VALUES = ['1', '2', '"s"', 'null', '[ 1 ]', '{ }', '{ b = 1; }', '{ b.c = 2; }', 'rec { b = 1; c = b; }', 'x: x', 'a', 'b', 'a.b or 0', '{ inherit a; }', 'throw "t"', './tree', '1.5', '-1', '!true', '__curPos', '{ a, b ? a }: b']

const value = g => g.random.pick(VALUES)
const small = g => g.random.pick(SMALL)

const part = g => g.random.weighted([[10, () => small(g)], [1, () => `"${small(g)}"`], [1, () => '${"' + small(g) + '"}'], [0.5, () => '"${' + (g.random.chance(0.5) ? '"a"' : 'a') + '}"'], [0.5, () => g.random.pick(ODD_NAMES)], [0.3, () => '${null}'], [0.3, () => 'or']])()
const path = (g, most = 3) => g.random.several(1, most, () => part(g)).join(g.random.pick(['.', '.', ' . ']))

function binding(g, depth) {
  const { random } = g
  return random.weighted([
    [8, () => tree`${path(g)} = ${depth > 0 ? bindings(g, depth - 1) : value(g)};`],
    [3, () => tree`${path(g)} = ${value(g)};`],
    [2, () => `inherit${random.several(0, 2, () => ` ${random.pick([small(g), `"${small(g)}"`, '${"a"}', 'or', '"a b"', 'builtins', 'x'])}`).join('')};`],
    [2, () => tree`inherit (${random.pick(['{ a = 1; b = 2; }', 'rec { a = b; b = 3; }', 'x', 'a', '{ }', 'throw "from"', 'builtins'])})${random.several(0, 2, () => ` ${small(g)}`).join('')};`],
    [0.3, () => tree`__overrides = ${random.pick(['{ a = 9; }', '{ }', '1', '{ z = 1; b = a; }'])};`],
  ])()
}

function bindings(g, depth) {
  const { random } = g
  const members = random.several(0, 4, () => ({ before: ' ', tree: binding(g, depth), after: '' }))
  return { head: random.pick(['{', '{', 'rec {']), parts: members, tail: random.pick([' }', '\n}', '}']) }
}

/** Operators of all kinds between simple operands, as they come. */
function operators(g) {
  const { random } = g
  const operand = () => random.weighted([[6, () => random.pick(['1', '2', 'a', 'b', '"s"', 'true', 'false', '[ 1 ]', '{ a = 1; }', './tree', '1.5', 'null', '(x: x)', 'f', 'f 1', 'a.b', 'a.b or 1', 'f a.b or c', '-1', '!true', '- a', '! a', 'x: x', 'if a then b else c', 'let a = 1; in a', 'with a; b', 'assert true; a', '({ }: 1) { }'])], [1, () => `(${random.pick(VALUES)})`]])()
  const operator = () => random.pick(['+', '-', '*', '/', '++', '//', '==', '!=', '<', '>', '<=', '>=', '&&', '||', '->', '|>', '<|', '? a', '? a.b or', '? "a"', '.a', 'or'])
  return random.several(1, 4, () => operand()).map((text, index) => (index ? `${random.pick([' ', ' ', '', '\n'])}${operator()}${random.pick([' ', ' ', ''])}${text}` : text)).join('')
}

const PIECES = ['a', ' ', '  ', '\n', '\n  ', '\n    ', '\t', '\r\n', '\r', '$', '$$', '$${', '${a}', '${"b"}', '${x}', '\\n', '\\t', '\\r', '\\\\', '\\"', '\\$', '\\${', '\\x', '\\', "'", "''", "'''", "''$", "''${", "''\\n", "''\\t", "''\\${", "''\\", "''\\'", "$''", "'${a}", '"', '}', '{', '#', '/*', utf8('é'), '\x01', '\x7f']

/** A literal with anything in it. */
function literal(g) {
  const { random } = g
  const text = random.several(0, 8, () => random.pick(PIECES)).join('')
  return random.chance(0.6) ? `''${text}''` : `"${text.replaceAll('"', random.pick(['\\"', '']))}"`
}

/** A pattern, and what is given to it. */
function pattern(g) {
  const { random } = g
  const formals = random.several(0, 4, () => {
    const name = random.pick([...SMALL, 'args', 'x'])
    return random.chance(0.5) ? name : `${name} ? ${value(g)}`
  })
  const body = random.pick(['a', 'args', '[ a b ]', '{ inherit a; }', 'args.a or b', 'builtins.attrNames args', 'c', '{ inherit (args) b; }', 'builtins.functionArgs f', '__curPos'])
  const dots = random.pick(['', '', '...'])
  const all = [...formals, ...(dots ? ['...'] : [])].join(random.pick([', ', ',', ' , ', '\n, ']))
  const head = random.pick([`{ ${all} }`, `{${all}}`, `{ ${all} }@args`, `args@{ ${all} }`, `{ ${all} } @ a`, `{ ${all}, }`])
  return tree`(let f = ${head}: ${body}; b = "outer"; in ${random.pick(['f', 'builtins.functionArgs f', 'f { }', 'f 1'])} ${random.chance(0.7) ? bindings(g, 0) : ''})`
}

/** Names that hide others. */
function hiding(g, depth = 3) {
  const { random } = g
  const inner = () => (depth > 0 && random.chance(0.8) ? hiding(g, depth - 1) : random.pick([...SMALL, '[ a b c ]', 'a.b or c', '{ inherit a b; }', 'toString a', 'null', 'true', 'map', 'builtins.length']))
  const named = () => random.several(1, 2, () => `${random.pick([...SMALL, 'true', 'null', 'map', 'builtins', '__sub', '__lessThan', 'toString'])} = ${random.pick(['1', 'b', 'a', 'c + 1', '[ a ]', '{ b = 1; }', '"x"', '(x: x)'])};`).join(' ')
  return random.weighted([
    [4, () => tree`(let ${named()} in ${inner()})`],
    [3, () => tree`(with { ${named()} }; ${inner()})`],
    [2, () => tree`(${small(g)}: ${inner()}) ${random.pick(['1', '"arg"', '{ b = 2; }', 'a'])}`],
    [2, () => tree`({ ${small(g)} ? ${small(g)}, ... }: ${inner()}) { ${named()} }`],
    [1, () => tree`rec { ${named()} z = ${inner()}; }`],
    [1, () => tree`(let inherit (rec { ${named()} }) a b; in ${inner()})`],
    [1, () => tree`(builtins.scopedImport { ${named()} } ./tree/${random.pick(['three', 'scoped', 'set', 'scoped-map'])}.nix)`],
    [0.5, () => tree`(let { ${named()} body = ${inner()}; })`],
    [1, () => tree`[ (1 - 2) (1 < 2) (-a) ${inner()} ]`],
  ])()
}

const arithmetic = g => g.random.several(2, 4, () => g.random.weighted([[3, () => g.random.pick(INTS)], [3, () => g.random.pick(FLOATS)], [2, () => number(g.random)], [1, () => '(-9223372036854775807 - 1)']])()).join(` ${g.random.pick(['+', '-', '*', '/', '<', '=='])} `)

/** Numbers, written in all ways and printed in all ways. */
function numbers(g) {
  const { random } = g
  const one = () => random.weighted([[3, () => number(random)], [2, () => arithmetic(g)], [1, () => `builtins.fromJSON "${random.pick(['1e5', '-0', '1.0', '123456789012345678901', '1e-7', '-1.5E+3', '0.1e1'])}"`]])()
  return random.weighted([
    [2, () => tree`(${one()})`],
    [2, () => tree`(let x = ${one()}; in [ x (toString x) (builtins.toJSON x) (builtins.typeOf x) ])`],
    [1, () => tree`(builtins.${random.pick(['ceil', 'floor', 'toXML', 'toJSON'])} (${one()}))`],
    [1, () => tree`(builtins.${random.pick(['bitAnd', 'bitOr', 'bitXor', 'add', 'sub', 'mul', 'div', 'lessThan'])} (${one()}) (${one()}))`],
    [1, () => tree`(builtins.elemAt [ 1 2 ] (${one()}))`],
    [1, () => tree`(builtins.substring (${one()}) (${one()}) "abc")`],
    [1, () => tree`(builtins.genList (x: x) (${random.pick(['3', '-1', '1.0', '0'])}))`],
    [1, () => tree`"${'${'}${one()}${'}'}"`],
  ])()
}

export function syntax(g) {
  const { random } = g
  return random.weighted([
    [5, () => bindings(g, 2)],
    [2, () => tree`(let x = { a = "xa"; b = 1; }; a = { b = 2; }; in ${bindings(g, 2)})`],
    [2, () => tree`(let${{ ...bindings(g, 1), head: '', tail: '' }} in ${random.pick(['a', 'b', '[ a b ]', '{ inherit a; }', 'a.b.c or d'])})`],
    [4, () => operators(g)],
    [3, () => tree`(let f = x: x; a = { b = 1; }; b = 2; c = 3; in ${operators(g)})`],
    [3, () => literal(g)],
    [2, () => tree`(let a = "A"; x = "X"; in ${literal(g)})`],
    [3, () => pattern(g)],
    [4, () => hiding(g)],
    [3, () => numbers(g)],
    [1, () => tree`(let s = ${bindings(g, 2)}; in map (n: builtins.unsafeGetAttrPos n s) ${random.pick(['(builtins.attrNames s)', '[ "a" "b" "c" ]'])})`],
    [1, () => tree`(${bindings(g, 1)} ? ${path(g)})`],
    [1, () => tree`(${bindings(g, 1)}.${path(g)} or ${random.pick(NAMES)})`],
    [1, () => tree`(${bindings(g, 1)}.${path(g)})`],
    [1, () => tree`(${bindings(g, 1)} // ${bindings(g, 1)})`],
  ])()
}
