// Records what `nix-instantiate --parse` prints for the expressions in tests/syntax/*.cases, in place.
// Needs the reference, see oracle.mjs. The format is described in tests/syntax/README.md.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inParallel, run, version, workFolder } from './oracle.mjs'

const folder = fileURLToPath(new URL('../syntax/', import.meta.url))
const named = { n: '\n', r: '\r', t: '\t', 0: '\0', '\\': '\\' }

const unescape = text =>
  Buffer.from(Buffer.from(text).toString('latin1').replace(/\\(?:x(..)|(.))/g, (_, hex, name) =>
    hex ? String.fromCharCode(parseInt(hex, 16)) : named[name]), 'latin1')

const escape = text =>
  text.replace(/[\\\n\r\t\0]/g, c => '\\' + Object.keys(named).find(name => named[name] === c))

/** Turns the reference's messages and output into lines of a case. */
function outcome({ stdout, stderr }, file, base) {
  const plain = text => escape(text.replaceAll(base, '/base'))
  const lines = []
  const at = /^warning: at (.*?):(\d+:\d+): ([^]*?pull\/11121)\n/
  let rest = stderr
  for (let found; (found = at.exec(rest)); rest = rest.slice(found[0].length)) lines.push(`warning ${found[2]} ${plain(found[3])}`)
  if (rest.startsWith('error:')) {
    const place = rest.lastIndexOf(`\n       at ${file}:`)
    if (place < 0) throw new Error(`an error without a place: ${stderr}`)
    const [position] = /^\d+:\d+/.exec(rest.slice(place + `\n       at ${file}:`.length))
    lines.push(`error ${position} ${plain(rest.slice('error: '.length, place).replaceAll('\n       ', '\n'))}`)
  } else if (rest) throw new Error(`not understood: ${stderr}`)
  else lines.push(`prints ${plain(stdout.replace(/\n$/, ''))}`)
  return lines
}

const base = await workFolder('syntax')
await mkdir(join(base, 'a/b'), { recursive: true })
const head = `# Recorded from Nix ${await version()} by tests/record/syntax.mjs; see README.md.\n`
for (const name of (await readdir(folder)).filter(name => name.endsWith('.cases'))) {
  const text = await readFile(join(folder, name), 'utf8')
  const expressions = text.split('\n').filter(line => line.startsWith('--- ')).map(line => line.slice(4))
  const cases = await inParallel(expressions.map((expression, index) => ({ expression, index })), async ({ expression, index }) => {
    const file = join(base, `a/b/${name}-${index}.nix`)
    await writeFile(file, unescape(expression))
    const result = await run('sh', ['-c', 'HOME=/home/case exec nix-instantiate --parse "$1"', 'sh', file])
    return [`--- ${expression}`, ...outcome(result, file, base)].join('\n')
  })
  await writeFile(join(folder, name), `${head}\n${cases.join('\n')}\n`)
}
