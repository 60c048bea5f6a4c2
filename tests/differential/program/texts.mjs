// Texts that literals and builtins are made from: whatever has rules of its own is there a few times.

import { utf8 } from '../tree.mjs'

/** Names of attributes and variables. */
export const NAMES = ['a', 'b', 'c', 'd', 'x', 'y', 'foo', 'bar', 'ab', "x'", '_u', 'a-b', 'name', 'value']

/** Names that have a meaning, or cannot be written without quotes. */
export const ODD_NAMES = [
  'outPath', 'type', 'drvPath', '__toString', '__functor', 'recurseForDerivations', '"a b"', '""', '"a.b"', '"1"', '"or"', 'or', '"if"',
  `"${utf8('é')}"`, '"\\n"', '"${x}"', '"${"a"}"', '${"b"}', '__overrides', 'override', '"__curPos"', 'true', 'builtins', 'meta', 'fooo', 'baz', 'aa',
]

export const TEXTS = [
  '', 'a', 'b', 'ab', 'abc', 'foo', 'bar baz', ' ', 'a b  c', 'line\nline\n', '\ttab', 'cr\r\n', 'q"q', 'b\\s', '$', '${', '$$', '${x}', "''", "'",
  utf8('é'), utf8('漢字'), utf8('😀'), 'x.y', '/a/b', '/', './a', '1', '-1', '1.5', 'true', 'null', '<a>&', 'a=1', 'a.b.c', 'aaa', 'ABC', '%s', '\x7f', '\x01',
  '#x', '/*', 'x'.repeat(70), 'lorem ipsum dolor sit amet '.repeat(4), 'https://a.b/c', '1.2.3', 'foo-1.2', 'out', 'a\0'.slice(0, 1), '$a', '$${a}',
]

export const INTS = ['0', '1', '2', '3', '5', '7', '10', '42', '100', '1000000', '9223372036854775807', '4611686018427387904', '2147483648', '00', '007']
export const FLOATS = [
  '0.0', '1.0', '1.5', '2.5', '0.1', '0.5', '3.14159', '1e3', '1.0e10', '1e-5', '.5', '1.', '123456789.0', '1e300', '1e-300', '0.30000000000000004', '1e15', '1e16',
  '9007199254740993.0', '1E2', '5.0e-324', '1e+2', '9.2233720368547758e18', '100000.0', '1000000.0', '1234567.8', '0.0001', '0.00001',
]

export const PATHS = [
  './tree', './tree/set.nix', './tree/data/plain.txt', './tree/data', './tree/lib', './tree/run.sh', './tree/missing', '/a/b', '/a/../b', './.',
  '~/x', './tree/data/empty.txt', './tree/three.nix', './tree/filter', '../x', './a+b', './tree/data/object.json', './tree/./data/../set.nix',
]
export const SEARCHED = ['<tree>', '<tree/set.nix>', '<tree/lib>', '<missing>', '<tree/none>',]

/** Files that evaluate, and what they are, roughly. */
export const IMPORTS = [
  './tree/set.nix', './tree/three.nix', './tree/lib', './tree/inherit.nix', './tree/greet.nix', './tree/fails.nix', './tree/broken.nix', './tree/cycle-a.nix',
  './tree/missing.nix', './tree/data/plain.txt', './tree', './tree/scoped.nix', '<tree/three.nix>', './tree/data/object.json',
]

export const REGEXES = [
  'a', 'a*', '(a)(b)?', '[a-z]+', '[^a]*', '.', '.*', '(.*)', 'a|b', '(a|ab)(c|bcd)?', '[[:space:]]+', '([[:alpha:]]+)-([0-9.]+)', 'a{2}', 'a{1,2}', 'x?', '^a', 'b$', '()', '',
  '[]a]', '[a-]', '\\\\.', '\\\\$', '(a*)*', '(a*)+', '((a)|b)*', '[[:upper:]]', '[[:digit:]]{2,}', '(x|y)(z)?', 'a.c', '(', ')', '[', '*', 'a{2,1}', '\\\\', 'a**', '[[:foo:]]', '[z-a]', '(a', '\\\\w',
  '\\\\1', '(a)\\\\1', '[[.a.]]', '[[=a=]]', '(^a)', 'a|', '|a', '^*', '[^]]', '.{0,3}', '(a|b)*c', '[ \\t]+', '\\n', '([^/]*)/(.*)', 'a+?', '\\\\b', '\\\\d', '[\\\\n]', 'é',
]

