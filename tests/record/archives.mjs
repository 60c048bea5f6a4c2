// Records tests/golden/archives: one small folder, packed by the tools that people pack with.
//
//   node tests/record/archives.mjs        (needs GNU tar, gzip, Info-ZIP's zip, and git)

import { spawnSync } from 'node:child_process'
import { chmod, link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const target = fileURLToPath(new URL('../golden/archives', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'archives-'))
const set = join(folder, 'set')

/** A path that is too long for the name of an old header, and one that fits into none. */
const long = 'l'.repeat(90)
const longest = `${long}/${long}/${long}/${long}`

await mkdir(join(set, 'empty'), { recursive: true })
await mkdir(join(set, longest), { recursive: true })
await writeFile(join(set, 'default.nix'), '{ }: "text"\n')
await writeFile(join(set, 'nothing'), '')
await writeFile(join(set, 'large'), 'repeated '.repeat(3000))
await writeFile(join(set, 'build.sh'), '#!/bin/sh\n')
await chmod(join(set, 'build.sh'), 0o755)
await symlink('../set/default.nix', join(set, 'link'))
await symlink(`/${longest}`, join(set, 'long-link'))
await writeFile(join(set, long, long, 'deep'), 'deep\n')
await writeFile(join(set, longest, 'deepest'), 'deepest\n')
// After the name it links to, in the order of `tar --sort=name`.
await link(join(set, 'build.sh'), join(set, 'hard'))

function tool(command, ...args) {
  const { status, stderr, error } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(' ')} failed:\n${stderr}`)
}

const tar = (name, ...args) =>
  tool('tar', ...args, '--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@1', '-cf', join(target, name), 'set')

await rm(target, { recursive: true, force: true })
await mkdir(target, { recursive: true })
tar('gnu.tar.gz', '--format=gnu', '-z')
tar('pax.tar.gz', '--format=pax', '-z', '--pax-option=delete=atime,delete=ctime')
const short = ['--exclude', `set/${long}/${long}/${long}`, '--exclude', 'set/long-link']
tar('ustar.tar.gz', '--format=ustar', '-z', ...short)
tar('v7.tar.gz', '--format=v7', '-z', ...short, '--exclude', `set/${long}`)
tool('zip', '-q', '-r', '-y', '-X', '-9', join(target, 'info.zip'), 'set')
tool('zip', '-q', '-r', '-y', '-0', '-fz', join(target, 'zip64.zip'), 'set/default.nix', 'set/build.sh', 'set/link')
tool('git', 'init', '-q', 'set')
tool('git', '-C', 'set', 'add', '.')
tool('git', '-C', 'set', '-c', 'user.name=n', '-c', 'user.email=e@example.org', 'commit', '-q', '-m', 'm', '--date', '2000-01-01T00:00:00Z')
tool('git', '-C', 'set', 'archive', '--prefix=set/', '-o', join(target, 'git.tar.gz'), 'HEAD')
await rm(folder, { recursive: true })
