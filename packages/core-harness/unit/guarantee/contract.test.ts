import { expect, test } from '@jest/globals'

import { defineContract } from '../../src/guarantee/contract.ts'
import type { Guarantee } from '../../src/guarantee/contract.ts'

const sound: Guarantee = {
  statement: 'It holds',
  level: 'L3',
  segment: 'All',
  businessGoal: 'Trust',
  protectedMonthlyRevenueUsd: 1,
}

function declaring(id: string, changes: Partial<Guarantee> = {}): () => unknown {
  return () => defineContract({ name: 'cache', guarantees: { [id]: { ...sound, ...changes } as Guarantee<never> } })
}

test('a sound declaration is taken as it is', () => {
  expect(declaring('cache.area.promise')).not.toThrow()
})

test.each([
  ['an id of another contract', declaring('billing.area.promise'), /begins with the name of its contract/],
  ['an id of two parts', declaring('cache.promise'), /<contract>\.<area>\.<promise>/],
  ['capitals in an id', declaring('cache.Area.promise'), /lower case/],
  ['an empty statement', declaring('cache.area.promise', { statement: ' ' }), /statement is empty/],
  [
    'revenue that is no number of dollars',
    declaring('cache.area.promise', { protectedMonthlyRevenueUsd: 0.5 }),
    /whole number/,
  ],
  ['negative revenue', declaring('cache.area.promise', { protectedMonthlyRevenueUsd: -1 }), /zero or more/],
  ['an unknown capability', declaring('cache.area.promise', { requires: ['telepathy'] }), /requires "telepathy"/],
])('%s is refused with its reason', (_what, declare, reason) => {
  expect(declare).toThrow(reason)
})
