import type { LoadEvidence } from '../../src/objective/load-evidence.ts'
import type { Objective, Unit } from '../../src/objective/objective.ts'
import type { ObjectiveResult, Severity, Verdict } from '../../src/objective/verdict.ts'
import type { GuaranteeResult, RunPart, RunRecord } from '../../src/run/record.ts'
import type { Trends } from '../../src/report/trends.ts'
import { sampleFault, sampleResource, sampleWorkload } from './sample-workload.ts'

const SEVERITIES: Readonly<Record<Verdict, Severity>> = {
  pass: 'INFO',
  warn: 'LOW',
  fail: 'CRITICAL',
  invalid: 'HIGH',
  'no-data': 'HIGH',
}

export function guarantee(
  id: string,
  status: GuaranteeResult['status'],
  more: Partial<GuaranteeResult> = {},
): GuaranteeResult {
  return {
    id,
    statement: 'From 50 ms after a delete is acknowledged, no node serves the deleted value',
    contract: id.split('.')[0] ?? id,
    level: 'L3',
    segment: 'All',
    businessGoal: 'Nobody acts on what is no longer true',
    protectedMonthlyRevenueUsd: 25_000,
    adapter: 'reference',
    status,
    durationMs: 1_234,
    dependencies: ['redis 8.0.2 (native)'],
    evidence: { reads: 4_812, stale: 0 },
    reproduce: `npx nx run cache:l3 --testNamePattern ${id}`,
    ...more,
  }
}

export function objectiveResult(
  id: string,
  verdict: Verdict,
  value: ObjectiveResult['value'],
  objective: Partial<Objective> = {},
  unit: Unit = 'ms',
): ObjectiveResult {
  return {
    id,
    objective: {
      statement: '99 % of operations are answered within 10 ms',
      metric: { kind: 'latency', clock: 'response', percentile: 99 },
      comparison: '<',
      baseline: 10,
      warning: 25,
      critical: 50,
      recommendation: 'Look at the slowest commands of Redis (SLOWLOG GET), and at the pool of connections.',
      ...objective,
    },
    segment: 'Enterprise',
    protectedMonthlyRevenueUsd: 18_000,
    unit,
    value,
    samples: value === null ? 0 : 18_000,
    verdict,
    severity: SEVERITIES[verdict],
    explanation: `${id} is ${value}, and ${verdict} by 18,000 samples.`,
  }
}

const hitRate: Partial<Objective> = {
  statement: 'More than 80 % of reads are hits',
  metric: { kind: 'share', good: ['hits'], bad: ['misses'] },
  comparison: '>',
  baseline: 0.8,
  warning: 0.6,
  critical: 0.4,
  recommendation: 'Raise the time to live, or the memory of the cache: evicted_keys says which.',
}

function mixedLoad(): LoadEvidence {
  const id = 'cache.load.mixed'
  const stall = { from: 20, to: 26, addedMs: 900, failed: 9 }
  return {
    workloads: [
      sampleWorkload({ name: 'mixed', seconds: 90, ratePerSecond: 200, medianMs: 2.1, stall }),
      sampleWorkload({ name: 'read-only', seconds: 70, ratePerSecond: 120, medianMs: 0.9, seed: 3 }),
    ],
    objectives: [
      objectiveResult(`${id}#p99`, 'fail', 612.4),
      objectiveResult(`${id}#p99.9`, 'fail', 'unbounded', {
        statement: '99.9 % of operations are answered within 50 ms, in any 10 s',
        metric: { kind: 'latency', clock: 'response', percentile: 99.9 },
        windowSeconds: 10,
      }),
      objectiveResult(`${id}#hit-rate`, 'pass', 0.93, hitRate, 'share'),
      objectiveResult(`${id}#read-p99`, 'warn', 14.2, { workload: 'read-only', tag: 'get' }),
      objectiveResult(
        `${id}#memory`,
        'pass',
        412 * 2 ** 20,
        {
          statement: 'The service needs less than 512 MiB',
          metric: { kind: 'resource', of: 'cache-1', metric: 'rss', figure: 'peak' },
          baseline: 512 * 2 ** 20,
          warning: 768 * 2 ** 20,
          critical: 2 ** 30,
        },
        'bytes',
      ),
    ],
    resources: [
      sampleResource('cache-1', 'cpu', 'cores', 90, 0.6),
      sampleResource('cache-2', 'cpu', 'cores', 90, 0.5),
      sampleResource('cache-1', 'rss', 'bytes', 90, 300 * 2 ** 20),
      {
        ...sampleResource('redis', 'connections', 'count', 80, 24),
        ended: { atMs: 80_000, why: 'its process was gone' },
      },
    ],
    faults: [sampleFault('mixed')],
  }
}

