// Texts in the small languages that builtins read: regular expressions, TOML, JSON, versions, hashes. Most are right, some nearly so.

import { utf8 } from '../tree.mjs'

/** Puts something else, nothing, or one piece twice somewhere in a text now and then. */
function damaged(random, text, pieces, probability = 0.15) {
  if (!random.chance(probability) || text === '') return text
  const at = random.below(text.length + 1)
  return text.slice(0, at) + random.pick(['', random.pick(pieces), text.slice(0, at)]) + text.slice(at + random.pick([0, 0, 1, 2]))
}

/** A POSIX extended regular expression; bytes stand for themselves. */
export function regex(random) {
  return damaged(random, alternatives(random, 3), ['(', ')', '[', ']', '{', '}', '*', '+', '?', '|', '\\', '^', '$', '{1', '{1,', '[:', ':]', '[^', '.', '**', '(?', 'a'])
}

const alternatives = (random, depth) => random.several(1, random.chance(0.3) ? 3 : 1, () => sequence(random, depth)).join('|')
const sequence = (random, depth) => random.several(random.chance(0.05) ? 0 : 1, 3, () => repeated(random, depth)).join('')

function repeated(random, depth) {
  const atom = random.weighted([
    [8, () => random.pick(['a', 'b', 'c', 'x', ' ', '-', '1', '/', utf8('é')])],
    [3, () => '.'],
    [4, () => bracket(random)],
    [depth > 0 ? 5 : 0, () => `(${alternatives(random, depth - 1)})`],
    [2, () => `\\${random.pick(['.', '\\', '*', '(', ')', '[', ']', '{', '}', '^', '$', '|', '+', '?', '-', 'n', 'w', '1', '/', 'a'])}`],
    [0.7, () => random.pick(['^', '$'])],
  ])()
  const count = random.weighted([[10, ''], [2, '*'], [2, '+'], [2, '?'], [1, '{2}'], [1, '{1,}'], [1, '{0,2}'], [0.3, '{,2}'], [0.3, '{0}'], [0.3, '{3,1}'], [0.3, '*?'], [0.3, '+*']])
  return atom + count
}

function bracket(random) {
  const item = () =>
    random.weighted([
      [6, () => random.pick(['a', 'b', 'c', '1', ' ', '.', '*', '\\', '$', '|', '(', '/'])],
      [4, () => random.pick(['a-c', '0-9', 'a-z', 'A-Z', 'c-a', ' -/', 'x-x'])],
      [3, () => `[:${random.pick(['alpha', 'digit', 'alnum', 'space', 'upper', 'lower', 'punct', 'blank', 'xdigit', 'print', 'graph', 'cntrl', 'word', 'ALPHA', 'w', 'd', 's'])}:]`],
      [0.4, () => random.pick(['[.a.]', '[=a=]', '[.hyphen.]', '[.space.]', '[.-.]', '[=]=]'])],
    ])()
  return `[${random.pick(['', '', '', '^'])}${random.pick(['', '', '', ']', '-'])}${random.several(1, 3, item).join('')}${random.pick(['', '', '', '-'])}]`
}

/** What a regular expression of those is searched in. */
export const subject = random => random.several(0, 8, () => random.pick(['a', 'b', 'c', 'ab', 'abc', 'x', ' ', '-', '1', '12', '/', '.', '\n', 'A', '\\', '(', utf8('é'), '$', '^'])).join('')

/** A document of TOML 1.0. */
export function toml(random) {
  const lines = random.several(0, 5, () =>
    random.weighted([
      [8, () => `${tomlKey(random)}${random.pick([' = ', '=', ' =', '\t= '])}${tomlValue(random, 2)}`],
      [2, () => `[${tomlKey(random)}]`],
      [1.5, () => `[[${tomlKey(random)}]]`],
      [0.7, () => random.pick(['', '# comment', '  ', '\t# x'])],
    ])() + random.pick(['', '', '', '', ' ', ' # c']),
  )
  return damaged(random, lines.join(random.pick(['\n', '\n', '\n', '\r\n'])), ['=', '"', "'", '[', ']', '{', '}', ',', '.', '\n', '#', '_', '"""', "'''", '\\', '\x01', '+', '-', '0', 'e', ':', 'T', '\xff', utf8('é')], 0.25)
}

const tomlKey = random => random.several(1, random.chance(0.3) ? 3 : 1, () => random.pick(['a', 'b', 'c', 'a-b', '1', '_', '"q k"', "'l.k'", '""', '"\\u0041"', 'true', 'inf'])).join(random.pick(['.', '.', ' . ']))

