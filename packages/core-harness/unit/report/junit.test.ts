import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { escape, toJunit } from '../../src/report/junit.ts'
import type { GuaranteeResult, RunRecord } from '../../src/run/record.ts'

const result = (id: string, status: GuaranteeResult['status'], reason?: string): GuaranteeResult => ({
  id,
  statement: 'a < b & "c"',
  contract: 'toy',
  level: 'L3',
  segment: 'All',
  businessGoal: 'Trust',
  protectedMonthlyRevenueUsd: 1,
  adapter: 'reference',
  status,
  durationMs: 1_234,
  dependencies: [],
  evidence: {},
  ...(reason === undefined ? {} : { reason }),
  reproduce: 'npx nx run toy:l3 --testNamePattern x',
})

test('each verdict has its element, and the counts agree', () => {
  const guarantees = [
    result('toy.a.passed', 'passed'),
    result('toy.a.failed', 'failed', 'expected <1>\u001B[31m but'),
    result('toy.a.absent', 'no-data', 'did not run'),
    result('toy.a.lacking', 'not-offered', 'no such part'),
  ]
  const parts = [{ package: 'toy', guarantees, otherTests: { passed: 0, failed: 0, failures: [] }, durationMs: 5_000 }]
  const xml = toJunit({ parts, startedAt: '2026-01-01T00:00:00.000Z' } as unknown as RunRecord)
  expect(xml).toContain('<testsuite name="toy" tests="4" failures="1" errors="1" skipped="1" time="5.000"')
  expect(xml).toContain('name="toy.a.passed: a &lt; b &amp; &quot;c&quot;" time="1.234"/>')
  expect(xml).toContain('<failure message="expected &lt;1&gt; but">')
  expect(xml).toContain('<error message="did not run">')
  expect(xml).toContain('<skipped message="no such part"/>')
})

test('no text can leave its element or hold what XML cannot', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = escape(text)
      expect(escaped).not.toMatch(/[<>"']/)
      expect(escaped.replace(/[\t\n\r]/g, '')).not.toMatch(/\p{Cc}/u)
      expect(escaped.isWellFormed()).toBe(true)
    }),
  )
})
