// Derivations with attributes of all kinds, right and wrong, and what is asked of them.

import { set, utf8 } from '../tree.mjs'
import { tree } from './expression.mjs'
import { hash } from './grammars.mjs'
import { HASHES, STORE_PATHS } from './texts.mjs'

const VALUES = [
  '1', '(-1)', '1.5', '""', '"text"', '"two words"', 'true', 'false', 'null', '[ ]', '[ 1 "a" null true ]', '[ [ "a" ] [ ] "b" ]', '{ }', '{ a = 1; b = [ { } ]; }', '{ outPath = "/nowhere/o"; }', '{ __toString = _: "t"; }', '(x: x)', './tree/set.nix',
  '"${./tree/set.nix}"', '(builtins.toFile "t" "t")', '(throw "attribute")', 'other', 'other.dev', 'other.drvPath', '"${other}/bin"', '[ other other.dev ]', 'placeholder', '(builtins.placeholder "out")', '{ inherit other; }', '"${"a"}"', 'builtins.toString', '"\\n"',
]
const REFERENCES = ['allowedReferences', 'allowedRequisites', 'disallowedReferences', 'disallowedRequisites', 'maxSize', 'maxClosureSize', 'exportReferencesGraph', 'outputChecks', 'unsafeDiscardReferences', 'impureHostDeps', 'requiredSystemFeatures']
const OUTPUTS = ['[ "out" ]', '[ "dev" "out" ]', '[ "out" "dev" ]', '[ ]', '[ "out" "out" ]', '[ "drv" ]', '[ "drvPath" ]', '[ "a b" ]', '[ "" ]', '"out"', '"out dev"', '[ 1 ]', '1', 'null', '[ "a" "b" "c" ]', '[ "out" null ]', '"dev  out "', utf8('[ "é" ]'), '[ ./tree ]']
const STRANGE_NAMES = ['"a.drv"', '""', '"a b"', '".a"', '"."', '".."', '"..-a"', '".-a"', utf8('"é"'), 'null', '1', '"a/b"', '"x?y=z"', '"${"n"}"', './tree', '[ "a" "b" ]', '{ outPath = "o"; }', '"${other}"', '(builtins.concatStringsSep "" (builtins.genList (_: "x") 212))', '"-a"', '"+1"', 'true', '"\\n"']
const HASH_MODES = ['"flat"', '"recursive"', '"nar"', '"text"', '"git"', '""', '"r:sha256"', 'null', '1']
const ALGORITHMS = ['"sha256"', '"sha1"', '"sha512"', '"md5"', '"blake3"', '""', 'null', '"sha3"', '1', '"r:sha256"']

function attributes(g) {
  const { random } = g
  const value = () => random.pick(VALUES)
  const flag = () => random.weighted([[4, 'true'], [2, 'false'], [0.5, 'null'], [0.5, '1'], [0.5, '""']])
  const name = random.weighted([[8, '"n"'], [2, () => random.pick(STRANGE_NAMES)]])
  const entries = [['name', typeof name === 'string' ? name : name()], ['system', random.chance(0.93) ? '"s"' : value()], ['builder', random.chance(0.9) ? '"/b"' : value()]]
  const more = () => random.weighted([
    [6, () => [random.pick(['x', 'y', 'z', 'PATH', '"a b"', '"1"', '""', 'src', '_', 'a-b']), value()]],
    [2, () => ['args', random.pick(['[ ]', '[ "-c" "x" ]', '"x"', '[ 1 ]', '[ null ./tree/set.nix ]', '[ [ "a" ] ]', '[ other { } ]', 'null', value()])]],
    [3, () => ['outputs', random.pick(OUTPUTS)]],
    [2, () => ['__structuredAttrs', flag()]],
    [1, () => ['__ignoreNulls', flag()]],
    [1, () => ['__contentAddressed', flag()]],
    [1, () => ['__impure', flag()]],
    [2, () => ['outputHash', random.pick([`"${random.pick(HASHES)}"`, `"${random.chance(0.5) ? '' : 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='}"`, `"${hash(random).replaceAll('\n', '')}"`, '1', 'null', '"${other}"'])]],
    [2, () => ['outputHashAlgo', random.pick(ALGORITHMS)]],
    [2, () => ['outputHashMode', random.pick(HASH_MODES)]],
    [2, () => [random.pick(REFERENCES), random.pick(['[ ]', '[ other ]', '"out"', '[ "out" "dev" ]', '{ out = { maxSize = 1; }; }', '{ out.allowedReferences = [ "out" ]; }', '[ "graph" other ]', '"1"', value()])]],
    [1, () => ['passAsFile', random.pick(['[ "x" ]', '[ ]', '"x y"', '[ 1 ]', 'null'])]],
    [0.5, () => ['__json', random.pick(['"{}"', '"{\\"a\\": 1}"', '"["', '1', value()])]],
    [0.7, () => [random.pick(['type', 'outPath', 'drvPath', 'outputName', 'all', 'drvAttrs', 'out', 'meta', 'passthru', 'recurseForDerivations', '__functor', '__toString']), value()]],
    [0.5, () => ['url', `"${random.pick(STORE_PATHS)}"`]],
  ])()
  for (let count = random.below(5); count > 0; count--) entries.push(more())
  if (random.chance(0.05)) entries.splice(random.below(3), 1)
  return set([...new Map(random.shuffled(entries))])
}

export function packages(g) {
  const { random } = g
  const maker = random.weighted([[10, 'derivation'], [2, 'derivationStrict'], [1, 'builtins.derivation']])
  const made = tree`${maker} ${attributes(g)}`
  const asked = random.weighted([
    [4, () => 'd'], [3, () => 'd.drvPath'], [3, () => 'd.outPath'], [1, () => '"${d}"'], [1, () => 'd.dev.outPath'], [1, () => 'd.all'], [1, () => 'd.drvAttrs'], [1, () => '(builtins.getContext d.drvPath)'], [1, () => '(builtins.getContext "${d} ${d.drvPath}")'],
    [4, () => '(builtins.readFile (builtins.unsafeDiscardOutputDependency d.drvPath))'], [1, () => '(builtins.attrNames d)'], [1, () => '(d == d // { x = 1; })'], [1, () => '(toString d)'], [1, () => '(builtins.toJSON d)'], [1, () => '[ d d.out ]'],
    [1, () => '(derivation { name = "z"; system = "s"; builder = d; deps = [ d d.drvPath ]; }).drvPath'], [1, () => '{ inherit (d) outPath; }'], [1, () => '(import d)'], [1, () => '(builtins.hashString "sha256" (builtins.unsafeDiscardStringContext d.drvPath))'], [1, () => 'd.out'],
    [1, () => '(builtins.parseDrvName d.name)'], [1, () => '(builtins.outputOf d.drvPath "out")'], [0.5, () => '(d.x or d)'], [0.5, () => '(builtins.tryEval d.outPath)'], [1, () => '(map (o: d.${o}.outPath) d.outputs)'],
  ])()
  const outputs = random.pick(['[ "out" "dev" ]', '[ "dev" ]', '[ "out" "dev" ]'])
  return tree`(let other = derivation { name = "o"; system = "s"; builder = "/b"; outputs = ${outputs}; ${random.chance(0.15) ? '__contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; ' : ''}}; d = ${made}; in ${asked})`
}
