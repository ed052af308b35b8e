import type { AggregatedResult } from '@jest/test-result'
import { basename } from 'node:path'

import { RunDirectory } from '../run/run-directory.ts'
import { otherFailuresOf } from './outcome.ts'

/** Adds the number of a package's own tests to the run of a command over several packages. */
export default class CountReporter {
  readonly #package: string

  constructor(config: { readonly rootDir: string }) {
    this.#package = basename(config.rootDir)
  }

  onRunComplete(_contexts: unknown, results: AggregatedResult): void {
    RunDirectory.shared()?.writePart(`${this.#package}-unit`, {
      package: this.#package,
      guarantees: [],
      fileFailures: [],
      otherTests: {
        passed: results.numPassedTests,
        failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
        failures: results.testResults.flatMap(otherFailuresOf),
      },
      durationMs: Date.now() - results.startTime,
    })
  }
}
