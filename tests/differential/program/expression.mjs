// Random expressions over the whole grammar.
//
// An expression is asked for with a type: int, float, bool, null, string, path, list, set, function, drv, any; a list or set
// may say what its elements are (`list:int`). What comes out has that type unless `wrong` struck somewhere in it.

import { call, list, print, set, utf8 } from '../tree.mjs'
import { builtinCall } from './builtins.mjs'
import { number } from './grammars.mjs'
import { FLOATS, IMPORTS, INTS, NAMES, ODD_NAMES, PATHS, SEARCHED, TEXTS } from './texts.mjs'

const BASIC = ['int', 'float', 'bool', 'null', 'string', 'path', 'list', 'set', 'function', 'drv']

/** A tree from a template whose holes are trees. */
export const tree = (texts, ...trees) => ({
  head: texts[0],
  parts: trees.map((inner, index) => ({ before: '', tree: inner, after: texts[index + 1] })),
  tail: '',
  fixed: true,
})

/** The outer kind of a type, and the type of what is in it. */
const outer = type => type.split(':', 1)[0]
const inner = type => type.slice(outer(type).length + 1) || 'any'

export class Generator {
  /** `wrong` is the probability that a part is of another type than it should be. */
  constructor(random, { wrong }) {
    this.random = random
    this.wrong = wrong
    /** Variables: `{ name, type }`, the innermost last. */
    this.scope = []
    this.fresh = 0
    /** How much may still be made, so that no program becomes huge. */
    this.fuel = 90
  }

  /** An expression that may stand anywhere an argument may. */
  atom(type, depth = 2) {
    return parenthesised(this.expression(type, depth))
  }

  expression(type, depth) {
    const { random } = this
    this.fuel -= 1
    if (this.fuel < 0) depth = 0
    if (random.chance(this.wrong)) type = random.pick(BASIC)
    if (type === 'any') type = random.pick(BASIC)
    if (depth <= 0) return this.leaf(type)
    return random.weighted([
      [10, () => this.leaf(type)],
      [28, () => this.made(type, depth - 1)],
      [24, () => builtinCall(this, type, depth - 1)],
      [24, () => this.general(type, depth - 1)],
    ])()
  }

  /** Something without parts, or with few. */
  leaf(type) {
    const { random } = this
    const known = this.scope.filter(variable => variable.type === type || (outer(type) === variable.type && !type.includes(':')))
    if (known.length > 0 && random.chance(0.6)) return random.pick(known).name
    if (this.wrong > 0 && random.chance(0.01)) return random.pick([...NAMES, 'undefined', 'buitlins', 'fo', ...this.scope.map(({ name }) => `${name}x`)])
    switch (outer(type)) {
      case 'int': return random.weighted([[9, random.pick(INTS)], [1, `(-${random.pick(INTS)})`], [2, String(random.below(20))]])
      case 'float': return random.weighted([[5, random.pick(FLOATS)], [1, `(-${random.pick(FLOATS)})`], [2, number(random)]])
      case 'bool': return random.pick(['true', 'false'])
      case 'null': return 'null'
      case 'string': return this.string(0)
      case 'path': return random.weighted([[8, random.pick(PATHS)], [2, random.pick(SEARCHED)], [1, './tree/${"data"}'], [1, './${"tree"}/set.nix']])
      case 'list': return list(random.several(0, 2, () => parenthesised(this.leaf(inner(type) === 'any' ? random.pick(BASIC.slice(0, 6)) : inner(type)))))
      case 'set': return set([...new Map(random.several(0, 2, () => [random.pick(NAMES), this.leaf(inner(type) === 'any' ? random.pick(BASIC.slice(0, 6)) : inner(type))]))])
      case 'function': return random.pick(['(x: x)', '(x: y: x)', '({ a, b ? 1 }: a)', 'builtins.add', '(builtins.add 1)', '({ ... }@args: args)', 'toString', '(x: [ x ])', 'builtins.isString', '(_: throw "called")', '({ }: 1)'])
      case 'drv': return `(derivation { name = "${random.pick(['a', 'b', 'c-1.0'])}"; system = "s"; builder = "/b"; })`
      default: throw new Error(`there is no type '${type}'`)
    }
  }

