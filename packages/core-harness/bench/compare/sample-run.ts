/**
 * One short run of a service under load, as a suite would measure it: an HTTP server and eight clients that ask it, for a
 * second, in a process of its own. Prints its figures as JSON.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { Pool } from 'undici'

import { TimeDistribution, TimeHistogram } from '../../src/metrics/index.ts'

const CLIENTS = 8
const RUN_MS = 1_000
const body = JSON.stringify({ value: 'x'.repeat(512) })

const server = createServer((_, response) => response.end(body))
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
  connections: CLIENTS,
  pipelining: 1,
})
const times = new TimeHistogram()

const beganAtMs = performance.now()
await Promise.all(Array.from({ length: CLIENTS }, askOnAndOn))
const tookMs = performance.now() - beganAtMs
const distribution = TimeDistribution.of(times.encode())
process.stdout.write(
  JSON.stringify({
    p50: distribution.percentileMs(50),
    p99: distribution.percentileMs(99),
    throughput: (times.count / tookMs) * 1_000,
  }),
)
await pool.close()
server.closeAllConnections()
server.close()

async function askOnAndOn(): Promise<void> {
  while (performance.now() - beganAtMs < RUN_MS) {
    const sentAtMs = performance.now()
    const answer = await pool.request({ path: '/', method: 'GET' })
    await answer.body.text()
    times.record((performance.now() - sentAtMs) * 1_000)
  }
}
