/**
 * What the TCP proxy of faults costs: round trips of one byte over one connection, and the throughput of a one-way stream, to a
 * server in another process, straight and through the proxy, in turns.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

import { columns } from '../src/cli/columns.ts'
import { openProxy } from '../src/fault/proxy.ts'
import { median } from '../src/statistics/median.ts'

const ROUNDS = 10
const TRIPS = 2_000
const STREAM_BYTES = 256 * 1024 * 1024
const CHUNK = Buffer.alloc(64 * 1024)

if (process.argv[2] === 'server') serve()
else await measure()

/** Echoes what is short; counts a stream and answers with one byte at its end. */
function serve(): void {
  const listener = createServer({ noDelay: true }, (socket) => {
    let bytes = 0
    socket.on('data', (chunk) => {
      bytes += chunk.length
      if (chunk.length === 1 || bytes === STREAM_BYTES) socket.write('x')
    })
  })
  listener.listen(0, '127.0.0.1', () => process.send?.((listener.address() as { port: number }).port))
}

async function measure(): Promise<void> {
  const server = fork(fileURLToPath(import.meta.url), ['server'])
  const [port] = (await once(server, 'message')) as [number]
  const proxy = await openProxy(`tcp://127.0.0.1:${port}`)
  const ways = { straight: port, proxied: Number(new URL(proxy.url).port) }
  const trips: Record<string, number[]> = { straight: [], proxied: [] }
  const rates: Record<string, number[]> = { straight: [], proxied: [] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [way, to] of Object.entries(ways)) {
      trips[way]?.push(await roundTripUs(to))
      rates[way]?.push(await mebibytesPerSecond(to))
    }
  }
  await proxy.close()
  server.kill()
  const row = (way: string): string[] => [way, median(trips[way] ?? []).toFixed(0), median(rates[way] ?? []).toFixed(0)]
  const table = columns([['way', 'round trip µs', 'stream MiB/s'], row('straight'), row('proxied')])
  process.stdout.write(`${table.join('\n')}\n`)
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}

async function roundTripUs(port: number): Promise<number> {
  const socket = await open(port)
  const began = performance.now()
  for (let trip = 0; trip < TRIPS; trip++) {
    socket.write('x')
    await once(socket, 'data')
  }
  const tookMs = performance.now() - began
  socket.destroy()
  return (tookMs / TRIPS) * 1_000
}

async function mebibytesPerSecond(port: number): Promise<number> {
  const socket = await open(port)
  const began = performance.now()
  const answered = once(socket, 'data')
  for (let sent = 0; sent < STREAM_BYTES; sent += CHUNK.length) if (!socket.write(CHUNK)) await once(socket, 'drain')
  await answered
  const tookMs = performance.now() - began
  socket.destroy()
  return STREAM_BYTES / 1024 / 1024 / (tookMs / 1_000)
}
