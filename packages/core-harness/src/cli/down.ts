import { EnvironmentClient } from '../environment/client.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './command.ts'

export const down: Command = {
  usage: `Usage: harness down

Ends the supervisor of this workspace, all servers that it started, and all leases on them. Where
nothing runs, says so and succeeds.

Exit codes: 0 nothing runs any more; 2 wrong command line.`,
  async run(args) {
    readArguments('down', args, {})
    const client = await EnvironmentClient.connect({ start: false })
    if (!client) {
      process.stdout.write('nothing runs\n')
      return 0
    }
    const { servers } = await client.status()
    await client.down()
    const names = servers.map(({ dependency }) => dependency).join(', ')
    process.stdout.write(servers.length === 0 ? 'ended the supervisor\n' : `ended the supervisor and ${names}\n`)
    return 0
  },
}
