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

/** An error of the harness, of the measurement, or of a test that has shown nothing; and not of the service that is tested. */
const HARNESS_FAILURE =
  /^(?:\w*: )?(HarnessError|NoOwnServerError|InvalidMeasurementError|HistoryMistakeError|NoDataError)\b/

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
      const status = outcome.status === 'skipped' ? 'not-offered' : outcome.status
      const isBroken = text !== undefined && HARNESS_FAILURE.test(text)
      this.#outcomes.push({
        label,
        guarantee,
        status: isBroken ? 'broken' : status,
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

function progressLine(label: string, { id, status }: TestOutcome): string {
  const words = { passed: 'kept', failed: 'broken', skipped: 'not offered' }[status]
  const isExpected = (label === 'reference') === (status === 'passed')
  return `  ${styleText(isExpected ? 'green' : 'dim', words.padEnd(12))} ${id}  ${label}`
}

function labelOf(test: Test): string {
  return test.context.config.displayName?.name ?? 'reference'
}
