// Builds small shell scripts with the reference, input-addressed and floating, and tells what came out.

import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './oracle.mjs'

/**
 * Builds scripts, each twice: with input-addressed and with floating outputs. `lib` is an input that they can use.
 * Resolves to their derivations with paths, NAR hashes and references of the outputs, or `failed`.
 */
export async function buildToys(scripts, state, file) {
  const here = (tool, args) => run(tool, args, { NIX_STATE_DIR: state, NIX_LOG_DIR: join(state, 'log') })
  const output = async (tool, args) => {
    const { status, stdout, stderr } = await here(tool, args)
    if (status !== 0) throw new Error(`${tool} failed:\n${stderr}`)
    return stdout.trim()
  }
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
  const texts = {}
  const cases = []
  for (const [index, { name }] of scripts.entries()) {
    for (const [at, drv] of [drvs[2 * index], drvs[2 * index + 1]].entries()) {
      const built = await here('nix-build', [drv, '--no-out-link', '--option', 'substituters', ''])
      const one = { name: at === 1 ? `${name}, floating` : name, drv, derivation: (await run('cat', [drv])).stdout }
      cases.push(one)
      if (built.status !== 0) {
        one.failed = built.stderr.match(/exit code (\d+)/)?.[1] ?? built.stderr.match(/failed to produce output path for output '[^']*'/)?.[0] ?? built.stderr
        continue
      }
      one.outputs = {}
      for (const name of [...one.derivation.matchAll(/^Derive\(\[(.*?)\],\[/g)][0][1].matchAll(/\("([^"]*)","/g)) {
        const path = (await output('nix-build', [`${drv}!${name[1]}`, '--no-out-link', '--option', 'substituters', ''])).split('\n').at(-1)
        const info = Object.values(JSON.parse(await output('nix', ['path-info', '--json', path])))[0]
        one.outputs[name[1]] = { path, narHash: info.narHash, narSize: info.narSize, references: info.references.sort() }
      }
    }
  }
  const lib = cases[0].derivation.match(/"(\/nix\/store\/[^"]*-toy-lib\.drv)"/)[1]
  texts[lib] = (await run('cat', [lib])).stdout
  for (const one of cases) one.inputs = texts
  await here('nix-store', ['--gc'])
  await rm(state, { recursive: true, force: true })
  return cases
}
