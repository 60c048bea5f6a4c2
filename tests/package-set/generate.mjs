// Writes a package set in the shape of a real one: the library, the standard environment and the core of `files/`, written by hand, and
// as many made-up packages as wanted, which depend on each other, on the core, and on the library. The same numbers give the same bytes.
//
//   node tests/package-set/generate.mjs FOLDER [--packages 1500] [--hackage 3000] [--maintainers 3000] [--seed 1]

import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Random } from '../differential/random.mjs'
import { haskell, language, perl, plain, python } from './packages.mjs'
import { names, person, word } from './vocabulary.mjs'

/** What packages of the core others depend on. */
const core = 'zlib openssl curl ncurses readline sqlite expat libffi pcre2 xz bzip2 libxml2 glib boost gmp acl attr file libunistring libidn2 jq llvm'.split(' ')
const categories = 'applications/editors applications/graphics applications/networking development/libraries development/tools games os-specific/linux servers tools/misc tools/security'.split(' ')

/** How the packages are shared out, of each thousand. */
const shares = { byName: 560, category: 200, variants: 40, python: 100, perl: 40, haskell: 40, go: 10, rust: 10 }

/** All files of a set, by path. */
export function generate({ packages = 1500, hackage = 3000, maintainers = 3000, seed = 1 } = {}) {
  const files = new Map()
  const random = index => new Random(seed, index)
  const counts = Object.fromEntries(Object.entries(shares).map(([kind, share]) => [kind, Math.round((packages * share) / 1000)]))
  const fresh = names(random(1))
  const put = (folder, made) => {
    for (const [name, text] of Object.entries(made)) files.set(`${folder}/${name}`, text)
  }

  // Who cares for what.
  const people = maintainerList(random(2), maintainers)
  files.set('lib/maintainer-list.nix', people.text)
  const context = { maintainers: people.names }

  // C and C++: by name, by category, and with other arguments. Each depends on what comes before.
  const available = [...core]
  const lines = []
  const plainCount = counts.byName + counts.category
  for (let index = 0; index < plainCount; index++) {
    const name = fresh()
    const choices = random(1000 + index)
    const made = plain(choices, { ...context, name, available: available.toReversed() })
    if (index % plainCount < counts.category) {
      const folder = `pkgs/${choices.pick(categories)}/${name}`
      made['default.nix'] = made['package.nix']
      delete made['package.nix']
      put(folder, made)
      const withLibrary = choices.chance(0.1) && made['default.nix'].includes('openssl,') ? '\n    openssl = openssl_3;\n  ' : ' '
      lines.push(`  ${name} = callPackage ../${folder} {${withLibrary}};`)
    } else {
      put(`pkgs/by-name/${name.slice(0, 2)}/${name}`, made)
    }
    // What is refused has no dependents, or most of the set would be refused.
    if (!isRefused(made)) available.push(name)
  }
  for (let index = 0; index < counts.variants; index++) {
    const choices = random(5000 + index)
    const base = choices.pick(available.slice(core.length))
    const change = choices.weighted([
      [4, `overrideAttrs (old: {\n    pname = "\${old.pname}-${word(choices)}";\n    configureFlags = old.configureFlags or [ ] ++ [ "--with-${word(choices)}" ];\n  })`],
      [3, 'override { stdenv = stdenvAdapters.keepDebugInfo stdenv; }'],
      [2, `overrideAttrs (\n    finalAttrs: previousAttrs: {\n      version = "\${previousAttrs.version}-next";\n      passthru = previousAttrs.passthru or { } // { next = finalAttrs.finalPackage.name; };\n      __intentionallyOverridingVersion = true;\n    }\n  )`],
      [1, `overrideDerivation (drv: { name = "${word(choices)}-\${drv.name}"; })`],
    ])
    lines.push(`  ${base}-v${index} = ${base}.${change};`)
  }
  for (const kind of ['go', 'rust']) {
    for (let index = 0; index < counts[kind]; index++) {
      const name = fresh()
      put(`pkgs/by-name/${name.slice(0, 2)}/${name}`, language(random((kind === 'go' ? 6000 : 7000) + index), kind, { ...context, name }))
    }
  }

  files.set('top-level/all-packages.nix#', lines.join('\n'))
  put('pkgs/python-modules', pythonModules(random, counts.python, fresh, context))
  files.set('top-level/perl-packages.nix', perlPackages(random, counts.perl, fresh, context))
  put('pkgs', hackagePackages(random, counts.haskell, hackage, fresh))
  return files
}

/** Whether a package on Linux is refused for its licence, its platforms or what is known of it. */
const isRefused = made => Object.values(made).some(text => /broken = true;|knownVulnerabilities|licenses\.unfree|platforms = lib\.platforms\.darwin/.test(text))