  /** What makes values of this type: literals and operators. */
  made(type, depth) {
    const { random } = this
    const e = (wanted, less = 0) => this.atom(wanted, depth - less)
    switch (outer(type)) {
      case 'int': return random.weighted([
        [5, () => this.chain(['+', '-', '*', '/'], 'int', depth)],
        [2, () => tree`(-${e('int')})`],
        [1, () => tree`__curPos.${random.pick(['line', 'column'])}`],
      ])()
      case 'float': return random.weighted([
        [5, () => this.chain(['+', '-', '*', '/'], random.pick(['int', 'float']), depth, 'float')],
        [1, () => tree`(-${e('float')})`],
      ])()
      case 'bool': return random.weighted([
        [5, () => {
          const compared = random.pick(['int', 'float', 'string', 'path', 'list:int', 'list', 'any'])
          return tree`(${e(compared)} ${random.pick(['==', '!=', '<', '>', '<=', '>='])} ${e(random.chance(0.8) ? compared : random.pick(['int', 'float']))})`
        }],
        [4, () => {
          const compared = random.pick(BASIC)
          return tree`(${e(compared)} ${random.pick(['==', '!='])} ${e(random.chance(0.9) ? compared : 'any')})`
        }],
        [3, () => this.chain(['&&', '||', '->'], 'bool', depth)],
        [2, () => tree`(!${e('bool')})`],
        [3, () => tree`(${e('set')} ? ${this.attrPath(depth)})`],
      ])()
      case 'null': return 'null'
      case 'string': return random.weighted([
        [6, () => this.string(depth)],
        [4, () => this.indented(depth)],
        [4, () => this.chain(['+'], 'string', depth)],
        [1, () => tree`(${e('string')} + ${e('path')})`],
        [1, () => random.pick(['https://example.org/a?b=c', 'x:y', 'mailto:a@b.c', 'x:x+y'])],
        [1, () => '__curPos.file'],
      ])()
      case 'path': return random.weighted([
        [3, () => tree`(${e('path')} + ${e('string')})`],
        [1, () => tree`(${e('path')} + ${e('path')})`],
        [2, () => tree`(./tree/${'${'}${e('string')}${'}'})`],
      ])()
      case 'list': return random.weighted([
        [6, () => list(random.several(0, 4, () => e(inner(type))))],
        [3, () => tree`(${e(type)} ++ ${e(type)})`],
        [1, () => this.chain(['++'], type, depth)],
      ])()
      case 'set': return random.weighted([
        [7, () => this.set(type, depth)],
        [4, () => tree`(${e(type)} // ${e(type)})`],
        [1, () => this.chain(['//'], type, depth)],
        [1, () => this.recursive(depth)],
        [1, () => tree`{ __toString = ${this.lambda(['set'], 'string', depth)}; a = ${e('any')}; }`],
        [0.5, () => tree`rec { a = ${e('int')}; b = a; __overrides = { ${random.pick(NAMES)} = ${e('any')}; }; }`],
        [0.5, () => '__curPos'],
      ])()
      case 'function': return random.weighted([
        [5, () => this.lambda(['any'], 'any', depth)],
        [2, () => this.lambda(['set', 'any'], 'any', depth)],
        [2, () => this.formals('any', depth)],
        [1, () => tree`{ __functor = self: ${this.lambda(['any'], 'any', depth)}; x = ${e('any')}; }`],
      ])()
      case 'drv': return this.derivation(depth)
      default: throw new Error(`there is no type '${type}'`)
    }
  }

  /** What there is for every type. */
  general(type, depth) {
    const { random } = this
    const e = (wanted, less = 0) => this.atom(wanted, depth - less)
    return random.weighted([
      [10, () => this.letIn(type, depth)],
      [6, () => tree`(if ${e('bool')} then ${e(type)} else ${e(random.chance(0.8) ? type : 'any')})`],
      [4, () => this.withIn(type, depth)],
      [3, () => tree`(assert ${random.weighted([[3, () => 'true'], [2, () => e('bool')]])()}; ${e(type)})`],
      [6, () => this.select(type, depth)],
      [6, () => {
        const argument = random.pick(BASIC)
        return tree`(${this.lambda([argument], type, depth)} ${e(argument)})`
      }],
      [4, () => {
        const [first, second] = [random.pick(BASIC), random.pick(BASIC)]
        return tree`(${this.lambda([first, second], type, depth)} ${e(first)} ${e(second)})`
      }],
      [5, () => this.callFormals(type, depth)],
      [2, () => tree`({ __functor = self: ${this.lambda(['any'], type, depth)}; } ${e('any')})`],
      [3, () => tree`${this.comment()}${e(type)}`],
      [2, () => tree`(let a = ${e('any')}; body = ${e(type)}; in { inherit a body; }).body`],
      [1, () => tree`(let { body = ${e(type)}; x = ${e('any')}; })`],
      [2, () => tree`(${e('any')} |> ${this.lambda(['any'], type, depth)})`],
      [1, () => tree`(${this.lambda(['any'], type, depth)} <| ${e('any')})`],
      [2, () => tree`(import ${random.pick(IMPORTS)})`],
      [1.5, () => tree`(throw ${e('string')})`],
      [0.5, () => tree`(abort ${e('string')})`],
      [0.7, () => tree`(let f = n: if n == 0 then ${e(type)} else f (n - 1); in f ${String(random.below(5))})`],
      [0.3, () => tree`(let x = x; in x)`],
      [1, () => tree`(with ${e('set')}; ${random.pick([...NAMES, 'undefined'])})`],
    ])()
  }

