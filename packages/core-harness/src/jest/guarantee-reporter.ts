import type { AggregatedResult, AssertionResult, Test, TestCaseResult, TestResult } from '@jest/test-result'
import { basename, relative } from 'node:path'

import { chooseAdapter } from '../guarantee/choose-adapter.ts'
import type { Contract } from '../guarantee/contract.ts'
import { loadAdapter } from '../guarantee/load.ts'
import { readNotes } from '../guarantee/notes.ts'
import { isWanted, runMode } from '../guarantee/run-settings.ts'
import { loadContract, packageAt } from '../guarantee/packages.ts'
import { finishRun } from '../report/finish.ts'
import { resultLine, summary } from '../report/console.ts'
import { isGreen, resultsOf } from '../run/record.ts'
import type { FileFailure, RunPart, TestFailure, TestOutcome } from '../run/record.ts'
import { RunDirectory } from '../run/run-directory.ts'
import { fileFailureOf, otherFailuresOf, outcomeOf } from './outcome.ts'

/** What Jest tells a reporter about itself; its own type is not exported. */
interface GlobalConfig {
  readonly rootDir: string
  readonly testNamePattern?: string
  readonly nonFlagArgs: readonly string[]
  readonly testPathPatterns?: { readonly patterns: readonly string[] }
}

/** What the preset gives it. */
interface ReporterOptions {
  readonly level: 'l3' | 'l4'
  readonly directory: string
  readonly isShared: boolean
  readonly notesDirectory: string
}

/**
 * Reports guarantees as they come out, and writes the run record. Under a command over several packages it adds its
 * package's part to that command's run; alone it makes a run of its own.
 */
export default class GuaranteeReporter {
  readonly #config: GlobalConfig
  readonly #level: 'l3' | 'l4'
  readonly #startedAt = new Date()
  readonly #directory: RunDirectory
  readonly #outcomes: TestOutcome[] = []
  readonly #package: string
  readonly #notesDirectory: string
  readonly #fileFailures: FileFailure[] = []
  #otherPassed = 0
  readonly #otherFailures: TestFailure[] = []
  #failure: Error | undefined

  constructor(config: GlobalConfig, options: ReporterOptions) {
    this.#config = config
    this.#level = options.level
    this.#package = basename(config.rootDir)
    this.#directory = new RunDirectory(options.directory, options.isShared)
    this.#notesDirectory = options.notesDirectory
  }

  onTestCaseResult(_test: Test, result: TestCaseResult): void {
    const outcome = outcomeOf(result as AssertionResult)
    if (!outcome || outcome.status === 'skipped') return
    process.stderr.write(`${resultLine({ ...outcome, status: outcome.status })}\n`)
  }

  onTestResult(test: Test, result: TestResult): void {
    for (const one of result.testResults) {
      const outcome = outcomeOf(one)
      if (outcome) this.#outcomes.push(outcome)
      else if (one.status === 'passed') this.#otherPassed++
    }
    for (const { message, origin } of result.console ?? []) process.stderr.write(`${message}\n${origin}\n`)
    if (result.failureMessage) process.stderr.write(`\n${test.path}\n${result.failureMessage}\n`)
    this.#otherFailures.push(...otherFailuresOf(result))
    const failure = fileFailureOf(result)
    if (failure === undefined) return
    this.#fileFailures.push({ file: relative(this.#config.rootDir, test.path), failure })
  }

  async onRunComplete(_contexts: unknown, results: AggregatedResult): Promise<void> {
    try {
      const part = await this.#part(results)
      this.#directory.writePart(`${this.#package}-${this.#level}`, part)
      if (this.#directory.isShared) return
      const command = `nx run ${this.#package}:${this.#level}`
      const mode = runMode().isQuick ? 'quick' : 'full'
      const record = finishRun(this.#directory, { startedAt: this.#startedAt, command, mode })
      process.stderr.write(`\n${summary(record, this.#directory.path)}\n`)
      if (!isGreen(record.verdict)) this.#failure = new Error(`the verdict is ${record.verdict}`)
    } catch (error) {
      this.#failure = error as Error
    }
  }

  getLastError(): Error | undefined {
    return this.#failure
  }

  async #part(results: AggregatedResult): Promise<RunPart> {
    const own = {
      package: this.#package,
      otherTests: {
        passed: this.#otherPassed,
        failed: this.#otherFailures.length,
        failures: this.#otherFailures,
      },
      fileFailures: this.#fileFailures,
      durationMs: Date.now() - results.startTime,
    }
    const owner = packageAt(this.#config.rootDir)
    if (!owner) return { ...own, guarantees: [] }
    const contract = await loadContract(owner)
    const adapter = await loadAdapter(chooseAdapter(contract.name, owner.directory))
    const notes = readNotes(this.#notesDirectory)
    const guarantees = resultsOf(contract, adapter.name, this.#expected(contract), this.#outcomes, notes)
    return { ...own, guarantees }
  }

  /** All of the level; of a part of it when the user asked for some by name or by file. */
  #expected(contract: Contract): string[] {
    const { testNamePattern = '', testPathPatterns } = this.#config
    const { categories } = runMode()
    const name = new RegExp(testNamePattern, 'i')
    const isPartial = (testPathPatterns?.patterns.length ?? 0) > 0 || this.#config.nonFlagArgs.length > 0
    const reported = new Set(this.#outcomes.map(({ id }) => id))
    return Object.entries(contract.guarantees)
      .filter(([id, { level, statement }]) => level.toLowerCase() === this.#level && name.test(`${id}: ${statement}`))
      .filter(([, { category }]) => isWanted(category, categories))
      .map(([id]) => id)
      .filter((id) => !isPartial || reported.has(id))
  }
}
