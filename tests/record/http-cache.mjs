// Binary caches behind HTTP on this machine, which answer as told: with other statuses, after some failures, or not at all.

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Serves a folder and resolves to its `url`, `behave`, which says how it answers from now on, and `close`.
 *
 * How it answers: `offline`, nothing is listening; `failures`, how often each file is answered with status 503 at first; `statuses`, by
 * name of the file, or of its folder with a slash behind; `delay`, milliseconds until an answer begins.
 */
export async function serve(folder) {
  let manner = {}
  let asked = new Map()
  const server = createServer(async (request, response) => {
    const name = decodeURIComponent(new URL(request.url, 'http://cache').pathname.slice(1))
    const times = asked.get(name) ?? 0
    asked.set(name, times + 1)
    const status = manner.statuses?.[name] ?? manner.statuses?.[`${name.split('/')[0]}/`]
    if (manner.delay) await sleep(manner.delay)
    if (times < (manner.failures ?? 0)) response.writeHead(503).end()
    else if (status !== undefined) response.writeHead(status).end()
    else {
      const file = await readFile(join(folder, name)).catch(() => undefined)
      response.writeHead(file === undefined ? 404 : 200).end(file)
    }
  })
  const listen = port => new Promise(resolve => server.listen(port, '127.0.0.1', resolve))
  const close = () =>
    new Promise(resolve => {
      if (!server.listening) return resolve()
      server.close(resolve)
      server.closeAllConnections()
    })
  await listen(0)
  const { port } = server.address()
  const behave = async how => {
    manner = how
    asked = new Map()
    if (how.offline) await close()
    else if (!server.listening) await listen(port)
  }
  return { url: `http://127.0.0.1:${port}`, behave, close }
}