export const VERSIONS = ['1.0', '1.0.1', '2.3pre1', '2.3', '1.0-2', '', 'a', '1.a', '1.0.', '.1', '1..2', '10', '9', '1.0a', '1.0b', 'pre', '1.2.3.4-rc1', '0', '00', '1_2', '2.34pre20250101_abc']
export const DRV_NAMES = ['foo-1.0', 'foo', 'foo-bar', 'foo-bar-1.2.3', 'foo-1', '-1', 'a-b-2c', 'foo-1.0-bar-2', '', 'foo--1', 'foo-', 'é-1', 'nix-2.3pre1']

export const JSONS = [
  '1', '-1', '1.5', '"a"', 'null', 'true', '[]', '{}', '[1, 2, [3]]', '{"a": 1, "b": {"c": []}}', '{"a":1,"a":2}', '"\\u00e9\\n"', '1e3', '-0', '-0.0', '9223372036854775808', '[1,', '{"a"}', '',
  'nul', '"\\ud83d\\ude00"', '"\\ud83d"', ' 1 ', '1 2', '01', '[1,]', '{"b":1,"a":2}', "'a'", '"a\\u0000b"', '"\t"', '18446744073709551615', '18446744073709551616', '1E400', '"\\x"', '/**/1', '{"__a":{"type":"derivation"}}', '{1:2}', 'NaN', '-',
]
export const TOMLS = [
  'a = 1', 'a = "x"\nb = [1, 2]', '[t]\na = 1.5', '[[t]]\na=1\n[[t]]\na=2', 'a.b.c = true', 'a = 1\na = 2', 'a = ', "a = 'lit'", 'a = """\nx\\\n  y"""', 'a = 0x1F', 'a = 1_000', 'a = inf', 'a = nan', 'a = { b = 1 }',
  '# c\n', '', 'a = 1979-05-27', 'a = 1979-05-27T07:32:00Z', '[a]\n[a]', '"k k" = 1', 'a = +1', 'a = 0o17', 'a = 0b11', 'a = 1e5', 'a = -0.0', '[a.b]\n[a]', 'a = "\\u00e9"', 'a = [1, "x"]', "a = '''\nx\ny'''", 'a = tru', '= 1', 'a b = 1', '[', 'a = 01',
  'a = 9223372036854775808', 'a = [1,2', 'a = "x', '[[a]]\n[a]', 'a = 07:32:00', 'a = {b=1,}', 'a = 1.', 'a = .5', 'a = "\\q"', 'x = 1 y = 2',
]

export const HASHES = [
  'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73', 'sha256:0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73',
  'd41d8cd98f00b204e9800998ecf8427e', 'md5-1B2M2Y8AsgTpgAmY7PhCfg==', 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=', 'da39a3ee5e6b4b0d3255bfef95601890afd80709', 'bad', '', 'sha256-bad', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', 'sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==', 'foo:abc', 'sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709',
  '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU', 'sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'SHA256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
]
export const ALGORITHMS = ['md5', 'sha1', 'sha256', 'sha512', 'blake3', 'sha3', '', 'SHA256']
export const HASH_FORMATS = ['base16', 'nix32', 'base32', 'base64', 'sri', 'hex', '']

export const FLAKES = [
  'github:NixOS/nixpkgs', 'github:NixOS/nixpkgs/nixos-23.05', 'path:/a/b', 'git+https://a.b/c?ref=x&rev=0123456789012345678901234567890123456789', 'nixpkgs', 'flake:nixpkgs/x', 'tarball+https://a.b/c.tar.gz', 'gitlab:a/b?host=x.y', '/a/b',
  './a', 'github:a', 'git+file:///a?dir=b', 'https://a.b/c.zip', 'foo:bar', '', 'sourcehut:~a/b', 'path:./a?narHash=sha256-47DEQpj8HBSa%2B/TImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D', 'github:a/b/c/d', 'hg+https://a/b', 'nixpkgs/a/b', 'github:a/b?ref=x&rev=y', 'git+ssh://a@b/c#d', 'a b',
]

/** Paths in the store; none of them exists. */
export const STORE_PATHS = [
  '/nix/store/ia70ss13m22znbl8khrf2hq72qmh5drr-ruby-2.7.5', '/nix/store/ia70ss13m22znbl8khrf2hq72qmh5drr-x.drv', '/nix/store/bad', '/nix/store', '/nix/store/ia70ss13m22znbl8khrf2hq72qmh5drr-x/bin', 'ia70ss13m22znbl8khrf2hq72qmh5drr-x',
  '/nix/store/.links', '/nix/store/ia70ss13m22znbl8khrf2hq72qmh5dr-x', '/nix/store/ia70ss13m22znbl8khrf2hq72qmh5drr-', '/nix/store/ea70ss13m22znbl8khrf2hq72qmh5drr-x',
]
