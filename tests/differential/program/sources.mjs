// Files: paths in all forms, what builtins tell of them, and copies in the store.

import { list, set } from '../tree.mjs'
import { tree } from './expression.mjs'
import { SEARCHED } from './texts.mjs'

/** What is below the folder in which programs run, and what is not. */
const PLACES = ['tree', 'tree/data', 'tree/data/plain.txt', 'tree/data/empty.txt', 'tree/filter', 'tree/filter/sub', 'tree/filter/sub/nested.txt', 'tree/set.nix', 'tree/run.sh', 'tree/missing', 'tree/set.nix/below', 'tree/lib']
const TAILS = ['', '/', '/.', '/..', '/../data', '//', '/./', '/../tree', '/plain.txt', '/data/plain.txt', 'x', '/lib/..', '/filter/../set.nix']

const FILTERS = [
  '(p: t: true)', '(p: t: false)', '(p: t: t == "regular")', '(p: t: t == "directory")', '(p: t: baseNameOf p != "sub")', '(p: t: builtins.match ".*\\\\.o" p == null)', '(p: t: builtins.trace (baseNameOf p + " " + t) true)', '(p: t: throw p)',
  '(p: t: 1)', '(p: t: null)', '(p: true)', '(p: t: u: true)', 'null', '(p: t: builtins.stringLength p > 0)', '(p: t: builtins.pathExists p)', '(p: t: builtins.hasContext p)', '(p: t: builtins.isString p && baseNameOf (dirOf p) != "data")', 'true', '({ ... }: t: true)',
  '{ __functor = self: p: t: t != "directory"; }', '(builtins.seq 1)', '(p: t: assert baseNameOf p != "keep.txt"; true)',
]

/** A path, or a string that looks like one. */
function place(g, depth = 2) {
  const { random } = g
  const inner = () => (depth > 0 ? place(g, depth - 1) : `./${random.pick(PLACES)}`)
  return random.weighted([
    [8, () => `./${random.pick(PLACES)}`],
    [2, () => `./tree/${'${'}"${random.pick(['data', 'set.nix', 'filter/sub', '..', '', '.', 'data/../lib'])}"${'}'}`],
    [2, () => random.pick(SEARCHED)],
    [1, () => random.pick(['./.', '../programs/tree', '/.', '~/x', '/nowhere', './../programs', './tree/.', './tree/../tree/data', '""', '"tree"', '"./tree"'])],
    [3, () => tree`(${inner()} + "${random.pick(TAILS)}")`],
    [3, () => tree`(toString ${inner()})`],
    [2, () => tree`"${'${'}toString ${inner()}${'}'}${random.pick(TAILS)}"`],
    [2, () => tree`"${'${'}${inner()}${'}'}${random.pick(TAILS)}"`],
    [1, () => tree`(/. + ${inner()})`],
    [1, () => tree`(${inner()} + ${inner()})`],
    [1, () => tree`(dirOf ${inner()})`],
    [1, () => tree`(builtins.toPath ${inner()})`],
    [1, () => copied(g, depth - 1)],
    [0.5, () => tree`{ outPath = ${inner()}; }`],
    [0.5, () => tree`{ __toString = self: ${inner()}; }`],
    [0.5, () => tree`(builtins.unsafeDiscardStringContext ${inner()})`],
  ])()
}

/** A copy in the store. */
function copied(g, depth) {
  const { random } = g
  const from = () => place(g, Math.max(0, depth))
  return random.weighted([
    [4, () => tree`(builtins.path ${set([['path', from()], ...random.shuffled([
      ['name', random.pick(['"x"', '"source"', '"a b"', '""', '".x"', 'null'])], ['recursive', random.pick(['true', 'false', 'false', '1'])], ['filter', random.pick(FILTERS)], ['filter', random.pick(FILTERS)],
      ['sha256', random.pick(['"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="', '""', '"bad"', '"sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="'])],
    ]).slice(0, random.below(4)).filter(([name], index, all) => all.findIndex(([other]) => other === name) === index)])})`],
    [3, () => tree`(builtins.filterSource ${random.pick(FILTERS)} ${from()})`],
    [2, () => tree`"${'${'}${from()}${'}'}"`],
    [1, () => tree`(builtins.toFile ${random.pick(['"x"', '"x.nix"', '""', '"a b"', '".a"'])} ${random.pick(['"1 + 1"', '"{ x }: x"', '"(import ./y.nix)"', '"__curPos"', '"syntax error ("', '"\\n"'])})`],
    [1, () => tree`(builtins.storePath ${from()})`],
    [0.7, () => tree`(builtins.fetchTree { type = "path"; path = ${from()}; }).outPath`],
    [0.3, () => tree`(builtins.fetchTree (${random.pick(['"path:', '"'])}${'${'}toString ${from()}${'}'}")).outPath`],
  ])()
}

/** What asks for files. */
export function sources(g) {
  const { random } = g
  const at = () => (random.chance(0.3) ? copied(g, 1) : place(g))
  return random.weighted([
    [4, () => copied(g, 2)],
    [3, () => place(g, 3)],
    [2, () => tree`(builtins.readDir ${at()})`],
    [2, () => tree`(builtins.readFile ${at()})`],
    [2, () => tree`(builtins.readFileType ${at()})`],
    [2, () => tree`(builtins.pathExists ${at()})`],
    [2, () => tree`(import ${at()}${random.pick(['', '', ' { x = 1; }', '.here', '.pos or 1'])})`],
    [1, () => tree`(builtins.scopedImport { extra = 1; import = x: "imported"; __curPos = 2; } ${at()})`],
    [1, () => tree`(builtins.hashFile ${random.pick(['"sha256"', '"md5"', '"sha512"', '"x"'])} ${at()})`],
    [1, () => tree`(builtins.findFile ${list(random.several(0, 3, () => set([['path', at()], ...(random.chance(0.9) ? [['prefix', random.pick(['""', '"tree"', '"a"', '"nix"', 'null'])]] : [])])))} ${random.pick(['"tree"', '"tree/set.nix"', '"a/data"', '"nix/fetchurl.nix"', '""', '"data/plain.txt"', '"a"', '"/a"', '"a/../set.nix"'])})`],
    [1, () => tree`(let __nixPath = ${list([set([['path', at()], ['prefix', '"here"']])])}; in ${random.pick(['<here>', '<here/set.nix>', '<there>', '<here/data/../lib>'])})`],
    [1, () => tree`[ (baseNameOf ${at()}) (dirOf ${at()}) ]`],
    [1, () => tree`(${place(g)} ${random.pick(['==', '<', '!='])} ${place(g)})`],
    [1, () => tree`(let p = ${at()}; in [ (builtins.typeOf p) (toString p) (builtins.hasContext "${'${'}p${'}'}") p ])`],
    [1, () => tree`(builtins.toJSON ${at()})`],
    [1, () => tree`(builtins.mapAttrs (n: t: if t == "directory" then builtins.readDir (${place(g, 0)} + "/${'${'}n${'}'}") else t) (builtins.readDir ${at()}))`],
    [1, () => tree`(derivation { name = "n"; system = "s"; builder = ${at()}; src = ${at()}; srcs = [ ${at()} ]; }).drvPath`],
    [1, () => tree`(builtins.unsafeGetAttrPos ${random.pick(['"here"', '"answer"', '"none"'])} (import ${at()}))`],
    [0.5, () => tree`(builtins.elem ${at()} [ ${at()} ${at()} ])`],
    [0.5, () => tree`(builtins.genericClosure { startSet = [ { key = ${at()}; } { key = ${at()}; } ]; operator = x: [ ]; })`],
  ])()
}
