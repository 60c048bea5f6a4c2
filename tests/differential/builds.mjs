// Builds random derivations here and with the reference, and compares paths, NAR hashes, references, logs and failures.
// Prints the builds that differ, then fails.
//
//   node tests/differential/builds.mjs --cases N --seed S        (see ../record/oracle.mjs for the environment)
//
// The scripts use what works in a sandbox and without one: neither permissions nor the build directory show in them.

import { spawnSync } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildAll } from '../record/building.mjs'
import { workFolder } from '../record/oracle.mjs'
import { Random } from './random.mjs'

const { values } = parseArgs({ options: { cases: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } } })
const [cases, seed] = [Number(values.cases), Number(values.seed)]
if (!Number.isSafeInteger(cases) || cases < 1) throw new Error(`--cases is ${values.cases}, not a count`)
if (!Number.isSafeInteger(seed)) throw new Error(`--seed is ${values.seed}, not a number`)

const NAMES = ['a', 'b', 'c.txt', 'd-e', 'f_g']
const WORDS = ['x', 'two words', '', 'a/b.c', '10', '007', '*', 'it"s', '\\n', 'ab*c?', '-n', 'é', '$x', '~']

const quote = text => `'${text.replaceAll("'", `'\\''`)}'`

/** A word of the shell. `deps` are variables that hold paths of inputs. */
function word(random, depth, deps) {
  const name = random.pick(['x', 'y', 'z', 'nosuch'])
  return random.weighted([
    [6, () => quote(random.pick(WORDS))],
    [4, () => random.pick(NAMES)],
    [4, () => `"$${name}"`],
    [3, () => `$${name}`],
    [2, () => `"\${${name}${random.pick([':-', '-', ':+', '+'])}${random.pick(['d', '"q r"', '$x'])}}"`],
    [2, () => `\${${name}${random.pick(['%', '%%', '#', '##'])}${random.pick(['*', '?', '/*', '*/', '.*', '[a-z]', '"*"'])}}`],
    [1, () => `\${#${name}}`],
    [2, () => `$((${random.below(20)} ${random.pick(['+', '-', '*', '/', '%', '<<', '<', '==', '&', '|', '&&', '||'])} ${1 + random.below(9)}))`],
    [depth > 0 ? 2 : 0, () => `${random.pick(['"', ''])}$(${commands(random, depth - 1, deps, ' ; ')})`.replace(/^"(.*)$/s, '"$1"')],
    [deps.length ? 3 : 0, () => `"$${random.pick(deps)}"`],
    [1, () => `${random.pick(['*', 'a*', '[a-c]*', '?'])}`],
    [1, () => '"$@"'],
    [1, () => '$#'],
    [1, () => `"$${random.pick(['out', 'name', 'outputs'])}"`],
  ])()
}

const words = (random, depth, deps, least = 0, most = 3) => random.several(least, most, () => word(random, depth, deps)).join(' ')

function condition(random, depth, deps) {
  return random.weighted([
    [3, () => `[ "$x" ${random.pick(['=', '!='])} ${quote(random.pick(WORDS))} ]`],
    [2, () => `[ ${random.pick(['-e', '-f', '-d', '-n', '-z', '-s', '-L'])} ${random.pick(NAMES)} ]`],
    [2, () => `[ ${random.below(5)} ${random.pick(['-eq', '-lt', '-ge', '-ne'])} ${random.below(5)} ]`],
    [1, () => `! ${random.pick(['true', 'false'])}`],
    [1, () => random.pick(['true', 'false', 'nosuch'])],
    [depth > 0 ? 1 : 0, () => `{ ${commands(random, depth - 1, deps, '; ')}; }`],
  ])()
}