function steadyLoad(name: string, objectives: readonly ObjectiveResult[], problems = false): LoadEvidence {
  const late = {
    kind: 'generator-late',
    found: 'p99 of the lateness is 7.4 ms, and its budget is 1 ms',
    remedy: 'Give the generator a core of its own, or let more threads share the rate.',
  } as const
  return {
    workloads: [
      sampleWorkload({
        name,
        seconds: 65,
        ratePerSecond: 150,
        medianMs: 1.4,
        seed: 11,
        problems: problems ? [late] : [],
      }),
    ],
    objectives,
    resources: [sampleResource('cache-1', 'cpu', 'cores', 65, 0.3)],
    faults: [],
  }
}

function loadGuarantees(): GuaranteeResult[] {
  const load = { level: 'L4', segment: 'Enterprise', durationMs: 91_000, category: 'cache' } as const
  return [
    guarantee('cache.load.mixed', 'failed', {
      ...load,
      statement: 'Mixed traffic of 500 sessions is answered within its limits while Redis pauses once',
      businessGoal: 'Pages open at once, on the busiest day too',
      protectedMonthlyRevenueUsd: 33_000,
      load: mixedLoad(),
      reason: '2 of 5 objectives are missed',
    }),
    guarantee('cache.load.invalidation', 'passed', {
      ...load,
      statement: 'A deleted value is gone on every service within 50 ms',
      load: steadyLoad('invalidate', [objectiveResult('cache.load.invalidation#p99', 'pass', 4.1)]),
    }),
    guarantee('cache.load.effectiveness', 'warned', {
      ...load,
      segment: 'Mid',
      statement: 'Reads hit the cache while 5,000 operations run at once',
      load: steadyLoad('concurrent', [
        objectiveResult('cache.load.effectiveness#hit-rate', 'warn', 0.71, hitRate, 'share'),
      ]),
    }),
    guarantee('cache.load.sessions', 'invalid', {
      ...load,
      segment: 'Free',
      protectedMonthlyRevenueUsd: 4_000,
      statement: 'Sessions are the same on every service',
      load: steadyLoad('sessions', [objectiveResult('cache.load.sessions#p99', 'invalid', 8.2)], true),
      reason: 'the measurement was not good enough',
    }),
    guarantee('cache.load.ttl', 'no-data', {
      ...load,
      segment: 'Early',
      protectedMonthlyRevenueUsd: 2_000,
      statement: 'Values live as long as they are to',
      load: { ...steadyLoad('ttl', [objectiveResult('cache.load.ttl#accuracy', 'no-data', null)]), workloads: [] },
      reason: 'its test did not run to an end',
    }),
  ]
}

function functionalGuarantees(): GuaranteeResult[] {
  return [
    guarantee('cache.invalidation.no-stale-read', 'passed'),
    guarantee('cache.invalidation.commit-order', 'passed', { segment: 'Mid', protectedMonthlyRevenueUsd: 12_000 }),
    guarantee('cache.sessions.shared', 'passed', { segment: 'Enterprise', protectedMonthlyRevenueUsd: 40_000 }),
    guarantee('cache.cluster.moved-slots', 'not-offered', { reason: 'it needs "cluster", which is not offered' }),
  ]
}

export function part(name: string, guarantees: readonly GuaranteeResult[], more: Partial<RunPart> = {}): RunPart {
  return {
    package: name,
    guarantees,
    otherTests: { passed: 3, failed: 0, failures: [] },
    fileFailures: [],
    durationMs: 4_200,
    ...more,
  }
}

export function record(parts: readonly RunPart[], verdict: Verdict, more: Partial<RunRecord> = {}): RunRecord {
  return {
    format: 'proving-ground/run/1',
    id: '20260302T091500-0a1b2c',
    startedAt: '2026-03-02T09:15:00.000Z',
    durationMs: 184_000,
    command: 'harness run --level l4',
    mode: 'full',
    commit: { id: '0123456789abcdef0123456789abcdef01234567', dirty: true },
    machine: {
      platform: 'linux 6.12.0 x64',
      cpuModel: 'A processor of the 2020s',
      cores: 2,
      memoryBytes: 8 * 2 ** 30,
      node: 'v24.21.0',
    },
    parts,
    killMatrices: {},
    verdict,
    ...more,
  }
}

/** Nothing but L3, and all of it green. */
export function functionalRecord(): RunRecord {
  return record([part('cache', functionalGuarantees())], 'pass', { command: 'harness run', durationMs: 4_300 })
}