  /** Operators without parentheses between atoms, for precedence and associativity; sometimes with one that does not fit. */
  chain(operators, type, depth, result = type) {
    const { random } = this
    const all = ['+', '-', '*', '/', '++', '//', '==', '!=', '<', '>', '<=', '>=', '&&', '||', '->', '|>', '<|', '?']
    const operator = () => (random.chance(this.wrong) ? random.pick(all) : random.pick(operators))
    const spaced = () => random.weighted([[8, ' '], [1, ''], [1, '\n  ']])
    const count = random.below(3) + 1
    const parts = [{ before: '', tree: this.atom(result, depth - 1), after: '' }]
    for (let index = 0; index < count; index++) {
      const sign = operator()
      const tight = ['+', '*', '==', '!=', '&&', '||', '++'].includes(sign) ? spaced() : ' '
      parts.push({ before: `${tight}${sign}${tight}`, tree: random.chance(0.06) ? tree`!${this.atom('bool', 0)}` : this.atom(type, depth - 1), after: '' })
    }
    return { head: '(', parts, tail: ')', fixed: true }
  }

  string(depth) {
    const { random } = this
    const parts = random.several(0, depth > 0 ? 3 : 1, () => {
      if (depth > 0 && random.chance(0.5)) {
        const type = random.chance(0.93) ? random.pick(['string', 'string', 'string', 'path', 'drv']) : 'any'
        return { before: '${', tree: this.expression(type, depth - 1), after: '}' }
      }
      return { before: '', tree: escaped(random.pick(TEXTS), random), after: '' }
    })
    return { head: '"', parts, tail: '"' }
  }

  indented(depth) {
    const { random } = this
    const lines = random.several(0, 4, () => {
      const indentation = random.pick(['', '  ', '    ', '\t', '      ', ' '])
      const pieces = random.several(0, 2, () => {
        if (depth > 0 && random.chance(0.3)) return { before: '${', tree: this.expression(random.pick(['string', 'string', 'path']), depth - 1), after: '}' }
        return { before: '', tree: random.pick(['a', 'b c', "'''", "''$", "''\\n", "''\\t", '$', '$$', "'", '"', '\\', "''${x}", utf8('é'), '#', "''\\x", ' ']), after: '' }
      })
      return { before: indentation, tree: { head: '', parts: pieces, tail: '', fixed: true }, after: random.pick(['\n', '\n', '\n', '\r\n', '']) }
    })
    return { head: random.pick(["''", "''\n", "''  \n"]), parts: lines, tail: random.pick(["''", "  ''", "\n''"]), fixed: true }
  }

