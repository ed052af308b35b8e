import { HarnessError } from '../environment/errors.ts'
import { servicePackage, servicePackages } from '../guarantee/packages.ts'
import { summary } from '../report/console.ts'
import { finishRun } from '../report/finish.ts'
import { RunDirectory } from '../run/run-directory.ts'
import { UsageError, oneOf, readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { interruption } from './interrupt.ts'
import { provePackage } from './prove-package.ts'

const DEFAULT_WORKERS = 4

export const prove: Command = {
  usage: `Usage: harness prove <package> [--level l3|l4] [--defect NAME|FILE]... [--full] [--workers N]

Proves that the package's tests can fail. Runs them on the reference, which has to keep
every guarantee and to meet every objective, and on each defect of its folder defects/,
which has to break those that it names. Prints a kill matrix and writes it into run.json.

  --level LEVEL   only this level; both by default. L4 runs in quick mode, one after another
  --defect NAME   only this defect, by name or by the path of a file, and the
                  reference on what it breaks; may be repeated
  --full          put every defect to every guarantee, instead of those that it names, and
                  point out defects that break the contract's control as well
  --workers N     Jest workers at L3, ${DEFAULT_WORKERS} by default: tests wait more than they compute

Exit codes: 0 all killed; 1 a survivor, a false alarm, a guarantee without a defect, a
missing or surviving canary, or a test that could not be run; 2 wrong command line.
`,
  async run(args) {
    const { values, positionals } = readArguments(
      'prove',
      args,
      {
        defect: { type: 'string', multiple: true, default: [] },
        full: { type: 'boolean', default: false },
        level: { type: 'string', multiple: true, default: ['l3', 'l4'] },
        workers: { type: 'string', default: String(DEFAULT_WORKERS) },
      },
      { allowPositionals: true },
    )
    const [name, ...rest] = positionals
    const names = servicePackages().map((one) => one.name)
    if (name === undefined || rest.length > 0)
      throw new UsageError('harness prove: it takes the name of one package', `There are: ${names.join(', ')}.`)
    const workers = Number(values.workers)
    if (!Number.isInteger(workers) || workers < 1)
      throw new UsageError(
        `harness prove: --workers ${values.workers} is no whole number above zero`,
        'Try --workers 4.',
      )
    const levels = [...new Set(values.level.map((level) => oneOf('level', level, ['l3', 'l4'] as const)))]
    const owner = servicePackage(name)
    const signal = interruption()
    const startedAt = new Date()
    const shared = RunDirectory.shared()
    const directory = shared ?? RunDirectory.create(startedAt)
    const options = { defects: values.defect, isFull: values.full, levels, workers, signal }
    const matrix = await provePackage(owner, directory, options).catch((error: unknown) => {
      throw signal.aborted ? new HarnessError('proving was interrupted', { exitCode: 130 }) : error
    })
    directory.writeMatrix(owner.name, matrix)
    if (!shared) {
      const record = finishRun(directory, { startedAt, command: `harness prove ${args.join(' ')}` })
      process.stdout.write(`\n${summary(record, directory.path)}\n`)
    }
    return matrix.findings.length === 0 ? 0 : 1
  },
}