function maintainerList(random, count) {
  const fresh = names(random)
  const entries = []
  const handles = []
  for (let index = 0; index < count; index++) {
    const handle = fresh().replaceAll('-', '_')
    handles.push(handle)
    entries.push(`  ${handle} = {
    email = "${handle}@example.org";
    github = "${handle}";
    githubId = ${100000 + random.below(90000000)};
    name = "${person(random)}";
${random.chance(0.3) ? `    matrix = "@${handle}:example.org";\n` : ''}${random.chance(0.3) ? `    keys = [ { fingerprint = "${random.bytes(20).toString('hex').toUpperCase().replace(/(.{4})(?!$)/g, '$1 ')}"; } ];\n` : ''}  };`)
  }
  return { names: handles, text: `# Who cares for packages, by the names they are known by here.\n{\n${entries.join('\n')}\n}\n` }
}

function pythonModules(random, count, fresh, context) {
  const files = {}
  const available = []
  const lines = []
  for (let index = 0; index < count; index++) {
    const name = fresh()
    for (const [file, text] of Object.entries(python(random(2000 + index), { ...context, name, available, libraries: core }))) files[`${name}/${file}`] = text
    lines.push(`  ${name} = callPackage ./${name} { };`)
    available.push(name)
  }
  files['default.nix'] = `# The packages for an interpreter, an overlay of what they are made with.
self: super: with self; {
  fetchPypi = callPackage (
    { fetchurl }:
    { pname, version, hash, extension ? "tar.gz" }:
    fetchurl {
      url = "mirror://pypi/\${builtins.substring 0 1 pname}/\${pname}/\${pname}-\${version}.\${extension}";
      inherit hash;
    }
  ) { };
${lines.join('\n')}
}
`
  return files
}

function perlPackages(random, count, fresh, context) {
  const available = []
  const entries = []
  for (let index = 0; index < count; index++) {
    const name = fresh().split('-').map(part => part[0].toUpperCase() + part.slice(1)).join('')
    entries.push(perl(random(3000 + index), { ...context, name, available: [...available] }))
    available.push(name)
  }
  return `# Packages of CPAN.\n{\n  lib,\n  buildPerlPackage,\n  fetchurl,\n}:\nrec {\n${entries.join('\n')}}\n`
}

/** As generated from Hackage: one file for all, most of which nobody asks for. */
function hackagePackages(random, wanted, count, fresh) {
  const available = []
  const entries = []
  for (let index = 0; index < count; index++) {
    const name = fresh()
    entries.push(haskell(random(20000 + index), { name, available: available.slice(-400) }))
    available.push(name)
  }
  const used = available.filter((_, index) => index % Math.ceil(count / Math.max(1, wanted)) === 0)
  return {
    'hackage-packages.nix': `# Generated: every package of Hackage, as its own description says.\n{ pkgs, lib, callPackage }:\n\nself: {\n\n${entries.join('\n')}}\n`,
    'haskell-in-use.nix': `[\n${used.map(name => `  "${name}"`).join('\n')}\n]\n`,
    'haskell-configuration.nix': `# What the generated descriptions do not know.\n{ lib, pkgs }:\nself: super: {\n${used
      .filter((_, index) => index % 7 === 0)
      .map((name, index) => `  ${name} = super.${name}.overrideAttrs (old: { ${index % 2 ? 'doCheck = false' : 'prePatch = old.prePatch + "jailbreak-cabal"'}; });\n`)
      .join('')}}\n`,
  }
}

/** All files of a set, those written by hand included, by path. */
export async function complete(options) {
  const sources = fileURLToPath(new URL('files', import.meta.url))
  const files = new Map()
  for (const entry of await readdir(sources, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(relative(sources, path).split(sep).join('/'), await readFile(path, 'utf8'))
  }
  for (const [path, text] of generate(options)) {
    // A file that is written by hand takes what is generated at its mark.
    if (path.endsWith('#')) {
      const file = path.slice(0, -1)
      files.set(file, files.get(file).replace('  # GENERATED', () => text))
    } else {
      files.set(path, text)
    }
  }
  return files
}

/** Writes a set into a folder, which is replaced. */
export async function write(folder, options) {
  await rm(folder, { recursive: true, force: true })
  for (const [path, text] of await complete(options)) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { packages: { type: 'string' }, hackage: { type: 'string' }, maintainers: { type: 'string' }, seed: { type: 'string' } },
  })
  if (positionals.length !== 1) throw new Error('name one folder to write the package set to')
  await write(positionals[0], Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)])))
}
