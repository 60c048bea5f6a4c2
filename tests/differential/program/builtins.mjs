// Calls of builtins with arguments of the types they take.
//
// Each entry of the table is `name: (type of the result, generator, depth) => arguments`, under the type of what it returns;
// `*` are those that return whatever their arguments make them return.

import { list, set, string } from '../tree.mjs'
import * as grammars from './grammars.mjs'
import * as texts from './texts.mjs'

/** Those that are reachable without `builtins.`; the others are with two underscores. */
const GLOBAL = new Set([
  'abort', 'baseNameOf', 'break', 'derivation', 'derivationStrict', 'dirOf', 'fetchGit', 'fetchMercurial', 'fetchTarball', 'fetchTree', 'fromTOML', 'import', 'isNull', 'map', 'placeholder', 'removeAttrs',
  'scopedImport', 'throw', 'toString',
])

/** A tree with a text before and after it. */
const tree = (before, inner, after) => ({ head: before, parts: [{ before: '', tree: inner, after }], tail: '', fixed: true })
const text = (random, pool) => string([{ raw: random.pick(pool) }])
/** A string literal as it stands in the pool: what is escaped there is escaped already. */
const literal = (random, pool) => `"${random.pick(pool)}"`
/** A text out of the pool, or of the grammar. */
const read = (random, pool, grammar) => (random.chance(0.3) ? text(random, pool) : string([{ raw: grammar(random) }]))
const pattern = random => (random.chance(0.3) ? literal(random, texts.REGEXES) : string([{ raw: grammars.regex(random) }]))
const searched = (g, d) => g.random.weighted([[4, () => text(g.random, texts.TEXTS)], [6, () => string([{ raw: grammars.subject(g.random) }])], [3, () => g.atom('string', d)]])()
const version = g => read(g.random, texts.VERSIONS, grammars.versioned)
const hash = g => read(g.random, texts.HASHES, grammars.hash)

