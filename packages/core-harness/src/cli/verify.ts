import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { HarnessError } from '../environment/errors.ts'
import { servicePackages } from '../guarantee/packages.ts'
import { summary } from '../report/console.ts'
import { finishRun } from '../report/finish.ts'
import { RunDirectory } from '../run/run-directory.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { interruption } from './interrupt.ts'
import { runTargets } from './run-targets.ts'
import { countOf, lacksOnlyJudgement } from './verified.ts'

/** In the order of what they cost: the cheapest finds its mistakes first. */
const STAGES = [['lint', 'typecheck'], ['unit'], ['l3'], ['prove']] as const

export const verify: Command = {
  usage: `Usage: harness verify

Runs all tests of the workspace: lint and types, unit tests, every L3 suite, and prove.
Goes on after a stage that failed, and ends with the line "N passed, N failed", which
counts tests, guarantees, what prove checked, and each stage as one. What this machine
was too busy to measure is told, and is neither passed nor failed.

Exit codes: 0 nothing failed; 1 something did; 2 wrong command line.
`,
  async run(args) {
    readArguments('verify', args, {})
    const signal = interruption()
    const startedAt = new Date()
    const directory = RunDirectory.create(startedAt)
    const failed = new Set<string>()
    for (const targets of STAGES) {
      process.stdout.write(`\n── ${targets.join(', ')} ──\n`)
      const code = await runTargets(targets, directory, { signal })
      if (signal.aborted) throw new HarnessError('the tests were interrupted', { exitCode: 130 })
      if (code !== 0) failed.add(targets.join(', '))
    }
    const record = finishRun(directory, { startedAt, command: 'harness verify' })
    process.stdout.write(`\n${summary(record, directory.path)}\n`)
    const total = countOf(record)
    const proved = servicePackages().filter(({ directory }) => existsSync(join(directory, 'defects')))
    if (
      lacksOnlyJudgement(
        record,
        proved.map(({ name }) => name),
      )
    )
      failed.delete('prove')
    for (const stage of failed) process.stdout.write(`✗ the stage ${stage} failed\n`)
    if (total.unjudged > 0)
      process.stdout.write(
        `? ${total.unjudged} checks of prove were not judged: this machine was too busy to measure. Again: npx nx run-many -t prove\n`,
      )
    const failures = total.failed + failed.size
    process.stdout.write(`\n${total.passed + STAGES.length - failed.size} passed, ${failures} failed\n`)
    return failures === 0 ? 0 : 1
  },
}
