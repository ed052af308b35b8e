import { expect, test } from '@jest/globals'
import { namespaceOf, namespaced } from '../../src/http/namespaced.ts'
import { FakeNode } from './fake-node.ts'

const OPTIONS = { postgresUrl: 'postgres://a/1', clickhouseUrl: 'http://a', redisUrl: 'redis://a', keyPrefix: 'p' }

test('other stores are another namespace, and other settings are not', () => {
  expect(namespaceOf({ ...OPTIONS, poolSize: 3 })).toBe(namespaceOf(OPTIONS))
  expect(namespaceOf({ ...OPTIONS, postgresUrl: 'postgres://a/2' })).not.toBe(namespaceOf(OPTIONS))
})

test('tenants are within it on the way there, and without it on the way back', async () => {
  const fake = new FakeNode()
  const node = namespaced(fake, 'ns')
  const account = { tenant: 'a', account: 'x' }
  await node.transfer({ key: 'k', from: account, to: { ...account, tenant: 'b' }, amountMicros: 1n })
  await node.spent('a')
  await node.ledger(['a'])
  expect(fake.asked).toEqual([
    [
      'transfer',
      { key: 'k', from: { tenant: 'ns:a', account: 'x' }, to: { tenant: 'ns:b', account: 'x' }, amountMicros: 1n },
    ],
    ['spent', 'ns:a'],
    ['ledger', ['ns:a']],
  ])
  const ledger = [{ tenant: 'ns:a' }, { tenant: 'other:a' }].map((named) => ({
    ...named,
    account: 'x',
    kind: 'own' as const,
    balanceMicros: 0n,
    entriesMicros: 0n,
  }))
  const seen = await namespaced({ ...node, ledger: () => Promise.resolve(ledger) }, 'ns').ledger()
  expect(seen.map(({ tenant }) => tenant)).toEqual(['a'])
})
