// Builds derivations with the reference, for the recorder and the differential program.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inParallel, output, run } from './oracle.mjs'

const OPTIONS = ['--no-out-link', '--cores', '1', '--option', 'substitute', 'false']

/** Tells whether the reference builds in a sandbox that looks as the model in crate/build. */
export async function isSandboxed(folder) {
  const file = join(folder, 'probe.nix')
  const script = 'set -e; PATH=/bin; [ "$PWD" = /build ]; [ "$(id -u)" = 1000 ]; echo > $out'
  await writeFile(
    file,
    `derivation { name = "probe"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" ''${script}'' ]; salt = "${Date.now()}"; }`,
  )
  return (await run('nix-build', [file, ...OPTIONS])).status === 0
}

/** Takes the message behind the last `error:` of a text, without colours and indentation. */
function message(stderr, derivation) {
  const plain = stderr.replace(/\x1b\[[0-9;]*m/g, '')
  const errors = plain
    .split(/^error: /m)
    .slice(1)
    .filter(text => !text.startsWith('build of resolved derivation'))
  const about = errors.filter(text => text.includes(derivation))
  const text = (about.at(-1) ?? errors.at(-1) ?? '').trimEnd()
  return text
    .split('\n')
    .map(line => line.replace(/^ {7}/, ''))
    .join('\n')
    .replace(/\/nix\/store\/tmp-\d+-\d+\/x/g, '/nix/store/tmp-1-1/x')
}

/** Builds one derivation; resolves to its outputs, or to a message. */
async function build(derivation) {
  const { status, stderr } = await run('nix-build', [derivation, ...OPTIONS])
  const resolved = stderr.match(/resolved derivation: '([^']*)' (?:->|=>) '([^']*)'/g)
  let built = derivation
  for (const line of resolved ?? []) {
    const [, from, to] = line.match(/'([^']*)' (?:->|=>) '([^']*)'/)
    if (from === derivation) built = to
  }
  // It may have been built before.
  const read = await run('nix-store', ['--read-log', built])
  const log = read.status === 0 ? read.stdout : null
  if (status !== 0) return { error: message(stderr, built), log }
  const json = await output('nix', ['build', '--json', '--no-link', '--offline', `${derivation}^*`])
  const outputs = JSON.parse(json)[0].outputs
  const infos = JSON.parse(
    await output('nix', ['path-info', '--json', '--json-format', '1', '--offline', ...Object.values(outputs)]),
  )
  const described = Object.entries(outputs).map(([name, path]) => {
    const { narHash, narSize, references, ca } = infos[path]
    return [name, { path, narHash, narSize, references: references.sort(), ca }]
  })
  return { outputs: Object.fromEntries(described), log }
}

/** Builds all attributes of a file; resolves to the derivations and sources needed, and what became of each attribute. */
export async function buildAll(file) {
  // Outputs of outputs are evaluated only where derivations have been written.
  await output('nix-instantiate', [file])
  const roots = JSON.parse(
    await output('nix-instantiate', [
      '--eval',
      '--strict',
      '--json',
      '-E',
      `builtins.mapAttrs (_: d: builtins.unsafeDiscardOutputDependency d.drvPath) (import ${file})`,
    ]),
  )
  const closure = (await output('nix-store', ['--query', '--requisites', ...Object.values(roots)])).trim().split('\n')
  const derivations = closure.filter(path => path.endsWith('.drv'))
  const texts = await output('sh', ['-c', 'for path; do cat $path; echo; done', 'sh', ...derivations])
  const lines = texts.trimEnd().split('\n')
  const sources = {}
  for (const path of closure) {
    if (path.endsWith('.drv')) continue
    sources[path] = (await output('sh', ['-c', 'nix-store --dump $1 | base64 -w0', 'sh', path])).trim()
  }
  const names = Object.keys(roots)
  const results = await inParallel(names, async name => ({ derivation: roots[name], ...(await build(roots[name])) }))
  return {
    derivations: Object.fromEntries(derivations.map((path, index) => [path, lines[index]])),
    sources,
    cases: Object.fromEntries(names.map((name, index) => [name, results[index]])),
  }
}
