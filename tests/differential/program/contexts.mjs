// Strings with contexts: where they come from, what builtins make of them, and what shows which context is left.

import { list, set } from '../tree.mjs'
import { tree } from './expression.mjs'
import { STORE_PATHS } from './texts.mjs'

const PLAIN = '(derivation { name = "a"; system = "s"; builder = "/b"; })'
const SPLIT = '(derivation { name = "b"; system = "s"; builder = "/b"; outputs = [ "out" "dev" ]; })'
const FLOATING = '(derivation { name = "f"; system = "s"; builder = "/b"; __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; })'
const TEXT = '(derivation { name = "t.drv"; system = "s"; builder = "/b"; __contentAddressed = true; outputHashMode = "text"; outputHashAlgo = "sha256"; })'

const SOURCES = [
  '"${./tree/set.nix}"', '"${./tree/data}/plain.txt"', `${PLAIN}.outPath`, `${PLAIN}.drvPath`, `"\${${SPLIT}.dev}"`, `"x \${${SPLIT}} \${${SPLIT}.dev}/y"`, `${SPLIT}.dev.drvPath`, '(builtins.toFile "t" "text")', '(builtins.toFile "u" "see ${./tree/three.nix}")',
  `"\${${FLOATING}}"`, `${FLOATING}.drvPath`, `(builtins.outputOf ${TEXT}.outPath "out")`, `(builtins.outputOf ${PLAIN}.drvPath "out")`, '(toString ./tree)', '(builtins.path { path = ./tree/data; name = "d"; })', '(builtins.placeholder "out")', '"none"', '""',
]

/** A string, mostly with a context. */
function source(g) {
  return g.random.weighted([
    [10, () => g.random.pick(SOURCES)],
    [1, () => `"${g.random.pick(STORE_PATHS)}"`],
    [1, () => tree`(builtins.appendContext ${g.random.pick(['"x"', ...SOURCES])} ${context(g)})`],
  ])()
}

/** What `appendContext` takes: of a path, or made up. */
function context(g) {
  const { random } = g
  const value = () => set(random.shuffled([
    ['path', random.pick(['true', 'false'])], ['allOutputs', random.pick(['true', 'false'])], ['outputs', random.pick(['[ "out" ]', '[ "dev" "out" ]', '[ ]', '[ "" ]', '[ "a b" ]'])],
  ]).slice(0, random.below(4)))
  return random.weighted([
    [3, () => tree`(builtins.getContext ${changed(g, 1)})`],
    [2, () => tree`(builtins.mapAttrs (_: c: c // ${value()}) (builtins.getContext ${source(g)}))`],
    [2, () => set([[`"${random.pick(STORE_PATHS)}"`, value()]])],
    [1, () => tree`{ ${'${'}builtins.unsafeDiscardStringContext ${source(g)}${'}'} = ${value()}; }`],
  ])()
}

