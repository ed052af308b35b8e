import { HarnessError } from '../environment/errors.ts'
import { summary } from '../report/console.ts'
import { finishRun } from '../report/finish.ts'
import type { RunRecord } from '../run/record.ts'
import { RunDirectory } from '../run/run-directory.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { interruption } from './interrupt.ts'
import { runTargets } from './run-targets.ts'

/** In the order of what they cost: the cheapest finds its mistakes first. */
const STAGES = [['lint', 'typecheck'], ['unit'], ['l3'], ['prove']] as const

export const verify: Command = {
  usage: `Usage: harness verify

Runs all tests of the workspace: lint and types, unit tests, every L3 suite, and prove.
Goes on after a stage that failed, and ends with the line "N passed, N failed", which
counts tests, guarantees, what prove checked, and each stage as one.

Exit codes: 0 nothing failed; 1 something did; 2 wrong command line.
`,
  async run(args) {
    readArguments('verify', args, {})
    const signal = interruption()
    const startedAt = new Date()
    const directory = RunDirectory.create(startedAt)
    const failed: string[] = []
    for (const targets of STAGES) {
      process.stdout.write(`\n── ${targets.join(', ')} ──\n`)
      const code = await runTargets(targets, directory, { signal })
      if (signal.aborted) throw new HarnessError('the tests were interrupted', { exitCode: 130 })
      if (code !== 0) failed.push(targets.join(', '))
    }
    const record = finishRun(directory, { startedAt, command: 'harness verify' })
    process.stdout.write(`\n${summary(record, directory.path)}\n`)
    for (const stage of failed) process.stdout.write(`✗ the stage ${stage} failed\n`)
    const total = count(record)
    const failures = total.failed + failed.length
    process.stdout.write(`\n${total.passed + STAGES.length - failed.length} passed, ${failures} failed\n`)
    return failures === 0 ? 0 : 1
  },
}

/** Tests, guarantees and the checks of prove: one for each guarantee that an adapter had to keep or to break. */
function count({ parts, killMatrices }: RunRecord): { passed: number; failed: number } {
  const guarantees = parts.flatMap((part) => part.guarantees)
  const matrices = Object.values(killMatrices)
  const findings = matrices.flatMap((matrix) => matrix.findings).length
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
  return {
    passed:
      sum(parts.map(({ otherTests }) => otherTests.passed)) +
      guarantees.filter(({ status }) => status === 'passed').length +
      Math.max(0, sum(matrices.map(({ outcomes }) => outcomes.length)) - findings),
    failed:
      sum(parts.map(({ otherTests }) => otherTests.failed)) +
      guarantees.filter(({ status }) => status === 'failed' || status === 'no-data').length +
      findings,
  }
}