function command(random, depth, deps) {
  const inner = (separator = '; ') => commands(random, depth - 1, deps, separator)
  const w = () => word(random, depth, deps)
  const file = () => random.pick(NAMES)
  return random.weighted([
    [6, () => `echo ${words(random, depth, deps)}`],
    [3, () => `printf ${quote(random.pick(['%s\\n', '[%5s]', '%-4s|', '%s,%s\\n', '%03d\\n', '%x %o\\n', '%b\\n', '%%\\n']))} ${random.several(1, 3, () => random.pick(['1', '42', '7'])).join(' ')}`],
    [5, () => `${random.pick(['x', 'y', 'z'])}=${w()}`],
    [4, () => `echo ${words(random, depth, deps, 1)} ${random.pick(['>', '>>'])} ${file()}`],
    [2, () => `set -- ${words(random, depth, deps)}`],
    [2, () => `cat ${file()}`],
    [2, () => `mkdir -p ${file()}/${file()}`],
    [2, () => `cp -r ${file()} ${file()}x`],
    [1, () => `ln -s ${w()} link${random.below(3)}`],
    [1, () => `rm -f ${file()}`],
    [1, () => `touch ${file()}`],
    [1, () => `chmod ${random.pick(['+x', '755', 'a+x', '644'])} ${file()}`],
    [1, () => `mv ${file()} moved${random.below(3)}`],
    [1, () => `read x ${random.pick(['', 'y'])} < ${file()}`],
    [1, () => `${random.pick(['basename', 'dirname'])} -- ${random.pick(['a/b.c', '/x/', 'plain', '"$out"'])}`],
    [1, () => 'shift'],
    [1, () => `unset ${random.pick(['x', 'y'])}`],
    [1, () => `eval ${quote(`echo ${random.pick(['$x', 'hi', '"$y"'])}`)}`],
    [1, () => `f ${words(random, depth, deps)}`],
    [1, () => `cd ${random.pick(['.', 'a', 'd-e', 'nosuch'])}`],
    [1, () => `cat <<E\n${random.pick(['plain', '$x and $(echo in)', '\\$x `echo q`', "'$y'"])}\nE`],
    ...(depth > 0
      ? [
          [3, () => `if ${condition(random, depth - 1, deps)}; then ${inner()}; else ${inner()}; fi`],
          [3, () => `for z in ${words(random, depth - 1, deps)}; do ${inner()}; done`],
          [2, () => `case ${w()} in ${random.pick(['a*', '*.txt|x', '[0-9]*', '"$x"'])}) ${inner()};; *) ${inner()};; esac`],
          [2, () => `(${inner()})`],
          [2, () => `{ ${inner()}; } > ${file()}`],
          [2, () => `${command(random, 0, deps)} | ${random.pick(['cat', 'sort', 'tr a-z A-Z', 'head -n 1', 'tail -n 2', 'wc -l', 'cut -c1-3', 'uniq', 'while read -r l; do echo "<$l>"; done'])}`],
          [1, () => `i=0; while [ $i -lt ${random.below(4)} ]; do ${inner()}; i=$((i+1)); done`],
          [1, () => `${condition(random, depth - 1, deps)} ${random.pick(['&&', '||'])} ${command(random, depth - 1, deps)}`],
          [1, () => `f() { ${inner()}; }`],
        ]
      : []),
  ])()
}

function commands(random, depth, deps, separator) {
  // A here-document needs its own lines.
  const list = random.several(1, 2 + depth, () => command(random, depth, deps))
  return list.map(text => (text.includes('<<E') ? `{ ${text}\n}` : text)).join(separator)
}

const nixString = text => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('${', '\\${').replaceAll('\n', '\\n')}"`

/** One derivation, which may need those before it. */
function derivation(random, index) {
  const needed = Array.from({ length: Math.min(index, random.below(3)) }, () => random.below(index))
  const inputs = [...new Set(needed)].filter(other => other >= index - 6)
  const deps = inputs.map(other => `dep${other}`)
  const outputs = random.chance(0.25) ? ['out', 'dev'] : ['out']
  const floating = random.chance(0.4)
  const lines = [
    random.chance(0.2) ? 'set -e' : ':',
    random.chance(0.1) ? 'set -u' : ':',
    ...deps.map(dep => `cp -r $${dep} ${dep}x; chmod -R u+w ${dep}x`),
    ...random.several(2, 7, () => command(random, 2, deps)),
    random.chance(0.03) ? `exit ${random.below(4)}` : ':',
    'cd $TMPDIR',
    ...outputs.map(output =>
      random.weighted([
        [4, () => `mkdir $${output}; cp -r . $${output}/all; ${command(random, 0, deps)} > $${output}/last`],
        [3, () => `{ ${commands(random, 1, deps, '\n')}\n} > $${output}`],
        [2, () => `mkdir $${output}; echo $${random.pick(outputs)} ${deps.map(dep => `$${dep}`).join(' ')} > $${output}/refs; ln -s $${random.pick(outputs)} $${output}/self`],
        [0.3, () => ':'],
      ])(),
    ),
  ]
  const attributes = [
    `name = "random-${index}"; system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/bin:/usr/bin"`,
    `args = [ "-c" ${nixString(lines.join('\n'))} ]`,
    `outputs = [ ${outputs.map(output => `"${output}"`).join(' ')} ]`,
    ...inputs.map(other => `dep${other} = d${other}`),
    ...(floating ? ['__contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"'] : []),
  ]
  return `d${index} = derivation { ${attributes.join('; ')}; };`
}

const folder = await workFolder('differential-builds')
const random = new Random(seed)
const bindings = Array.from({ length: cases }, (_, index) => derivation(random, index))
const file = join(folder, 'builds.nix')
await writeFile(file, `rec {\n${bindings.join('\n')}\n}\n`)
const recorded = await buildAll(file)
const target = join(folder, 'recorded.json')
await writeFile(target, JSON.stringify(recorded))
const results = Object.values(recorded.cases)
console.log(
  `the reference built ${results.filter(result => result.outputs).length} of ${cases} derivations with seed ${seed}, ` +
    `${results.filter(result => Object.values(result.outputs ?? {}).some(output => output.ca)).length} of them floating`,
)
const root = fileURLToPath(new URL('../..', import.meta.url))
const { status } = spawnSync('cargo', ['run', '--quiet', '--package', 'drvlab-build', '--example', 'compare', '--', target], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
})
if (status === 0) await rm(folder, { recursive: true, force: true })
else process.exitCode = 1
