import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { HarnessError } from '../environment/errors.ts'
import { loadContract, servicePackage } from '../guarantee/packages.ts'
import { conformanceTable, replaceSection } from '../report/conformance.ts'
import type { GuaranteeResult } from '../run/record.ts'
import { RunDirectory } from '../run/run-directory.ts'
import { UsageError, readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { interruption } from './interrupt.ts'
import { runTargets } from './run-targets.ts'

export const conformance: Command = {
  usage: `Usage: harness conformance <package> [--write]

Runs the package's L3 suite on the reference and on every adapter of its folder adapters/,
and prints which guarantees each keeps, as a Markdown table. The results are as they are:
the command fails only when a suite could not be run.

  --write   put the table into the package's README.md, between its conformance marks

Exit codes: 0 the table was made; 1 a suite could not be run; 2 wrong command line.
`,
  async run(args) {
    const options = { write: { type: 'boolean', default: false } } as const
    const { values, positionals } = readArguments('conformance', args, options, { allowPositionals: true })
    const [name, ...rest] = positionals
    if (name === undefined || rest.length > 0)
      throw new UsageError(
        'harness conformance: it takes the name of one package',
        'For example: harness conformance cache',
      )
    const owner = servicePackage(name)
    const contract = await loadContract(owner)
    const signal = interruption()
    const results: Record<string, readonly GuaranteeResult[]> = {}
    for (const adapter of adaptersOf(owner.directory)) {
      const directory = RunDirectory.create()
      await runTargets(['l3'], directory, {
        projects: [name],
        environment: { ADAPTER: `${contract.name}:${adapter}` },
        signal,
      })
      if (signal.aborted) throw new HarnessError('the runs were interrupted', { exitCode: 130 })
      const guarantees = directory.readParts().flatMap((part) => part.guarantees)
      if (guarantees.length === 0) throw new HarnessError(`the suite of ${name} could not be run on ${adapter}`)
      results[adapter] = guarantees
    }
    const table = conformanceTable(contract, results)
    process.stdout.write(`\n${table}\n`)
    if (values.write) {
      const readme = join(owner.directory, 'README.md')
      writeFileSync(readme, replaceSection(readFileSync(readme, 'utf8'), 'conformance', table, readme))
    }
    return 0
  },
}

function adaptersOf(directory: string): string[] {
  const folder = join(directory, 'adapters')
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.ts')) : []
  return ['reference', ...files.map((file) => file.slice(0, -'.ts'.length)).sort()]
}
