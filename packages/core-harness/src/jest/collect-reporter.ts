import type { Test, TestResult } from '@jest/test-result'
import { writeFileSync } from 'node:fs'
import { styleText } from 'node:util'

import type { Outcome } from '../guarantee/prove/judge.ts'
import type { TestOutcome } from '../run/record.ts'
import { fileFailureOf, outcomeOf } from './outcome.ts'

/** A file of one adapter's run that could not be run at all. */
export interface FileFailure {
  readonly label: string
  readonly file: string
  readonly failure: string
}

export interface Collected {
  readonly outcomes: readonly Outcome[]
  readonly fileFailures: readonly FileFailure[]
}

/** An error of the harness, or of a test that has shown nothing; and not of the service that is tested. */
const HARNESS_FAILURE = /^(?:\w*: )?(HarnessError|NoOwnServerError|HistoryMistakeError|NoDataError)\b/
const INVALID_MEASUREMENT = /^(?:\w*: )?InvalidMeasurementError\b/

/** Writes what came out of a run of one suite under many adapters, which are told apart by the name of the Jest project. */
export default class CollectReporter {
  readonly #output: string
  readonly #outcomes: Outcome[] = []
  readonly #fileFailures: FileFailure[] = []

  constructor(_config: unknown, options: { readonly output: string }) {
    this.#output = options.output
  }

  onTestResult(test: Test, result: TestResult): void {
    const label = labelOf(test)
    const failure = fileFailureOf(result)
    if (failure !== undefined) this.#fileFailures.push({ label, file: test.path, failure })
    for (const one of result.testResults) {
      const outcome = outcomeOf(one)
      if (!outcome) continue
      const { id: guarantee, durationMs, failure: text } = outcome
      const status = outcome.status === 'skipped' ? 'not-offered' : (saysNothing(text) ?? outcome.status)
      this.#outcomes.push({
        label,
        guarantee,
        status,
        durationMs,
        ...(text === undefined ? {} : { failure: text.slice(0, 2_000) }),
      })
      process.stderr.write(`${progressLine(label, outcome)}\n`)
    }
  }

  onRunComplete(): void {
    const collected: Collected = { outcomes: this.#outcomes, fileFailures: this.#fileFailures }
    writeFileSync(this.#output, JSON.stringify(collected))
  }
}

/** How a test came out that failed for another reason than the service. */
function saysNothing(failure = ''): 'broken' | 'invalid' | undefined {
  if (HARNESS_FAILURE.test(failure)) return 'broken'
  return INVALID_MEASUREMENT.test(failure) ? 'invalid' : undefined
}

function progressLine(label: string, { id, status }: TestOutcome): string {
  const words = { passed: 'kept', failed: 'broken', skipped: 'not offered' }[status]
  const isExpected = (label === 'reference') === (status === 'passed')
  return `  ${styleText(isExpected ? 'green' : 'dim', words.padEnd(12))} ${id}  ${label}`
}

function labelOf(test: Test): string {
  return test.context.config.displayName?.name ?? 'reference'
}
