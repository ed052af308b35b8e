/**
 * The service that is loaded: a small answer at once, or on /timed after a time that is known. It prints its port.
 *
 * Timed answers take from FASTEST_MS to SLOWEST_MS, spread evenly, and those that are asked for in the stall begin at its
 * end. The stall is announced with /stall?afterMs=…&lengthMs=….
 */
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { DueQueue } from '../../src/workload/due-queue.ts'
import { serviceTimeMs } from './truth.ts'

const BODY = 'hello world'
const HEADERS = { 'content-type': 'text/plain', 'content-length': String(BODY.length) }

let stall = { fromMs: Infinity, toMs: Infinity }
let timed = 0
const queue = new DueQueue()
const waiting = new Map<number, ServerResponse>()

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const { url = '/' } = request
  if (url === '/') return answer(response)
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const nowMs = performance.now()
  if (pathname === '/stall') {
    const fromMs = nowMs + Number(searchParams.get('afterMs'))
    stall = { fromMs, toMs: fromMs + Number(searchParams.get('lengthMs')) }
    return answer(response)
  }
  const beginsMs = nowMs >= stall.fromMs && nowMs < stall.toMs ? stall.toMs : nowMs
  const number = timed++
  waiting.set(number, response)
  queue.add(beginsMs + serviceTimeMs(number), number)
  // Goes round the event loop meanwhile: the timers of Node are a millisecond or more late.
  if (waiting.size === 1) setImmediate(answerDue)
})

function answer(response: ServerResponse): void {
  response.writeHead(200, HEADERS)
  response.end(BODY)
}

function answerDue(): void {
  const nowMs = performance.now()
  while (queue.nextDueMs <= nowMs) {
    const number = queue.take() as number
    answer(waiting.get(number) as ServerResponse)
    waiting.delete(number)
  }
  if (waiting.size > 0) setImmediate(answerDue)
}

server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
// Ends with the bench, however that ends.
process.stdin.resume().once('end', () => process.exit(0))
