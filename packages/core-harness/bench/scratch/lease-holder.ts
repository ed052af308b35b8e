/**
 * A process that uses the environment as a test file does, on demand: each line of standard input is one request, each
 * line of standard output its answer. What it holds goes with it, however it ends.
 */
import { EnvironmentClient } from '../../src/environment/client.ts'
import type { HarnessError } from '../../src/environment/errors.ts'
import { receiveLines } from '../../src/environment/lines.ts'
import type { Lease } from '../../src/environment/protocol.ts'
import type { HolderRequest } from './holder.ts'

let client: Promise<EnvironmentClient> | undefined
const requests = new Map<number, AbortController>()

receiveLines(process.stdin, (line) => void answer(line as HolderRequest & { id: number }))
process.stdin.on('end', () => process.exit(0))

async function answer(request: HolderRequest & { id: number }): Promise<void> {
  let outcome: object
  try {
    outcome = { result: (await carryOut(request)) ?? null }
  } catch (error) {
    const { name, message, remedy, code, stack } = error as HarnessError & { code?: string }
    outcome = { error: { name, message, remedy, code, stack } }
  }
  process.stdout.write(`${JSON.stringify({ id: request.id, ...outcome })}\n`)
}

async function carryOut(request: HolderRequest & { id: number }): Promise<unknown> {
  if (request.do === 'cancel') return requests.get(request.request)?.abort()
  if (request.do === 'disconnect') {
    ;(await client)?.close()
    client = undefined
    return
  }
  client ??= EnvironmentClient.connect()
  client.catch(() => (client = undefined))
  const connected = await client
  const abort = new AbortController()
  requests.set(request.id, abort)
  const call = { signal: abort.signal }
  switch (request.do) {
    case 'connect':
      return connected.startedSupervisor
    case 'lease':
      return await connected.lease(request.dependency, request.options ?? {}, call)
    case 'release':
      return await connected.release(request.lease as Lease)
    case 'control':
      return await connected.control(request.lease, request.action, {
        ...call,
        ...(request.node !== undefined && { node: request.node }),
      })
    case 'up':
      return await connected.up(request.dependency, call)
    case 'status':
      return await connected.status()
  }
}
