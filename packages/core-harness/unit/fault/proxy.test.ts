import { afterEach, beforeEach, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { once } from 'node:events'
import type { Socket } from 'node:net'

import { FaultTouchedNothingError, demandTouched } from '../../src/fault/fault.ts'
import { openProxy } from '../../src/fault/proxy.ts'
import type { Proxy } from '../../src/fault/proxy.ts'
import { eventually } from '../../src/guarantee/eventually.ts'
import { EchoClient, EchoServer } from './echo-server.ts'

let echo: EchoServer
let proxy: Proxy
let clients: EchoClient[]

beforeEach(async () => {
  echo = await EchoServer.start()
  proxy = await openProxy(echo.url)
  clients = []
})

afterEach(async () => {
  for (const { socket } of clients) socket.destroy()
  await proxy.close()
  await echo.stop()
})

function open(): EchoClient {
  const client = EchoClient.open(proxy.url)
  clients.push(client)
  return client
}

/** A client whose connection goes through already. */
async function connected(): Promise<EchoClient> {
  const client = open()
  await client.roundTrip('hello')
  return client
}

test('without a fault all bytes go through, counted, and an end is passed on as an end', async () => {
  const client = await connected()
  client.socket.end('last words')
  expect(await client.ends()).toBe('ended')
  expect(client.text).toBe('hellolast words')
  expect(proxy).toMatchObject({ connections: 1, bytes: 2 * 'hellolast words'.length })
  await eventually(() => echo.sockets.size === 0, { withinMs: 1_000, describe: 'the server has no connection' })
})

test('half a connection goes on when the other half has ended', async () => {
  const client = await connected()
  const [atServer] = echo.sockets
  atServer?.unpipe()
  client.socket.end()
  await once(atServer ?? client.socket, 'end')
  atServer?.end('after your end')
  expect(await client.ends()).toBe('ended')
  expect(client.text).toBe('helloafter your end')
})

/** Longer than any test: what is over sooner was not delayed by it. */
const FOR_EVER_MS = 600_000

test('latency delays each way, pieces under way at once', async () => {
  const client = await connected()
  const latency = proxy.fault('echo', { kind: 'latency', latencyMs: 200 })
  await latency.begin()
  expect(await client.roundTrip('one')).toBeGreaterThanOrEqual(400)
  const began = performance.now()
  for (let index = 0; index < 10; index++) {
    client.send('x')
    await new Promise((resolve) => setImmediate(resolve))
  }
  await client.roundTrip('!')
  expect(performance.now() - began).toBeLessThan(2_000) // One after the other they would take 4,400.
  expect(latency).toMatchObject({ connections: 1, bytes: 28 })
})

test('what latency holds goes on when it is healed', async () => {
  const client = await connected()
  const latency = proxy.fault('echo', { kind: 'latency', latencyMs: FOR_EVER_MS })
  await latency.begin()
  client.send('last')
  await eventually(() => latency.bytes === 4, { withinMs: 2_000, describe: 'it is held' })
  await latency.heal()
  await client.roundTrip('!')
})

test('latency of one direction leaves the other alone', async () => {
  const client = await connected()
  await proxy.fault('echo', { kind: 'latency', latencyMs: FOR_EVER_MS, direction: 'up' }).begin()
  for (const socket of echo.sockets) socket.write('news')
  await eventually(() => client.text === 'hellonews', { withinMs: 2_000, describe: 'news have come' })
})

test('several faults at once add up, and each is healed by itself', async () => {
  const client = await connected()
  const [one, two, endless] = [30, 50, FOR_EVER_MS].map((latencyMs) =>
    proxy.fault('echo', { kind: 'latency', latencyMs }),
  )
  await one?.begin()
  await two?.begin()
  expect(await client.roundTrip('one')).toBeGreaterThanOrEqual(160)
  await endless?.begin()
  client.send('two')
  await endless?.heal()
  expect(await client.roundTrip('!')).toBeGreaterThanOrEqual(160)
})

test('jitter never lets bytes overtake each other, whatever the seed and the pieces', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer(), async (pieces, seed) => {
      const jitter = proxy.fault('echo', { kind: 'latency', latencyMs: 0, jitterMs: 8, seed })
      await jitter.begin()
      const client = open()
      let sent = ''
      for (const [index, size] of pieces.entries()) {
        const piece = String.fromCharCode(97 + index).repeat(size)
        sent += piece
        client.send(piece)
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      await eventually(() => client.text.length === sent.length, { withinMs: 2_000, describe: 'all came back' })
      await jitter.heal()
      client.socket.destroy()
      expect(client.text).toBe(sent)
    }),
    { numRuns: 15 },
  )
})

