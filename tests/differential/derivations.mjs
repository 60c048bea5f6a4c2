// Random graphs of derivations as expressions: `let … in [ paths ]`, where the paths are those of all derivations and outputs.
//
// Most are good; a few have something that the reference refuses, for the refusals must agree, too.

import { call, list, mapTexts, operation, print, set, string, utf8 } from './tree.mjs'

const NAMES = [
  'a', 'x-1.0', 'foo+bar', '_x', '1.2.3', 'a?b=c', 'hello-2.12.1', '.hidden', '-x', 'X'.repeat(150), 'lib.so', 'a..b', '-', '...', '9',
]
const BAD_NAMES = ['', '.', '..', '.-x', 'a b', utf8('é'), 'x'.repeat(212), 'x.drv', 'a/b', '..-x', 'x'.repeat(208)]
const SYSTEMS = ['x86_64-linux', 'aarch64-darwin', 's', 'builtin', utf8('sÿstem')]
const TEXTS = [
  '', 'text', ' ', 'two words', 'line\nline\n', 'tab\there', 'cr\r\n', 'quote"quote', 'back\\slash', '$HOME ${x} $$', "''", utf8('äöü'),
  utf8('漢字'), utf8('😀'), utf8('e\u0301'), '\x01\x7f', '/nix/store', '/bin/sh', '-c', '1', '\\n', utf8('\u2028'), '%s',
]
const OUTPUTS = ['out', 'dev', 'bin', 'lib', 'man', 'doc', 'a', 'z_x', 'debug', 'out2', 'B']
const ATTRIBUTES = [
  'buildInputs', 'src', 'patches', 'x', 'Y', 'a1', '"a b"', `"${utf8('ключ')}"`, '"1"', '"a.b"', '"A-b"', 'preferLocalBuild', 'allowSubstitutes',
  'url', 'urls', 'phases', 'version', 'pname', 'meta', 'passthru', 'disallowedReferences', 'allowedReferences', '"-"', '__x', 'type', 'drvPath',
  'outPath', 'outputName', 'all', 'out', 'dev', 'outputHashX', 'passAsFile', 'requiredSystemFeatures', 'impureEnvVars', '"\'"', '"\\""', 'flags',
  'outputChecks', 'maxSize', 'unsafeDiscardReferences', '__sandboxProfile', '__noChroot', '__json', 'exportReferencesGraph', 'nativeBuildInputs',
]
const ALGORITHMS = { md5: 16, sha1: 20, sha256: 32, sha512: 64, blake3: 32 }

/** Makes a graph: `{ bindings: [[name, tree]], results: tree }`. `paths` are path literals of files that are there. */
export function graph(random, paths) {
  const maker = new Maker(random, paths)
  const count = 1 + random.below(random.chance(0.1) ? 12 : 6)
  for (let index = 0; index < count; index++) maker.binding()
  return maker.graph()
}

export const printGraph = ({ bindings, results }) =>
  `let\n${bindings.map(([name, tree]) => `  ${name} = ${print(tree)};\n`).join('')}in ${print(results)}`

class Maker {
  constructor(random, paths) {
    this.random = random
    this.paths = paths
    this.bindings = []
    /** Derivations made so far: their names and the names of their outputs. */
    this.derivations = []
    /** Names of bindings that are strings with references, but of no derivation. */
    this.texts = []
  }

  graph() {
    const results = this.derivations.flatMap(({ name, outputs }) => [
      `${name}.drvPath`,
      ...outputs.map(output => `${name}."${output}".outPath`),
    ])
    for (const text of this.texts) results.push(text)
    if (this.random.chance(0.2)) results.push(call('builtins.toJSON', call('builtins.getContext', string([this.reference()]))))
    return { bindings: this.bindings, results: list(results) }
  }

  binding() {
    const { random } = this
    const makers = [
      [50, () => this.derivation(this.inputAddressed())],
      [14, () => this.derivation(this.fixed())],
      [14, () => this.derivation(this.structured())],
      [8, () => this.derivation(this.floating('__contentAddressed'))],
      [3, () => this.derivation(this.floating('__impure'))],
      [6, () => this.text()],
      [this.derivations.length ? 8 : 0, () => this.twin()],
    ]
    random.weighted(makers)()
  }

  text() {
    const name = `t${this.texts.length}`
    const references = this.random.several(0, 2, () => this.random.pick(['""', ...this.texts, ...this.paths.map(path => `"\${${path}}"`)]))
    const pieces = [this.raw(), ...references]
    // A text that refers to an output is refused.
    if (this.random.chance(0.01)) pieces.push(this.reference())
    const tree = call('builtins.toFile', string([{ raw: this.random.pick(NAMES) }]), string(this.random.shuffled(pieces)))
    this.bindings.push([name, tree])
    this.texts.push(name)
  }

