/**
 * The staging stack under load for a long time, while its servers and services are killed, paused and restarted; then
 * ledger, analytics and what was sent are held against each other to the last unit.
 */
import { EnvironmentClient } from '@proving-ground/core-harness/environment'
import { LeasedServer, kill, pause, planFaults, random, runFaults } from '@proving-ground/core-harness/fault'
import { openStaging } from '@proving-ground/core-harness/staging'
import type { Staging } from '@proving-ground/core-harness/staging'
import { constantRate, runWorkload } from '@proving-ground/core-harness/workload'
import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { drawEvent, sendUntilKnown } from '../src/traffic/metered-events.ts'
import { reconcile } from '../src/traffic/reconcile.ts'
import { SentUsage } from '../src/traffic/sent-usage.ts'
import { BillingHttpClient } from '../src/http/client.ts'
import billingService from '../src/staging.ts'

const USAGE = `Usage: node packages/billing/bench/soak.ts [--minutes N] [--rate N] [--seed N]

  --minutes N   how long; 10
  --rate N      events a second; 50
  --seed N      of the traffic and the faults; drawn when left out

Exit codes: 0 nothing lost, nothing doubled; 1 something was; 2 wrong command line.
`
const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const { minutes, rate, seed } = readArguments()
const durationMs = minutes * 60_000
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const environment = await EnvironmentClient.connect()
const staging = await openStaging(
  { service: billingService, packageDirectory: PACKAGE, instances: 2, variables: {} },
  {
    lease: (dependency) => environment.lease(dependency, { dedicated: true }),
    release: (lease) => environment.release(lease),
  },
)
try {
  process.exitCode = await soak(staging)
} finally {
  await staging.close()
  environment.close()
}

/** @returns the exit code */
async function soak({ instances, dependencies }: Staging): Promise<number> {
  const clients = instances.map(({ url, token }) => new BillingHttpClient(url, { token, connections: 64 }))
  const at = (index: number): BillingHttpClient => clients[index % clients.length]!
  const sent = new SentUsage()
  const server = (name: string): LeasedServer =>
    new LeasedServer(
      environment,
      dependencies.find(({ dependency }) => dependency === name)!,
    )
  const faults = [
    kill('postgres', server('postgres')),
    pause('postgres', server('postgres')),
    kill('clickhouse', server('clickhouse')),
    pause('clickhouse', server('clickhouse')),
    kill('redis', server('redis')),
    ...instances.flatMap((instance, index) => [
      kill(`billing-${index + 1}`, instance),
      pause(`billing-${index + 1}`, instance),
    ]),
  ]
  const rule = random(faults, { gapMs: [3_000, 12_000], forMs: [500, 8_000], untilMs: durationMs - 5_000 })
  const plan = planFaults([rule], { lengthMs: durationMs, seed })
  say(`${minutes} min at ${rate} events a second, ${plan.length} faults, seed ${seed}`)
  const run = runFaults(plan)
  let sentAgain = 0
  const result = await runWorkload({
    name: 'soak',
    arrival: constantRate({ ratePerSecond: rate, durationMs }),
    maxConcurrency: 10_000,
    operationTimeoutMs: 60_000,
    seed,
    operations: [
      {
        name: 'record',
        async run({ index, random: draw }) {
          sentAgain += await sendUntilKnown(
            at,
            sent,
            drawEvent(draw, `event ${index}`, (name) => name),
            index,
          )
        },
      },
    ],
  })
  const records = await run.ended
  for (const { kind, target, fromNs, toNs } of records)
    say(`  ${kind.padEnd(6)} ${target.padEnd(10)} at ${seconds(fromNs)}, for ${seconds(toNs - fromNs)}`)
  const lost = sent.unacknowledged.length
  await sent.sendAgain(at(0))
  const { differences, examples } = await reconcile(at(1), sent)
  say(`${result.completed} of ${result.planned} events acknowledged, ${lost} never, ${sentAgain} sent again`)
  say(`ledger, analytics and what was sent differ by ${differences} units in ${sent.events} events`)
  for (const example of examples) say(`  ${example}`)
  await Promise.all(clients.map((client) => client.close()))
  return differences === 0 && lost === 0 ? 0 : 1
}

function seconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e9).toFixed(1)} s`
}

function readArguments(): { minutes: number; rate: number; seed: number } {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '10' },
        rate: { type: 'string', default: '50' },
        seed: { type: 'string', default: String(randomInt(1_000_000)) },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) process.exit((process.stdout.write(USAGE), 0))
    const [minutes, rate, seed] = [Number(values.minutes), Number(values.rate), Number(values.seed)]
    if (!(minutes > 0) || !(rate > 0) || !Number.isSafeInteger(seed))
      throw new Error('minutes and rate are numbers above zero, and the seed is a whole one')
    return { minutes, rate, seed }
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`)
    process.exit(2)
  }
}
