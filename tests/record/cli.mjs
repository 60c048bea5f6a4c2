// Records tests/golden/cli.json: what the reference's commands print for command lines that the terminal program takes, too.
//
//   node tests/record/cli.mjs        (see oracle.mjs for the environment)

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, version, workFolder } from './oracle.mjs'

const target = fileURLToPath(new URL('../golden/cli.json', import.meta.url))

/** Files below the folder in which the commands run. */
const files = {
  'f.nix': '{ a ? 1, b ? 2 }: { inherit a b; l = [ 1 (1 + 1) ]; f = x: x; }\n',
  'sub/default.nix': '{ x }: x\n',
  'sub/n.nix': '42\n',
  'sub/broken.nix': '{ a = 1; b = }\n',
  'errors.nix': `let
  f = x: throw "boom \${x}";
  g = y: f (y + "1");
in {
  a = g "q";
  b = [ 1 (1 + "x") ];
  c = map (x: x.nope) [ { hope = 1; } ];
  d = if 1 then 2 else 3;
  e = abort "many\\nlines";
  f = assert false; 1;
  g = builtins.trace "seen" 1;
  h = builtins.warn "careful" 1;
}
`,
  'drv.nix': `let d = n: o: derivation { name = n; builder = "/bin/sh"; system = "x86_64-linux"; outputs = o; args = [ "-c" "echo > $out" ]; };
in { a = d "xa" [ "out" ]; b = d "xb" [ "dev" "out" ]; l = [ (d "xc" [ "out" ]) ]; f = { x ? "1" }: d "f\${x}" [ "out" ]; n = 1; }
`,
  'fails.nix': 'throw "top"\n',
  // What imports the file that is the program imports something else.
  'itself.nix': 'builtins.trace "said" { a = (import ./itself.nix).b; b = 1; }\n',
  'cycle.nix': 'import ./cycle.nix\n',
  // All derivations are found before the first is asked for its path.
  'search.nix': `let
  d = name: derivation { inherit name; system = "s"; builder = "b"; };
  wanted = { recurseForDerivations = true; x = d "x"; };
in {
  late = { a = d "a"; b = d "b" // { drvPath = throw "late"; }; c = d "c"; };
  early = [ (d "a") (d "b" // { drvPath = throw "late"; }) (throw "early") ];
  inside = { a = d "a"; b = wanted // { y = throw "y"; }; };
  choice = { a = wanted; b = { y = d "y"; }; c = [ (d "c") ]; "1d" = d "d"; e = 1; };
  combined = { _combineChannels = [ ]; a = { x = d "x"; }; };
  functor = [ (d "a" // { __functor = self: { x ? 1 }: throw "called"; }) ];
  itself = let s = { recurseForDerivations = true; inherit s; }; in s;
  unnamed = { a = removeAttrs (d "a") [ "name" ]; };
  name = d "a" // { name = 1; };
  path = d "a" // { drvPath = "/nix/store/pn5w9v350w6b152fg17i8iinyi3g0di4-a"; };
  number = d "a" // { drvPath = 1; };
  outside = d "a" // { drvPath = "/foo"; };
  output = removeAttrs (d "a") [ "outputName" ];
  flag = { a = { recurseForDerivations = "yes"; }; };
}
`,
  'imports.nix': '[ (import ./sub/n.nix) (import ./sub/n.nix) ]\n',
  'whole.nix': '{ a = derivation { name = "w"; builder = "b"; system = "s"; src = ./sub; }; }\n',
}

const commands = {
  eval: ['nix-instantiate', '--eval'],
  parse: ['nix-instantiate', '--parse'],
  instantiate: ['nix-instantiate'],
}