  derivation({ entries, outputs }) {
    const name = `d${this.derivations.length}`
    this.bindings.push([name, call('derivation', set(this.random.shuffled(entries)))])
    this.derivations.push({ name, outputs })
  }

  /** A derivation like an earlier one, but with another URL or other inputs: often the same outputs, or digests that are the same. */
  twin() {
    const { random } = this
    const original = random.pick(this.derivations)
    const [, tree] = this.bindings.find(([name]) => name === original.name)
    const other = random.pick(this.derivations)
    const swapped = mapTexts(tree, text => {
      if (random.chance(0.5)) return text.replace(/\bd\d+\b/, other.name)
      return text
    })
    const name = `d${this.derivations.length}`
    const body = swapped.parts[0].tree
    const parts = body.parts.filter(({ before }) => before !== 'url = ')
    parts.push({ before: 'url = ', tree: string([this.raw()]), after: '; ' })
    // What comes later must not refer to what comes first, itself included.
    const earlier = this.derivations.findIndex(({ name }) => name === original.name)
    const valid = !print(body).match(/\bd\d+\b/g)?.some(used => Number(used.slice(1)) >= this.derivations.length || used === name)
    if (earlier < 0 || !valid) return
    this.bindings.push([name, { ...swapped, parts: [{ before: ' ', tree: { ...body, parts }, after: '' }] }])
    this.derivations.push({ name, outputs: original.outputs })
  }

  inputAddressed() {
    const { random } = this
    const entries = this.base()
    const outputs = this.outputs(entries)
    if (random.chance(0.1)) entries.push(['__ignoreNulls', random.chance(0.9) ? random.pick(['true', 'false']) : random.pick(['null', '1'])])
    if (random.chance(0.05)) entries.push(['__structuredAttrs', 'false'])
    if (random.chance(0.03)) entries.push(['__contentAddressed', 'false'])
    if (random.chance(0.03)) entries.push(['__impure', 'false'])
    if (random.chance(0.04)) entries.push(['outputHashMode', string([{ raw: random.pick(['flat', 'recursive', 'nar']) }])])
    if (random.chance(0.04)) entries.push(['outputHashAlgo', string([{ raw: random.pick(['sha256', 'md5', 'bad', '']) }])])
    if (random.chance(0.05)) entries.push(this.passAsFile(entries))
    if (random.chance(0.02)) entries.push(['huge', call('toString', call('builtins.genList', '(i: i * i)', '4000'))])
    return { entries: unique(entries), outputs }
  }

  fixed() {
    const { random } = this
    const entries = this.base()
    if (random.chance(0.1)) entries.push(['outputs', list(['"out"'])])
    const algorithm = random.pick(Object.keys(ALGORITHMS))
    // Few digests, so that different derivations make the same output.
    const digest = random.chance(0.5) ? Buffer.alloc(ALGORITHMS[algorithm], random.below(3)) : random.bytes(ALGORITHMS[algorithm])
    const [hash, prefixed] = spelled(random, algorithm, digest)
    entries.push(['outputHash', string([{ raw: hash }])])
    const named = prefixed
      ? [[50, undefined], [20, algorithm], [10, 'null'], [10, ''], [3, random.pick(Object.keys(ALGORITHMS))]]
      : [[90, algorithm], [0.5, ''], [0.5, undefined], [0.5, algorithm.toUpperCase()], [0.5, random.pick(Object.keys(ALGORITHMS))]]
    const name = random.weighted(named)
    if (name !== undefined) entries.push(['outputHashAlgo', name === 'null' ? 'null' : string([{ raw: name }])])
    const mode = random.weighted([[40, undefined], [15, 'flat'], [30, 'recursive'], [15, 'nar'], [8, 'text'], [0.5, 'git'], [0.2, ''], [0.2, 'r:']])
    if (mode !== undefined) entries.push(['outputHashMode', string([{ raw: mode }])])
    if (random.chance(0.6)) entries.push(['url', string([this.raw()])])
    if (random.chance(0.05)) entries.push(['__contentAddressed', 'true'])
    if (random.chance(0.2)) entries.push(['__structuredAttrs', 'true'])
    return { entries: unique(entries), outputs: ['out'] }
  }

