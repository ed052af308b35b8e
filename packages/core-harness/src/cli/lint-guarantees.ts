import { loadContract, servicePackage, servicePackages } from '../guarantee/packages.ts'
import { lintGuarantees } from '../guarantee/lint.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './command.ts'

export const lintGuaranteesCommand: Command = {
  usage: `Usage: harness lint-guarantees [package...]

Checks, without running anything, that each declared guarantee has exactly one test in the
folder of its level, and that each guarantee's test proves a declared one. Takes names of
packages; all that have a contract when none is named.

Exit codes: 0 no problem; 1 problems, one a line; 2 wrong command line.
`,
  async run(args) {
    const { positionals } = readArguments('lint-guarantees', args, {}, { allowPositionals: true })
    const owners = positionals.length === 0 ? servicePackages() : positionals.map((name) => servicePackage(name))
    let count = 0
    for (const owner of owners) {
      for (const problem of lintGuarantees(await loadContract(owner), owner.directory)) {
        process.stderr.write(`packages/${owner.name}: ${problem}\n`)
        count++
      }
    }
    return count === 0 ? 0 : 1
  },
}
