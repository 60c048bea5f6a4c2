// Records tests/golden/distribution.json: what the reference Nix makes of web/examples/distribution,
// as it is and after each edit of the story that the example tells. Fails if the story does not hold.
//
//   node tests/record/distribution.mjs        (see oracle.mjs for the environment)

import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { output, version, workFolder } from './oracle.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const source = join(root, 'web/examples/distribution')
const target = join(root, 'tests/golden/distribution.json')

// Each edit replaces the only occurrence of `find` in `file`. `rebuilt` names the derivations
// whose output paths change, or is a predicate on names for the edits that change most.
const story = [
  {
    name: 'host-name',
    about: 'The host name: its file, /etc and the system.',
    edits: [{ file: 'machine/configuration.nix', find: 'hostName = "lighthouse"', replace: 'hostName = "harbour"' }],
    rebuilt: ['etc', 'etc-hostname', 'system'],
  },
  {
    name: 'library-patch',
    about: 'One more patch for a library: the library and its dependents.',
    edits: [
      {
        file: 'libraries/pcre2.nix',
        find: 'patches = [ ../patches/pcre2-no-static.patch ];',
        replace: 'patches = [ ../patches/pcre2-no-static.patch ../patches/pcre2-match-limit.patch ];',
      },
    ],
    rebuilt: ['etc', 'git-2.51.0', 'nginx-1.29.3', 'pcre2-10.46', 'service-nginx', 'services', 'system', 'system-path'],
  },
  {
    name: 'patch-text',
    about: 'One word in a patch that is in use: the same derivations.',
    edits: [{ file: 'patches/pcre2-no-static.patch', find: 'case no in', replace: 'case "no" in' }],
    rebuilt: ['etc', 'git-2.51.0', 'nginx-1.29.3', 'pcre2-10.46', 'service-nginx', 'services', 'system', 'system-path'],
  },
  {
    name: 'cpu-flags',
    about: "The compiler's CPU flag: everything but downloads and bootstrap tools.",
    edits: [{ file: 'default.nix', find: '-march=x86-64"', replace: '-march=x86-64-v3"' }],
    rebuilt: derivation => !derivation.fixed && derivation.name !== 'bootstrap-tools',
  },
  {
    name: 'source-url',
    about: 'Only where a source comes from: recipes change, no output path does.',
    edits: [{ file: 'libraries/zlib.nix', find: 'https://zlib.net/fossils/', replace: 'https://mirror.example.org/' }],
    rebuilt: [],
  },
  {
    name: 'source-version',
    about: 'A new version of an application with its hash.',
    edits: [
      { file: 'applications/openssh.nix', find: 'version = "10.2p1"', replace: 'version = "10.3p1"' },
      { file: 'applications/openssh.nix', find: /sha256-[^"]*/, replace: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' },
    ],
    rebuilt: ['etc', 'openssh-10.3p1', 'openssh-10.3p1.tar.gz', 'service-sshd', 'services', 'system'],
  },
  {
    name: 'comment',
    about: 'A comment: not even a recipe changes.',
    edits: [{ file: 'libraries/pcre2.nix', find: '# Regular expressions.', replace: '# Perl-compatible regular expressions.' }],
    rebuilt: [],
    sameRecipes: true,
  },
]

// The attributes recorded one by one; `system` alone gives the closure.
const names = `bash bootstrap-tools busybox coreutils curl dinit gcc git glibc linux ncurses nginx
  openssh openssl pcre2 readline stdenv system wireless-firmware zlib`.split(/\s+/)

/** Instantiates the example in `folder`: .drv paths of attributes, outputs of the closure, its other sources. */
async function instantiate(folder) {
  const roots = names.flatMap(name => ['-A', name])
  const lines = (await output('nix-instantiate', [join(folder, 'default.nix'), ...roots])).trim().split('\n')
  const attributes = Object.fromEntries(names.map((name, index) => [name, lines[index]]))
  const system = attributes.system
  const closure = (await output('nix-store', ['-qR', system])).trim().split('\n')
  const shown = JSON.parse(await output('nix', ['--extra-experimental-features', 'nix-command', 'derivation', 'show', '-r', system])).derivations
  const derivations = {}
  for (const base of Object.keys(shown).sort()) {
    const { name, outputs, env } = shown[base]
    const paths = Object.fromEntries(Object.keys(outputs).sort().map(key => [key, outputPath(outputs[key], env, key)]))
    derivations[`/nix/store/${base}`] = { name, fixed: 'outputHash' in env, outputs: paths }
  }
  const sources = closure.filter(path => !path.endsWith('.drv')).sort()
  if (closure.length !== sources.length + Object.keys(derivations).length) throw new Error('the two closures differ')
  return { attributes, derivations, sources }
}

/** The full path of an output; fixed outputs carry it only in the environment. */
function outputPath(output, env, key) {
  return output.path ? `/nix/store/${output.path}` : env[key]
}

async function apply(folder, { file, find, replace }) {
  const path = join(folder, file)
  const text = await readFile(path, 'utf8')
  const pieces = text.split(find)
  if (pieces.length !== 2) throw new Error(`${file}: '${find}' occurs ${pieces.length - 1} times`)
  await writeFile(path, pieces.join(replace))
  const found = find instanceof RegExp ? text.match(find)[0] : find
  return { file, find: found, replace }
}

/** The derivations of `after` that have an output path which `before` does not have. */
function rebuilt(before, after) {
  const known = new Set(Object.values(before.derivations).flatMap(({ outputs }) => Object.values(outputs)))
  return Object.values(after.derivations).filter(({ outputs }) => Object.values(outputs).some(path => !known.has(path)))
}

function check(step, before, after) {
  const all = Object.values(after.derivations)
  const actual = rebuilt(before, after).map(({ name }) => name).sort()
  const wanted = Array.isArray(step.rebuilt) ? step.rebuilt : all.filter(step.rebuilt).map(({ name }) => name).sort()
  if (actual.join() !== wanted.join()) throw new Error(`${step.name}: rebuilt ${actual}\n  wanted ${wanted}`)
  const sameRecipes = Object.keys(after.derivations).join() === Object.keys(before.derivations).join()
  if (sameRecipes !== Boolean(step.sameRecipes)) throw new Error(`${step.name}: the .drv paths are ${sameRecipes ? '' : 'not '}the same`)
  return actual
}

const folder = await workFolder('distribution')
const fresh = async () => {
  await rm(folder, { recursive: true, force: true })
  await cp(source, folder, { recursive: true })
}

await fresh()
const base = await instantiate(folder)
const recorded = []
for (const step of story) {
  await fresh()
  const edits = []
  for (const edit of step.edits) edits.push(await apply(folder, edit))
  const after = await instantiate(folder)
  const names = check(step, base, after)
  recorded.push({ name: step.name, about: step.about, edits, rebuilt: names, ...after })
  console.log(`${step.name}: ${names.length} of ${Object.keys(after.derivations).length} derivations rebuilt`)
}
await rm(folder, { recursive: true, force: true })

const golden = { nix: await version(), files: 'web/examples/distribution', attribute: 'system', base, story: recorded }
await writeFile(target, `${JSON.stringify(golden, null, 1)}\n`)