const TABLE = {
  int: {
    add: (_, g, d) => [g.atom('int', d), g.atom('int', d)],
    sub: (_, g, d) => [g.atom('int', d), g.atom('int', d)],
    mul: (_, g, d) => [g.atom('int', d), g.atom('int', d)],
    div: (_, g, d) => [g.atom('int', d), g.atom('int', d)],
    bitAnd: (_, g, d) => [g.atom('int', d), g.atom('int', d)],
    bitOr: (_, g, d) => [g.atom('int', d), g.atom('int', d)],
    bitXor: (_, g, d) => [g.atom('int', d), g.atom('int', d)],
    ceil: (_, g, d) => [g.atom(g.random.pick(['int', 'float']), d)],
    floor: (_, g, d) => [g.atom(g.random.pick(['int', 'float']), d)],
    length: (_, g, d) => [g.atom('list', d)],
    stringLength: (_, g, d) => [g.atom('string', d)],
    compareVersions: (_, g) => [version(g), version(g)],
  },
  float: {
    add: (_, g, d) => [g.atom('float', d), g.atom('int', d)],
    mul: (_, g, d) => [g.atom('float', d), g.atom('float', d)],
    div: (_, g, d) => [g.atom('int', d), g.atom('float', d)],
  },
  bool: {
    all: (_, g, d) => [g.lambda(['any'], 'bool', d), g.atom('list', d)],
    any: (_, g, d) => [g.lambda(['int'], 'bool', d), g.atom('list:int', d)],
    elem: (_, g, d) => [g.atom('any', d), g.atom('list', d)],
    hasAttr: (_, g, d) => [name(g), g.atom('set', d)],
    hasContext: (_, g, d) => [g.atom('string', d)],
    isAttrs: (_, g, d) => [g.atom('any', d)],
    isBool: (_, g, d) => [g.atom('any', d)],
    isFloat: (_, g, d) => [g.atom('any', d)],
    isFunction: (_, g, d) => [g.atom('any', d)],
    isInt: (_, g, d) => [g.atom('any', d)],
    isList: (_, g, d) => [g.atom('any', d)],
    isNull: (_, g, d) => [g.atom('any', d)],
    isPath: (_, g, d) => [g.atom('any', d)],
    isString: (_, g, d) => [g.atom('any', d)],
    lessThan: (_, g, d) => { const type = g.random.pick(['int', 'float', 'string', 'path', 'list', 'any']); return [g.atom(type, d), g.atom(type, d)] },
    pathExists: (_, g, d) => [g.atom(g.random.pick(['path', 'string']), d)],
  },
  string: {
    baseNameOf: (_, g, d) => [g.atom(g.random.pick(['string', 'path']), d)],
    dirOf: (_, g, d) => [g.random.chance(0.5) ? text(g.random, texts.TEXTS) : g.atom('path', d)],
    concatStringsSep: (_, g, d) => [g.atom('string', d), g.atom('list:string', d)],
    convertHash: (_, g) => [set([
      ['hash', hash(g)], ['toHashFormat', text(g.random, texts.HASH_FORMATS)], ...(g.random.chance(0.6) ? [['hashAlgo', text(g.random, texts.ALGORITHMS)]] : []),
    ])],
    getEnv: (_, g) => [g.random.pick(['"HOME"', '""', '"NO_SUCH"'])],
    hashFile: (_, g, d) => [text(g.random, texts.ALGORITHMS), g.atom('path', d)],
    hashString: (_, g, d) => [text(g.random, texts.ALGORITHMS), g.atom('string', d)],
    placeholder: (_, g, d) => [g.atom('string', d)],
    readFile: (_, g, d) => [g.atom('path', d)],
    readFileType: (_, g, d) => [g.atom('path', d)],
    replaceStrings: (_, g, d) => [g.atom('list:string', d), g.atom('list:string', d), g.atom('string', d)],
    substring: (_, g, d) => [g.atom('int', d - 1), g.random.pick(['1', '3', '(-1)', '100']), g.atom('string', d)],
    toFile: (_, g, d) => [text(g.random, ['x', 'a.txt', 'a b', '', '.x']), g.atom('string', d)],
    toJSON: (_, g, d) => [g.atom('any', d)],
    toString: (_, g, d) => [g.atom('any', d)],
    toXML: (_, g, d) => [g.atom('any', d)],
    typeOf: (_, g, d) => [g.atom('any', d)],
    unsafeDiscardStringContext: (_, g, d) => [g.atom('string', d)],
    unsafeDiscardOutputDependency: (_, g, d) => [g.random.chance(0.5) ? drvPath(g) : g.atom('string', d)],
    addDrvOutputDependencies: (_, g, d) => [g.random.chance(0.6) ? `(builtins.unsafeDiscardOutputDependency ${drvPath(g)})` : g.atom('string', d)],
    appendContext: (_, g, d) => [g.atom('string', d), context(g, d)],
    outputOf: (_, g, d) => [g.random.chance(0.6) ? drvPath(g) : g.atom('string', d), g.random.pick(['"out"', '"dev"', '""'])],
    path: (_, g, d) => [set([
      ['path', g.random.pick(texts.PATHS)], ...g.random.shuffled([['name', text(g.random, ['x', 'a b'])], ['recursive', 'false'], ['filter', g.lambda(['string', 'string'], 'bool', d)], ['sha256', hash(g)], ['bogus', '1']])
        .slice(0, g.random.below(3)),
    ])],
    filterSource: (_, g, d) => [g.random.chance(0.5) ? g.lambda(['string', 'string'], 'bool', d) : '(p: t: t == "regular")', g.atom('path', d)],
    storePath: (_, g, d) => [g.random.chance(0.7) ? text(g.random, texts.STORE_PATHS) : g.atom('path', d)],
    flakeRefToString: (_, g, d) => [g.random.weighted([[4, () => tree('(builtins.parseFlakeRef ', text(g.random, texts.FLAKES), ')')], [4, () => g.random.pick(texts.FLAKE_SETS)], [1, () => g.atom('set', d)]])()],
    fetchurl: (_, g) => [set(fetched(g, [['name', text(g.random, ['x', 'a b'])]]))],
    fetchTarball: (_, g) => [set(fetched(g, [['name', '"x"']]))],
  },
  path: {
    toPath: (_, g, d) => [g.atom(g.random.pick(['path', 'string']), d)],
    findFile: (_, g, d) => [list([set([['path', g.atom('path', d)], ['prefix', text(g.random, ['', 'tree', 'a'])]])]), text(g.random, ['tree', 'tree/set.nix', 'data', 'none'])],
    filterSource: (_, g, d) => ['(p: t: true)', g.atom('path', d)],
    dirOf: (_, g, d) => [g.atom('path', d)],
  },
  list: {
    attrNames: (_, g, d) => [g.atom('set', d)],
    attrValues: (type, g, d) => [g.atom(type.replace('list', 'set'), d)],
    catAttrs: (type, g, d) => [name(g), g.atom('list:set', d)],
    concatLists: (type, g, d) => [list(g.random.several(0, 3, () => g.atom(type, d)))],
    concatMap: (type, g, d) => [g.lambda(['any'], type, d), g.atom('list', d)],
    filter: (type, g, d) => [g.lambda(['any'], 'bool', d), g.atom(type, d)],
    genericClosure: (_, g, d) => [set([
      ['startSet', list(g.random.several(0, 2, () => set([['key', g.atom(g.random.pick(['int', 'string', 'list:int']), d - 1)]])))],
      ['operator', g.random.chance(0.6) ? `(x: if builtins.isInt x.key && x.key < 6 then [ { key = x.key + ${g.random.pick(['1', '2', '1.5'])}; from = x.key; } ] else [ ])` : g.lambda(['set'], 'list:set', d - 1)],
    ])],
    genList: (type, g, d) => [g.lambda(['int'], type.slice(5) || 'any', d), g.random.pick(['0', '1', '3', '(-1)', '5'])],
    map: (type, g, d) => [g.lambda(['any'], type.slice(5) || 'any', d), g.atom('list', d)],
    match: (_, g, d) => [pattern(g.random), searched(g, d)],
    sort: (type, g, d) => [g.random.weighted([[3, () => 'builtins.lessThan'], [2, () => '(a: b: a > b)'], [1, () => g.lambda(['any', 'any'], 'bool', d)]])(), g.atom(g.random.pick([type, 'list:int', 'list:string']), d)],
    split: (_, g, d) => [pattern(g.random), searched(g, d)],
    splitVersion: (_, g) => [version(g)],
    tail: (type, g, d) => [g.atom(type, d)],
  },
  set: {
    derivationStrict: (_, g, d) => [set([['name', '"a"'], ['system', '"s"'], ['builder', '"/b"'], ['x', g.atom('any', d)]])],
    fromJSON: (_, g) => [read(g.random, texts.JSONS, grammars.json)],
    fromTOML: (_, g) => [read(g.random, texts.TOMLS, grammars.toml)],
    functionArgs: (_, g, d) => [g.random.chance(0.6) ? g.formals('any', d) : g.atom('function', d)],
    getContext: (_, g, d) => [g.atom('string', d)],
    groupBy: (_, g, d) => [g.lambda(['any'], 'string', d), g.atom('list', d)],
    intersectAttrs: (type, g, d) => [g.atom('set', d), g.atom(type, d)],
    listToAttrs: (type, g, d) => [list(g.random.several(0, 3, () => set([['name', name(g)], ['value', g.atom(type.slice(4) || 'any', d)]])))],
    mapAttrs: (type, g, d) => [g.lambda(['string', 'any'], type.slice(4) || 'any', d), g.atom('set', d)],
    parseDrvName: (_, g) => [read(g.random, texts.DRV_NAMES, grammars.versioned)],
    parseFlakeRef: (_, g) => [text(g.random, texts.FLAKES)],
    partition: (_, g, d) => [g.lambda(['any'], 'bool', d), g.atom('list', d)],
    readDir: (_, g, d) => [g.random.chance(0.7) ? g.random.pick(['./tree', './tree/data', './tree/filter']) : g.atom('path', d)],
    removeAttrs: (type, g, d) => [g.atom(type, d), g.atom('list:string', d)],
    tryEval: (_, g, d) => [g.atom('any', d)],
    unsafeGetAttrPos: (_, g, d) => [name(g), g.atom('set', d)],
    zipAttrsWith: (type, g, d) => [g.lambda(['string', 'list'], type.slice(4) || 'any', d), g.atom('list:set', d)],
    fetchTree: (_, g) => [`(${g.random.pick(texts.TREES)})`],
    fetchGit: (_, g) => [`(${g.random.pick(texts.GIT_TREES)})`],
    fetchMercurial: (_, g) => [`(${g.random.pick(texts.MERCURIAL_TREES)})`],
  },
  function: {
    addErrorContext: (_, g, d) => [g.atom('string', d), g.atom('function', d)],
    sort: (_, g, d) => [g.lambda(['any', 'any'], 'bool', d)],
    map: (_, g, d) => [g.lambda(['any'], 'any', d)],
    "foldl'": (_, g, d) => [g.lambda(['any', 'any'], 'any', d), g.atom('any', d)],
    mapAttrs: (_, g, d) => [g.lambda(['any', 'any'], 'any', d)],
  },
  '*': {
    addErrorContext: (type, g, d) => [g.atom('string', d), g.atom(type, d)],
    break: (type, g, d) => [g.atom(type, d)],
    deepSeq: (type, g, d) => [g.atom('any', d), g.atom(type, d)],
    elemAt: (type, g, d) => [g.atom(of(type, 'list'), d), g.random.pick(['0', '0', '1', '2', '(-1)'])],
    "foldl'": (type, g, d) => [g.lambda([type, 'any'], type, d), g.atom(type, d), g.atom('list', d)],
    getAttr: (type, g, d) => [name(g), g.atom(of(type, 'set'), d)],
    head: (type, g, d) => [g.atom(of(type, 'list'), d)],
    scopedImport: (_, g, d) => [g.atom('set', d), g.random.pick(texts.IMPORTS)],
    seq: (type, g, d) => [g.atom('any', d), g.atom(type, d)],
    trace: (type, g, d) => [g.atom('any', d), g.atom(type, d)],
    traceVerbose: (type, g, d) => [g.atom('any', d), g.atom(type, d)],
    warn: (type, g, d) => [g.atom('string', d), g.atom(type, d)],
    getFlake: (_, g, d) => [g.atom(g.random.pick(['int', 'list', 'null']), d)],
  },
}

