/** How long invoices and usage of one tenant take while the tables grow to a million events of others. */
import { EnvironmentClient } from '@proving-ground/core-harness/environment'
import { median } from '@proving-ground/core-harness/statistics/median'
import { parseArgs } from 'node:util'
import type { BillingNode, UsageEvent } from '../src/contract.ts'
import { MOST_EVENTS } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

const USAGE = `Usage: node packages/billing/bench/table-sizes.ts [--largest N]

  --largest N   events in the end; 1,000,000

Exit codes: 0 every query took less than 5 s; 1 one did not; 2 wrong command line.
`
const SIZES = [10_000, 100_000, 1_000_000]
const MOST_MS = 5_000
const EVENTS_OF_A_TENANT = 100
const QUERIES = 50
const AT_ONCE = 4

const largest = readLargest()
const atMs = Date.now()
const [period, day] = [new Date(atMs).toISOString().slice(0, 7), new Date(atMs).toISOString().slice(0, 10)]
const environment = await EnvironmentClient.connect()
try {
  const [postgres, clickhouse, redis] = await Promise.all([
    environment.lease('postgres'),
    environment.lease('clickhouse'),
    environment.lease('redis'),
  ])
  const node = await createBillingNode({
    postgresUrl: postgres.url,
    clickhouseUrl: clickhouse.url,
    redisUrl: redis.url,
    keyPrefix: redis.keyPrefix ?? '',
  })
  try {
    process.exitCode = (await grow(node)) ? 0 : 1
  } finally {
    await node.close()
  }
} finally {
  environment.close()
}

/** @returns whether every query was quick enough */
async function grow(node: BillingNode): Promise<boolean> {
  let events = 0
  let worst = 0
  for (const size of [...SIZES.filter((one) => one < largest), largest]) {
    const beganMs = performance.now()
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (events < size) {
          const first = events
          events += MOST_EVENTS
          await node.record(Array.from({ length: MOST_EVENTS }, (_, index) => eventOf(first + index)))
        }
      }),
    )
    const seconds = (performance.now() - beganMs) / 1_000
    while ((await node.pendingAnalytics()) > 0) await new Promise((resolve) => setTimeout(resolve, 200))
    const invoice = await timed(() => node.invoice('tenant 7', period))
    const usage = await timed(() => node.usage('tenant 7', day, day))
    worst = Math.max(worst, ...invoice, ...usage)
    process.stdout.write(
      `${String(events).padStart(9)} events (recorded in ${seconds.toFixed(0)} s): invoice ${words(invoice)}, usage ${words(usage)}\n`,
    )
  }
  process.stdout.write(`the slowest took ${worst.toFixed(0)} ms, target < ${MOST_MS} ms\n`)
  return worst < MOST_MS
}

async function timed(query: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < QUERIES; round++) {
    const beganMs = performance.now()
    await query()
    times.push(performance.now() - beganMs)
  }
  return times
}

function words(times: readonly number[]): string {
  return `${median(times).toFixed(1)} ms (at most ${Math.max(...times).toFixed(0)})`
}

/** A hundred in a row are one tenant's: those of the first stay as they are while others come. */
function eventOf(number: number): UsageEvent {
  return {
    key: `event ${number}`,
    tenant: `tenant ${Math.floor(number / EVENTS_OF_A_TENANT)}`,
    tier: 'free',
    model: 'gpt-4o',
    promptTokens: 1_000,
    completionTokens: 100,
    atMs,
  }
}

function readLargest(): number {
  try {
    const { values } = parseArgs({
      options: { largest: { type: 'string', default: '1000000' }, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help) process.exit((process.stdout.write(USAGE), 0))
    const largest = Number(values.largest)
    if (!Number.isInteger(largest) || largest < MOST_EVENTS) throw new Error(`--largest is ${MOST_EVENTS} or more`)
    return largest
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`)
    process.exit(2)
  }
}
