import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { BillingErrorCode } from '../../src/errors.ts'
import { BillingError } from '../../src/errors.ts'
import type { BillingNode } from '../../src/contract.ts'
import { STATUS } from '../../src/http/problems.ts'
import { FakeNode } from './fake-node.ts'
import { served } from './serve.ts'

const service = served()

const EVENT = {
  key: 'k',
  tenant: 'a',
  tier: 'early',
  model: 'm',
  promptTokens: 1,
  completionTokens: 2,
  atMs: 3,
} as const
const { promptTokens: _p, completionTokens: _c, ...USE } = EVENT
const CALL = { ...USE, messages: [{ role: 'user', content: '<|endoftext|>' }], completion: '' }
const FROM = { tenant: 'a', account: 'x' }
const TO = { tenant: 'b', account: 'y' }

/** Each method, as it is called, and as the node is to be called. */
const CALLS: { readonly [Name in keyof BillingNode]: Parameters<BillingNode[Name]> } = {
  record: [[EVENT, { ...EVENT, key: 'l' }]],
  recordCall: [{ ...CALL, usage: { promptTokens: 1, completionTokens: 2 } }],
  refund: [{ key: 'r', tenant: 'a', of: 'k', shareBasisPoints: 10_000 }],
  invoice: ['a', '2026-10'],
  usage: ['a', '2026-10-01', '2026-10-31'],
  pendingAnalytics: [],
  openAccount: [FROM, 10n ** 16n],
  setFloor: ['a', -(10n ** 16n)],
  account: [FROM],
  transfer: [{ key: 't', from: FROM, to: TO, amountMicros: 1n }],
  operate: [{ ...FROM, key: 'o', amountsMicros: [1n, -(10n ** 16n)] }],
  ledger: [['a', 'b']],
  setBudget: ['a', 0n],
  reserve: ['k', 'a', 9_007_199_254_740_993n],
  settle: ['k', 'a', 0n],
  spent: ['a'],
  figures: [],
  crashPoints: [],
  close: [],
}
const METHODS = (Object.keys(CALLS) as (keyof BillingNode)[]).filter((name) => name !== 'close')

async function call(node: BillingNode, name: keyof BillingNode): Promise<unknown> {
  return await (node[name] as (...given: readonly unknown[]) => Promise<unknown>)(...CALLS[name])
}

test.each(METHODS)('%s: what is asked and what is answered cross as they are', async (name) => {
  const answer = await call(service.client, name)
  expect(service.node.asked).toEqual([[name, ...CALLS[name]]])
  expect(answer).toEqual(await call(new FakeNode(), name))
})

test('the ledger of all tenants, and a call without usage', async () => {
  await service.client.ledger()
  await service.client.recordCall(CALL)
  expect(service.node.asked).toEqual([
    ['ledger', undefined],
    ['recordCall', CALL],
  ])
})

test('any text is a tenant, a key and an account', async () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '..', '/', '%', '\ud83d', '?a=b', '+', '\0'),
  )
  await fc.assert(
    fc.asyncProperty(anyText, anyText, async (tenant, account) => {
      service.node.asked.length = 0
      await service.client.account({ tenant, account })
      await service.client.openAccount({ tenant, account }, 0n)
      expect(service.node.asked).toEqual([
        ['account', { tenant, account }],
        ['openAccount', { tenant, account }, 0n],
      ])
    }),
    { numRuns: 100 },
  )
})

test.each(Object.keys(STATUS) as BillingErrorCode[])('%s is the same error here', async (code) => {
  service.node.failure = new BillingError(code, 'events[0].key: no', { field: 'events[0].key' })
  for (const name of METHODS) {
    const told = await call(service.client, name).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(told).toBeInstanceOf(BillingError)
    expect(told).toMatchObject({ code, field: 'events[0].key', message: 'events[0].key: no' })
  }
})

test('what nobody foresaw is no error of the contract, and is not told', async () => {
  service.node.failure = new Error('password=secret')
  const told = await service.client.spent('a').then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(told).not.toBeInstanceOf(BillingError)
  expect(String(told)).not.toContain('secret')
})

test('what would look like something else on the way is refused with its field', async () => {
  const wrong = (error: Promise<unknown>, field: string): Promise<void> =>
    expect(error).rejects.toMatchObject({ code: 'ERR_BILLING_INVALID', field })
  await wrong(service.client.setBudget('a', '5' as never), 'budgetMicros')
  await wrong(service.client.operate({ ...FROM, key: 'o', amountsMicros: [1n, '5' as never] }), 'amountsMicros[1]')
  await wrong(service.client.setFloor('a', 5 as never), 'floorMicros')
  await wrong(service.client.spent(5 as never), 'tenant')
  expect(service.node.asked).toEqual([])
})

test('a service that died is unavailable, and so is one behind a gateway that finds none', async () => {
  service.node.failure = new BillingError('ERR_BILLING_UNAVAILABLE', 'the database did not answer')
  await expect(service.client.record([EVENT])).rejects.toMatchObject({ code: 'ERR_BILLING_UNAVAILABLE' })
  await service.client.close()
  await expect(service.client.record([EVENT])).rejects.toMatchObject({ code: 'ERR_BILLING_UNAVAILABLE' })
})

test('each call tells how long it was in the service, and can be given up', async () => {
  const times: (number | undefined)[] = []
  await service.client.spent('a', { served: (ms) => times.push(ms) })
  expect(times).toEqual([expect.any(Number)])
  await expect(service.client.spent('a', { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'ERR_BILLING_UNAVAILABLE',
  })
})