const of = (type, outer) => (type.includes(':') ? outer : `${outer}:${type}`)

const name = g => (g.random.chance(0.8) ? `"${g.random.pick(texts.NAMES)}"` : g.atom('string', 1))

const drvPath = g => g.random.pick(['(derivation { name = "a"; system = "s"; builder = "/b"; }).drvPath', '(derivation { name = "a"; system = "s"; builder = "/b"; outputs = [ "out" "dev" ]; }).dev'])

/** A set as `getContext` makes it, or nearly. */
const context = (g, d) =>
  g.random.weighted([
    [3, () => `(builtins.getContext ${drvPath(g).startsWith('(') ? `(${drvPath(g)})` : drvPath(g)})`],
    [2, () => set([[`"${g.random.pick(texts.STORE_PATHS)}"`, g.random.pick(['{ path = true; }', '{ outputs = [ "out" ]; }', '{ allOutputs = true; }', '{ }', '{ path = 1; }', '{ outputs = [ ]; }', '{ bogus = true; }'])]])],
    [1, () => g.atom('set', d)],
  ])()

/** What a fetcher takes, always wrong: otherwise the reference would try to download something. */
function fetched(g, optional) {
  const wrong = g.random.pick([['sha256', '"bad"'], ['bogus', '1'], ['url', '1'], ['sha256', '1']])
  return [...new Map([['url', '"https://a.b/c.tar.gz"'], ...g.random.shuffled(optional).slice(0, g.random.below(2)), wrong])]
}

