import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'
import pg from 'pg'

import { eventually } from '../../../src/guarantee/eventually.ts'
import { untilHealed, verifyLease } from '../../../src/fault/healed.ts'
import type { Holder } from '../scratch/holder.ts'
import type { ScratchWorkspace } from '../scratch/scratch-workspace.ts'
import { containerWorkspace, containersOf, describeOnDocker } from './real-daemon.ts'

const describeHere = await describeOnDocker(['redis', 'postgres'])

describeHere('a server in a container', () => {
  let workspace: ScratchWorkspace
  let holder: Holder

  beforeEach(() => {
    workspace = containerWorkspace({ HARNESS_IDLE_MS: '300' })
    holder = workspace.holder()
  })

  afterEach(async () => {
    await workspace.dispose()
  }, 60_000)

  async function onPostgres(url: string, statement: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query(statement)).rows
    } finally {
      await client.end()
    }
  }

  test('is paused: nobody is answered until it goes on', async () => {
    const lease = await holder.lease('redis')
    await holder.control(lease, 'pause')
    await expect(untilHealed({ verify: () => verifyLease(lease), withinMs: 300 })).rejects.toThrow(/no answer within/)
    await holder.control(lease, 'resume')
    await verifyLease(lease)
  }, 60_000)

  test('is killed and started anew at the same URL, with what was committed', async () => {
    const lease = await holder.lease('postgres', { dedicated: true })
    await onPostgres(lease.url, 'CREATE TABLE t AS SELECT 7 AS id')
    for (const action of ['kill', 'restart', 'restart'] as const) {
      await holder.control(lease, action)
      if (action === 'kill') await expect(verifyLease(lease)).rejects.toThrow(/ECONNREFUSED|ECONNRESET|terminated/)
      else expect(await onPostgres(lease.url, 'SELECT id FROM t')).toEqual([{ id: 7 }])
    }
    await holder.release(lease)
    expect(await containersOf(workspace)).toEqual([])
  }, 60_000)

  test('has a peer address at which another reaches it', async () => {
    const [one, other] = [await holder.lease('redis'), await holder.lease('redis')]
    const [master, replica] = [new Redis(one.url), new Redis(other.url)]
    await master.set('key', 'value')
    await replica.config('SET', 'masterauth', new URL(one.url).password)
    await replica.replicaof(one.peerAddress.host, one.peerAddress.port)
    await eventually(async () => (await replica.get('key')) === 'value', {
      withinMs: 15_000,
      describe: 'it is replicated',
    })
    for (const redis of [master, replica]) redis.disconnect()
  }, 60_000)

  test.each(['test', 'supervisor'] as const)(
    'leaves nothing, paused or killed, when the %s is killed',
    async (victim) => {
      const [paused, killed] = await Promise.all([holder.lease('redis'), holder.lease('postgres', { dedicated: true })])
      await holder.control(paused, 'pause')
      await holder.control(killed, 'kill')
      expect(await containersOf(workspace)).toHaveLength(2)
      if (victim === 'supervisor') process.kill((await holder.status()).supervisor, 'SIGKILL')
      await holder.kill()
      await eventually(async () => (await containersOf(workspace)).length === 0, {
        withinMs: 15_000,
        describe: 'the containers are gone',
      })
    },
    60_000,
  )
})
