import { expect, test } from '@jest/globals'

import { breakable, defineContract } from '../../src/guarantee/contract.ts'
import type { Guarantee } from '../../src/guarantee/contract.ts'
import type { Objective } from '../../src/objective/objective.ts'

const sound: Guarantee<never> = {
  statement: 'It holds',
  level: 'L3',
  segment: 'All',
  businessGoal: 'Trust',
  protectedMonthlyRevenueUsd: 1,
}

const quick: Objective = {
  statement: 'It is quick',
  metric: { kind: 'duration' },
  comparison: '<',
  baseline: 1_000,
  recommendation: 'Hurry',
}

function declaring(id: string, changes: Partial<Guarantee> = {}): () => unknown {
  return () => defineContract({ name: 'cache', guarantees: { [id]: { ...sound, ...changes } as Guarantee<never> } })
}

test('a sound declaration is taken as it is', () => {
  expect(declaring('cache.area.promise')).not.toThrow()
  expect(declaring('cache.area.promise', { level: 'L4', objectives: { quick } })).not.toThrow()
})

test('what a defect can break are the guarantees of a level and their objectives', () => {
  const contract = defineContract({
    name: 'cache',
    guarantees: {
      'cache.area.promise': sound,
      'cache.load.promise': { ...sound, level: 'L4', objectives: { quick, 'as-quick': quick } },
    },
  })
  expect(breakable(contract, 'L3')).toEqual(['cache.area.promise'])
  expect(breakable(contract, 'L4')).toEqual([
    'cache.load.promise',
    'cache.load.promise#quick',
    'cache.load.promise#as-quick',
  ])
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
  ['L4 without an objective', declaring('cache.area.promise', { level: 'L4' }), /at least one objective/],
  ['an objective at L3', declaring('cache.area.promise', { objectives: { quick } }), /objectives are of L4/],
  [
    'an objective whose name is no word',
    declaring('cache.area.promise', { level: 'L4', objectives: { 'P 99': quick } }),
    /"P 99": a name is in lower case/,
  ],
  [
    'an objective that cannot be judged',
    declaring('cache.area.promise', { level: 'L4', objectives: { quick: { ...quick, baseline: NaN } } }),
    /the objective "quick"/,
  ],
])('%s is refused with its reason', (_what, declare, reason) => {
  expect(declare).toThrow(reason)
})
