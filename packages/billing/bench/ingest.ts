/**
 * How many events a second one node of the reference records, beside the rate at which pgbench commits on the same server in
 * the same run, by turns.
 */
import { EnvironmentClient } from '@proving-ground/core-harness/environment'
import type { Lease } from '@proving-ground/core-harness/environment'
import { median } from '@proving-ground/core-harness/statistics/median'
import { execFile } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { parseArgs, promisify } from 'node:util'
import type { BillingNode, UsageEvent } from '../src/contract.ts'
import { TIERS } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

const USAGE = `Usage: node packages/billing/bench/ingest.ts [--rounds N] [--seconds N]

  --rounds N    how often each comes to its turn; 3
  --seconds N   of each turn; 5

Needs pgbench, of Debian's package postgresql-contrib or PostgreSQL's own.

Exit codes: 0 both targets are met; 1 one is not; 2 wrong command line, or no pgbench.
`
const CLIENTS = 8
const BATCH = 100
const TENANTS = 100
const LEAST_BATCHED_PER_SECOND = 5_000
const LEAST_OF_PGBENCH = 0.5
/** Rows of pgbench's accounts: 100,000 for each unit; fewer clients than units, as its documentation asks for. */
const PGBENCH_SCALE = 10

const run = promisify(execFile)
let sent = 0
const { rounds, seconds } = readArguments()
await run('pgbench', ['--version']).catch(() => refuse('there is no pgbench'))

const environment = await EnvironmentClient.connect()
try {
  const [postgres, clickhouse, redis] = await Promise.all([
    environment.lease('postgres', { dedicated: true }),
    environment.lease('clickhouse'),
    environment.lease('redis'),
  ])
  process.exitCode = (await measure(postgres, clickhouse, redis)) ? 1 : 0
} finally {
  environment.close()
}

/** @returns whether a target is missed */
async function measure(postgres: Lease, clickhouse: Lease, redis: Lease): Promise<boolean> {
  const load = loadavg()[0] ?? 0
  await run('pgbench', ['-i', '-q', '-s', String(PGBENCH_SCALE), postgres.url])
  const node = await createBillingNode({
    postgresUrl: postgres.url,
    clickhouseUrl: clickhouse.url,
    redisUrl: redis.url,
    keyPrefix: redis.keyPrefix ?? '',
    poolSize: CLIENTS,
  })
  const found = { pgbench: [] as number[], single: [] as number[], batched: [] as number[] }
  try {
    await record(node, 1, 1) // What is first is slow.
    for (let round = 0; round < rounds; round++) {
      found.pgbench.push(await pgbench(postgres.url))
      found.single.push(await record(node, 1, seconds))
      found.batched.push(await record(node, BATCH, seconds))
    }
  } finally {
    await node.close()
  }
  const ratios = found.single.map((rate, round) => rate / found.pgbench[round]!)
  const words = (figures: readonly number[]): string => figures.map((figure) => figure.toFixed(0)).join(', ')
  const [ratio, batched] = [median(ratios), median(found.batched)]
  process.stdout.write(
    [
      `pgbench, ${CLIENTS} clients:           ${words(found.pgbench)} commits/s`,
      `one by one, ${CLIENTS} at once:        ${words(found.single)} events/s`,
      `  of pgbench's rate:           ${ratio.toFixed(2)} ×, target ≥ ${LEAST_OF_PGBENCH}: ${verdict(ratio >= LEAST_OF_PGBENCH)}`,
      `batches of ${BATCH}, ${CLIENTS} at once:    ${words(found.batched)} events/s`,
      `  median ${batched.toFixed(0)}, target ≥ ${LEAST_BATCHED_PER_SECOND}: ${verdict(batched >= LEAST_BATCHED_PER_SECOND)}`,
      `${cpus().length} cores for all of it, PostgreSQL ${postgres.version} (${postgres.provider}), load ${load.toFixed(1)} before, Node ${process.versions.node}`,
      '',
    ].join('\n'),
  )
  return ratio < LEAST_OF_PGBENCH || batched < LEAST_BATCHED_PER_SECOND
}

async function pgbench(url: string): Promise<number> {
  const { stdout } = await run('pgbench', ['-n', '-c', String(CLIENTS), '-j', '2', '-T', String(seconds), url])
  const [, rate] = /^tps = ([\d.]+)/m.exec(stdout) ?? refuse(`pgbench said no rate:\n${stdout}`)
  return Number(rate)
}

/** @returns events a second */
async function record(node: BillingNode, size: number, forSeconds: number): Promise<number> {
  const beganMs = performance.now()
  const deadlineMs = beganMs + forSeconds * 1_000
  let recorded = 0
  const client = async (): Promise<void> => {
    while (performance.now() < deadlineMs) {
      await node.record(Array.from({ length: size }, nextEvent))
      recorded += size
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return (recorded / (performance.now() - beganMs)) * 1_000
}

function nextEvent(): UsageEvent {
  const number = sent++
  return {
    key: `event ${number}`,
    tenant: `tenant ${number % TENANTS}`,
    tier: TIERS[number % TIERS.length]!,
    model: 'gpt-4o',
    promptTokens: 1_000 + (number % 1_000),
    completionTokens: 100 + (number % 100),
    atMs: Date.now(),
  }
}

function verdict(isMet: boolean): string {
  return isMet ? 'met' : 'MISSED'
}

function readArguments(): { rounds: number; seconds: number } {
  try {
    const { values } = parseArgs({
      options: {
        rounds: { type: 'string', default: '3' },
        seconds: { type: 'string', default: '5' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) process.exit((process.stdout.write(USAGE), 0))
    const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)]
    if (!(rounds >= 1) || !(seconds > 0)) refuse('rounds and seconds are numbers above zero')
    return { rounds, seconds }
  } catch (error) {
    return refuse((error as Error).message)
  }
}

function refuse(problem: string): never {
  process.stderr.write(`${problem}\n${USAGE}`)
  process.exit(2)
}
