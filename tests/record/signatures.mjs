// Records tests/golden/cache/signatures.json: which store objects of which caches the reference believes, by their signatures, its keys
// and settings, and how they are addressed.
//
//   node tests/record/signatures.mjs        (see oracle.mjs for the environment)

import { chain, floating, otherHash, record, replaced } from './realised-cases.mjs'

const NIX = `
  src = fixed "source" "source" { };
  libc = d { name = "libc"; };
  app = d { name = "app"; keep = libc; used = src; };
`
const COPY = ['app', 'src']
const GOOD = { copy: COPY, key: 'good' }
const UNSIGNED = { copy: COPY }
const STRANGER = { copy: COPY, key: 'stranger' }
const world = (name, cache, more) => chain(`signatures: ${name}`, { nix: NIX, caches: [cache].flat(), trusted: ['good'], ...more })
const alone = (name, change) => [
  world(name, { ...GOOD, edit: { app: change } }),
  world(`${name}, and fallback`, { ...GOOD, edit: { app: change } }, { settings: { fallback: 'true' } }),
]
const both = (name, change) => [...alone(name, change), world(`${name}, in a reference`, { ...GOOD, edit: { libc: change } })]
const content = (name, cache, more) => world(name, cache, { want: ['src'], ...more })
const ca = (name, cache, more) => floating(`signatures: floating, ${name}`, { trusted: ['good'], caches: [{ copy: ['f', 'g', 'h'], ...cache }], ...more })

const SIG = /^Sig: (.*)\n/m
const duplicated = text => text.replace(SIG, '$&$&')

const worlds = [
  ...Object.entries({ good: GOOD, none: UNSIGNED, stranger: STRANGER }).flatMap(([name, cache]) => [
    world(`${name}, good is trusted`, cache),
    world(`${name}, both are trusted`, cache, { trusted: ['good', 'stranger'] }),
    world(`${name}, nobody is trusted`, cache, { trusted: [] }),
    world(`${name}, nobody is trusted and fallback`, cache, { trusted: [], settings: { fallback: 'true' } }),
    world(`${name}, none are required`, cache, { settings: { 'require-sigs': 'false' } }),
    world(`${name}, none are required and nobody is trusted`, cache, { trusted: [], settings: { 'require-sigs': 'false' } }),
    ...['trusted=true', 'trusted=1', 'trusted=yes', 'trusted=false', 'trusted=0'].map(query => world(`${name}, ${query} in the URL`, { ...cache, query: `?${query}` })),
    world(`${name}, and another cache is signed`, [cache, GOOD]),
    world(`${name}, and another cache is a stranger's`, [cache, STRANGER]),
    world(`${name}, over HTTP`, { ...cache, http: true }),
    world(`${name}, trusted over HTTP`, { ...cache, http: true, query: '?trusted=true' }),
  ]),
  world('the root from the one, the reference from the other', [{ ...GOOD, edit: { libc: replaced(SIG, '') } }, { ...GOOD, edit: { app: replaced(SIG, '') } }]),
  ...both('no signature', replaced(SIG, '')),
  ...both('the signature twice', duplicated),
  ...both('a damaged signature before a good one', text => text.replace(SIG, 'Sig: good-1:AAAA\n$&')),
  ...both('a stranger before a good one', text => text.replace(SIG, (line, sig) => `Sig: ${sig.replace('good', 'other')}\n${line}`)),
  ...both('a good one under another name', text => text.replace(SIG, (_, sig) => `Sig: ${sig.replace('good', 'other')}\n`)),
  ...both('a damaged signature', text => text.replace(SIG, (_, sig) => `Sig: ${sig.replace(/:..../, ':AAAA')}\n`)),
  ...both('a signature that is none', replaced(SIG, 'Sig: nonsense\n')),
  ...both('a signature that is not in base 64', replaced(SIG, 'Sig: good-1:%%%%\n')),
  ...both('an empty signature', replaced(SIG, 'Sig: \n')),
  ...both('another hash', otherHash),
  ...both('another size', replaced(/^NarSize: .*$/m, 'NarSize: 4096')),
  ...both('other references', replaced(/^References: .*$/m, 'References: ')),
  ...both('another deriver', replaced(/^Deriver: .*$/m, `Deriver: ${'0'.repeat(32)}-x.drv`)),
  ...both('no deriver', replaced(/^Deriver: .*\n/m, '')),
  ...both('another file hash', replaced(/^FileHash: sha256:.*$/m, `FileHash: sha256:${'0'.repeat(51)}1`)),
  ...both('another file size', replaced(/^FileSize: .*$/m, 'FileSize: 1')),
  ...both('a content address that is none', text => `${text}CA: nonsense\n`),
  // In what has no references it lets the reference crash.
  ...alone('a content address of something else', text => `${text}CA: fixed:r:sha256:${'0'.repeat(51)}1\n`),
  ...alone('no signature, and a content address of something else', text => `${text.replace(SIG, '')}CA: fixed:r:sha256:${'0'.repeat(51)}1\n`),
  content('content-addressed, nobody signed', UNSIGNED),
  content('content-addressed, nobody is trusted', UNSIGNED, { trusted: [] }),
  content('content-addressed, a stranger signed', STRANGER),
  content('content-addressed, without its content address', { ...UNSIGNED, edit: { src: replaced(/^CA: .*\n/m, '') } }),
  content('content-addressed, with another content address', { ...UNSIGNED, edit: { src: replaced(/^CA: .*$/m, `CA: fixed:sha256:${'0'.repeat(51)}1`) } }),
  content('content-addressed, as if by its archive', { ...UNSIGNED, edit: { src: replaced(/^CA: fixed:/m, 'CA: fixed:r:') } }),
  content('content-addressed, with another archive', { ...UNSIGNED, edit: { src: otherHash } }),
  content('content-addressed, with another archive and fallback', { ...UNSIGNED, edit: { src: otherHash } }, { settings: { fallback: 'true' } }),
  content('content-addressed, for another store directory', { ...UNSIGNED, storeDir: '/gnu/store' }),
  ca('nobody signed', {}),
  ca('a stranger signed', { key: 'stranger' }),
  ca('signed', { key: 'good' }),
  ca('nobody signed, early cutoff', {}, { want: ['hEdited'] }),
  ca('a content-addressed output without its content address', { edit: { g: replaced(/^CA: .*\n/m, '') } }, { want: ['g'] }),
  ca('a content-addressed output with another content address', { edit: { g: replaced(/^CA: fixed:r:sha256:.*$/m, `CA: fixed:r:sha256:${'0'.repeat(51)}1`) } }, { want: ['g'] }),
  ca('the signatures of realisations are gone', { key: 'good', editRealisations: text => text.replace(/"signatures":\[.*?\]/, '"signatures":[]') }, { want: ['g'] }),
]

await record('signatures', worlds)