const quoted = '"quote\\" \\${x} \\n é"'
/** Command lines; the last item can be what standard input holds. */
const lines = [
  ['eval', 'f.nix'],
  ['eval', 'f.nix', '--arg', 'a', '5'],
  ['eval', 'f.nix', '--arg', 'c', '5'],
  ['eval', 'f.nix', '-A', 'a'],
  ['eval', 'f.nix', '-A', 'a', '--arg', 'a', 'throw "x"'],
  ['eval', 'f.nix', '-A', 'b', '--arg', 'a', 'throw "x"'],
  ['eval', 'f.nix', '-A', 'b', '--arg', 'a', '1 +'],
  ['eval', 'f.nix', '-A', 'l'],
  ['eval', 'f.nix', '-A', 'l', '--strict'],
  ['eval', 'f.nix', '-A', 'l.1'],
  ['eval', 'f.nix', '-A', 'l.7'],
  ['eval', 'f.nix', '-A', 'l', '-A', 'b'],
  ['eval', '--json', 'f.nix'],
  ['eval', '--json', '--strict', 'f.nix', '-A', 'l'],
  ['eval', '--json', '-E', '{ a = 1 + 1; }'],
  ['eval', '--json', '--strict', '-E', quoted],
  ['eval', '--xml', 'f.nix', '-A', 'l'],
  ['eval', '--xml', '--strict', '-E', '{ a = [ 1 2.5 null true "<&>" ]; f = { x, y ? 1, ... }@z: x; d = { type = "derivation"; }; }'],
  ['eval', '--raw', '-E', quoted],
  ['eval', '--raw', '-E', '1'],
  ['eval', '--raw', '-E', '{ outPath = "p"; }'],
  ['eval', '-E', 'x: x', '--arg', 'x', '1'],
  ['eval', '-E', '{ x }: x', '--argstr', 'x', 'hello'],
  ['eval', '-E', '{ x, y }: x', '--argstr', 'x', 'hello'],
  ['eval', '-E', '{ x }: x', '--argstr', 'x', 'before', '--arg', 'x', '2'],
  ['eval', '-E', '{ x }: x', '--arg', 'x', '1 +', '--argstr', 'x', 'after'],
  ['eval', '-E', '{ x, y }: x', '--arg', 'y', 'z', '--arg', 'x', 'w'],
  ['eval', '-E', '{ x }: x', '--arg-from-file', 'x', 'sub/n.nix'],
  ['eval', '-E', '{ x }: x', '--arg-from-file', 'x'],
  ['eval', '-E', '{ x }: x', '--arg-from-stdin', 'x'],
  ['eval', '-E', '{ x }: x', '--arg-from-stdin'],
  ['eval', '-E', 'builtins.currentSystem', '--system', 'aarch64-darwin'],
  ['eval', '--system'],
  ['eval', '-E', '{ x, y }: x', '-A', 'z'],
  ['eval', '-E', '{ __functor = self: { a }: a; }', '--arg', 'a', '3'],
  ['eval', '-E', 'let f = x: { a ? 2 }: a + x; in f 1', '--arg', 'b', '3'],
  ['eval', '-E', '1', '2'],
  ['eval', '-E', 'builtins.trace "hi" 1', 'builtins.trace "there" 2'],
  ['eval', '-E', '[ 1 2 ]', '-A', 'x'],
  ['eval', '-E', '{ ab = { }; }', '-A', 'ac'],
  ['eval', '-E', '{ "a.b" = 1; }', '-A', '"a.b"'],
  ['eval', '-E'],
  ['eval', '<sub/n.nix>', '-I', '.'],
  ['eval', '<s/n.nix>', '-I', 's=sub'],
  ['eval', '<s>', '-I', 's=sub', '--arg', 'x', '7'],
  ['eval', '<s/n.nix>', '-I', 's=nothere'],
  ['eval', '-E', '<s/n.nix>', '-I', 's=nothere', '-I', 's=sub'],
  ['eval', '-E', 'builtins.nixPath', '--strict', '-I', 'a=sub', '-I', '.'],
  ['eval', 'sub', '--arg', 'x', '3'],
  ['eval', 'sub/broken.nix'],
  ['eval', 'nope.nix'],
  ['eval'],
  ['eval', '-', '1 + 1'],
  ['eval', '-', './x'],
  ['eval', '-', '1 +\n'],
  ['eval', '-E', './x/../y'],
  ...'abcdefgh'.split('').map(name => ['eval', '--strict', 'errors.nix', '-A', name]),
  ['eval', '--strict', '--show-trace', 'errors.nix', '-A', 'a'],
  ...[['--strict'], ['--strict', '--json'], ['--strict', '--xml'], []].flatMap(flags => ['c', 'c.0'].map(name => ['eval', ...flags, '--show-trace', 'errors.nix', '-A', name])),
  // Functions that the command line calls.
  ['eval', '--show-trace', '-E', '{ a ? 1 }: throw "x"', '-A', 'b'],
  ['eval', '--show-trace', '-E', 'let f = x: { a ? throw "y" }: a.b; in f 1', '-A', 'b', '--arg', 'c', '1'],
  ['instantiate', '--show-trace', '-E', '{ a ? 1 }: { b = { c ? 2 }: throw "x"; }', '-A', 'b'],
  ['eval', '--show-trace', '-E', '{ __functor = s: { a ? 1 }: throw "x"; }', '--arg', 'a', '2', '-A', 'b'],
  ['eval', '--show-trace', '-E', '{ __functor = s: throw "x"; }', '--arg', 'a', '1'],
  ['eval', '--show-trace', '-E', '{ b = { __functor = s: throw "x"; }; }', '-A', 'b.c'],
  ['eval', 'fails.nix'],
  ['eval', '--strict', 'itself.nix'],
  ['eval', 'itself.nix', 'itself.nix', '-A', 'a'],
  ['eval', 'cycle.nix'],
  ['eval', '-E', '-(1 + 2)'],
  ['eval', '-E', '-1'],
  ['eval', '--nope'],
  ['eval', '--arg', 'x'],
  ['eval', '--argstr'],
  ['eval', '-A'],
  ['eval', '-I'],
  ['parse', 'errors.nix'],
  ['parse', 'f.nix', 'sub/n.nix'],
  ['parse', 'sub/broken.nix'],
  ['parse', 'nope.nix'],
  ['parse', '-', 'a.b or c'],
  ['instantiate', 'drv.nix', '-A', 'a'],
  ['instantiate', 'drv.nix', '-A', 'b'],
  ['instantiate', 'drv.nix', '-A', 'l', '-A', 'a'],
  ['instantiate', 'drv.nix', '-A', 'f', '--argstr', 'x', '9'],
  ['instantiate', 'drv.nix', '-A', 'b.out'],
  ['instantiate', 'drv.nix', '-A', 'n'],
  ['instantiate', 'drv.nix', '-A', 'zz'],
  ...'late early inside choice combined functor itself unnamed name path number outside output flag'
    .split(' ')
    .map(name => ['instantiate', 'search.nix', '-A', name]),
  ['instantiate', 'whole.nix'],
  ['instantiate', '-E', '1'],
  ['instantiate', 'nope.nix'],
  ...settings(),
  ...purity(),
]

