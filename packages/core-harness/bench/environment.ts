/**
 * How long a test waits for its environment: servers that start, alone and all at once, and leases on servers that run.
 * Every figure is taken in a workspace of its own, from the request to the answer, as a test file sees it.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'

import { columns } from '../src/cli/columns.ts'
import { DEPENDENCY_NAMES } from '../src/environment/dependency.ts'
import type { DependencyName } from '../src/environment/dependency.ts'
import type { Holder } from './scratch/holder.ts'
import { ScratchWorkspace } from './scratch/scratch-workspace.ts'

const USAGE = `Usage: node packages/core-harness/bench/environment.ts [--starts N] [--leases N] [--json]

  --starts N   starts of each server; 5
  --leases N   leases on each server that runs; 100
`

/** Milliseconds that a median may take at most, on a quiet machine with two cores. */
const TARGETS: Readonly<Record<string, number>> = {
  'redis ready': 100,
  'postgres ready': 500,
  'clickhouse ready': 1_000,
  'rabbitmq ready': 10_000,
  'all five ready': 12_000,
  'postgres lease': 50,
  'clickhouse lease': 50,
  'rabbitmq lease': 50,
  'redis lease': 50,
  'redis-cluster lease': 50,
  'postgres clone of 40 tables': 50,
}

interface Measurement {
  readonly what: string
  readonly count: number
  readonly medianMs: number
  readonly worstMs: number
  readonly targetMs: number | undefined
  /** Undefined without a target. */
  readonly isMet: boolean | undefined
}

const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '5' },
    leases: { type: 'string', default: '100' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})
const starts = Number(values.starts)
const leases = Number(values.leases)
if (values.help || !(starts > 0) || !(leases > 0)) {
  process.stderr.write(USAGE)
  process.exit(values.help ? 0 : 2)
}

const FORTY_TABLES = Array.from(
  { length: 40 },
  (_, index) => `CREATE TABLE t${index} (id bigserial PRIMARY KEY, body text); CREATE INDEX ON t${index} (body)`,
)

const measurements: Measurement[] = []
const workspace = new ScratchWorkspace({ TMPDIR: '' })
try {
  await prepare()
  for (const name of DEPENDENCY_NAMES) await measureStart(name)
  await measureAll()
  await measureLeases()
} finally {
  await workspace.dispose()
}
const [load = 0] = loadavg()
const machine = { cores: cpus().length, load: Number(load.toFixed(2)), node: process.versions.node }
process.stdout.write(values.json ? `${JSON.stringify({ machine, measurements }, undefined, 2)}\n` : `\n${table()}\n`)
process.exit(measurements.some(({ isMet }) => isMet === false) ? 1 : 0)

/** What is made once for a workspace, such as PostgreSQL's data directory, and code that is compiled once. */
async function prepare(): Promise<void> {
  const holder = workspace.holder()
  await Promise.all(DEPENDENCY_NAMES.map((name) => holder.lease(name)))
  await restart()
}

async function restart(): Promise<void> {
  await workspace.endHolders()
  await workspace.harness(['down'])
}

/** A holder that is connected, so that the time of the supervisor's own start is not measured. */
async function connected(): Promise<Holder> {
  const holder = workspace.holder()
  await holder.status()
  return holder
}

async function measureStart(name: DependencyName): Promise<void> {
  const times: number[] = []
  for (let start = 0; start < starts; start++) {
    const holder = await connected()
    times.push(await timeOf(() => holder.lease(name)))
    await restart()
  }
  add(`${name} ready`, times)
}

/** From nothing, the supervisor too. */
async function measureAll(): Promise<void> {
  const times: number[] = []
  for (let start = 0; start < starts; start++) {
    const holder = workspace.holder()
    times.push(await timeOf(() => Promise.all(DEPENDENCY_NAMES.map((name) => holder.lease(name)))))
    await restart()
  }
  add('all five ready', times)
}

async function measureLeases(): Promise<void> {
  const holder = await connected()
  for (const name of DEPENDENCY_NAMES) add(`${name} lease`, await leaseTimes(holder, name, {}))
  add('postgres clone of 40 tables', await leaseTimes(holder, 'postgres', { migrations: FORTY_TABLES }))
}

/** Leases one after the other, each released before the next, as test files on one worker do. */
async function leaseTimes(holder: Holder, name: DependencyName, options: { migrations?: string[] }): Promise<number[]> {
  await holder.release(await holder.lease(name, options)) // Starts the server, and makes the template.
  const times: number[] = []
  for (let lease = 0; lease < leases; lease++) {
    let held: Awaited<ReturnType<Holder['lease']>> | undefined
    times.push(await timeOf(async () => (held = await holder.lease(name, options))))
    if (held) await holder.release(held)
  }
  return times
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function add(what: string, times: number[]): void {
  const sorted = times.sort((a, b) => a - b)
  const medianMs = Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)
  const worstMs = Math.round(sorted.at(-1) ?? 0)
  const targetMs = TARGETS[what]
  const isMet = targetMs === undefined ? undefined : medianMs <= targetMs
  measurements.push({ what, count: times.length, medianMs, worstMs, targetMs, isMet })
  if (!values.json) process.stderr.write(`${what}: ${medianMs} ms\n`)
}

function table(): string {
  const rows = measurements.map(({ what, count, medianMs, worstMs, targetMs, isMet }) => [
    what,
    ...[count, medianMs, worstMs, targetMs ?? '–'].map(String),
    isMet === undefined ? '–' : isMet ? 'yes' : 'NO',
  ])
  return [
    ...columns([['', 'count', 'median ms', 'worst ms', 'target ms', 'met'], ...rows]),
    `${machine.cores} cores, load ${machine.load}, Node ${machine.node}; targets hold for the median on a quiet machine`,
  ].join('\n')
}
