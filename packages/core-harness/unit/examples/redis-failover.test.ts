import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { judgeRegister } from '../../examples/redis-failover/register.ts'
import type { Judged } from '../../examples/redis-failover/register.ts'
import { EnvironmentClient } from '../../src/environment/index.ts'
import { hasOrder } from '../history/simulated/brute-force-order.ts'

const folder = mkdtempSync(join(tmpdir(), 'redis-failover-'))
let environment: EnvironmentClient

beforeAll(async () => {
  environment = await EnvironmentClient.connect()
})

afterAll(() => {
  environment.close()
  rmSync(folder, { recursive: true })
})

const judge = (fails: boolean): Promise<Judged> => judgeRegister(environment, { fails, folder, seed: 7 })

test('Redis with a replica is one register as long as nothing fails', async () => {
  const { result, history } = await judge(false)
  expect(result).toMatchObject({ verdict: 'valid', counts: { unknownEnds: 0 } })
  expect(result.counts.observations).toBeGreaterThan(100)
  expect(history.faults).toEqual([])
}, 20_000)

test('a replica that is promoted without the last writes is found out, with a counterexample that is read at a glance', async () => {
  const { result, history } = await judge(true)
  const [anomaly] = result.anomalies
  expect(result.verdict).toBe('invalid')
  expect(history.faults.map(({ kind, target }) => `${kind} ${target}`)).toEqual(['cut replication', 'kill primary'])

  // A write that was acknowledged while the replica was cut off, and a read behind the failover that does not know of it.
  const [cut, kill] = history.faults
  const [read, contradicting] = (anomaly?.operations ?? []).map((index) =>
    history.operations.find((one) => one.index === index),
  )
  expect(anomaly?.kind).toMatch(/^(stale-read|read-goes-back)$/)
  expect(read?.f).toBe('read')
  expect(read?.invokedNs).toBeGreaterThan(kill?.toNs ?? NaN)
  expect(contradicting?.completedNs).toBeLessThan(kill?.toNs ?? NaN)
  expect(contradicting?.completedNs).toBeGreaterThan(cut?.fromNs ?? NaN)
  expect(result.counterexample?.length).toBeLessThanOrEqual(4)
  expect(hasOrder(result.counterexample ?? [], 'register')).toBe(false)
}, 20_000)