/** Command lines about settings of the evaluation. */
function settings() {
  const expression = text => ['eval', '-E', text]
  const warned = expression('builtins.tryEval (builtins.warn "careful" 1)')
  const verbose = expression('builtins.traceVerbose "x" 1')
  const deep = expression('let f = x: if x == 0 then 0 else f (x - 1); in f 50')
  const one = expression('1')
  const searched = [...expression('builtins.nixPath'), '--strict', '-I', 'd=e']
  const system = expression('builtins.currentSystem')
  const drv = 'derivation { name = "a"; builder = "b"; system = "s"; }'
  return [
    [...warned, '--abort-on-warn'],
    ...[1, 2, 3].map(times => [...warned, '--strict', ...Array(times).fill('--quiet')]),
    [...expression('builtins.trace "x" 1'), '--quiet', '--quiet', '--quiet'],
    verbose,
    [...verbose, '--trace-verbose'],
    [...verbose, '--option', 'trace-verbose', 'true'],
    [...verbose, '--trace-verbose', '--no-trace-verbose'],
    [...expression('builtins.traceVerbose (throw "x") 1'), '--trace-verbose'],
    [...deep, '--max-call-depth', '40'],
    [...deep, '--max-call-depth', '1k'],
    [...deep, '--option', 'max-call-depth', '40', '--show-trace'],
    ...['x', '', '-1', '1Q', '99999999999'].map(number => [...one, '--max-call-depth', number]),
    [...one, '--max-call-depth'],
    [...one, '--option', 'max-call-depth', 'x', '--option', 'pure-eval', 'maybe', '--option', 'nonsense', '1'],
    [...one, '--option'],
    [...one, '--option', 'a'],
    [...one, '--extra-pure-eval'],
    [...one, '--allowed-uris'],
    [...one, '--extra-experimental-features', 'flakes foo', '--option', 'experimental-features', 'bar'],
    [...one, '-j', '3', '--cores', '2', '-Q', '-K', '-k', '--fallback', '--log-format', 'raw', '--no-warn-dirty', '--repair'],
    [...one, '--impure', '--build-cores', '3', '--extra-allowed-uris', 'c', '--sandbox', '--no-sandbox', '--dry-run'],
    [...expression('{ a = throw "x"; }.a'), '--show-trace', '--no-show-trace'],
    ['eval', '--strict', '-v', 'imports.nix'],
    ['eval', '--strict', '--debug', '-E', 'import ./itself.nix'],
    ['parse', '-v', 'sub/n.nix'],
    [...searched, '--option', 'nix-path', 'a=/b /c'],
    [...searched, '--nix-path', '/q', '--extra-nix-path', 'a=/b:/c'],
    [...system, '--option', 'system', 'foo'],
    [...system, '--eval-system', 'foo', '--system', 'bar'],
    ...['import', 'builtins.pathExists', 'builtins.readFile'].map(name => [
      ...expression(`${name} (${drv})`),
      '--no-allow-import-from-derivation',
    ]),
    ['instantiate', '-E', drv, '--dry-run'],
    ['eval', '--find-file'],
    ['eval', '--find-file', 'sub/n.nix'],
    ['eval', '--find-file', 'x/n.nix', 'nope', 'sub', '-I', '.', '-I', 'x=sub'],
    ['eval', '--find-file', 'nix/fetchurl.nix'],
  ]
}