test('bandwidth: so many bytes take so long, all connections together', async () => {
  const [one, other] = [await connected(), await connected()]
  const slow = proxy.fault('echo', { kind: 'bandwidth', bytesPerSecond: 200_000, direction: 'down' })
  await slow.begin()
  const began = performance.now()
  await Promise.all([one, other].map((client) => client.roundTrip('x'.repeat(40_000))))
  const tookMs = performance.now() - began
  expect(tookMs).toBeGreaterThanOrEqual(370)
  expect(tookMs).toBeLessThan(2_000)
  expect(slow.connections).toBe(2)
})

test('what waits for a slow link goes on when it is healed', async () => {
  const client = await connected()
  const slow = proxy.fault('echo', { kind: 'bandwidth', bytesPerSecond: 1 })
  await slow.begin()
  client.send('x'.repeat(40_000))
  await eventually(() => slow.connections === 1, { withinMs: 2_000, describe: 'it has to wait' })
  await slow.heal()
  await client.roundTrip('!')
})

const MEBIBYTE = Buffer.alloc(1024 * 1024)

/** Sends 64 MiB; resolves with how much of it was taken when no more is. */
async function takenOf(sender: Socket): Promise<number> {
  const before = sender.bytesWritten
  for (let count = 0; count < 64; count++) sender.write(MEBIBYTE)
  const taken = (): number => sender.bytesWritten - before - sender.writableLength
  await eventually(
    async () => {
      const last = taken()
      await new Promise((resolve) => setTimeout(resolve, 200))
      return last > 0 && taken() === last
    },
    { withinMs: 10_000, describe: 'nothing more is taken' },
  )
  return taken()
}

/** What the kernel keeps of two connections is some megabytes; all else waits with the sender. */
const KEPT_BYTES = 24 * MEBIBYTE.length

test('a slow link holds its sender back: nothing piles up in memory', async () => {
  const client = await connected()
  await proxy.fault('echo', { kind: 'bandwidth', bytesPerSecond: 1_000, direction: 'up' }).begin()
  expect(await takenOf(client.socket)).toBeLessThan(KEPT_BYTES)
})

test('a reader that does not read holds the sender back too', async () => {
  const client = await connected()
  const [atServer] = echo.sockets
  client.socket.pause()
  expect(await takenOf(atServer as Socket)).toBeLessThan(KEPT_BYTES)
})

test('cut resets all connections and refuses new ones; after the heal clients come in at the same port', async () => {
  const [one, other] = [await connected(), await connected()]
  const { url } = proxy
  const cut = proxy.fault('echo', { kind: 'cut' })
  await cut.begin()
  expect([await one.ends(), await other.ends()]).toEqual(['ECONNRESET', 'ECONNRESET'])
  expect(await open().ends()).toBe('ECONNREFUSED')
  expect(cut.touched()).toBe(2)
  await cut.heal()
  expect(proxy.url).toBe(url)
  await connected()
})

test.each([
  ['up', 0],
  ['down', 4],
] as const)(
  'cut of the way %s: nothing passes there, and all of it arrives after the heal',
  async (direction, arrived) => {
    const client = await connected()
    const before = Buffer.concat(echo.received).length
    const cut = proxy.fault('echo', { kind: 'cut', direction })
    await cut.begin()
    client.send('lost')
    await eventually(() => cut.bytes === 4, { withinMs: 1_000, describe: 'bytes are held' })
    expect(Buffer.concat(echo.received).length - before).toBe(arrived)
    expect(client.text).toBe('hello')
    await cut.heal()
    await client.roundTrip('!')
    expect(client.text).toBe('hellolost!')
  },
)

