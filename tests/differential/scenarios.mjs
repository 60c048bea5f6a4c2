// Lets the scenarios of the page happen with the reference Nix, and compares what its dry run says and what it fetches and builds with
// what we say. What happened before really happens: packages are built, copied to a cache that is signed, and taken out of it again.
//
//   node tests/differential/scenarios.mjs        (see ../record/oracle.mjs for the environment)

import { spawnSync } from 'node:child_process'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { outputIn, runIn } from '../record/client.mjs'
import { serve } from '../record/http-cache.mjs'
import { workFolder } from '../record/oracle.mjs'

const scenarios = fileURLToPath(new URL('../../web/examples/scenarios/', import.meta.url))
const original = await readFile(join(scenarios, 'set.nix'), 'utf8')
const place = await workFolder('differential-scenarios')

/** How long the reference remembers what caches answered, in seconds; no scenario lets more time pass. */
const REMEMBERED = 3600

/** Systems that the reference's shell is told to build for. */
const PLATFORMS = ['--option', 'extra-platforms', 'riscv64-linux']

const edited = (text, replacements = []) => replacements.reduce((text, [from, to]) => text.replace(from, () => to), text)
const packageName = name => name.replace(/-[^a-zA-Z].*$/, '')
const isNamed = (path, name) => [path.slice(44), packageName(path.slice(44))].includes(name)
const lines = text => text.trim().split('\n').filter(Boolean)

/** Says why a scenario cannot happen with the reference as it is asked here. */
function obstacle({ world }) {
  if (world.settings?.['trusted-substituters']) return 'only a daemon knows users who are not trusted'
  const passed = world.history.reduce((sum, { advance }) => sum + (advance?.seconds ?? 0), 0)
  return passed >= REMEMBERED ? 'time does not pass' : undefined
}

