import type { Verdict } from '../objective/verdict.ts'
import type { GuaranteeStatus } from '../run/record.ts'

/** How a verdict is shown: never by its colour alone. */
export interface VerdictWords {
  readonly sign: string
  readonly word: string
  readonly colour: 'green' | 'yellow' | 'red'
}

export const VERDICT_WORDS: Readonly<Record<Verdict, VerdictWords>> = {
  pass: { sign: '✓', word: 'pass', colour: 'green' },
  warn: { sign: '!', word: 'warn', colour: 'yellow' },
  fail: { sign: '✗', word: 'fail', colour: 'red' },
  invalid: { sign: '?', word: 'invalid', colour: 'red' },
  'no-data': { sign: '?', word: 'no data', colour: 'red' },
}

export const STATUS_WORDS: Readonly<Record<GuaranteeStatus, VerdictWords>> = {
  passed: { sign: '✓', word: 'passed', colour: 'green' },
  warned: { sign: '!', word: 'warned', colour: 'yellow' },
  failed: { sign: '✗', word: 'failed', colour: 'red' },
  invalid: { sign: '?', word: 'invalid', colour: 'red' },
  'not-offered': { sign: '–', word: 'not offered', colour: 'yellow' },
  'no-data': { sign: '?', word: 'no data', colour: 'red' },
}

/** Kept, degraded or not: only these two are green. */
export function isKept(status: GuaranteeStatus): boolean {
  return status === 'passed' || status === 'warned'
}
