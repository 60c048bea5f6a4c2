// Programs that run thousands of times without being started each time (zygote.c; Linux with a C compiler).

import { execFile, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Compiles the library into a folder that the programs see; resolves to its path. */
export async function compileZygote(folder) {
  const library = `${folder}/zygote.so`
  const source = fileURLToPath(new URL('zygote.c', import.meta.url))
  await promisify(execFile)(process.env.CC ?? 'cc', ['-O2', '-shared', '-fPIC', '-Wno-builtin-declaration-mismatch', '-o', library, source, '-ldl'])
  return library
}

/** A program that is ready to run. It answers one request after the other. */
export class Zygote {
  #child
  #received = []
  #length = 0
  #wanted
  #queue = Promise.resolve()

  /**
   * `prefix` is a command that starts another with its environment and descriptors.
   *
   * `kept` is a folder that is as `prepare`, a shell command, leaves it for each run: a file system in memory that nobody else sees
   * (which only root can have).
   */
  constructor(library, prefix, program, { cwd, environment, kept, prepare = ':' }) {
    const variables = Object.entries({ ...environment, ZYGOTE: '1', ...(kept ? { ZYGOTE_KEPT: kept } : {}), LD_PRELOAD: library }).map(([name, value]) => `${name}=${value}`)
    const start = `${kept ? `mount -t tmpfs tmpfs ${kept} && ${prepare} && ` : ''}cd "$1" && shift && exec env "$@"`
    const [command, ...words] = [...(kept ? ['unshare', '--mount'] : []), ...prefix, 'sh', '-c', start, 'sh', cwd, ...variables, program]
    this.#child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdout.on('data', chunk => {
      this.#received.push(chunk)
      this.#length += chunk.length
      this.#wanted?.deliver()
    })
    this.#child.on('close', code => this.#wanted?.fail(new Error(`${program} ended with ${code}`)))
    // A program that is gone is reported by the answer that does not come.
    this.#child.stdin.on('error', () => {})
  }

  /** Runs `main` with arguments (strings of bytes); resolves to `{ status, stdout, stderr }`, strings of bytes as well. */
  run(args) {
    const answer = this.#queue.then(() => this.#ask(args))
    this.#queue = answer.catch(() => {})
    return answer
  }

  async #ask(args) {
    const body = Buffer.from(args.map(arg => `${arg}\0`).join(''), 'latin1')
    const size = Buffer.alloc(4)
    size.writeUInt32LE(body.length)
    this.#child.stdin.write(Buffer.concat([size, body]))
    const status = (await this.#read(4)).readUInt32LE()
    const stdout = await this.#text()
    const stderr = await this.#text()
    return { status, stdout, stderr }
  }

  async #text() {
    const length = (await this.#read(4)).readUInt32LE()
    return (await this.#read(length)).toString('latin1')
  }

  #read(count) {
    return new Promise((resolve, reject) => {
      const deliver = () => {
        if (this.#length < count) return
        const all = Buffer.concat(this.#received)
        this.#received = [all.subarray(count)]
        this.#length -= count
        this.#wanted = undefined
        resolve(all.subarray(0, count))
      }
      this.#wanted = { deliver, fail: reject }
      deliver()
    })
  }

  end() {
    this.#child.stdin.end()
  }
}
