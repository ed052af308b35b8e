import { EnvironmentClient } from '../environment/client.ts'
import type { ServerStatus, Status } from '../environment/protocol.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { columns } from './columns.ts'

export const status: Command = {
  usage: `Usage: harness status [--json]

Lists the servers that run for this workspace: what they are, where, and how many leases are on
them. URLs are shown without passwords.

  --json   {"running": true, "supervisor": <pid>, "pinned": …, "servers": […]}, or {"running": false}

Exit codes: 0, whether something runs or not; 2 wrong command line.`,
  async run(args) {
    const { values } = readArguments('status', args, { json: { type: 'boolean' } })
    const client = await EnvironmentClient.connect({ start: false })
    const found = await client?.status()
    client?.close()
    const text = values.json
      ? JSON.stringify(found ? { running: true, ...found } : { running: false }, undefined, 2)
      : describe(found)
    process.stdout.write(`${text}\n`)
    return 0
  },
}

function describe(found: Status | undefined): string {
  if (!found) return 'nothing runs'
  const stays = found.pinned ? 'stays until harness down' : 'ends when it has been idle'
  const head = `supervisor ${found.supervisor}, ${stays}`
  if (found.servers.length === 0) return `${head}; no server runs`
  return [head, ...columns(found.servers.map(row))].join('\n')
}

function row({ dependency, provider, version, urls, leases, isAlive }: ServerStatus): string[] {
  const used = isAlive ? `${leases} ${leases === 1 ? 'lease' : 'leases'}` : 'has ended by itself'
  return [dependency, provider, version, used, urls.join(' ')]
}
