/**
 * What the workload engine can be trusted with: whether it reports what users wait, how exactly it keeps a rate, and how
 * much it costs. The generator runs on one core, and the service in another process on another.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'

import { columns } from '../src/cli/columns.ts'
import { measureMachine, measureMemory, measureRate, measureThroughput, measureTruth } from './workload/measurements.ts'
import type { Measurement } from './workload/measurements.ts'
import { canPin, startService } from './workload/pinned.ts'

const PARTS = ['truth', 'rate', 'throughput', 'memory'] as const
const USAGE = `Usage: node packages/core-harness/bench/workload.ts [--only PART] [--rounds N] [--soak-minutes N] [--json]

  --only PART        one of ${PARTS.join(', ')}; all when left out
  --rounds N         alternations with autocannon; 3
  --soak-minutes N   how long memory is watched; 1
`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    'soak-minutes': { type: 'string', default: '1' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})
const [rounds, soakMinutes] = [Number(values.rounds), Number(values['soak-minutes'])]
const isPart = values.only === undefined || PARTS.some((part) => part === values.only)
if (values.help || !isPart || !(rounds >= 1) || !(soakMinutes > 0)) {
  process.stderr.write(USAGE)
  process.exit(values.help ? 0 : 2)
}

const measurements: Measurement[] = []
const wants = (part: (typeof PARTS)[number]): boolean => values.only === undefined || values.only === part
const loadBefore = loadavg()[0] ?? 0
const service = await startService()
try {
  if (wants('truth')) await measured(measureTruth(service.url))
  if (wants('rate') || wants('throughput')) await measured(measureMachine())
  if (wants('rate')) for (const ratePerSecond of [1_000, 5_000]) await measured(measureRate(service.url, ratePerSecond))
  if (wants('throughput')) {
    const { measurements: found, perSecond } = await measureThroughput(service.url, rounds)
    await measured(Promise.resolve(found))
    await measured(measureRate(service.url, perSecond / 2, ', half of the closed loop'))
  }
  if (wants('memory')) await measured(measureMemory(service.url, soakMinutes))
} finally {
  await service.stop()
}
const machine = {
  cores: cpus().length,
  pinned: await canPin(),
  loadBefore: Number(loadBefore.toFixed(2)),
  node: process.versions.node,
}
process.stdout.write(values.json ? `${JSON.stringify({ machine, measurements }, undefined, 2)}\n` : `\n${table()}\n`)
process.exit(measurements.some(({ isMet }) => isMet === false) ? 1 : 0)

async function measured(part: Promise<readonly Measurement[]>): Promise<void> {
  for (const one of await part) {
    measurements.push(one)
    if (!values.json) process.stderr.write(`${one.what}: ${one.found}\n`)
  }
}

function table(): string {
  const rows = measurements.map(({ what, found, target, isMet }) => [
    what,
    found,
    target,
    isMet === undefined ? '' : isMet ? 'met' : 'MISSED',
  ])
  const { cores, pinned, loadBefore: load, node } = machine
  return [
    ...columns([['what', 'found', 'target', ''], ...rows]),
    '',
    `${cores} cores, generator and service ${pinned ? 'on a core each' : 'not kept apart'}, load ${load} before, Node ${node}`,
  ].join('\n')
}