function tomlValue(random, depth) {
  return random.weighted([
    [5, () => random.pick(['', '+', '-']) + random.pick(['0', '1', '42', '1_000', '9223372036854775807', '9223372036854775808', '0xff', '0xDEAD_BEEF', '0o17', '0b101', '007', '08', '0_1', '1__0', '_1', '0x', '0b12', '0x1.5', '0xffffffffffffffff'])],
    [4, () => random.pick(['', '+', '-']) + random.pick(['1.5', '0.1', '1e3', '1E-2', '1_0.0_1', '6.02e+23', 'inf', 'nan', '1.', '.5', '1.e3', '1e', '1e5_0', '3.0', '1e400', '0e0', '123456789.123456789'])],
    [2, () => random.pick(['true', 'false', 'True', 'tru'])],
    [4, () => `"${random.several(0, 3, () => random.pick(['a', ' ', '\\n', '\\t', '\\"', '\\\\', '\\u00e9', '\\U0001F600', utf8('é'), '\\e', '\\x41', '\\ud800', '\\q', "'", '#', '\t', '\x7f', '\\u12'])).join('')}"`],
    [2, () => `'${random.pick(['', 'a', '\\n', '"', ' # ', utf8('漢'), '\t'])}'`],
    [1.5, () => `"""${random.several(0, 4, () => random.pick(['a', '\n', '"', '""', '\\\n   ', '\\n', ' ', '\r\n', '\\', '#'])).join('')}"""`],
    [1, () => `'''${random.several(0, 4, () => random.pick(['a', '\n', "'", "''", '\\', ' '])).join('')}'''`],
    [2, () => random.pick(['1979-05-27', '1979-05-27T07:32:00Z', '1979-05-27 07:32:00', '07:32:00', '07:32:00.999999', '1979-05-27T00:32:00.5-07:00', '1979-13-01', '1979-02-30', '2000-02-29', '25:00:00', '07:32', '1979-05-27T', '1979-05-27t07:32:00z', '1979-05-27T07:32:60Z', '0000-01-01', '1900-02-29', '24:00:00', '07:32:61', '1979-05', '1979-05-27 07', '1979-05-27T07:32:00+25:00', '1979-05-27T07:32:00+07', '17:3', '1979-05-27T07:32:00.'])],
    [depth > 0 ? 3 : 0, () => `[${random.pick(['', ' ', '\n'])}${random.several(0, 3, () => tomlValue(random, depth - 1)).join(random.pick([', ', ',', ' , ', ',\n # c\n']))}${random.pick(['', '', ',', '\n'])}]`],
    [depth > 0 ? 3 : 0, () => `{${random.several(0, 3, () => `${tomlKey(random)} = ${tomlValue(random, depth - 1)}`).join(random.pick([', ', ',']))}${random.pick(['', '', ' ', ',', '\n'])}}`],
  ])()
}

/** A document of JSON. */
export const json = random =>
  damaged(random, jsonValue(random, 3), ['{', '}', '[', ']', '"', ',', ':', '\\', '1', '-', '.', 'e', 'null', ' ', '\n', '\x01', '\xff', '\xc3', '/', '\ufeff'.slice(1)], 0.25)

function jsonValue(random, depth) {
  const space = () => random.pick(['', '', '', ' ', '\n', '\t'])
  return space() + random.weighted([
    [4, () => random.pick(['', '-']) + random.pick(['0', '1', '42', '9223372036854775807', '9223372036854775808', '18446744073709551615', '18446744073709551616', '00', '1.5', '0.1', '1e3', '1E-2', '1e400', '2.5e-324', '1.', '.5', '1e', '123456789012345678', '0.30000000000000004', '1e16', '100000000000000000000000'])],
    [2, () => random.pick(['true', 'false', 'null', 'nul', 'True'])],
    [4, () => `"${random.several(0, 4, () => random.pick(['a', ' ', '\\n', '\\t', '\\"', '\\\\', '\\/', '\\b', '\\f', '\\u00e9', '\\ud83d\\ude00', '\\ud83d', '\\ude00', '\\u0000', '\\u12', '\\x', utf8('é'), utf8('😀'), '\t', '\x7f', '\xed\xa0\x80'])).join('')}"`],
    [depth > 0 ? 3 : 0, () => `[${random.several(0, 3, () => jsonValue(random, depth - 1)).join(',')}${random.pick(['', '', '', '', ','])}]`],
    [depth > 0 ? 4 : 0, () => `{${random.several(0, 3, () => `${space()}"${random.pick(['a', 'b', 'a b', '', 'outPath', '\\u0061', '_type'])}"${space()}:${jsonValue(random, depth - 1)}`).join(',')}}`],
  ])() + space()
}

/** A version, or the name of a derivation with one. */
export const versioned = random =>
  random.several(0, 6, () => random.pick(['1', '2', '10', '09', '.', '-', 'a', 'b', 'pre', 'rc', 'foo', '_', '+', 'alpha', '2024', '', utf8('é'), 'é', '99999999999', 'P', ' '])).join('')

/** A number as it is written in the language, or nearly. */
export const number = random =>
  random.weighted([
    [3, () => random.several(1, 19, () => random.pick('0123456789'.split(''))).join('')],
    [5, () => `${random.several(0, 6, () => random.pick('0123456789'.split(''))).join('')}.${random.several(1, 17, () => random.pick('0123456789'.split(''))).join('')}${random.pick(['', '', 'e5', 'E-3', 'e+10', 'e-310', 'e300', 'e17'])}`],
    [1, () => `${1 + random.below(9)}.${random.below(1000)}e${random.below(40) - 20}`],
  ])()

const DIGITS = { base16: '0123456789abcdefABCDEF', nix32: '0123456789abcdfghijklmnpqrsvwxyz', base64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/' }
const BYTES = { md5: 16, sha1: 20, sha256: 32, sha512: 64, blake3: 32 }

/** A hash in any of the forms, mostly as long as it has to be. */
export function hash(random) {
  const [algorithm, bytes] = random.pick(Object.entries(BYTES))
  const form = random.pick(Object.keys(DIGITS))
  const length = { base16: 2 * bytes, nix32: Math.ceil((8 * bytes) / 5), base64: 4 * Math.ceil(bytes / 3) }[form] + random.pick([0, 0, 0, 0, 0, 0, 1, -1])
  const padding = form === 'base64' ? (3 - (bytes % 3)) % 3 : 0
  const digits = Array.from({ length: length - padding }, (_, index) => (index === 0 && form === 'nix32' ? random.pick(['0', '1', 'z']) : random.pick(DIGITS[form].slice(0, form === 'base16' ? 16 : undefined).split('')))).join('')
  const text = digits + '='.repeat(padding)
  return damaged(random, random.pick(['', `${algorithm}:`, `${algorithm}-`]) + text, ['=', '-', ':', 'e', 'A', '!', ' ', '\n'], 0.1)
}