/** Command lines in pure and restricted mode. Paths that they name are in the folder or do not depend on it. */
function purity() {
  const pure = (text, ...more) => ['eval', '--strict', '--pure-eval', '-E', text, ...more]
  const restricted = (text, ...more) => ['eval', '--strict', '--restrict-eval', '-E', text, ...more]
  const hash = 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
  const url = 'url = "http://x/y"'
  const both = [
    'import ./sub/n.nix',
    'builtins.readFile ./sub/n.nix',
    'builtins.readDir ./sub',
    'builtins.readFileType ./sub',
    'builtins.hashFile "sha256" ./f.nix',
    'builtins.pathExists ./sub',
    'map builtins.pathExists [ "/nix/store" /. ]',
    'builtins.path { path = ./sub; }',
    'builtins.filterSource (path: type: true) ./sub',
    '"${./sub}"',
    './sub/../f.nix',
    'scopedImport { } ./sub/n.nix',
    'import /nix/store/foo/bar',
    '<x>',
    'import <nix/fetchurl.nix> == 1',
    'builtins.findFile [ { path = ./.; } ] "f.nix"',
    'builtins.nixPath',
    'builtins.getEnv "PATH"',
    'builtins ? currentSystem',
    'builtins.currentTime or null == null',
    'builtins.tryEval (import ./sub/n.nix)',
    'builtins.storePath "/foo"',
    'builtins.fetchurl "http://x/y"',
    'fetchTarball "http://x/y"',
    'builtins.fetchurl "http://x/a b"',
    'builtins.fetchTree { type = "path"; path = "/nowhere"; }',
    'builtins.fetchTree { type = "github"; owner = "a"; repo = "b"; }',
    'builtins.fetchGit "https://x/y"',
    'builtins.fetchMercurial "https://x/y"',
    '{ a }: a',
  ]
  const searched = [...restricted('[ (import ./sub/n.nix) (import ./f.nix { }).a ]'), '-I']
  return [
    ...both.flatMap(text => [pure(text), restricted(text)]),
    pure('~/x'),
    pure('__currentSystem'),
    pure('builtins.getFlake "path:/x"'),
    pure('builtins.fetchTree { type = "indirect"; id = "x"; }'),
    pure('builtins.fetchMercurial { url = "https://x/y"; rev = "master"; }'),
    pure('<x>', '-I', 'x=.'),
    pure('1', '--impure', '--arg-from-file', 'a', 'f.nix'),
    ['eval', '--impure', '--pure-eval', '--option', 'pure-eval', 'false', 'sub/n.nix'],
    ...[['--pure-eval'], ['--restrict-eval'], ['--restrict-eval', '-I', 'sub'], ['--restrict-eval', '--pure-eval', '-I', '.']].flatMap(
      flags => ['sub/n.nix', 'sub', '<n.nix>', 'nope.nix'].map(name => ['eval', name, ...flags]),
    ),
    ['parse', 'sub/n.nix', '--pure-eval'],
    ['instantiate', '--pure-eval', '-E', 'derivation { name = "a"; builder = ./sub; system = "s"; }'],
    ['instantiate', '--restrict-eval', '-I', 'sub', '-E', 'derivation { name = "a"; builder = ./sub; system = "s"; }'],
    [...searched, '.'],
    [...searched, 'sub'],
    [...searched, 'x=sub/n.nix', '-I', 'f.nix'],
    [...searched, 'nope', '-I', '.'],
    restricted('builtins.readDir ./.', '-I', 'x=sub/n.nix', '-I', 'f.nix'),
    restricted('builtins.path { path = ./.; name = "x"; }', '-I', 'x=sub/n.nix', '-I', 'f.nix'),
    restricted('builtins.path { path = ./.; name = "x"; filter = path: type: builtins.trace (baseNameOf path) true; }', '-I', 'sub/n.nix'),
    restricted('import "${./sub/n.nix}"', '-I', 'sub/n.nix', '--read-write-mode'),
    restricted(`builtins.fetchurl { ${url}; sha256 = "${hash}"; }`),
    restricted(`fetchTarball { ${url}; sha256 = "${hash}"; }`),
    restricted('fetchTarball "channel:nixos-24.05"'),
    restricted(`builtins.fetchurl { ${url}; sha256 = "${hash}"; }`, '--allowed-uris', 'http://x/y/ http http://x/ya'),
    restricted('builtins.fetchurl "file:///nowhere/x"'),
    pure('builtins.fetchurl { url = "file:///nowhere/x"; sha256 = ""; }'),
    restricted('fetchTarball "file:///nowhere/x"', '--allowed-uris', 'file:///nowhere'),
    ['eval', '-E', 'builtins.fetchurl { url = "file://${toString ./sub/n.nix}"; sha256 = ""; }'],
    ['eval', '-E', 'fetchTree { type = "path"; path = ./sub; narHash = ""; }'],
    ['eval', '--pure-eval', '-E', 'fetchTree { type = "path"; path = "/nowhere"; narHash = ""; }'],
    ['eval', '-E', 'builtins.tryEval (fetchTree { type = "file"; url = "file://${toString ./sub/n.nix}"; narHash = ""; })'],
    restricted('builtins.fetchurl "/nowhere/x"'),
    restricted('builtins.fetchTree "path:/nowhere"', '--option', 'allowed-uris', 'path:'),
    restricted('builtins.fetchTree "path:/nowhere"', '--option', 'allowed-uris', 'path:/now path:/nowhere/x'),
  ]
}

const folder = await workFolder('cli')
for (const [name, text] of Object.entries(files)) {
  await mkdir(dirname(join(folder, name)), { recursive: true })
  await writeFile(join(folder, name), text)
}
const cases = []
for (const line of lines) {
  const [command, ...rest] = line
  const stdin = rest[0] === '-' ? rest[1] : ''
  const words = rest[0] === '-' ? ['-'] : rest
  const script = 'cd "$1" && printf %s "$2" > stdin && shift 2 && exec "$@" < stdin'
  const answer = await run('sh', ['-c', script, 'sh', folder, stdin, ...commands[command], ...words])
  const plain = text => text.replaceAll(folder, '/case').replaceAll("'nix-instantiate --help'", "'drvlab --help'")
  // About roots of the garbage collector, which nothing here has.
  const stderr = plain(answer.stderr).replace(/^warning: you did not specify '--add-root'.*\n/m, '')
  cases.push({ words: [command, ...words], stdin, status: answer.status, stdout: plain(answer.stdout), stderr })
}
await rm(folder, { recursive: true, force: true })
await writeFile(target, `${JSON.stringify({ nix: await version(), files, cases }, null, 1)}\n`)
console.log(`${cases.length} cases`)
