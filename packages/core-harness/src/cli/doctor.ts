import { examineDependencies } from '../environment/doctor/examine-dependencies.ts'
import type { DependencyFinding } from '../environment/doctor/examine-dependencies.ts'
import { examineMachine } from '../environment/doctor/examine-machine.ts'
import type { MachineFinding } from '../environment/doctor/examine-machine.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './command.ts'

export const doctor: Command = {
  usage: `Usage: harness doctor [--json]

Says for each dependency which provider would serve it here, and why; where none can, what is missing
and the command that would install it. Looks at the machine too: Node, the workspace, room for
temporary files, the programs that bound and guard servers.

Starts nothing. A server that a <NAME>_URL names is asked for its version.

  --json   {"ok": …, "dependencies": […], "machine": […]}

Exit codes: 0 each dependency has a provider; 1 one has none; 2 wrong command line.`,
  async run(args) {
    const { values } = readArguments('doctor', args, { json: { type: 'boolean' } })
    const [dependencies, machine] = await Promise.all([examineDependencies(), examineMachine()])
    const ok = dependencies.every(({ provider }) => provider !== undefined)
    const text = values.json
      ? JSON.stringify({ ok, dependencies, machine }, undefined, 2)
      : [...dependencies.flatMap(describe), '', ...machine.flatMap(describeMachine)].join('\n')
    process.stdout.write(`${text}\n`)
    return ok ? 0 : 1
  },
}

function describe({ name, provider, version, why, refused }: DependencyFinding): string[] {
  const head =
    provider === undefined
      ? `✗ ${name}: no provider can serve it`
      : `✓ ${name}: ${provider}${version === '' ? '' : ` ${version}`} (${why})`
  const others = refused.flatMap(({ provider: other, obstacle, remedy }) => {
    const problem = `    not ${other}: ${obstacle}`
    return provider === undefined && remedy !== undefined ? [problem, `      → ${remedy}`] : [problem]
  })
  return [head, ...others]
}

function describeMachine({ what, found, remedy }: MachineFinding): string[] {
  return remedy === undefined ? [`✓ ${what}: ${found}`] : [`! ${what}: ${found}`, `      → ${remedy}`]
}
