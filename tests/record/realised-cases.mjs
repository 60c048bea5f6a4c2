// Small packages that recorders make worlds of, each with one question, and how such worlds are recorded.

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version, workFolder } from './oracle.mjs'
import { recordWorlds } from './realised-world.mjs'

const CHAIN = `
  src = fixed "source.tar.gz" "source" { };
  libc = d { name = "libc"; outputs = [ "out" "dev" ]; };
  gcc = d { name = "gcc"; libc = libc.dev; keep = libc; };
  zlib = d { name = "zlib"; inherit gcc src; keep = libc; outputs = [ "out" "dev" ]; };
  app = d { name = "app"; inherit gcc; keep = zlib; dev = zlib.dev; };
  local = d { name = "local"; keep = app; allowSubstitutes = false; };
  near = d { name = "near"; keep = app; preferLocalBuild = true; };
  arm = d { name = "arm"; system = "aarch64-linux"; keep = libc; };
  kvm = d { name = "kvm"; requiredSystemFeatures = [ "drvlab-test" ]; };
  onArm = d { name = "on-arm"; keep = arm; };
  bad = d { name = "bad"; args = [ "-c" "exit 3" ]; };
  onBad = d { name = "on-bad"; keep = bad; };
`

/** What a cache of the chain has that has everything. */
export const ALL = ['src', 'libc', 'gcc', 'zlib', 'app', 'local', 'near']

/** The floating packages once more, of which the first takes so many seconds. */
const slowly = (name, seconds) => `
  f${name} = ca { name = "f"; seconds = "${seconds}"; PATH = "/usr/bin:/bin"; args = [ "-c" "sleep $seconds; echo $name $keep > $out" ]; };
  g${name} = ca { name = "g"; keep = f${name}; };
  h${name} = d { name = "h"; keep = g${name}; };
`

const FLOATING = `
  f = ca { name = "f"; comment = "one"; };
  g = ca { name = "g"; keep = f; };
  h = d { name = "h"; keep = g; };
  edited = ca { name = "f"; comment = "two"; };
  gEdited = ca { name = "g"; keep = edited; };
  hEdited = d { name = "h"; keep = gEdited; };
  fetched = fixed "fetched" "content" { tool = g; };
  user = d { name = "user"; keep = fetched; };
  own = d { name = "own"; keep = f; allowSubstitutes = false; };
  twin = d { name = "own"; keep = edited; allowSubstitutes = false; };
  other = d { name = "other"; };
${slowly('Soon', 3)}${slowly('Late', 65)}`

/** Worlds of input-addressed packages, all of them cached. */
export const chain = (name, more) => ({ name, nix: CHAIN, want: ['app'], caches: [{ copy: ALL }], ...more })

/** Worlds of packages with floating outputs, all of them cached. */
export const floating = (name, more) => ({ name, nix: FLOATING, want: ['h'], caches: [{ copy: ['f', 'g', 'h'] }], ...more })

export const replaced = (from, to) => text => text.replace(from, to)

/** Gives a narinfo another hash. */
export const otherHash = replaced(/^NarHash: .*$/m, `NarHash: sha256:${'0'.repeat(51)}1`)

/** Each world has one question, whose caches are the world's; a cache `of` another one has the same contents. */
const asked = ({ nix, caches, ...question }, index) => ({
  prefix: `rt${index}`,
  nix,
  caches,
  questions: [{ ...question, caches: caches.map((cache, of) => ({ of, ...cache })) }],
})

/** Records worlds to `tests/golden/cache/NAME.json`. */
export async function record(name, worlds) {
  const target = fileURLToPath(new URL(`../golden/cache/${name}.json`, import.meta.url))
  const folder = await workFolder(`record-${name}`)
  const { cases, forget } = await recordWorlds(worlds.map(asked), 'rt', folder)
  await forget()
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, `${JSON.stringify({ nix: await version(), cases }, null, 1)}\n`)
  console.log(`${name}: ${cases.length} cases`)
  await rm(folder, { recursive: true, force: true })
}
