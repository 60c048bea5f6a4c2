// Expressions as trees, so that they can be made smaller piece by piece.
//
// A tree is a text, or `{ head, parts, tail, fixed }` where a part is `{ before, tree, after }`; parts of a tree that is
// not fixed can be left out. Texts are strings of bytes (Latin-1), for the language need not be UTF-8.

/** The bytes of a text in UTF-8, one character each. */
export const utf8 = text => Buffer.from(text, 'utf8').toString('latin1')

export const list = items => ({ head: '[ ', parts: items.map(tree => ({ before: '', tree: argument(tree), after: ' ' })), tail: ']' })

export const set = (entries, head = '{ ') => ({
  head,
  parts: entries.map(([name, tree]) => ({ before: `${name} = `, tree, after: '; ' })),
  tail: '}',
})

/** A function with its arguments. */
export const call = (name, ...items) => ({
  head: `(${name}`,
  parts: items.map(tree => ({ before: ' ', tree: argument(tree), after: '' })),
  tail: ')',
  fixed: true,
})

/** An operator between its operands. */
export const operation = (operator, left, right) => ({
  head: '(',
  parts: [
    { before: '', tree: argument(left), after: ` ${operator} ` },
    { before: '', tree: argument(right), after: '' },
  ],
  tail: ')',
  fixed: true,
})

/** A string literal of texts, `{ raw }`, and trees that are interpolated. */
export const string = pieces => ({
  head: '"',
  parts: pieces.map(piece =>
    piece.raw === undefined ? { before: '${', tree: piece, after: '}' } : { before: '', tree: escaped(piece.raw), after: '' },
  ),
  tail: '"',
})

const escaped = raw =>
  raw.replace(/["\\$]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')

/** Puts parentheses around what could not be an argument as it is. */
function argument(tree) {
  const negative = typeof tree === 'string' && tree.startsWith('-')
  const spaced = typeof tree === 'string' && / /.test(tree)
  return negative || spaced ? { head: '(', parts: [{ before: '', tree, after: '' }], tail: ')', fixed: true } : tree
}

export function print(tree) {
  if (typeof tree === 'string') return tree
  return tree.head + tree.parts.map(({ before, tree, after }) => before + print(tree) + after).join('') + tree.tail
}

/** A copy in which every text went through `change`. */
export function mapTexts(tree, change) {
  if (typeof tree === 'string') return change(tree)
  return { ...tree, parts: tree.parts.map(part => ({ ...part, tree: mapTexts(part.tree, change) })) }
}

/** All trees that are one step smaller: a part left out, a tree replaced by one of `simple` or of its parts, a text by half of it. */
export function* smaller(tree, simple = ['""']) {
  if (typeof tree === 'string') {
    if (tree.length > 40) yield tree.slice(0, tree.length / 2)
    return
  }
  if (!tree.fixed) {
    const half = tree.parts.length >> 1
    if (half > 1) {
      yield { ...tree, parts: tree.parts.slice(half) }
      yield { ...tree, parts: tree.parts.slice(0, half) }
    }
    for (let left = 0; left < tree.parts.length; left++) {
      yield { ...tree, parts: tree.parts.filter((_, index) => index !== left) }
    }
  }
  if (tree.parts.length > 0 && tree.head !== '"') yield* simple
  for (const part of tree.parts) {
    if (tree.head !== '"' || part.before === '${') yield part.tree
  }
  for (const [index, part] of tree.parts.entries()) {
    for (const inner of smaller(part.tree, simple)) {
      yield { ...tree, parts: tree.parts.with(index, { ...part, tree: inner }) }
    }
  }
}
