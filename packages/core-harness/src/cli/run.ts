import { HarnessError } from '../environment/errors.ts'
import { servicePackage } from '../guarantee/packages.ts'
import { summary } from '../report/console.ts'
import { finishRun } from '../report/finish.ts'
import { RunDirectory } from '../run/run-directory.ts'
import { oneOf, readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { interruption } from './interrupt.ts'
import { runTargets } from './run-targets.ts'

export const run: Command = {
  usage: `Usage: harness run [--level l3] [package...]

Runs the suites of a level, of every package that has one or of those named, on real
dependencies. Prints each guarantee as it comes out, then a table of all, and writes
run.json and junit.xml into .proving-ground/runs/<id>/.

  --level LEVEL   l3 (the default): one service on real dependencies

ADAPTER chooses what is tested (ADAPTER=cache:bentocache, ADAPTER=./my-adapter.ts);
HARNESS_PROVIDER, REDIS_URL and the like choose on what.

Exit codes: 0 every guarantee passed; 1 one did not, or nothing ran; 2 wrong command line.
`,
  async run(args) {
    const { values, positionals } = readArguments(
      'run',
      args,
      { level: { type: 'string', default: 'l3' } },
      { allowPositionals: true },
    )
    const level = oneOf('level', values.level, ['l3'])
    const projects = positionals.map((name) => servicePackage(name).name)
    const signal = interruption()
    const startedAt = new Date()
    const directory = RunDirectory.create(startedAt)
    const code = await runTargets([level], directory, { ...(projects.length === 0 ? {} : { projects }), signal })
    if (signal.aborted) throw new HarnessError('the run was interrupted', { exitCode: 130 })
    const record = finishRun(directory, { startedAt, command: `harness run ${args.join(' ')}`.trim() })
    process.stdout.write(`\n${summary(record, directory.path)}\n`)
    return record.verdict === 'pass' ? code : 1
  },
}
