import type { Test, TestResult } from '@jest/test-result'
import { afterAll, expect, test } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { NoDataError } from '../../src/guarantee/no-data.ts'
import { HistoryInvalidError } from '../../src/guarantee/history-session.ts'
import { InvalidMeasurementError } from '../../src/guarantee/load-session.ts'
import { HistoryMistakeError } from '../../src/history/checkers/checker.ts'
import CollectReporter from '../../src/jest/collect-reporter.ts'
import type { Collected } from '../../src/jest/collect-reporter.ts'
import { operation } from '../report/sample-history.ts'

const folder = mkdtempSync(join(tmpdir(), 'proving-ground-collect-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a test that has shown nothing, or could not read its history, has caught no defect', () => {
  const errors = {
    invalid: new HistoryInvalidError('it is wrong'),
    'no-data': new NoDataError('a conflict never happened'),
    late: new InvalidMeasurementError('the generator was late'),
    mistake: new HistoryMistakeError('bank', operation(0, 0, 'read', [null, 'none'], [0, 1]), 'is no number'),
  }
  const output = join(folder, 'outcomes.json')
  const reporter = new CollectReporter(undefined, { output })
  const project = { path: 'x.l3.test.ts', context: { config: { displayName: { name: 'defect' } } } }
  const testResults = Object.entries(errors).map(([name, error]) => ({
    title: `a.test.${name}: it holds`,
    status: 'failed',
    failureMessages: [error.stack],
  }))
  reporter.onTestResult(project as Test, { testResults } as unknown as TestResult)
  reporter.onRunComplete()
  const { outcomes } = JSON.parse(readFileSync(output, 'utf8')) as Collected
  expect(outcomes.map(({ guarantee, status }) => [guarantee, status])).toEqual([
    ['a.test.invalid', 'failed'],
    ['a.test.no-data', 'broken'],
    ['a.test.late', 'invalid'],
    ['a.test.mistake', 'broken'],
  ])
})