  structured() {
    const { random } = this
    const entries = this.base()
    const outputs = this.outputs(entries)
    entries.push(['__structuredAttrs', 'true'])
    entries.push(...random.several(0, 3, () => [this.attribute(entries), this.json(3)]))
    if (random.chance(0.1)) entries.push(['__ignoreNulls', 'true'])
    if (random.chance(0.1)) entries.push(['__contentAddressed', 'true'])
    return { entries: unique(entries), outputs }
  }

  floating(kind) {
    const { random } = this
    const entries = this.base()
    const outputs = this.outputs(entries)
    entries.push([kind, 'true'])
    if (random.chance(0.5)) entries.push(['outputHashMode', string([{ raw: random.pick(['recursive', 'nar', 'flat', 'text']) }])])
    if (random.chance(0.5)) entries.push(['outputHashAlgo', string([{ raw: random.pick(Object.keys(ALGORITHMS)) }])])
    if (random.chance(0.01)) entries.push(['__impure', 'true'])
    if (random.chance(0.1)) entries.push(['__structuredAttrs', 'true'])
    return { entries: unique(entries), outputs }
  }

  base() {
    const { random } = this
    const bad = random.chance(0.006)
    const entries = [
      ['name', bad ? string([{ raw: random.pick(BAD_NAMES) }]) : string([{ raw: random.pick(NAMES) }])],
      ['system', string([{ raw: random.pick(SYSTEMS) }])],
      ['builder', random.weighted([[80, '"/bin/sh"'], [15, string([{ raw: '/' }, this.reference()])], [5, this.value(1)]])],
    ]
    if (random.chance(0.002)) entries.splice(random.below(3), 1)
    if (random.chance(0.5)) entries.push(['args', list(random.several(0, 4, () => this.value(2)))])
    entries.push(...random.several(0, 6, () => [this.attribute(entries), this.value(2)]))
    return unique(entries)
  }

  /** Names the outputs, in any order, and adds the attribute unless it is the default. */
  outputs(entries) {
    const { random } = this
    if (random.chance(0.45)) return ['out']
    const names = random.shuffled(OUTPUTS).slice(0, 1 + random.below(4))
    if (random.chance(0.6) && !names.includes('out')) names.push('out')
    const written = random.chance(0.01) ? [...names, random.pick([names[0], 'drvPath', '', 'a b', 'name'])] : names
    entries.push(['outputs', random.chance(0.005) ? string([{ raw: written.join(' ') }]) : list(written.map(name => `"${name}"`))])
    return names
  }

  passAsFile(entries) {
    const names = entries.map(([name]) => name).filter(name => /^\w+$/.test(name))
    return ['passAsFile', list(this.random.shuffled(names).slice(0, 2).map(name => `"${name}"`))]
  }

  attribute(entries) {
    const taken = new Set(entries.map(([name]) => name))
    const free = ATTRIBUTES.filter(name => !taken.has(name))
    const name = this.random.pick(free)
    // What has a meaning of its own comes less often.
    return /^(type|drvPath|outPath|outputName|all|__json|exportReferencesGraph)$/.test(name) && this.random.chance(0.8) ? 'x' : name
  }

  /** Text of a string; now and then bytes that are no UTF-8. */
  raw() {
    const { random } = this
    if (random.chance(0.003)) return { raw: random.bytes(3).toString('latin1').replaceAll('\0', '0') }
    return { raw: random.pick(TEXTS) }
  }

  /** A string that refers to something made before, in one of many ways. */
  reference() {
    const { random } = this
    if (this.derivations.length === 0) return this.raw().raw === '' ? '"none"' : string([this.raw()])
    // Mostly recent ones, so that graphs are deep.
    const back = Math.floor(this.derivations.length * random.next() ** 2)
    const { name, outputs } = this.derivations[this.derivations.length - 1 - back]
    const output = random.pick(outputs)
    const drv = `${name}.drvPath`
    return random.weighted([
      [30, name],
      [20, `${name}."${output}"`],
      [8, `${name}."${output}".outPath`],
      [8, string([this.raw(), name, { raw: '/bin' }])],
      [5, drv],
      [3, call('builtins.unsafeDiscardStringContext', drv)],
      [3, call('builtins.unsafeDiscardStringContext', string([name]))],
      [3, call('builtins.unsafeDiscardOutputDependency', drv)],
      [2, call('builtins.addDrvOutputDependencies', call('builtins.unsafeDiscardOutputDependency', drv))],
      [2, call('builtins.addDrvOutputDependencies', drv)],
      [2, call('builtins.substring', '0', '20', string([name]))],
      [2, call('builtins.substring', '0', '0', string([name]))],
      [2, call('builtins.concatStringsSep', string([name]), list([drv, '"b"']))],
      [2, call('builtins.replaceStrings', list(['"a"']), list([string([name])]), string([this.raw()]))],
      [2, call('builtins.toJSON', list([name, '1']))],
      [2, call('builtins.appendContext', '"text"', call('builtins.getContext', string([name, drv])))],
      [1, call('builtins.baseNameOf', string([name]))],
      [1, call('builtins.dirOf', string([name]))],
      [1, call('builtins.hashString', '"sha256"', string([name]))],
      [1, call('builtins.outputOf', drv, `"${output}"`)],
      [1, call('builtins.outputOf', call('builtins.unsafeDiscardOutputDependency', drv), '"out"')],
      [0.2, `${name}.all`],
    ])
  }

