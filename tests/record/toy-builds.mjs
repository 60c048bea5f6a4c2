// Builds small shell scripts with the reference, input-addressed and floating, and tells what came out.

import { rm, writeFile } from 'node:fs/promises'
import { deleteFrom, outputIn, runIn } from './client.mjs'

/**
 * Builds scripts, each twice: with input-addressed and with floating outputs. `lib` is an input that they can use. `client` is where.
 * Resolves to their derivations with paths, NAR hashes and references of the outputs, or `failed`.
 */
export async function buildToys(scripts, client, file) {
  const output = (tool, args) => outputIn(client, tool, args)
  const toys = scripts.map(({ script }, index) => {
    const outputs = script.match(/^# outputs: (.*)$/m)?.[1].split(' ') ?? ['out']
    return `  (toy ${index} [ ${outputs.map(it => `"${it}"`).join(' ')} ] ${JSON.stringify(script).replaceAll('${', '\\${')})`
  })
  await writeFile(
    file,
    `let
  lib = derivation {
    name = "toy-lib"; system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/bin";
    args = [ "-ec" ''mkdir -p $out/bin $out/share; echo library > $out/share/text; printf '#!/bin/sh\\necho tool "$@"\\n' > $out/bin/tool; chmod +x $out/bin/tool; ln -s share/text $out/link'' ];
  };
  toy = index: outputs: script: floating: derivation ({
    name = "toy-\${toString index}"; system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/bin"; inherit lib outputs script;
    words = "one two  three"; passAsFile = [ "words2" ]; words2 = "in a file";
    args = [ "-ec" script ];
  } // (if floating then { __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; } else { }));
  all = [
${toys.join('\n')}
  ];
in builtins.concatMap (f: [ (f false) (f true) ]) all
`,
  )
  const drvs = (await output('nix-instantiate', [file])).split('\n').map(line => line.split('!')[0])
  const built = await runIn(client, 'nix-build', [...drvs, '--no-out-link', '--keep-going', '--max-jobs', '2', '--option', 'substituters', ''])
  const failed = failures(built.stderr)
  const good = drvs.filter(drv => !failed.has(drv))
  const results = JSON.parse(await output('nix', ['build', '--json', '--no-link', '--offline', ...good.map(drv => `${drv}^*`)]))
  const outputs = new Map(results.map(it => [it.drvPath, it.outputs]))
  const paths = [...new Set(results.flatMap(it => Object.values(it.outputs)))]
  const infos = JSON.parse(await output('nix', ['path-info', '--json', '--json-format', '1', '--offline', ...paths]))
  const texts = (await output('sh', ['-c', 'for path; do cat $path; echo; done', 'sh', ...drvs])).split('\n')
  const lib = texts[0].match(/"([^"]*-toy-lib\.drv)"/)[1]
  const inputs = { [lib]: await output('cat', [lib]) }
  const cases = drvs.map((drv, at) => {
    const { name } = scripts[at >> 1]
    const one = { name: at % 2 === 1 ? `${name}, floating` : name, drv, derivation: texts[at], inputs }
    if (failed.has(drv)) return { ...one, failed: failed.get(drv) }
    const described = Object.entries(outputs.get(drv)).map(([output, path]) => {
      const { narHash, narSize, references } = infos[path]
      return [output, { path, narHash, narSize, references: references.sort() }]
    })
    return { ...one, outputs: Object.fromEntries(described) }
  })
  await deleteFrom(client, '*-toy-*')
  await rm(client.state, { recursive: true, force: true })
  return cases
}

/** Why derivations failed, by their paths, from what the reference said with `--keep-going`. */
function failures(stderr) {
  const plain = stderr.replace(/\x1b\[[0-9;]*m/g, '')
  const origins = new Map([...plain.matchAll(/resolved derivation: '([^']*)' (?:->|=>) '([^']*)'/g)].map(([, from, to]) => [to, from]))
  const failed = new Map()
  for (const message of plain.split(/^error: /m).slice(1)) {
    const drv = message.match(/^(?:Cannot build|builder for|cycle detected in build of) '([^']*\.drv)'/)?.[1] ?? message.match(/'([^']*\.drv)'/)?.[1]
    if (drv === undefined || /^build of /.test(message)) continue
    const reason = message.match(/exit code (\d+)/)?.[1] ?? message.match(/failed to produce output path for output '[^']*'/)?.[0] ?? message.split('\n')[0]
    failed.set(origins.get(drv) ?? drv, reason)
  }
  return failed
}
