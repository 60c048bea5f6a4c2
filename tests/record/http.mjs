// Records tests/golden/cache/http.json: what the reference's dry run says and what its real builds do with caches behind HTTP that answer
// with errors, late, after some attempts or not at all, and what it remembers of their answers.
//
//   node tests/record/http.mjs        (see oracle.mjs for the environment)

import { chain, floating, otherHash, record } from './realised-cases.mjs'

const SMALL = `
  libc = d { name = "libc"; };
  gcc = d { name = "gcc"; keep = libc; };
  app = d { name = "app"; inherit gcc; keep = libc; };
`
const ALL = ['app', 'gcc']
const small = (name, more) => chain(`http: ${name}`, { nix: SMALL, caches: [{ copy: ALL, http: true }], ...more })
const one = (name, http, more) => small(name, { caches: [{ copy: ALL, http }], ...more })
const two = (name, first, second, more) => small(name, { caches: [{ copy: ALL, http: first }, { copy: ALL, http: second }], ...more })
const ca = (name, http, more) => floating(`http: ${name}`, { caches: [{ copy: ['f', 'g', 'h'], http }], ...more })

/** The same without and with `fallback`. */
const both = worlds => worlds.flatMap(world => [
  world,
  { ...world, name: `${world.name}, fallback`, settings: { ...world.settings, fallback: 'true' } },
])

const status = (names, code) => Object.fromEntries(names.map(name => [name, code]))

/** Answers hold this long, in seconds, which is more than it takes to ask twice; after the pause they have ended. */
const [TTL, PAUSE] = ['5', 7]

/** Asks with other answers of the only cache before, and again now and after the answers have ended. */
const remembered = (make, name, setting, earlier, now, more) => [
  make(`${name}, and asked again`, now, { ...more, settings: { ...more?.settings, [setting]: TTL }, earlier: [{ http: [earlier] }] }),
  make(`${name}, and asked again later`, now, {
    ...more,
    settings: { ...more?.settings, [setting]: TTL },
    earlier: [{ http: [earlier] }],
    wait: PAUSE,
  }),
]