  /** A value that the environment of a derivation can hold. */
  value(depth) {
    const { random } = this
    const deeper = depth > 0 ? 1 : 0
    return random.weighted([
      [20, () => string(random.several(1, 3, () => (random.chance(0.4) ? this.reference() : this.raw())))],
      [20, () => this.reference()],
      [6, () => random.pick(['0', '1', '-1', '42', '9223372036854775807', '-9223372036854775807'])],
      [5, () => random.pick(['1.5', '0.1', '1.0e30', '-0.0', '1.0e-7', '123456789.123', '1.0', '3.0e100', '(1.0 / 3)', '100000.0', '1234567.0'])],
      [8, () => random.pick(['true', 'false', 'null'])],
      [4, () => (this.paths.length ? random.pick(this.paths) : 'null')],
      [3, () => (this.texts.length ? random.pick(this.texts) : '"t"')],
      [2, () => `(builtins.placeholder "${random.pick(OUTPUTS)}")`],
      [10 * deeper, () => list(random.several(0, 3, () => this.value(depth - 1)))],
      [2 * deeper, () => set([['outPath', this.value(depth - 1)]])],
      [2 * deeper, () => set([['__toString', `self: ${print(string([this.reference()]))}`]])],
      [1 * deeper, () => set([['__toString', 'self: self.x'], ['x', random.chance(0.9) ? this.reference() : this.value(depth - 1)]])],
      [1 * deeper, () => call('toString', this.value(depth - 1))],
      [1 * deeper, () => operation('+', string([this.raw()]), this.reference())],
      [1 * deeper, () => this.copied()],
      [0.03, () => set([['x', '1']])],
      [0.03, () => '(x: x)'],
    ])()
  }

  copied() {
    if (this.paths.length === 0) return '"no path"'
    const { random } = this
    const entries = [['path', random.pick(this.paths)]]
    if (random.chance(0.6)) entries.push(['name', string([{ raw: random.pick(NAMES) }])])
    if (random.chance(0.3)) entries.push(['recursive', random.pick(['true', 'false'])])
    if (random.chance(0.3)) entries.push(['filter', '(path: type: type == "directory" || builtins.match ".*[a-f]" path != null)'])
    return call('builtins.path', set(entries))
  }

  /** A value that structured attributes can hold. */
  json(depth) {
    const { random } = this
    const deeper = depth > 0 ? 1 : 0
    return random.weighted([
      [10, () => this.value(1)],
      [6 * deeper, () => list(random.several(0, 3, () => this.json(depth - 1)))],
      [8 * deeper, () => set(unique(random.several(0, 3, () => [this.attribute([]), this.json(depth - 1)])))],
    ])()
  }
}

const unique = entries => [...new Map(entries).entries()]

/** A digest in one of the forms that the reference reads, and whether the form names the algorithm. */
function spelled(random, algorithm, digest) {
  const base64 = digest.toString('base64')
  const plain = random.weighted([[40, digest.toString('hex')], [30, nix32(digest)], [20, base64], [2, digest.toString('hex').toUpperCase()]])
  return random.weighted([
    [40, [`${algorithm}-${base64}`, true]],
    [45, [plain, false]],
    [10, [`${algorithm}:${plain}`, true]],
    [2, ['', false]],
    [0.4, [plain.slice(1), false]],
    [0.4, [`${algorithm}-${base64.replace(/=+$/, '')}`, true]],
    [0.4, [`bad-${base64}`, true]],
  ])
}

/** The reference's base 32: its own alphabet, the last bits first. */
function nix32(digest) {
  const alphabet = '0123456789abcdfghijklmnpqrsvwxyz'
  const length = Math.ceil((digest.length * 8) / 5)
  let text = ''
  for (let place = length - 1; place >= 0; place--) {
    const bit = place * 5
    const word = digest[bit >> 3] | ((digest[(bit >> 3) + 1] ?? 0) << 8)
    text += alphabet[(word >> (bit & 7)) & 31]
  }
  return text
}
