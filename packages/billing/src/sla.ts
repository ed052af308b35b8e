import type { Guarantee } from '@proving-ground/core-harness/guarantee/contract'

/** What the deployed service promises under load, and the thresholds. Together they protect $15,000 a month. */
const common = {
  level: 'L4',
  segment: 'All',
  category: 'api',
  businessGoal: 'Every customer pays for what was used, once',
  protectedMonthlyRevenueUsd: 3_000,
} as const

const success = {
  statement: 'At least 99 % of requests succeed',
  metric: { kind: 'success' },
  comparison: '>=',
  baseline: 0.99,
  recommendation: 'The errors of the run say what failed. Look at the pool of connections, and at locks in PostgreSQL.',
} as const

const recording = {
  statement: '99 % of events are recorded in less than 500 ms',
  metric: { kind: 'measure', name: 'recording', percentile: 99 },
  comparison: '<',
  baseline: 500,
  recommendation: 'Look at the pool of connections first, then at waits for locks (pg_stat_activity) and at fsync.',
} as const

const accuracy = {
  statement: 'At least 99 % of tokens are billed as the model’s API counted them; all of them should be',
  metric: { kind: 'finding', name: 'token-accuracy', unit: 'share' },
  comparison: '>=',
  baseline: 0.99,
  recommendation: 'Compare the counts of the calls in the evidence: what was billed, and what the API said.',
} as const

const unreconciled = {
  statement: 'Ledger, analytics and what was sent differ in no event, no token and no micro',
  metric: { kind: 'finding', name: 'unreconciled', unit: 'count' },
  comparison: '<=',
  baseline: 0,
  recommendation: 'The evidence names the first differences: which store holds what, and what was sent.',
} as const

export const sla = {
  'billing.sla.accuracy': {
    ...common,
    statement: '10 users who make 5 calls of a model each, all at once, are billed exactly what they used',
    requires: ['analytics', 'accounts', 'token-counts'],
    objectives: {
      recording: { ...recording, minimumSamples: 50 },
      success: { ...success, minimumSamples: 50 },
      'token-accuracy': { ...accuracy, minimumSamples: 50 },
      unreconciled: { ...unreconciled, minimumSamples: 50 },
    },
  },
  'billing.sla.scale': {
    ...common,
    statement:
      'Hundreds of calls, streamed and not, some of them cut off, are billed by what the API said or what arrived',
    requires: ['analytics', 'accounts', 'token-counts'],
    objectives: {
      success: { ...success, minimumSamples: 200 },
      'token-accuracy': { ...accuracy, minimumSamples: 200 },
      unreconciled: { ...unreconciled, minimumSamples: 200 },
    },
  },
  'billing.sla.tiers': {
    ...common,
    statement: 'The same usage costs each tier what its prices say, and no tenant another’s',
    requires: ['analytics', 'accounts'],
    objectives: {
      success: { ...success, minimumSamples: 100 },
      violations: {
        statement: 'No bill of any tier is other than its prices and included tokens make it',
        metric: { kind: 'finding', name: 'tier-violations', unit: 'count' },
        comparison: '<=',
        baseline: 0,
        minimumSamples: 4,
        recommendation: 'The evidence has the bill, and what it should be: look at prices, and at included tokens.',
      },
      unreconciled: { ...unreconciled, minimumSamples: 100 },
    },
  },
  'billing.sla.sustained': {
    ...common,
    statement: 'At 10 events a second for a minute, then at 200, events are recorded at once and to the last unit',
    requires: ['analytics', 'accounts'],
    objectives: {
      p99: {
        statement: '99 % of events are recorded less than 500 ms after they were due',
        metric: { kind: 'latency', clock: 'response', percentile: 99 },
        comparison: '<',
        baseline: 500,
        minimumSamples: 500,
        abortAfterSeconds: 15,
        recommendation: recording.recommendation,
      },
      success: { ...success, minimumSamples: 500, abortAfterSeconds: 15 },
      'hit-rate': {
        statement: 'At least 80 % of prices come from the cache',
        metric: { kind: 'finding', name: 'price-hits', unit: 'share' },
        comparison: '>=',
        baseline: 0.8,
        minimumSamples: 500,
        recommendation: 'Is Redis there, and does it evict? Look at maxmemory, and at who else uses it.',
      },
      unreconciled: { ...unreconciled, minimumSamples: 500 },
    },
  },
  'billing.sla.faults': {
    ...common,
    statement:
      'While PostgreSQL is killed and restarted, and ClickHouse stands still, nothing is lost and nothing doubled',
    requires: ['analytics', 'accounts'],
    objectives: {
      acknowledged: {
        statement: 'Each event is acknowledged in the end, when it is sent again with its key',
        metric: { kind: 'finding', name: 'acknowledged', unit: 'share' },
        comparison: '>=',
        baseline: 1,
        minimumSamples: 200,
        recommendation: 'A pool that keeps dead connections, or a worker that ended: look at the log of the services.',
      },
      unreconciled: { ...unreconciled, minimumSamples: 200 },
    },
  },
} as const satisfies Readonly<
  Record<string, Guarantee<'analytics' | 'crash-points' | 'accounts' | 'budgets' | 'token-counts'>>
>
