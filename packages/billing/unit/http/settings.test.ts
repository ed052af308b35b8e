import { expect, test } from '@jest/globals'
import { SettingError } from '@proving-ground/core-harness/service'
import type { BillingOptions } from '../../src/contract.ts'
import { readNodeOptions, variablesOf } from '../../src/http/settings.ts'
import { PRICES } from '../../src/prices.ts'

const STORES = {
  postgresUrl: 'postgres://a@127.0.0.1/b',
  clickhouseUrl: 'http://127.0.0.1:8123',
  redisUrl: 'redis://127.0.0.1',
  keyPrefix: '',
}
const ALL: BillingOptions = {
  ...STORES,
  keyPrefix: 'p:',
  prices: PRICES,
  poolSize: 5,
  defaultBudgetMicros: 10n ** 15n,
  nowMs: Date.UTC(2026, 9, 15),
  dieAt: { step: 'outbox.taken', occurrence: 12 },
}

test.each([ALL, STORES, { ...STORES, prices: [], defaultBudgetMicros: 0n, nowMs: 0 }])(
  'options come back from the variables that they are made into (%#)',
  (options) => {
    expect(readNodeOptions(variablesOf(options))).toEqual(options)
  },
)

test.each([
  ['POSTGRES_URL', ''],
  ['CLICKHOUSE_URL', ''],
  ['REDIS_URL', ''],
  ['BILLING_POOL_SIZE', '0'],
  ['BILLING_POOL_SIZE', 'ten'],
  ['BILLING_DEFAULT_BUDGET_MICROS', '-1'],
  ['BILLING_DEFAULT_BUDGET_MICROS', '1.5'],
  ['BILLING_PRICES', '{'],
  ['BILLING_PRICES', '{}'],
  ['BILLING_PRICES', JSON.stringify([{ ...PRICES[0], tier: 'gold' }])],
  ['BILLING_PRICES', JSON.stringify([{ ...PRICES[0], promptMinorPerMillion: 0.5 }])],
  ['BILLING_NOW_MS', 'yesterday'],
  ['BILLING_DIE_AT', 'outbox.taken'],
  ['BILLING_DIE_AT', 'outbox.taken:0'],
  ['BILLING_DIE_AT', ':1'],
])('%s="%s" is refused by name', (name, value) => {
  const read = (): unknown => readNodeOptions({ ...variablesOf(ALL), [name]: value })
  expect(read).toThrow(SettingError)
  expect(read).toThrow(name)
})
