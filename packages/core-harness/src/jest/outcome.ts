import type { AssertionResult, TestResult } from '@jest/test-result'
import { basename } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

import type { TestFailure, TestOutcome } from '../run/record.ts'

const TITLE = /^([a-z][a-z0-9-]*(?:\.[a-z0-9-]+){2,}): /

/** What Jest says about one test, when it is a guarantee's; undefined for any other test. */
export function outcomeOf(result: AssertionResult): TestOutcome | undefined {
  const id = TITLE.exec(result.title)?.[1]
  if (id === undefined) return undefined
  const { status } = result
  return {
    id,
    status: status === 'passed' || status === 'failed' ? status : 'skipped',
    durationMs: result.duration ?? 0,
    ...(status === 'failed' ? { failure: failureOf(result) } : {}),
  }
}

function failureOf({ failureMessages }: AssertionResult): string {
  return stripVTControlCharacters(failureMessages.join('\n\n'))
}

/** Why a whole file could not be run, when that is so. */
export function fileFailureOf({ testExecError, failureMessage, testResults }: TestResult): string | undefined {
  if (!testExecError && testResults.length > 0) return undefined
  return failureMessage ? stripVTControlCharacters(failureMessage) : undefined
}

/** The tests of a file that are no guarantee, and failed; the file itself when it could not be run to its end. */
export function otherFailuresOf(result: TestResult): TestFailure[] {
  const file = basename(result.testFilePath)
  const failure = fileFailureOf(result)
  const failed = result.testResults.filter((one) => one.status === 'failed' && !outcomeOf(one))
  return [
    ...failed.map((one) => ({ name: `${file}: ${one.fullName}`, message: failureOf(one) })),
    ...(failure === undefined ? [] : [{ name: file, message: failure }]),
  ]
}
