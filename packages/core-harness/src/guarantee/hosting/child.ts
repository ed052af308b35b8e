/**
 * The process of one hosted node. Its environment says where to connect to and with what token; the first call over that
 * connection opens the adapter, every later one names a method of the service and its arguments.
 */
import { flushCompileCache } from 'node:module'
import { connect } from 'node:net'

import { loadAdapter } from '../load.ts'
import type { Closable } from '../adapter.ts'
import { Peer } from './peer.ts'

const { HARNESS_HOST_PORT: port, HARNESS_HOST_TOKEN: token } = process.env
if (port === undefined || token === undefined) {
  process.stderr.write('this program is started by the harness, to host a node of an adapter\n')
  process.exit(2)
}

let service: Closable | undefined

const commands: Record<string, (...args: never[]) => Promise<unknown>> = {
  async open(modulePath: string, options: unknown) {
    const adapter = await loadAdapter(modulePath)
    service = await adapter.open(options)
    flushCompileCache() // Most nodes end by SIGKILL, and would not leave it for the next.
  },
  async invoke(path: readonly string[], args: readonly unknown[]) {
    return await invoke(service, path, args)
  },
}

/** Calls the method at `path` of the service, on the object that holds it. */
async function invoke(target: unknown, path: readonly string[], args: readonly unknown[]): Promise<unknown> {
  const [name, ...rest] = path
  const member = (target as Record<string, unknown> | undefined)?.[name ?? '']
  if (rest.length > 0) return await invoke(member, rest, args)
  if (typeof member !== 'function') throw new TypeError(`the service has no method ${path.join('.')}`)
  return await (member as (...args: readonly unknown[]) => unknown).apply(target, [...args])
}

const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true })
// Without its owner a node has no purpose; its guard would end it anyway.
socket.on('close', () => process.exit(0))
const owner = new Peer(socket, async (command, ...args) => {
  const run = commands[command as string]
  if (!run) throw new TypeError(`unknown command ${String(command)}`)
  return await run(...(args as never[]))
})
await owner.call(token, process.pid)
