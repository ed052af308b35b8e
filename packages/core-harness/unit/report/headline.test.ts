import { expect, test } from '@jest/globals'

import { breakdownOf, guaranteesOf } from '../../src/report/breakdown.ts'
import { headline, headlineOf } from '../../src/report/headline.ts'
import { revenueBySegment, revenueOf } from '../../src/report/revenue.ts'
import type { GuaranteeResult } from '../../src/run/record.ts'
import { functionalRecord, guarantee, loadRecord, objectiveResult } from './sample-records.ts'

function recordOf(...guarantees: readonly GuaranteeResult[]) {
  const record = functionalRecord()
  return { ...record, parts: record.parts.map((part) => ({ ...part, guarantees })) }
}

const load = { workloads: [], resources: [], faults: [] }

test('a manager reads how much is wrong and what it costs', () => {
  expect(headlineOf(loadRecord())).toEqual({
    lead: '2 of 9 objectives miss their critical threshold; $54,000 a month at risk',
    more: [
      '1 more guarantee is broken',
      '1 of 10 guarantees could not be judged, because the measurement was not good enough',
      '1 of 10 guarantees brought no data',
      '2 tests that are no guarantee failed',
      'prove found 1 fault in the tests',
    ],
  })
})

test('what is green says what it protects, and what is degraded', () => {
  expect(headline(functionalRecord())).toBe('All 3 guarantees hold; $77,000 a month protected')
  const degraded = guarantee('a.b.c', 'warned', {
    load: { ...load, objectives: [objectiveResult('a.b.c#p', 'warn', 1)] },
  })
  expect(headline(recordOf(degraded))).toBe(
    'The guarantee holds; 1 of 1 objective is degraded; $25,000 a month protected',
  )
})

test('nothing is never a success', () => {
  const record = functionalRecord()
  const nothing = { ...record, parts: [] }
  expect(headline(nothing)).toBe('Nothing was measured')
  expect(headline(recordOf(guarantee('a.b.c', 'no-data')))).toBe(
    '1 of 1 guarantee brought no data; $25,000 a month at risk',
  )
})

test('revenue is protected or at risk, and of what is not offered neither', () => {
  const guarantees = guaranteesOf(loadRecord())
  const revenue = revenueOf(guarantees)
  expect(revenue).toEqual({ protectedUsd: 187_000, degradedUsd: 25_000, atRiskUsd: 54_000, unprovenUsd: 6_000 })
  const all = guarantees.reduce((sum, one) => sum + one.protectedMonthlyRevenueUsd, 0)
  expect(revenue.protectedUsd + revenue.atRiskUsd).toBe(all - 25_000)
  const bySegment = revenueBySegment(guarantees)
  expect(bySegment.map(({ segment }) => segment)).toEqual(['Enterprise', 'Mid', 'Early', 'Free', 'All'])
  expect(bySegment.reduce((sum, { atRiskUsd }) => sum + atRiskUsd, 0)).toBe(revenue.atRiskUsd)
})

test('severities and categories add up to all guarantees', () => {
  const breakdown = breakdownOf(guaranteesOf(loadRecord()))
  expect(breakdown).toMatchObject({ total: 10, passed: 6, failed: 4, notOffered: 1 })
  expect(breakdown.severities).toEqual([
    { severity: 'INFO', count: 5 },
    { severity: 'LOW', count: 1 },
    { severity: 'HIGH', count: 2 },
    { severity: 'CRITICAL', count: 2 },
  ])
  expect(breakdown.categories).toEqual([
    { category: 'billing', passed: 1, total: 2 },
    { category: 'cache', passed: 5, total: 8 },
  ])
})
