import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import pg from 'pg'

import type { DependencyName } from '../../src/environment/dependency.ts'
import { eventually } from '../../src/guarantee/eventually.ts'
import type { Holder } from '../../bench/scratch/holder.ts'
import { ScratchWorkspace } from '../../bench/scratch/scratch-workspace.ts'

/** Servers that are killed outright are noticed, and the next lease gets another. */
let workspace: ScratchWorkspace
let holder: Holder

beforeAll(() => {
  workspace = new ScratchWorkspace()
  holder = workspace.holder()
})

afterAll(async () => {
  await workspace.dispose()
}, 60_000)

/** The server's own process, not its guard. */
function processOf(pattern: RegExp): number {
  const found = workspace.processes().find(({ command }) => pattern.test(command) && !command.includes('guard.sh'))
  if (!found) throw new Error(`no process matches ${String(pattern)}`)
  return found.processId
}

const PROCESSES: [DependencyName, RegExp][] = [
  ['redis-cluster', /redis-server .*\[cluster\]/],
  ['postgres', /bin\/postgres -D/],
  ['clickhouse', /clickhouse-server\/main\.ts/],
  ['rabbitmq', /beam\.smp/],
]

test.each(PROCESSES)(
  '%s that was killed is replaced, and leaves nothing',
  async (name, pattern) => {
    const before = await holder.lease(name)
    process.kill(processOf(pattern), 'SIGKILL')
    await eventually(
      async () => (await holder.status()).servers.some((server) => server.dependency === name && !server.isAlive),
      { withinMs: 10_000, describe: 'its end is noticed' },
    )
    const after = await holder.lease(name)
    expect(after.urls).not.toEqual(before.urls)
    await holder.release(before) // What a dead server held is gone with it.
    await holder.release(after)
    await eventually(
      async () => (await holder.status()).servers.filter((server) => server.dependency === name).length === 1,
      {
        withinMs: 10_000,
        describe: 'one server of the kind is left',
      },
    )
    const folders = workspace
      .processes()
      .filter(({ command }) => command.includes('guard.sh') && command.includes(`/${name}-`))
    const roots = new Set(folders.map(({ command }) => new RegExp(`/${name}-[^/ ]*`).exec(command)?.[0]))
    expect(roots.size).toBe(1)
  },
  90_000,
)

test('a lease that is asked for the moment after the kill gets a server that works', async () => {
  const before = await holder.lease('redis-cluster')
  process.kill(processOf(/redis-server .*\[cluster\]/), 'SIGKILL')
  const after = await holder.lease('redis-cluster')
  expect(after.urls).not.toEqual(before.urls)
}, 60_000)

test('a killed PostgreSQL leaves no shared memory in the kernel', async () => {
  const { url } = await holder.lease('postgres')
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined) // The server is killed under it.
  await client.connect()
  // The other kind, which `ipcs` does not list, is in files of the data directory.
  const { rows } = await client.query('SHOW dynamic_shared_memory_type')
  expect(rows).toEqual([{ dynamic_shared_memory_type: 'mmap' }])
  const server = processOf(/bin\/postgres -D/)
  // Others on the machine may have left segments: only those of this server count.
  expect(segmentsMadeBy(server)).not.toEqual([])
  process.kill(server, 'SIGKILL')
  await eventually(() => segmentsMadeBy(server).length === 0, {
    withinMs: 10_000,
    describe: 'the segments of the killed server are removed',
  })
}, 60_000)

/** The System V shared memory that a process made, by id. */
function segmentsMadeBy(processId: number): string[] {
  return execFileSync('ipcs', ['-m', '-p'], { encoding: 'utf8' }) // shmid, owner, creator, last user
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([id = '', , creator]) => (creator === String(processId) ? [id] : []))
}