/** A call that returns the type. */
export function builtinCall(generator, type, depth) {
  const { random } = generator
  const kind = type.split(':', 1)[0]
  const own = TABLE[kind] ?? {}
  const choice = random.chance(Object.keys(own).length ? 0.72 : 0) ? own : TABLE['*']
  const builtin = random.pick(Object.keys(choice))
  return written(generator, builtin, choice[builtin](type, generator, depth))
}

/** A call of any builtin, each as often as the others. */
export function anyCall(generator, depth) {
  const [kind, builtin, make] = generator.random.pick(CALLS)
  return written(generator, builtin, make(kind === '*' ? 'any' : kind, generator, depth))
}

function written(generator, builtin, args) {
  const { random } = generator
  // Too few and too many.
  if (random.chance(generator.wrong / 2)) args.pop()
  if (random.chance(generator.wrong / 2)) args.push(generator.leaf('int'))
  const spelled = random.weighted([
    [70, `builtins.${builtin}`],
    [GLOBAL.has(builtin) ? 40 : 0, builtin],
    [GLOBAL.has(builtin) ? 0 : 8, `__${builtin}`],
    [6, `(builtins.${builtin})`],
    [2, `builtins."${builtin}"`],
  ])
  if (args.length > 1 && random.chance(0.08)) {
    const [first, ...rest] = args
    return apply('((f: f', [...rest.map(wrap)], `) (${spelled} `, first)
  }
  return { head: `(${spelled}`, parts: args.map(made => ({ before: ' ', tree: wrap(made), after: '' })), tail: ')', fixed: true }
}

/** A builtin that got its first argument somewhere else. */
function apply(head, rest, between, first) {
  return {
    head,
    parts: [...rest.map(made => ({ before: ' ', tree: made, after: '' })), { before: between, tree: wrap(first), after: '))' }],
    tail: '',
    fixed: true,
  }
}

const wrap = made => (typeof made === 'string' && /^-| /.test(made) && !/^[[{("]/.test(made) ? `(${made})` : made)

const CALLS = Object.entries(TABLE).flatMap(([kind, entries]) => Object.entries(entries).map(([builtin, make]) => [kind, builtin, make]))