/** Lets a scenario happen; resolves to what the reference says and does. */
async function happen(name, { now, world }) {
  const folder = join(place, name)
  const [cache, client, farm] = [join(folder, 'cache'), { state: join(folder, 'client') }, { state: join(folder, 'farm') }]
  await mkdir(folder)
  const [{ url, key, faults = {} }] = world.caches
  const keys = new Map()
  for (const name of new Set([key, ...world.history.map(({ publish }) => publish?.key)].filter(Boolean))) {
    const file = join(folder, `${name}.secret`)
    await writeFile(file, await outputIn(farm, 'nix', ['key', 'generate-secret', '--key-name', name]))
    keys.set(name, { file, public: await outputIn(farm, 'sh', ['-c', `nix key convert-secret-to-public < ${file}`]) })
  }
  let files = 0
  const instantiate = async (who, { attribute, with: replacements } = now) => {
    const file = join(folder, `${files++}.nix`)
    await writeFile(file, edited(original, replacements))
    return outputIn(who, 'nix-instantiate', [file, '-A', attribute])
  }
  await mkdir(cache)
  await writeFile(join(cache, 'nix-cache-info'), 'StoreDir: /nix/store\n')
  const server = await serve(cache)
  const made = new Set()
  const settings = Object.entries({ 'max-jobs': '1', ...world.settings, substituters: server.url, 'download-attempts': '1' })
  const options = settings.flatMap(([name, value]) => {
    const trusted = name === 'trusted-public-keys' && value.map(name => keys.get(name)?.public ?? '')
    return ['--option', name, String(trusted ? trusted.join(' ') : value)]
  })
  /** Forgets the files of what was built, which no store has as its own any more. */
  const forget = () => outputIn(farm, 'sh', ['-c', 'for path; do rm -rf $path; done', 'sh', ...made])
  const paths = async () => {
    const infos = (await readdir(cache)).filter(file => file.endsWith('.narinfo'))
    const read = async file => ({ file, text: await readFile(join(cache, file), 'utf8') })
    return Promise.all(infos.map(async file => ({ ...(await read(file)), path: (await read(file)).text.match(/^StorePath: (.*)$/m)[1] })))
  }
  try {
    for (const { publish, evict, dryRun } of world.history) {
      if (publish) {
        const drv = await instantiate(farm, publish.what)
        const needed = lines(await outputIn(farm, 'nix-store', ['--query', '--requisites', drv])).filter(path => path.endsWith('.drv'))
        const described = JSON.parse(await outputIn(farm, 'nix', ['derivation', 'show', ...needed]))
        const derivations = Object.entries(described.derivations ?? described)
        const chosen = derivations.filter(
          ([, { name, system }]) =>
            !(publish.leaveOut ?? []).some(it => [name, packageName(name)].includes(it)) && (publish.systems?.includes(system) ?? true),
        )
        const wanted = chosen.map(([path]) => `${path.startsWith('/') ? '' : '/nix/store/'}${path}^*`)
        const { status, stdout, stderr } = await runIn(farm, 'nix', ['build', '-v', '--json', '--no-link', ...wanted, '--option', 'substitute', 'false', ...PLATFORMS])
        if (status !== 0) throw new Error(stderr)
        for (const { outputs } of JSON.parse(stdout)) for (const path of Object.values(outputs)) made.add(path)
        // A build farm publishes what came out under both names, that of the derivation and that of the one that was built in its place.
        const resolved = [...stderr.matchAll(/^building '(.*?)'/gm)].map(it => `${it[1]}^*`)
        const { file } = keys.get(publish.key ?? key)
        await outputIn(farm, 'nix', ['copy', '--to', `file://${cache}?compression=none&secret-key=${file}`, ...new Set([...wanted, ...resolved])])
      }
      if (evict) for (const { file, path } of await paths()) if (isNamed(path, evict.name)) await rm(join(cache, file))
      if (dryRun) {
        await forget()
        await server.behave({})
        await runIn(client, 'nix-build', [await instantiate(client, dryRun.what), '--dry-run', ...options])
      }
    }
    const statuses = {}
    for (const { file, path, text } of await paths())
      for (const [name, fault] of Object.entries(faults)) {
        if (!isNamed(path, name)) continue
        if (fault === 'nar-missing') await rm(join(cache, text.match(/^URL: (.*)$/m)[1]))
        else statuses[file] = Number(fault)
      }
    await forget()
    await server.behave({ statuses })
    const drv = await instantiate(client)
    const args = ['--no-out-link', drv, ...options]
    const dry = await runIn(client, 'nix-build', [...args, '--dry-run'])
    const real = await runIn(client, 'nix-build', args)
    for (const path of lines(real.stdout)) made.add(path)
    const all = pattern => [...new Set([...real.stderr.matchAll(pattern)].map(it => it[1]))].sort()
    const built = all(/^building '(.*?)'/gm)
    // What could not be copied after all was built.
    const outputs = built.length === 0 ? [] : lines((await runIn(client, 'nix-store', ['--query', '--outputs', ...built])).stdout)
    for (const path of outputs) made.add(path)
    return {
      dryRun: dry.status === 0 ? lines(dry.stderr.split('\n').filter(line => /^( {2}|this |these |don't know)/.test(line)).join('\n')) : 'failure',
      built,
      fetched: all(/^copying path '(.*?)' from/gm).filter(path => !outputs.includes(path)),
      success: real.status === 0,
    }
  } finally {
    await server.close()
    await forget()
    await rm(folder, { recursive: true, force: true })
  }
}

/** What we say of a scenario. */
async function said(name, { now, world }) {
  const files = Object.fromEntries(['set', 'now', 'world'].map(part => [part, join(place, `${name}-${part}.${part === 'world' ? 'json' : 'nix'}`)]))
  const history = structuredClone(world.history)
  for (const event of history) for (const { what } of Object.values(event)) if (what) what.file = `${name}-set.nix`
  await writeFile(files.set, original)
  await writeFile(files.now, edited(original, now.with))
  await writeFile(files.world, JSON.stringify({ ...world, history }))
  const drvlab = (...more) => spawnSync(process.env.DRVLAB, ['plan', files.now, '-A', now.attribute, '--world', files.world, ...more], { encoding: 'utf8' })
  const dry = drvlab()
  const { steps, failure } = JSON.parse(drvlab('--json').stdout)
  const of = kind => [...new Set(steps.filter(step => step.kind === kind).map(step => step.resolved ?? step.path))].sort()
  return { dryRun: dry.status === 0 ? lines(dry.stdout) : 'failure', built: of('build'), fetched: of('fetch'), success: failure === null }
}

let different = 0
let compared = 0
for (const file of (await readdir(scenarios)).filter(file => file.endsWith('.json')).sort()) {
  const name = file.replace('.json', '')
  const scenario = JSON.parse(await readFile(join(scenarios, file), 'utf8'))
  const why = obstacle(scenario)
  if (why) {
    console.log(`${name}: left out, for ${why}`)
    continue
  }
  const [theirs, ours] = [await happen(name, scenario), await said(name, scenario)]
  compared++
  if (JSON.stringify(theirs) === JSON.stringify(ours)) {
    console.log(`${name}: the same`)
    continue
  }
  different++
  console.log(`${name}: different\nNix: ${JSON.stringify(theirs, null, 1)}\nhere: ${JSON.stringify(ours, null, 1)}`)
}
await rm(place, { recursive: true, force: true })
console.log(`${compared} scenarios, ${different} different`)
process.exitCode = different === 0 ? 0 : 1
