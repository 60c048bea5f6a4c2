// What is asked of a package set: entries whose values are sets, of which each attribute is compared by itself.

import { createHash } from 'node:crypto'

/** File by file: each evaluates, called without arguments, to a set that can be printed as JSON. */
export const entries = ['release.nix', 'lib-tests.nix', 'machine/release.nix', 'cross.nix']

/** The digests of all attributes, by `FILE#ATTRIBUTE`, of the JSON that each entry printed. */
export function digests(texts) {
  const result = {}
  for (const [file, text] of texts) {
    for (const [name, value] of Object.entries(JSON.parse(text))) {
      result[`${file}#${name}`] = createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
    }
  }
  return result
}

/** The names under which two answers of `digests` differ. */
export function differences(one, other) {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(name => one[name] !== other[name])
}
