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
  utf8('é'), utf8('漢字'), utf8('😀'), 'x.y', '/nowhere/b', '/', './a', '1', '-1', '1.5', 'true', 'null', '<a>&', 'a=1', 'a.b.c', 'aaa', 'ABC', '%s', '\x7f', '\x01',
  '#x', '/*', 'x'.repeat(70), 'lorem ipsum dolor sit amet '.repeat(4), 'https://a.b/c', '1.2.3', 'foo-1.2', 'out', 'a\0'.slice(0, 1), '$a', '$${a}',
]

export const INTS = ['0', '1', '2', '3', '5', '7', '10', '42', '100', '1000000', '9223372036854775807', '4611686018427387904', '2147483648', '00', '007']
export const FLOATS = [
  '0.0', '1.0', '1.5', '2.5', '0.1', '0.5', '3.14159', '1e3', '1.0e10', '1e-5', '.5', '1.', '123456789.0', '1e300', '1e-300', '0.30000000000000004', '1e15', '1e16',
  '9007199254740993.0', '1E2', '5.0e-324', '1e+2', '9.2233720368547758e18', '100000.0', '1000000.0', '1234567.8', '0.0001', '0.00001',
]

export const PATHS = [
  './tree', './tree/set.nix', './tree/data/plain.txt', './tree/data', './tree/lib', './tree/run.sh', './tree/missing', '/nowhere/b', '/nowhere/../b', './.',
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

/** Flake references as they stand in a URL. */
export const FLAKES = [
  'github:a/b?ref=x&rev=y', 'github:a/b/c/d', 'github:a', 'github:', 'github:a/b?ref=x', 'github:a/b?rev=0123456789012345678901234567890123456789', 'github:a/b/c?rev=0123456789012345678901234567890123456789',
  'github:a/b/0123456789012345678901234567890123456789?ref=x', 'github:a/b?ref=x&ref=y', 'github:a/b?bogus=1', 'github:a/b?host=x.y', 'github:a/b?host=x y', 'github:a/b?host=-x', 'github:a/b?narHash=sha256-x',
  'github:a/b?lastModified=x', 'github:a/b?lastModified=1', 'github:a/b?dir=c', 'github:a/b#x', 'github:a/b c', 'github:a/b/x..y', 'github:a/b/-x', 'github://a/b', 'gitlab:a/b/c%2Fd', 'gitlab:a/b/@', 'sourcehut:~a/b/c',
  'nixpkgs/a/b', 'nixpkgs/a/0123456789012345678901234567890123456789', 'nixpkgs/0123456789012345678901234567890123456789/a', 'nixpkgs/a/0123456789012345678901234567890123456789/b', 'nixpkgs#x', 'nixpkgs/x#y', 'nixpkgs?dir=x',
  '1x', 'x_y-z/0.1', 'flake:x', 'flake:x?dir=a', 'flake:x?ref=a', 'flake:x/a?ref=a', 'flake:1', 'flake:x/y/z/w', 'flake:x/y z', 'flake:', 'flake:/x', 'path:/a/b', 'path:a/b', 'path:./a/b?dir=x', 'path://h/a/b', 'path:///a/b',
  'path:/a/b?rev=x', 'path:/a/b?rev=0123456789012345678901234567890123456789&revCount=5&lastModified=6', 'path:/a/b?revCount=x', 'path:/a/b?revCount=-1', 'path:/a/b?bogus=x', 'path:/a/b?narHash=x', 'path:/a%20b', 'path:/a b',
  'path:/a%2Fb', 'path:/a%00b', '/a/b?dir=x', '/a/b?bogus=x', '/a/b#x', '/a/b c', '/a%20b', '/', '/a/../b', '//a', '/a/', './a', '..', '', '?dir=x', '#x', 'git+file:///a/b', 'git+file:/a/b', 'git+file:a/b', 'git+file://h/a/b',
  'git+https://a.b/c', 'git+https://a.b/c?ref=x&rev=0123456789012345678901234567890123456789&shallow=1&submodules=1&allRefs=1&dir=q&bogus=2&lfs=1&exportIgnore=1&verifyCommit=1&keytype=k&publicKey=p&publicKeys=x',
  'git+https://a.b/c?shallow=x', 'git+https://a.b/c?shallow=0', 'git+https://a.b/c?rev=xyz', 'git+https://a.b/c?ref=a..b', 'git+https://a.b/c?narHash=a..b', 'git+https://a.b/c?lastModified=5&revCount=3&name=x',
  'git+http://a.b/c', 'git+ssh://a@b/c', 'git+ssh://a@b/c#d', 'git+bogus://a@b/c', 'git://a@b/c', 'git:/a', 'ssh://a@b/c', 'git+git://a@b/c', 'git@github.com:a/b', 'file+git://a', 'hg+https://a/b', 'hg+file:///a/b?rev=x',
  'hg+https://a/b?ref=x', 'hg+https://a/b?rev=0123456789012345678901234567890123456789', 'hg+git://a/b', 'tarball+https://a.b/c.tar.gz',
  'tarball+https://a.b/c?rev=0123456789012345678901234567890123456789&revCount=1&lastModified=2&narHash=sha256-47DEQpj8HBSa%2B/TImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D&q=r&dir=x', 'tarball+https://a.b/c?narHash=x',
  'tarball+https://a.b/c?rev=x', 'tarball+file:///a/b', 'tarball+ssh://a/b', 'file+https://a.b/c.tar.gz', 'file+https://a.b/c.tar.gz?name=x', 'https://a.b/c', 'https://a.b/c.zip', 'https://a.b/c.zip?a=b&unpack=1&c=d',
  'https://a.b', 'https://', 'https:a', 'https:/a', 'https:///a', 'http://a.b:80/c%20d', 'http://a.b:x/c', 'http://u:p@a.b/c d', 'http://[::1]/c', 'http://a.b/c?x=y z', 'http://a.b/c?x', 'http://a.b/c?x&y=1', 'http://a.b/c?=1',
  'http://a.b/c?x=%zz', 'http://a.b/%zz', 'http://a.b/c#%zz', 'http://a.b/c^d', 'http://a.b/c?a^b', 'file:///a/b', 'file:///a/b.tar.gz', 'file:/a/b', 'file:a/b', 'file://a/b', 'ftp://a/b', 's3://a/b', 'foo:bar', 'foo:/bar',
  'foo://bar', 'foo+x:bar', 'a+b+c:d', 'a b', 'a:', ':a', 'A:b', utf8('é'), utf8('/é'), utf8('path:/é'), '///a', '/a//b', '//', '//a/b', '/a b?bogus=x', '/a?revCount=18446744073709551615', '/a?revCount=9223372036854775808',
  '/a?revCount=9223372036854775807', 'path:/a//b', 'path:', 'path:?x', 'path:a?dir=', 'path:a?%64ir=x', 'git+file:///a/b?dir=x%20y&z=a b', utf8('http://a.b/c?b=é'), 'http://a.b/c?b=%C3%A9&a=/:@?\'()*+,;!~$', utf8('http://é.b/c'),
  'http://a_b.c/d', 'http://A.B/C', 'HTTP://A.B/C', 'http://a@b@c/d', 'http://u%20x:p%40@h/d%7e%2f', 'http://a.b?x=y', 'http://a:/x', 'http://a:99999/x', 'http://a/x#', 'http://a/x?', 'http://a/x?&', 'http://a/x?a=1&&b=2',
  'http://a/x?a=1=2', 'http://a/[x]', 'http://a/x?[y]=[z]', 'http://a/x|y', 'http://a/x#a b', 'http://a/x#a"b^c', 'http://a/x#a{b', 'http://a/x?a"b=c', 'http://a/x?a{b=c', 'http://a/a+b', 'http://a/x?a=b+c', 'http://[::1/c',
  'http://1.2.3.4/c', '1http://a/c', 'h.t-p+x://a/c', 'http+://a/c', '+http://a/c', 'tarball+http:a', 'tarball+https://a.b/c?revCount=x', 'tarball+https://a.b/c?lastModified=x', 'file+https://a.b/c?lastModified=5&rev=x',
  'file+file:///a', 'git+https://a.b/c?ref=', 'git+https://a.b/c?rev=', 'git+https://a.b/c?ref=HEAD&rev=0123456789012345678901234567890123456789',
  'git+https://a.b/c?exportIgnore=1&lfs=0&submodules=2&allRefs=&keytype=k&publicKey=p', 'git+https://a.b/c?verifyCommit=1', 'git+https://a.b/c?keytype=1', 'git+https://a.b/c?publicKey=1', 'git+https://a.b/c?publicKeys=1',
  'git+ssh://git@github.com:a/b', 'git+file:./a', 'git+a:b', 'git+https+x://a', 'hg+http://a/b?ref=a..b', 'hg+ssh://a/b?bogus=1', 'hg+file:a/b?dir=d', 'hg+file:/a/b', 'hg:a/b', 'gitlab:a%2Fb/c',
  'github:a/b?narHash=sha256-47DEQpj8HBSa%2B/TImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D&host=a.b:80', 'github:a/b?host=', 'github:a/b?ref=', 'github:a/b?rev=zz', 'github:a/b/0123456789ABCDEFabcd01234567890123456789',
  'github:a/b/012345678901234567890123456789012345678901234567890123456789abcd', 'github:a/b/', 'github:/a/b', 'github:a//b', 'github:a/b/c.lock', 'github:a/b/.c', 'github:a/b/c.', 'github:a/b/c/', 'github:a/b/c@{d',
  'github:a/b/c~1', 'github:a/b/c/.d', 'github:a/b/c/d.lock/e', 'github:a/b/c%20d', 'github:a/b/c:d', 'github:a/b/c*', 'x/c.lock', 'x/@', 'x/..', 'x/a..b', 'x/-a', 'x/a/b#c', 'x/', 'x^y', 'x#y^z',
]
/** Flake references as sets. */
export const FLAKE_SETS = [
  '{ }', '{ type = 1; }', '{ type = "x"; a = 1; }', utf8('{ type = "x"; a = true; b = "q\\"\\n\\\\é"; }'), '{ type = "x"; a = [ ]; }', '{ type = "x"; a = null; }', '{ type = "x"; a = -1; }', '{ type = "x"; a = ./tree; }',
  '{ type = "x"; a = 1.5; }', '{ type = "x"; ref = 1; }', '{ type = "x"; rev = 1; }', '{ type = "x"; rev = "1"; }', '{ type = "x"; narHash = 1; }', '{ type = "x"; narHash = "1"; }', '{ type = "x"; revCount = "1"; }',
  '{ type = "x"; lastModified = "1"; }', '{ type = "github"; }', '{ type = "github"; owner = "a"; }', '{ type = "github"; owner = 1; repo = "b"; }', '{ type = "github"; owner = "a"; repo = "b"; }',
  '{ type = "github"; owner = "a b"; repo = "b/c"; ref = "d/e f"; }', '{ type = "github"; owner = "a"; repo = "b"; ref = "c"; rev = "0123456789012345678901234567890123456789"; }',
  '{ type = "github"; owner = "a"; repo = "b"; rev = "c"; }', '{ type = "github"; owner = "a"; repo = "b"; narHash = "c"; }',
  '{ type = "github"; owner = "a"; repo = "b"; narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; host = "x"; dir = "d e"; treeHash = "t"; }', '{ type = "github"; owner = "a"; repo = "b"; host = 1; }',
  '{ type = "github"; owner = "a"; repo = "b"; ref = "a..b"; }', '{ type = "github"; owner = "a"; repo = "b"; lastModified = 5; }', '{ type = "github"; owner = "a"; repo = "b"; bogus = 5; }',
  '{ type = "github"; owner = "a"; repo = "b"; dir = 5; }', '{ type = "path"; }', '{ type = "path"; path = 1; }', '{ type = "path"; path = "/nowhere"; }', '{ type = "path"; path = "a b/c?d#e%"; }',
  '{ type = "path"; path = "./a"; rev = "x"; narHash = "y"; lastModified = 1; revCount = 2; }',
  '{ type = "path"; path = "./a"; rev = "0123456789012345678901234567890123456789"; narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; lastModified = 1; revCount = 2; dir = "q"; }',
  '{ type = "path"; path = "./a"; ref = "x"; }', '{ type = "indirect"; }', '{ type = "indirect"; id = "x"; }', '{ type = "indirect"; id = "1"; }',
  '{ type = "indirect"; id = "x"; ref = "a"; rev = "0123456789012345678901234567890123456789"; dir = "d"; narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }', '{ type = "indirect"; id = "x"; rev = "a"; }',
  '{ type = "indirect"; id = "x"; lastModified = 1; }', '{ type = "tarball"; }', '{ type = "tarball"; url = "x"; }', '{ type = "tarball"; url = "https://a/b c"; }',
  '{ type = "tarball"; url = "https://a/b?z=1&a=b c"; narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }', '{ type = "tarball"; url = "https://a/b"; narHash = "x"; }',
  '{ type = "tarball"; url = "https://a/b"; lastModified = 1; revCount = 2; rev = "0123456789012345678901234567890123456789"; name = "n"; unpack = true; dir = "d"; }', '{ type = "tarball"; url = "https://a/b.tar.gz"; }',
  '{ type = "tarball"; url = "file:///a/b"; }', '{ type = "tarball"; url = "ssh://a/b"; }', '{ type = "tarball"; url = 1; }', '{ type = "file"; url = "https://a/b.tar.gz"; }',
  '{ type = "file"; url = "https://a/b"; narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }', '{ type = "file"; url = "bogus"; }', '{ type = "git"; }', '{ type = "git"; url = "x"; }',
  '{ type = "git"; url = "/a/b"; }', '{ type = "git"; url = "https://a/b"; }',
  '{ type = "git"; url = "https://a/b?c=d"; ref = "r"; rev = "0123456789012345678901234567890123456789"; shallow = true; submodules = true; lfs = true; allRefs = true; exportIgnore = true; name = "n"; dir = "d"; }',
  '{ type = "git"; url = "https://a/b?c=d"; shallow = false; submodules = false; exportIgnore = false; lastModified = 1; revCount = 2; narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }',
  '{ type = "git"; url = "https://a/b"; shallow = "x"; }', '{ type = "git"; url = "https://a/b"; ref = "a..b"; }', '{ type = "git"; url = "https://a/b"; rev = "x"; }', '{ type = "git"; url = "git@github.com:a/b"; }',
  '{ type = "git"; url = "file:///a"; dirtyRev = "x"; dirtyShortRev = "y"; }', '{ type = "git"; url = "https://a/b"; verifyCommit = true; }', '{ type = "git"; url = "https://a/b"; publicKey = "x"; keytype = "y"; }',
  '{ type = "git"; url = "https://a/b"; publicKeys = "x"; }', '{ type = "hg"; url = "https://a/b"; ref = "c"; rev = "0123456789012345678901234567890123456789"; }', '{ type = "hg"; url = "/a/b"; }',
  '{ type = "hg"; url = "https://a/b"; ref = "a..b"; }', '{ type = "hg"; url = "https://a/b"; name = "c"; revCount = 1; narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }',
]

/** What `fetchTree`, `fetchGit` and `fetchMercurial` refuse, or find on this machine: nothing that would be downloaded. */
export const TREES = [
  '"github:a/b?ref=x&rev=0123456789012345678901234567890123456789"', '"github:a/b/c?ref=x"', '"github:a/b?ref=a..b"', '"github:a/b?host=a:b"',
  '"github:a/b/0123456789012345678901234567890123456789?rev=0123456789012345678901234567890123456789"', '"github:a"', '"github:a/b/c..d"', '"github:a/b/c/d..e"', '"github:a/b?narHash=x"', '"github:a/b c"', '"github://a/b"',
  '"git+file://h/a"', '"git+https://a.b/c?ref=a..b"', '"git+https://a.b/c?ref="', '"git+https://a.b/c?rev=zz"', '"git+https://a.b:x/c"', '"git:/a"', '"x"', '""', '":a"', utf8('"é:a"'), '"1:a"', '"a b"', '"/a"', '"./a"',
  '"http://a/[x]"', '"http://a/%zz"', '"http://a/%z"', '"http://a/%"', '"http://a:99999/x"', '"http://a@b@c/d"', '"http://[::1/c"', '"http://[x]/c"', utf8('"http://é/c"'), '"http://a/x#a{b"', '"http://a/x?a{b=c"',
  '"http://a/x?a=%z"', '"http://a/x?a=%zz"', '"path:/a%2Fb"', '"path:/a%00b"', '"path:/a?bogus=1"', '"path:/a?dir=1"', '"path:/a?revCount=x"', '"path:/nowhere"', '"path:a"', '"path:./tree/data"', '"path:tree/data"',
  '{ type = "path"; path = ./tree/data; lastModified = 3; }', '{ type = "path"; path = "/nope"; narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; lastModified = 1; }', '{ type = "path"; path = "/nowhere"; bogus = 1; }',
  '{ type = "path"; path = "/nowhere"; dir = "x"; }', '{ type = "path"; path = "/nowhere"; name = "x"; }', '{ type = "path"; path = 1; }', '{ type = "path"; path = true; }', '{ type = "path"; path = null; }',
  '{ type = "path"; path = "a"; revCount = -1; }', '{ type = "path"; path = "a"; revCount = "1"; }', '{ type = "path"; path = ""; }', '{ type = "path"; }', '{ type = "bogus"; }', '{ type = "bogus"; name = "x"; }',
  '{ type = 1; }', '{ type = ./tree; }', '{ }', '{ url = "x"; }', '{ type = "tarball"; }', '{ type = "tarball"; url = "x"; }', '{ type = "tarball"; url = ./tree; }', '{ type = "tarball"; url = "https://a.b/c"; narHash = "x"; }',
  '{ type = "tarball"; url = "https://a.b/c"; lastModified = "x"; }', '{ type = "git"; }', '{ type = "git"; url = 1; }', '{ type = "git"; url = "x"; rev = "q"; }', '{ type = "git"; url = "https://a.b/c"; ref = "-q"; }',
  '{ type = "git"; url = "https://a.b/c"; shallow = 1; }', '{ type = "git"; url = "https://a.b/c"; submodules = "1"; }', '{ type = "git"; url = "https://a.b/c"; publicKeys = [ ]; }',
  '{ type = "git"; url = "https://a.b/c"; x = [ ]; }', '{ type = "git"; url = "https://a.b/c"; __final = true; }', '{ type = "hg"; url = "x"; }', '{ type = "github"; owner = "a"; }',
  '{ type = "github"; owner = "a"; repo = "b"; ref = "c d"; }', '{ type = "indirect"; id = "1"; }', '1', 'null', '[ ]', '(x: x)', '{ __toString = self: "x"; }', '{ outPath = "x"; }',
  '{ type = "path"; path = ./tree/data; lastModified = 3; }', '{ type = "path"; path = ./tree/set.nix; lastModified = 0; rev = "0123456789012345678901234567890123456789"; revCount = 7; }',
]
export const GIT_TREES = [
  '{ }', '{ url = 1; }', '{ url = "/a b"; rev = "x"; }', '{ url = "?ttps://a.b/c"; rev = 1; }', '{ url = "https://a.b/c"; bogus = 1; }', '{ url = "https://a.b/c"; rev = 1; }', '{ url = "https://a.b/c"; rev = "x"; }',
  '{ url = "https://a.b/c"; ref = 1; }', '{ url = "https://a.b/c"; type = "git"; }', '{ url = "https://a.b/c"; name = 1; rev = "x"; }', '{ url = "https://a.b/c"; submodules = 1; }', '{ url = "https://a.b/c"; submodules = "x"; }',
  '{ url = "https://a.b/c"; submodules = true; rev = 1; }', '{ url = "https://a.b/c"; exportIgnore = false; rev = 1; }', '{ url = "https://a.b/c"; revCount = -1; }', '{ url = "https://a.b/c"; allRefs = [ ]; }',
  '{ url = "https://a.b/c"; verifyCommit = true; }', '{ url = "https://a.b/c"; publicKeys = [ ]; }', '1', 'null', '{ url = "https://a.b/c d"; }', '{ url = "a:b"; rev = "q"; }', '{ url = "u@a:b"; rev = "q"; }',
  '{ url = "path:/b"; rev = "q"; }',
]
export const MERCURIAL_TREES = [
  '{ }', '{ url = 1; }', '{ url = "https://a.b/c"; bogus = 1; }', '{ url = "https://a.b/c"; rev = 1; }', '{ url = "https://a.b/c"; rev = [ ]; }', '{ url = "https://a.b/c"; name = 1; }', '{ url = "https://a b"; }', '1', '"x"',
]

/** Paths in the store; none of them exists, nor is one of the reference's own (`.links`). */
export const STORE_PATHS = [
  '/nix/store/ia70ss13m22znbl8khrf2hq72qmh5drr-ruby-2.7.5', '/nix/store/ia70ss13m22znbl8khrf2hq72qmh5drr-x.drv', '/nix/store/bad', '/nix/store', '/nix/store/ia70ss13m22znbl8khrf2hq72qmh5drr-x/bin', 'ia70ss13m22znbl8khrf2hq72qmh5drr-x',
  '/nix/store/.bad', '/nix/store/ia70ss13m22znbl8khrf2hq72qmh5dr-x', '/nix/store/ia70ss13m22znbl8khrf2hq72qmh5drr-', '/nix/store/ea70ss13m22znbl8khrf2hq72qmh5drr-x',
]