test('reset: open connections are reset, new ones too, until the heal', async () => {
  const client = await connected()
  const reset = proxy.fault('echo', { kind: 'reset' })
  await reset.begin()
  expect(await client.ends()).toBe('ECONNRESET')
  expect(await open().ends()).toBe('ECONNRESET')
  expect(reset.touched()).toBe(2)
  await reset.heal()
  await connected()
})

test('refuse: open connections go on, new ones are refused, of which nobody can tell', async () => {
  const client = await connected()
  const refuse = proxy.fault('echo', { kind: 'refuse' })
  await refuse.begin()
  expect(await open().ends()).toBe('ECONNREFUSED')
  await client.roundTrip('still there')
  expect(refuse.touched()).toBeUndefined()
  await refuse.heal()
  await connected()
})

test('drop: a connection ends after exactly so many bytes, each for itself', async () => {
  const drop = proxy.fault('echo', { kind: 'drop', afterBytes: 10, direction: 'down' })
  await drop.begin()
  for (const client of [open(), open()]) {
    client.send('0123456789abcdef')
    expect(await client.ends()).toBe('ended')
    expect(client.text).toBe('0123456789')
  }
  await eventually(() => echo.sockets.size === 0, { withinMs: 1_000, describe: 'the server has no connection' })
  expect(drop).toMatchObject({ connections: 2, bytes: 12 })
  await drop.heal()
  await open().roundTrip('0123456789abcdef')
})

test('hang: open connections fall silent, new ones are accepted and not answered, and all go on after the heal', async () => {
  const client = await connected()
  const hang = proxy.fault('echo', { kind: 'hang' })
  await hang.begin()
  const late = open()
  await once(late.socket, 'connect')
  for (const one of [client, late]) one.send('are you there?')
  await eventually(() => hang.connections === 2 && hang.bytes > 0, { withinMs: 1_000, describe: 'both are held' })
  expect(echo.sockets.size).toBe(1)
  expect([client.text, late.text, client.outcome, late.outcome]).toEqual(['hello', '', undefined, undefined])
  await hang.heal()
  await late.roundTrip('!')
  await client.roundTrip('!')
  expect([client.text, late.text]).toEqual(['helloare you there?!', 'are you there?!'])
})

test('a server that hangs does not hear that its client has gone, until the heal', async () => {
  const client = await connected()
  const hang = proxy.fault('echo', { kind: 'hang' })
  await hang.begin()
  client.socket.resetAndDestroy()
  await eventually(() => hang.connections === 1, { withinMs: 1_000, describe: 'the end is held' })
  expect(echo.sockets.size).toBe(1)
  await hang.heal()
  await eventually(() => echo.sockets.size === 0, { withinMs: 1_000, describe: 'the server hears of it' })
})

test('a server that is not there, or goes away, is told by a reset', async () => {
  const client = await connected()
  for (const socket of echo.sockets) socket.resetAndDestroy()
  expect(await client.ends()).toBe('ECONNRESET')
  const nowhere = await openProxy('tcp://127.0.0.1:9')
  expect(await EchoClient.open(nowhere.url).ends()).toBe('ECONNRESET')
  await nowhere.close()
})

test('a fault that touched nothing fails, and counts anew each time', async () => {
  const client = await connected()
  const latency = proxy.fault('echo', { kind: 'latency', latencyMs: 1 })
  await latency.begin()
  expect(() => demandTouched([latency])).toThrow(FaultTouchedNothingError)
  expect(() => demandTouched([latency])).toThrow('the fault "latency" of echo touched nothing')
  await client.roundTrip('now')
  demandTouched([latency])
  await latency.heal()
  demandTouched([latency])
  await latency.begin()
  expect(latency).toMatchObject({ connections: 0, bytes: 0 })
})

test.each([
  { kind: 'latency', latencyMs: -1 },
  { kind: 'latency', latencyMs: 1, jitterMs: NaN },
  { kind: 'bandwidth', bytesPerSecond: 0 },
  { kind: 'drop', afterBytes: Infinity },
] as const)('figures that make no sense are refused: %j', (disturbance) => {
  expect(() => proxy.fault('echo', disturbance)).toThrow(/making the fault ".*": .* is (-1|NaN|0|Infinity)$/)
})