const worlds = [
  one('everything is cached', true),
  ...both([400, 401, 402, 403, 404, 405, 407, 408, 410, 418, 429, 500, 501, 502, 503, 504, 505, 511].map(code => one(`the narinfo of the root has status ${code}`, { narinfo: { app: code } }))),
  ...both([
    ...[403, 404, 500].map(code => one(`the narinfo of a reference has status ${code}`, { narinfo: { libc: code } })),
    ...[403, 404, 410, 429, 500, 501].map(code => one(`the archive of the root has status ${code}`, { nar: { app: code } })),
    ...[403, 404, 500].map(code => one(`the archive of a reference has status ${code}`, { nar: { libc: code } })),
    ...[401, 403, 404, 410, 500].map(code => one(`the information about the cache has status ${code}`, { info: code })),
    one('nobody answers', { offline: true }),
    two('nobody answers, and the second cache has it', { offline: true }, {}),
    two('the narinfo of the root fails, and the second cache has it', { narinfo: { app: 500 } }, {}),
    two('the narinfo of the root fails, and the second cache does not have it', { narinfo: { app: 500 } }, { narinfo: { app: 404 } }),
    two('the narinfo of the root is not there, and the second cache fails', { narinfo: { app: 404 } }, { narinfo: { app: 500 } }),
    two('the narinfo of a reference fails, and the second cache has it', { narinfo: { libc: 500 } }, {}),
    two('the archive of the root fails, and the second cache has it', { nar: { app: 500 } }, {}),
    two('the archive of the root is not there, and the second cache has it', { nar: { app: 404 } }, {}),
    two('the archive of a reference fails, and the second cache has it', { nar: { libc: 500 } }, {}),
    two('both fail', { narinfo: status(['app', 'libc', 'gcc'], 500) }, { narinfo: status(['app', 'libc', 'gcc'], 500) }),
    one('everything fails', { narinfo: status(['app', 'libc', 'gcc'], 500) }),
    small('a narinfo is cut off', { caches: [{ copy: ALL, http: true, edit: { app: text => text.slice(0, 100) } }] }),
    small('a narinfo is a page of a website', { caches: [{ copy: ALL, http: true, edit: { app: () => '<!doctype html>\n<title>Log in</title>\n' } }] }),
    small('an archive is cut off', { caches: [{ copy: ALL, http: true, archive: { app: bytes => bytes.subarray(0, 60) } }] }),
    small('an archive has another hash', { caches: [{ copy: ALL, http: true, edit: { app: otherHash } }] }),
    one('the cache is slow', { delay: 300 }),
    one('the cache is too slow', { delay: 4000 }, { settings: { 'stalled-download-timeout': '1' } }),
    one('each first attempt fails', { failures: 1 }),
    one('each first attempt fails, with two attempts', { failures: 1 }, { settings: { 'download-attempts': '2' } }),
    one('the first two attempts fail, with two attempts', { failures: 2 }, { settings: { 'download-attempts': '2' } }),
    one('the first two attempts fail, with three attempts', { failures: 2 }, { settings: { 'download-attempts': '3' } }),
    ...[403, 404, 500].map(code => ca(`realisations have status ${code}`, { realisations: code })),
    ca('floating: the narinfo of the root fails', { narinfo: { h: 500 } }),
  ]),
  small('the cache is for another store directory', { caches: [{ copy: ALL, http: true, storeDir: '/gnu/store' }] }),
  small('the priority of a cache decides', {
    caches: [{ copy: ALL, http: true, info: 'Priority: 50\n' }, { copy: ALL, http: true, info: 'Priority: 30\n' }],
  }),
  small('the priority in the URL decides', {
    caches: [{ copy: ALL, http: true, info: 'Priority: 30\n' }, { copy: ALL, http: true, query: '?priority=5' }],
  }),
  small('an HTTP cache and a folder', { caches: [{ copy: ALL, http: { narinfo: { app: 404 } } }, { copy: ['app'] }] }),
  ca('floating: everything is cached', true),
  ca('floating: early cutoff', true, { want: ['hEdited'] }),
  ...['hSoon', 'hLate'].map(slow =>
    ca(`floating: early cutoff in a cache that failed before, ${slow}`, undefined, {
      caches: [{ copy: ['f', 'g', 'h', 'other'], http: { nar: { other: 500 } } }],
      want: ['other', slow],
      settings: { fallback: 'true' },
    }),
  ),
  ...remembered(one, 'it was not there', 'narinfo-cache-negative-ttl', { narinfo: { app: 404 } }, {}),
  ...remembered(one, 'it could not be seen', 'narinfo-cache-negative-ttl', { narinfo: { app: 403 } }, {}),
  ...remembered(one, 'it was there and is gone', 'narinfo-cache-positive-ttl', {}, { narinfo: { app: 404 }, nar: { app: 404 } }),
  ...remembered(one, 'it was there and fails', 'narinfo-cache-positive-ttl', {}, { narinfo: { app: 500 } }),
  ...remembered(one, 'it failed', 'narinfo-cache-negative-ttl', { narinfo: { app: 500 } }, {}, { settings: { fallback: 'true' } }),
  ...remembered(one, 'a reference was not there', 'narinfo-cache-negative-ttl', { narinfo: { libc: 404 } }, {}),
  ...remembered(one, 'it answered and is offline', 'narinfo-cache-meta-ttl', {}, { offline: true }),
  ...remembered(one, 'it was offline', 'narinfo-cache-meta-ttl', { offline: true }, {}),
  ...remembered(ca, 'floating: the realisations were not there', 'narinfo-cache-negative-ttl', { realisations: 404 }, {}),
  ...remembered(ca, 'floating: the realisations were there and are gone', 'narinfo-cache-positive-ttl', {}, { realisations: 404 }),
]

await record('http', worlds)
