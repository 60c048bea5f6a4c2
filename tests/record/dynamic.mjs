// Records tests/golden/cache/dynamic.json: what the reference does with outputs of derivations that are themselves outputs.
//
//   node tests/record/dynamic.mjs        (see oracle.mjs for the environment)

import { chain, record } from './realised-cases.mjs'

/** Writes the text of a derivation. */
const text = { __contentAddressed: 'true', outputHashMode: '"text"', outputHashAlgo: '"sha256"' }
const attributes = more => Object.entries({ ...text, ...more }).map(([name, value]) => `${name} = ${value};`).join(' ')
const copying = (name, of, more = '') =>
  `d { name = "${name}.drv"; ${attributes()} args = [ "-c" "IFS= read -r text < \${builtins.unsafeDiscardOutputDependency ${of}.drvPath}; printf %s \\"$text\\" > $out" ]; ${more} };`

const NIX = `
  lib = d { name = "lib"; };
  inner = d { name = "inner"; outputs = [ "out" "dev" ]; keep = lib; };
  floating = ca { name = "floating"; keep = lib; };
  failing = d { name = "failing"; args = [ "-c" "exit 3" ]; };
  tool = d { name = "tool"; };
  making = ${copying('inner', 'inner', 'inherit tool;')}
  makingFloating = ${copying('floating', 'floating')}
  makingFailing = ${copying('failing', 'failing')}
  makingMaking = ${copying('inner.drv', 'making')}
  nonsense = d { name = "nonsense.drv"; ${attributes()} args = [ "-c" "echo nonsense > $out" ]; };
  failed = d { name = "failed.drv"; ${attributes()} args = [ "-c" "exit 4" ]; };
  user = d { name = "user"; keep = builtins.outputOf making.outPath "out"; };
  dev = d { name = "dev"; keep = builtins.outputOf making.outPath "dev"; };
  both = d { name = "both"; keep = [ (builtins.outputOf making.outPath "out") inner lib ]; };
  twice = d { name = "twice"; keep = [ (builtins.outputOf making.outPath "out") (builtins.outputOf making.outPath "dev") ]; };
  ofFloating = d { name = "of-floating"; keep = builtins.outputOf makingFloating.outPath "out"; };
  caUser = ca { name = "ca-user"; keep = builtins.outputOf makingFloating.outPath "out"; };
  onUser = d { name = "on-user"; keep = user; };
  deep = d { name = "deep"; keep = builtins.outputOf (builtins.outputOf makingMaking.outPath "out") "out"; };
  ofFailing = d { name = "of-failing"; keep = builtins.outputOf makingFailing.outPath "out"; };
  ofNonsense = d { name = "of-nonsense"; keep = builtins.outputOf nonsense.outPath "out"; };
  ofFailed = d { name = "of-failed"; keep = builtins.outputOf failed.outPath "out"; };
  ofNoOutput = d { name = "of-no-output"; keep = builtins.outputOf making.outPath "bin"; };
  text = d { name = "text"; keep = making; };
`
const dynamic = (name, want, more) => chain(`dynamic: ${name}`, { nix: NIX, want: [want].flat(), caches: [], ...more })
const KEEP_GOING = { 'keep-going': 'true' }

const worlds = [
  dynamic('an output of an output', 'user'),
  dynamic('another output of it', 'dev'),
  dynamic('what is also needed as such', 'both'),
  dynamic('two outputs of one', 'twice'),
  dynamic('a floating output of an output', 'ofFloating'),
  dynamic('by something floating', 'caUser'),
  dynamic('below something else', 'onUser'),
  dynamic('an output of an output of an output', 'deep'),
  dynamic('the text alone', 'text'),
  dynamic('several at once', ['user', 'dev', 'ofFloating', 'inner']),
  dynamic('what it makes fails', 'ofFailing'),
  dynamic('what it makes fails, and others go on', ['ofFailing', 'user'], { settings: KEEP_GOING }),
  dynamic('it is no derivation', 'ofNonsense'),
  dynamic('it is no derivation, and others go on', ['ofNonsense', 'user'], { settings: KEEP_GOING }),
  dynamic('it is not made', 'ofFailed'),
  dynamic('it is not made, and others go on', ['ofFailed', 'user'], { settings: KEEP_GOING }),
  dynamic('it has no such output', 'ofNoOutput'),
  dynamic('it has no such output, and others go on', ['ofNoOutput', 'user'], { settings: KEEP_GOING }),
  dynamic('no build jobs', 'user', { settings: { 'max-jobs': '0' } }),
  dynamic('what it makes was built before', 'user', { before: ['inner'] }),
  dynamic('it was made before', 'user', { before: ['making'] }),
  dynamic('what it makes is cached', 'user', { caches: [{ copy: ['inner'] }] }),
  dynamic('what it makes is cached in part', 'twice', { caches: [{ copy: ['inner'], edit: { 'inner.dev': () => undefined } }] }),
  dynamic('the text is cached', 'user', { caches: [{ copy: ['making'] }] }),
  dynamic('both are cached', 'user', { caches: [{ copy: ['making', 'inner'] }] }),
  dynamic('a library of what it makes is cached', 'user', { caches: [{ copy: ['lib'] }] }),
  dynamic('the cache fails', 'user', { caches: [{ copy: ['inner'], http: { narinfo: { inner: 500 } } }] }),
  dynamic('the cache fails and fallback is on', 'user', { caches: [{ copy: ['inner'], http: { narinfo: { inner: 500 } } }], settings: { fallback: 'true' } }),
]

await record('dynamic', worlds)