  set(type, depth) {
    const { random } = this
    const entries = []
    const taken = new Set()
    const recursive = random.chance(0.25)
    const before = this.scope.length
    const members = random.several(0, 4, () => ({ name: random.chance(0.85) ? random.pick(NAMES) : random.pick(ODD_NAMES), type: inner(type) === 'any' ? random.pick(BASIC) : inner(type) }))
    if (recursive) this.scope.push(...members.filter(({ name }) => /^[a-z][a-z']*$/.test(name)))
    for (const member of members) {
      // A name that is there twice is an error, mostly avoided.
      if (taken.has(member.name) && !random.chance(this.wrong * 3)) continue
      taken.add(member.name)
      const value = special(this, member.name, depth) ?? this.expression(member.type, depth)
      entries.push({ before: `${member.name}${random.chance(0.1) && inner(type) === 'any' ? `.${random.pick(NAMES)}` : ''} = `, tree: value, after: '; ' })
    }
    this.scope.length = before
    if (random.chance(0.15) && this.scope.length > 0) {
      const { name } = random.pick(this.scope)
      if (!taken.has(name)) entries.push({ before: 'inherit ', tree: name, after: '; ' })
    }
    if (random.chance(0.1)) {
      const name = random.pick(NAMES)
      if (!taken.has(name)) entries.push({ before: 'inherit (', tree: this.expression('set', depth - 1), after: `) ${name}; ` })
    }
    return { head: recursive ? 'rec { ' : '{ ', parts: entries, tail: '}' }
  }

  /** Attribute sets that share prefixes of paths. */
  recursive(depth) {
    const { random } = this
    const path = () => random.several(1, 3, () => random.pick(['a', 'b', 'c', '"d"', '${"e"}', '${null}'])).join('.')
    const entries = random.several(1, 4, () => ({ before: `${path()} = `, tree: this.expression(random.pick(['int', 'set', 'any']), depth - 1), after: '; ' }))
    return { head: random.pick(['{ ', 'rec { ']), parts: entries, tail: '}' }
  }

  letIn(type, depth) {
    const { random } = this
    const before = this.scope.length
    const named = random.several(1, 3, () => ({ name: this.name(), type: random.pick([...BASIC, 'list:int', 'list:string', 'set:int']) }))
    const bindings = random.chance(this.wrong) ? named : [...new Map(named.map(binding => [binding.name, binding])).values()]
    const parts = []
    const recursive = random.chance(0.2)
    if (recursive) this.scope.push(...bindings)
    for (const binding of bindings) {
      parts.push({ before: `${binding.name} = `, tree: this.expression(binding.type, depth - 1), after: '; ' })
      if (!recursive) this.scope.push(binding)
    }
    const body = this.expression(type, depth)
    this.scope.length = before
    return { head: '(let ', parts: [{ before: '', tree: { head: '', parts, tail: '' }, after: 'in ' }, { before: '', tree: body, after: ')' }], tail: '', fixed: true }
  }

  withIn(type, depth) {
    const before = this.scope.length
    const name = this.random.pick(NAMES)
    const wanted = this.random.pick(BASIC)
    const scope = set([[name, this.expression(wanted, depth - 1)]])
    this.scope.push({ name, type: wanted })
    const body = this.expression(type, depth)
    this.scope.length = before
    return tree`(with ${scope}; ${body})`
  }

  attrPath(depth) {
    const { random } = this
    return {
      head: '',
      parts: random.several(1, random.chance(0.2) ? 3 : 1, index => ({
        before: index ? '.' : '',
        tree: random.weighted([[8, () => random.pick(NAMES)], [1, () => random.pick(ODD_NAMES)], [1, () => tree`${'${'}${this.expression('string', depth - 1)}${'}'}`]])(),
        after: '',
      })),
      tail: '',
      fixed: true,
    }
  }

  select(type, depth) {
    const { random } = this
    const name = random.pick(NAMES)
    const around = tree`{ ${name} = ${this.expression(type, depth)}; }`
    return random.weighted([
      [4, () => tree`${around}.${name}`],
      [2, () => tree`${around}.${random.pick(NAMES)} or ${this.atom(type, depth)}`],
      [1, () => tree`${this.atom('set', depth)}.${this.attrPath(depth)}`],
      [2, () => tree`(${this.atom('set', depth)}.${this.attrPath(depth)} or ${this.atom(type, depth)})`],
      [1, () => tree`{ a.b = ${this.expression(type, depth)}; }.a.b`],
    ])()
  }

  /** A function of arguments with these types. */
  lambda(types, result, depth) {
    const before = this.scope.length
    const heads = types.map(type => {
      if (outer(type) === 'set' && this.random.chance(0.15)) return this.pattern(depth).head
      const name = this.random.chance(0.1) ? '_' : this.name()
      if (name !== '_') this.scope.push({ name, type })
      return name
    })
    const body = this.expression(result, depth)
    this.scope.length = before
    return tree`(${heads.map(head => `${head}: `).join('')}${body})`
  }

  /** `{ a, b ? … }` with the names bound; the arguments that it takes. */
  pattern(depth) {
    const { random } = this
    const names = random.shuffled(['a', 'b', 'c', 'x', 'y', 'foo']).slice(0, random.below(4))
    const args = names.map(name => ({ name, type: random.pick(BASIC), optional: random.chance(0.4) }))
    if (random.chance(this.wrong / 3) && args.length > 0) args.push(args[0])
    const texts = []
    for (const { name, type, optional } of args) texts.push(optional ? `${name} ? ${print(this.expression(type, Math.min(depth - 1, 1)))}` : name)
    this.scope.push(...args)
    const ellipsis = random.chance(0.3)
    if (ellipsis) texts.push('...')
    const whole = random.weighted([[7, ['', '']], [1.5, ['', ' @ args']], [1.5, ['args @ ', '']]])
    if (whole.some(Boolean)) this.scope.push({ name: 'args', type: 'set' })
    return { head: `${whole[0]}{ ${texts.join(', ')} }${whole[1]}`, args, ellipsis }
  }

  formals(result, depth) {
    const before = this.scope.length
    const { head } = this.pattern(depth)
    const body = this.expression(result, depth)
    this.scope.length = before
    return tree`(${head}: ${body})`
  }

  callFormals(result, depth) {
    const { random } = this
    const before = this.scope.length
    const { head, args, ellipsis } = this.pattern(depth)
    const body = this.expression(result, depth)
    this.scope.length = before
    const given = args.filter(({ optional }) => !optional || random.chance(0.5)).map(({ name, type }) => [name, this.expression(type, depth - 1)])
    if (random.chance(this.wrong * 2)) given.pop()
    if (ellipsis ? random.chance(0.4) : random.chance(this.wrong * 2)) given.push([random.pick(NAMES), this.leaf('int')])
    return tree`((${head}: ${body}) ${set([...new Map(given)])})`
  }

  derivation(depth) {
    const { random } = this
    const e = wanted => this.expression(wanted, depth - 1)
    const entries = [['name', random.pick(['"a"', '"b-1.0"', '"x"'])], ['system', '"s"'], ['builder', random.weighted([[3, () => '"/b"'], [1, () => e('string')]])()]]
    const more = [
      ['args', () => list([this.atom('string', depth - 1)])], ['x', () => e('any')], ['src', () => './tree/data/plain.txt'], ['dep', () => e('drv')], ['outputs', () => '[ "out" "dev" ]'],
      ['y', () => e(random.pick(['int', 'float', 'bool', 'null', 'string', 'list:string']))], ['outputHash', () => '"0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"; outputHashAlgo = "sha256"'],
      ['__structuredAttrs', () => e('bool')], ['__ignoreNulls', () => 'true'], ['passAsFile', () => '[ "x" ]'], ['__contentAddressed', () => e('bool')],
    ]
    for (const [name, make] of random.shuffled(more).slice(0, random.below(4))) entries.push([name, make()])
    if (random.chance(this.wrong * 2)) entries.splice(random.below(3), 1)
    return random.weighted([[6, () => call('derivation', set(entries))], [1, () => tree`(${call('derivation', set(entries))} // { x = ${e('any')}; })`]])()
  }

  comment() {
    return this.random.pick(['/* c */ ', '# c\n', '/** doc */ ', '/***/', '/* /* */ ', '\n', '\t ', '#\r\n'])
  }

  /** A name of a variable; hides another one often. */
  name() {
    const { random } = this
    if (random.chance(0.5)) return random.pick(['a', 'b', 'c', 'x', 'y', 'foo', 'f', 'g'])
    this.fresh += 1
    return `v${this.fresh}`
  }
}

/** What stands behind names that mean something. */
function special(generator, name, depth) {
  const { random } = generator
  if (random.chance(0.3)) return undefined
  switch (name) {
    case '__toString': return generator.lambda(['set'], 'string', depth - 1)
    case '__functor': return generator.lambda(['set', 'any'], 'any', depth - 1)
    case 'outPath': return generator.expression(random.pick(['string', 'path']), depth - 1)
    case 'type': return '"derivation"'
    case '__overrides': return generator.leaf('set')
    default: return undefined
  }
}

/** A literal's text; bytes that need no escape are escaped now and then all the same. */
function escaped(text, random) {
  return text.replace(/["\\]|\$(?=\{)|[\n\r\t]/g, byte => {
    if (byte === '\n') return random.pick(['\\n', '\n'])
    if (byte === '\t') return random.pick(['\\t', '\t'])
    if (byte === '\r') return '\\r'
    return `\\${byte}`
  })
}

/** Puts parentheses around what could not be an argument as it is. */
function parenthesised(made) {
  const text = print(made)
  if (/^[\w'.]+$/.test(text) || /^(["([{<~./]|'')/.test(text)) {
    // What starts with a bracket may go on behind it.
    if (!/^[([{"]/.test(text) || balanced(text)) return made
  }
  return tree`(${made})`
}

/** Whether the bracket that a text starts with is closed by its last byte, as far as one sees without parsing strings. */
function balanced(text) {
  if (text[0] === '"') return !/"[^"]*" /.test(text)
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    if ('([{'.includes(text[at])) depth += 1
    if (')]}'.includes(text[at])) depth -= 1
    if (depth === 0) return at === text.length - 1
  }
  return false
}
