// Records tests/golden/cache/realised.json: what the reference's dry run says and what its real builds do for small worlds with
// real caches, filled by `nix copy` and then damaged in many ways.
//
//   node tests/record/realise.mjs        (see oracle.mjs for the environment)

import { ALL, chain, floating, record, replaced } from './realised-cases.mjs'

const worlds = [
  chain('nothing is cached', { caches: [] }),
  chain('everything is cached'),
  chain('everything is cached and signed', { caches: [{ copy: ALL, key: 'good' }], trusted: ['good'] }),
  chain('nobody signed', { trusted: ['good'] }),
  chain('a stranger signed', { caches: [{ copy: ALL, key: 'stranger' }], trusted: ['good'] }),
  chain('the second cache is signed', { caches: [{ copy: ALL }, { copy: ALL, key: 'good' }], trusted: ['good'] }),
  chain('a reference is not signed', {
    caches: [{ copy: ALL, key: 'good', edit: { libc: replaced(/^Sig: .*\n/m, '') } }],
    trusted: ['good'],
  }),
  chain('the root is not signed', { caches: [{ copy: ALL, key: 'good', edit: { app: replaced(/^Sig: .*\n/m, '') } }], trusted: ['good'] }),
  chain('a cache that is trusted by its URL', { caches: [{ copy: ALL, query: '?trusted=true' }], trusted: ['good'] }),
  chain('the root is evicted', { caches: [{ copy: ALL, edit: { app: () => undefined } }] }),
  chain('a library is evicted, the root is not', { caches: [{ copy: ALL, edit: { zlib: () => undefined } }] }),
  chain('the innermost library is evicted', { caches: [{ copy: ALL, edit: { libc: () => undefined } }] }),
  chain('an archive is gone', { caches: [{ copy: ALL, archive: { app: () => undefined } }] }),
  chain('the archive of a reference is gone', { caches: [{ copy: ALL, archive: { libc: () => undefined } }] }),
  chain('an archive is gone and the next cache has it', { caches: [{ copy: ALL, archive: { app: () => undefined } }, { copy: ALL }] }),
  chain('an archive has another hash', { caches: [{ copy: ALL, edit: { app: replaced(/NarHash: sha256:./, 'NarHash: sha256:1') } }] }),
  chain('an archive has another hash and fallback is on', {
    caches: [{ copy: ALL, edit: { app: replaced(/NarHash: sha256:./, 'NarHash: sha256:1') } }],
    settings: { fallback: 'true' },
  }),
  chain('an archive has another hash and the next cache is right', {
    caches: [{ copy: ALL, edit: { app: replaced(/NarHash: sha256:./, 'NarHash: sha256:1') } }, { copy: ALL }],
  }),
  chain('an archive has another size', { caches: [{ copy: ALL, edit: { app: replaced(/NarSize: .*/, 'NarSize: 4096') } }] }),
  chain('the archive of a reference has another size', { caches: [{ copy: ALL, edit: { libc: replaced(/NarSize: .*/, 'NarSize: 4096') } }] }),
  chain('the archive of a reference has another size and fallback is on', {
    caches: [{ copy: ALL, edit: { libc: replaced(/NarSize: .*/, 'NarSize: 4096') } }],
    settings: { fallback: 'true' },
  }),
  chain('the compressed file has another hash, which nobody looks at', {
    caches: [{ copy: ALL, edit: { app: replaced(/FileHash: sha256:./, 'FileHash: sha256:1') } }],
  }),
  chain('an archive is damaged', { caches: [{ copy: ALL, archive: { app: bytes => bytes.subarray(0, 60) } }] }),
  chain('an archive is not compressed as it says', { caches: [{ copy: ALL, edit: { app: replaced('Compression: none', 'Compression: xz') } }] }),
  chain('a narinfo is corrupt', { caches: [{ copy: ALL, edit: { app: replaced(/NarSize: .*\n/, '') } }] }),
  chain('a narinfo is corrupt and fallback is on', {
    caches: [{ copy: ALL, edit: { app: replaced(/NarSize: .*\n/, '') } }],
    settings: { fallback: 'true' },
  }),
  chain('a narinfo is corrupt and the next cache has it', { caches: [{ copy: ALL, edit: { app: replaced(/NarSize: .*\n/, '') } }, { copy: ALL }] }),
  chain('the narinfo of a reference is corrupt and fallback is on', {
    caches: [{ copy: ALL, edit: { libc: replaced(/NarSize: .*\n/, '') } }],
    settings: { fallback: 'true' },
  }),
  chain('substitution is off', { settings: { substitute: 'false' } }),
  chain('allowSubstitutes is off', { want: ['local'] }),
  chain('allowSubstitutes is overruled', { want: ['local'], settings: { 'always-allow-substitutes': 'true' } }),
  chain('preferLocalBuild does not keep from fetching', { want: ['near'] }),
  chain('preferLocalBuild', { want: ['near'], caches: [{ copy: ['app'] }] }),
  chain('another system', { want: ['arm'] }),
  chain('another system is cached', { want: ['arm'], caches: [{ copy: ['libc'], fake: ['arm'] }] }),
  chain('another system below', { want: ['onArm'] }),
  chain('another system that is an extra platform', { want: ['onArm'], settings: { 'extra-platforms': 'aarch64-linux' } }),
  chain('a feature is missing', { want: ['kvm'] }),
  chain('a feature is there', { want: ['kvm'], settings: { 'system-features': 'drvlab-test' } }),
  chain('no build jobs', { settings: { 'max-jobs': '0' }, caches: [{ copy: ['zlib'] }] }),
  chain('no build jobs and everything cached', { settings: { 'max-jobs': '0' } }),
  chain('a build fails', { want: ['bad'], caches: [] }),
  chain('a build fails below', { want: ['onBad'], caches: [] }),
  chain('the first priority wins', { caches: [{ copy: ALL, info: 'Priority: 50\n' }, { copy: ALL, info: 'Priority: 30\n' }] }),
  chain('two caches share the closure', { caches: [{ copy: ALL, edit: { zlib: () => undefined } }, { copy: ['zlib'] }] }),
  chain('a cache for another store directory', { caches: [{ copy: ALL, storeDir: '/gnu/store' }] }),
  chain('one output of two is cached', { want: ['zlib', 'zlib.dev'], caches: [{ copy: ALL, edit: { 'zlib.dev': () => undefined } }] }),
  chain('only the other output is cached', { want: ['zlib.dev'], caches: [{ copy: ALL, edit: { zlib: () => undefined } }] }),
  floating('floating: nothing is cached', { caches: [] }),
  floating('floating: everything is cached'),
  floating('floating: the inner realisations are gone', { caches: [{ copy: ['f', 'g', 'h'], realisations: text => text.includes('-h"') }] }),
  floating('floating: all realisations are gone', { caches: [{ copy: ['f', 'g', 'h'], realisations: () => false }] }),
  floating('floating: nobody signed', { trusted: ['good'] }),
  floating('floating: an archive is gone', { caches: [{ copy: ['f', 'g', 'h'], archive: { g: () => undefined } }] }),
  floating('floating: early cutoff', { want: ['hEdited'] }),
  floating('floating: early cutoff from the local store', { want: ['hEdited'], caches: [], before: ['h'] }),
  floating('floating: local and cached', { want: ['h'], before: ['f'] }),
  floating('floating: a fixed output is built with it', { want: ['user'], caches: [] }),
  floating('floating: what may not be fetched is there once it is resolved', { want: ['twin'], before: ['own'], caches: [] }),
  chain('a build fails and the others go on', { want: ['onBad', 'app', 'kvm'], caches: [], settings: { 'keep-going': 'true' } }),
  chain('a reference is not to be had and the others are fetched', {
    caches: [{ copy: ALL, archive: { libc: () => undefined } }],
    settings: { 'keep-going': 'true' },
  }),
  chain('an archive is not compressed and should be by gzip', {
    caches: [{ copy: ALL, edit: { app: replaced('Compression: none', 'Compression: gzip') } }],
  }),
]

await record('realised', worlds)
