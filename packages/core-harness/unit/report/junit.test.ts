import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { escape, toJunit } from '../../src/report/junit.ts'
import type { GuaranteeResult, RunRecord } from '../../src/run/record.ts'
import { hostileRecord, loadRecord } from './sample-records.ts'

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
  const otherTests = { passed: 0, failed: 0, failures: [] }
  const parts = [{ package: 'toy', guarantees, otherTests, fileFailures: [], durationMs: 5_000 }]
  const xml = toJunit({ parts, startedAt: '2026-01-01T00:00:00.000Z' } as unknown as RunRecord)
  expect(xml).toContain('<testsuite name="toy" tests="4" failures="1" errors="1" skipped="1" time="5.000"')
  expect(xml).toContain('name="toy.a.passed: a &lt; b &amp; &quot;c&quot;" time="1.234"/>')
  expect(xml).toContain('<failure message="expected &lt;1&gt; but">')
  expect(xml).toContain('<error message="did not run">')
  expect(xml).toContain('<skipped message="no such part"/>')
})

test('objectives are cases too: a degraded one passes and says why, one that was not judged is an error', () => {
  const xml = toJunit(loadRecord())
  expect(xml).toContain('<testsuite name="cache" tests="16" failures="5" errors="4" skipped="0"')
  expect(xml).toMatch(/classname="cache\.load\.mixed" name="cache\.load\.mixed#p99: [^>]*><failure message=/)
  expect(xml).toMatch(
    /name="cache\.load\.mixed#read-p99: [^>]*><system-out>value: 14\.2 ms\nbaseline, warning, critical: /,
  )
  expect(xml).toMatch(/name="cache\.load\.sessions#p99: [^>]*><error message=/)
  expect(xml).toMatch(/name="cache\.load\.invalidation#p99: [^>]*\/>/)
})

test('a test or file that failed and is no guarantee is a case that failed', () => {
  const xml = toJunit(loadRecord())
  expect(xml).toMatch(/name="pool › gives connections back" [^>]*><failure message="expected 0, received 2">/)
  expect(xml).toMatch(/name="l4\/eviction\.l4\.test\.ts" [^>]*><failure message="SyntaxError/)
})

test('hostile texts change no structure', () => {
  const tags = (xml: string): string[] => xml.match(/<\/?[a-z-]+/g) ?? []
  expect(tags(toJunit(hostileRecord()))).toEqual(tags(toJunit(loadRecord())))
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
