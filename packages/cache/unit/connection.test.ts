import { afterEach, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { Connection } from '../src/reference/connection.ts'
import { CacheClosedError, CacheUnavailableError } from '../src/reference/errors.ts'

const TIMEOUT_MS = 150
const open: Connection[] = []
afterEach(async () => void (await Promise.all(open.splice(0).map((each) => each.close()))))

function connectionTo(port: number, mode: 'single' | 'cluster' = 'single'): Connection {
  const connection = new Connection({ mode, redisUrls: [`redis://:secret@127.0.0.1:${port}`], keyPrefix: '' })
  open.push(connection)
  return connection
}

/** A server that takes connections and says nothing, or the port of one that is gone. */
async function mute(): Promise<number> {
  const server = createServer((socket) => void socket.on('error', () => undefined).unref()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return (server.address() as AddressInfo).port
}

async function refusing(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test.each([
  ['refuses connections', 'single', refusing],
  ['refuses connections, of a cluster', 'cluster', refusing],
  ['never answers', 'single', mute],
] as const)('a server that %s is a typed error within the time, which says where', async (_name, mode, start) => {
  const port = await start()
  const connection = connectionTo(port, mode)
  connection.client.connect().catch(() => undefined)
  const beganMs = performance.now()
  const read = connection.run('read an entry', () => connection.client.get('k'), TIMEOUT_MS)
  await expect(read).rejects.toBeInstanceOf(CacheUnavailableError)
  expect(performance.now() - beganMs).toBeLessThan(TIMEOUT_MS * 10)
  const message = await read.catch((error: Error) => error.message)
  expect(message).toMatch(new RegExp(`^cannot read an entry: Redis at 127.0.0.1:${port}: .+ Check that it runs`))
  expect(message).not.toContain('secret')
})

test('a closed connection says so at once', async () => {
  const connection = connectionTo(await refusing())
  await connection.close()
  await expect(connection.run('read an entry', () => connection.client.get('k'))).rejects.toBeInstanceOf(
    CacheClosedError,
  )
})
