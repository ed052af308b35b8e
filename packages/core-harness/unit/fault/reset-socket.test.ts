import { expect, test } from '@jest/globals'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

import { resetSocket } from '../../src/fault/reset-socket.ts'

/** Both sides of a connection. */
async function connected(): Promise<{ here: Socket; there: Socket; close: () => void }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const here = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, allowHalfOpen: true })
  const [[there]] = await Promise.all([accepted, once(here, 'connect')])
  return { here, there, close: () => server.close() }
}

test('an open connection is told to the other side by a reset', async () => {
  const { here, there, close } = await connected()
  const told = once(there.resume(), 'error')
  resetSocket(here)
  expect(await told).toMatchObject([{ code: 'ECONNRESET' }])
  close()
})

test('one that is coming to its end in order is closed, and says so', async () => {
  const { here, there, close } = await connected()
  there.on('error', () => undefined)
  try {
    here.end()
    resetSocket(here)
    await once(here, 'close', { signal: AbortSignal.timeout(2_000) })
  } finally {
    there.destroy()
    close()
  }
})
