import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { EnvironmentClient } from '@proving-ground/core-harness/environment'
import type { BillingNode } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

const STARTS_WITHIN_MS = 60_000
/** Nobody listens there: a port that needs a right to be taken. */
const NOWHERE = 'http://127.0.0.1:1'

let environment: EnvironmentClient
let node: BillingNode

beforeAll(async () => {
  environment = await EnvironmentClient.connect()
  const postgres = await environment.lease('postgres')
  // Prices come from PostgreSQL then.
  node = await createBillingNode({
    postgresUrl: postgres.url,
    clickhouseUrl: NOWHERE,
    redisUrl: 'redis://127.0.0.1:1',
    keyPrefix: '',
  })
}, STARTS_WITHIN_MS)

afterAll(async () => {
  await node.close()
  environment.close()
}, STARTS_WITHIN_MS)

test('a node that opens while ClickHouse and Redis are away takes events, and keeps them for later', async () => {
  const use = { tenant: 'acme', tier: 'free', model: 'gpt-4o', promptTokens: 20_000, completionTokens: 0 } as const
  const [recorded] = await node.record([{ ...use, key: 'first', atMs: Date.now() }])
  // 10,000 are included, and a million cost 250 cents.
  expect(recorded).toEqual({ key: 'first', status: 'recorded', chargeMicros: 2_500_000n })
  expect(await node.pendingAnalytics()).toBe(1)
  const day = new Date().toISOString().slice(0, 10)
  await expect(node.usage('acme', day, day)).rejects.toMatchObject({ code: 'ERR_BILLING_UNAVAILABLE' })
  expect(await node.figures()).toMatchObject({ priceHits: 0, priceMisses: 1 })
})