/** Every verdict that there is, with load, faults, resources, a failed test, and a kill matrix with findings. */
export function loadRecord(): RunRecord {
  const failures = [{ name: 'pool › gives connections back', message: 'expected 0, received 2' }]
  const parts = [
    part('cache', functionalGuarantees()),
    part('cache', loadGuarantees(), {
      otherTests: { passed: 1, failed: 2, failures },
      fileFailures: [{ file: 'l4/eviction.l4.test.ts', failure: 'SyntaxError: Unexpected end of input' }],
    }),
    part('billing', [
      guarantee('billing.ledger.exact', 'passed', {
        statement: 'Every metered token is billed exactly once',
        segment: 'Enterprise',
        protectedMonthlyRevenueUsd: 60_000,
      }),
      guarantee('billing.ledger.replay', 'failed', {
        statement: 'A message that comes twice is counted once',
        protectedMonthlyRevenueUsd: 15_000,
        reason: 'expected 100 rows, received 101\n    at ledger.l3.test.ts:40:7',
      }),
    ]),
  ]
  return record(parts, 'fail', { killMatrices: { cache: killMatrix() } })
}

function killMatrix(): RunRecord['killMatrices'][string] {
  const [kept, order] = ['cache.invalidation.no-stale-read', 'cache.invalidation.commit-order']
  const outcome = (label: string, id: string, status: 'passed' | 'failed') => ({
    label,
    guarantee: id,
    status,
    durationMs: 40,
    ...(status === 'failed' ? { failure: 'expected fresh, received stale' } : {}),
  })
  return {
    outcomes: [
      outcome('reference', kept, 'passed'),
      outcome('reference', order, 'passed'),
      outcome('canary', kept, 'failed'),
      outcome('canary', order, 'failed'),
      outcome('no-broadcast', kept, 'failed'),
      outcome('delete-before-commit', order, 'passed'),
    ],
    charges: [
      { label: 'canary', breaks: [kept, order], control: undefined, isCanary: true },
      { label: 'no-broadcast', breaks: [kept], control: 'cache.kv.roundtrip', isCanary: false },
      { label: 'delete-before-commit', breaks: [order], control: 'cache.kv.roundtrip', isCanary: false },
    ],
    findings: [{ kind: 'survivor', label: 'delete-before-commit', guarantee: order, found: 'its test passed' }],
    tooBroad: [{ label: 'no-broadcast', guarantee: 'cache.kv.roundtrip', found: 'its test failed' }],
  }
}

/** What somebody may put into any text of a record to break out of a report. */
export const HOSTILE = [
  '<script>document.title = "taken"</script>',
  '</script><img src=x onerror="document.title = \'taken\'">',
  '"\'`><svg/onload=alert(1)>',
  ']]>',
  '<!--',
  '\u2028\u2029',
  '\u001B[31mred\u001B[0m\u0007',
  '| [link](https://evil.example) **bold** @team',
].join(' ')

/** A record in which each text that is not a word of a closed list is hostile. */
export function hostileRecord(of = loadRecord()): RunRecord {
  const closed = new Set(['format', 'startedAt', 'kind', 'status', 'verdict', 'severity', 'level', 'segment', 'mode'])
  const more = [
    'comparison',
    'clock',
    'value',
    'figure',
    'unit',
    'category',
    'response',
    'service',
    'lateness',
    'measures',
    'outcome',
  ]
  const keep = new Set([...closed, ...more])
  const poison = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return keep.has(key) ? value : `${value} ${HOSTILE}`
    if (Array.isArray(value)) return value.map((one) => poison(one, key))
    if (typeof value !== 'object' || value === null || key === 'measures') return value
    const isFree = ['evidence', 'tags', 'counters', 'counts', 'killMatrices'].includes(key)
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [isFree ? `${name} ${HOSTILE}` : name, poison(inner, name)]),
    )
  }
  return poison(of, '') as RunRecord
}

/** Earlier values of two objectives. */
export function sampleTrends(): Trends {
  const point = (day: number, value: number) => ({
    runId: `run-${day}`,
    startedAt: `2026-02-${String(day).padStart(2, '0')}T09:00:00.000Z`,
    value,
  })
  const days = Array.from({ length: 24 }, (_, index) => index + 1)
  return {
    'cache.load.mixed#p99': days.map((day) => point(day, 8 + 0.5 * Math.sin(day) + (day > 14 ? 4 : 0))),
    'cache.load.mixed#hit-rate': days.map((day) => point(day, 0.92 + 0.01 * Math.cos(day))),
  }
}