/** A string made of one with a context. */
function changed(g, depth) {
  const { random } = g
  const inner = () => (depth > 0 ? changed(g, depth - 1) : source(g))
  return random.weighted([
    [5, () => source(g)],
    [2, () => tree`(${inner()} + ${inner()})`],
    [2, () => tree`"a${'${'}${inner()}${'}'}b${'${'}${inner()}${'}'}"`],
    [1, () => tree`(builtins.substring ${random.pick(['0', '1', '44', '100'])} ${random.pick(['0', '3', '(-1)'])} ${inner()})`],
    [1.5, () => tree`(builtins.replaceStrings [ ${inner()} "a" ] [ ${inner()} "b" ] ${inner()})`],
    [1, () => tree`(builtins.replaceStrings [ "/" "" ] [ ${inner()} ${inner()} ] "a/b")`],
    [1, () => tree`(builtins.concatStringsSep ${inner()} [ ${inner()} ${inner()} ])`],
    [1, () => tree`(baseNameOf ${inner()})`],
    [1, () => tree`(dirOf ${inner()})`],
    [1, () => tree`(toString [ ${inner()} ${inner()} ])`],
    [1, () => tree`(builtins.unsafeDiscardStringContext ${inner()})`],
    [1, () => tree`(builtins.unsafeDiscardOutputDependency ${inner()})`],
    [1, () => tree`(builtins.addDrvOutputDependencies ${inner()})`],
    [1, () => tree`(builtins.toJSON { a = ${inner()}; b = [ ${inner()} ]; })`],
    [1, () => tree`(builtins.toXML [ ${inner()} ])`],
    [0.7, () => tree`(builtins.hashString "sha256" ${inner()})`],
    [0.7, () => tree`(builtins.head (builtins.match "(.*)" ${inner()}))`],
    [0.7, () => tree`(builtins.head (builtins.split ${inner()} ${inner()}))`],
    [0.5, () => tree`(builtins.parseDrvName ${inner()}).name`],
    [0.5, () => tree`(builtins.elemAt (builtins.splitVersion ${inner()}) 0)`],
    [0.5, () => tree`(builtins.head (builtins.attrNames { ${'${'}${inner()}${'}'} = 1; }))`],
    [0.5, () => tree`(builtins.fromJSON (builtins.toJSON ${inner()}))`],
    [0.5, () => tree`(builtins.toFile "n" ${inner()})`],
    [0.5, () => tree`(builtins.storePath ${inner()})`],
    [0.5, () => tree`(builtins.appendContext ${inner()} ${context(g)})`],
    [0.3, () => tree`(builtins.outputOf ${inner()} ${random.pick(['"out"', '"dev"', inner()])})`],
    [0.3, () => tree`(builtins.placeholder ${inner()})`],
    [0.3, () => tree`(builtins.getAttr ${inner()} { })`],
    [0.3, () => tree`(builtins.convertHash { hash = ${inner()}; toHashFormat = "sri"; hashAlgo = "sha256"; })`],
    [0.3, () => tree`(if ${inner()} == ${inner()} then ${inner()} else ${inner()})`],
    [0.3, () => tree`''${'\n  '}${'${'}${inner()}${'}'} x${'\n'}''`],
  ])()
}

/** What shows a context, or needs one. */
export function contexts(g) {
  const { random } = g
  const string = () => changed(g, random.below(3))
  const builds = (name, value) => tree`(derivation { name = "z"; system = "s"; builder = "/b"; ${name} = ${value}; })`
  return random.weighted([
    [8, () => tree`(builtins.getContext ${string()})`],
    [3, () => string()],
    [2, () => tree`(let s = ${string()}; in [ (builtins.hasContext s) (builtins.stringLength s) s ])`],
    [1, () => tree`(${string()} == ${string()})`],
    [2, () => tree`${builds(random.pick(['builder', 'x', 'system', 'name', 'src', 'outputHash', 'outputHashMode']), string())}.drvPath`],
    [2, () => tree`(builtins.readFile (builtins.unsafeDiscardOutputDependency ${builds('x', string())}.drvPath))`],
    [1, () => tree`${builds('args', list([string(), string()]))}.outPath`],
    [1, () => tree`(builtins.readFile ${string()})`],
    [1, () => tree`(import ${string()})`],
    [1, () => tree`(builtins.pathExists ${string()})`],
    [0.7, () => tree`(builtins.readDir ${string()})`],
    [0.7, () => tree`{ ${'${'}${string()}${'}'} = 1; }`],
    [0.7, () => tree`({ a = 1; } ? ${'${'}${string()}${'}'})`],
    [0.7, () => tree`(builtins.listToAttrs [ { name = ${string()}; value = 1; } ])`],
    [0.7, () => tree`(builtins.groupBy (x: x) [ ${string()} ])`],
    [0.7, () => tree`(./tree + ${string()})`],
    [0.7, () => tree`(./tree/${'${'}${string()}${'}'})`],
    [0.7, () => tree`(/. + ${string()})`],
    [0.7, () => tree`(throw ${string()})`],
    [0.7, () => tree`(builtins.trace ${string()} (builtins.warn ${string()} 1))`],
    [0.5, () => tree`(builtins.getEnv ${string()})`],
    [0.5, () => tree`(builtins.fromTOML ${string()})`],
    [0.5, () => tree`(builtins.hashFile "sha256" ${string()})`],
    [0.5, () => tree`(builtins.filterSource (p: t: true) ${string()})`],
    [0.5, () => tree`(builtins.path { path = ${string()}; name = ${random.pick(['"x"', string()])}; })`],
    [0.5, () => tree`(builtins.findFile [ { path = ${string()}; prefix = ""; } ] "plain.txt")`],
  ])()
}
