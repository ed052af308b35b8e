import { expect, test } from '@jest/globals'

import { countOf, lacksOnlyJudgement } from '../../src/cli/verified.ts'
import type { Finding, KillMatrix } from '../../src/guarantee/prove/judge.ts'
import { verdictOf } from '../../src/run/record.ts'
import { guarantee, part, record } from '../report/sample-records.ts'

const UNJUDGED: Finding = { kind: 'unjudged', label: 'slow', guarantee: 'cache.a.b', found: 'late' }
const SURVIVOR: Finding = { kind: 'survivor', label: 'slow', guarantee: 'cache.a.b', found: 'its test passed' }

/** Of three checks. */
function matrix(...findings: readonly Finding[]): KillMatrix {
  const outcomes = ['one', 'two', 'three'].map((label) => ({
    label,
    guarantee: 'cache.a.b',
    status: 'failed' as const,
    durationMs: 1,
  }))
  return { outcomes, charges: [], findings, tooBroad: [] }
}

const proved = (...findings: readonly Finding[]) =>
  record([part('cache', [guarantee('cache.a.b', 'passed')])], 'fail', { killMatrices: { cache: matrix(...findings) } })

test('what was not judged is neither passed nor failed', () => {
  expect(countOf(proved())).toMatchObject({ failed: 0, unjudged: 0 })
  const { passed } = countOf(proved())
  expect(countOf(proved(UNJUDGED))).toEqual({ passed: passed - 1, failed: 0, unjudged: 1 })
  expect(countOf(proved(UNJUDGED, SURVIVOR))).toEqual({ passed: passed - 2, failed: 1, unjudged: 1 })
})

test('prove has not failed when all that it lacks are measurements, and it came to its end in every package', () => {
  expect(lacksOnlyJudgement(proved(UNJUDGED), ['cache'])).toBe(true)
  expect(lacksOnlyJudgement(proved(UNJUDGED, SURVIVOR), ['cache'])).toBe(false)
  expect(lacksOnlyJudgement(proved(), ['cache'])).toBe(false)
  expect(lacksOnlyJudgement(proved(UNJUDGED), ['cache', 'billing'])).toBe(false)
})

test('a run that could not judge is invalid, and one that found something has failed', () => {
  const verdict = (...findings: readonly Finding[]) => verdictOf([], { cache: matrix(...findings) })
  expect(verdict()).toBe('pass')
  expect(verdict(UNJUDGED)).toBe('invalid')
  expect(verdict(UNJUDGED, SURVIVOR)).toBe('fail')
})
