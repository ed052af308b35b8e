import type { Guarantee } from '@proving-ground/core-harness/guarantee/contract'

/** What the deployed cache promises under load, and the thresholds that it is judged by. Together they protect $8,000 a month. */
const common = { level: 'L4', segment: 'All', category: 'cache' } as const

export const sla = {
  'cache.sla.read-write': {
    ...common,
    statement: 'Under a steady load of reads and writes the cache answers at once, and mostly from memory',
    businessGoal: 'What is cached costs no wait',
    protectedMonthlyRevenueUsd: 2_000,
    objectives: {
      p99: {
        statement: '99 % of operations are answered within 10 ms from when they were due',
        metric: { kind: 'latency', clock: 'response', percentile: 99 },
        comparison: '<',
        baseline: 10,
        minimumSamples: 1_000,
        abortAfterSeconds: 20,
        recommendation:
          'Look at the event-loop delay and the CPU of the services first, then at slow commands of Redis (SLOWLOG GET).',
      },
      success: {
        statement: 'More than 99 % of operations succeed',
        metric: { kind: 'success' },
        comparison: '>',
        baseline: 0.99,
        minimumSamples: 1_000,
        abortAfterSeconds: 5,
        recommendation: 'The errors of the run say what failed; dropped operations say that the services hang.',
      },
      'hit-rate': {
        statement: 'More than 90 % of reads are hits',
        metric: { kind: 'share', good: ['hit'], bad: ['miss'] },
        comparison: '>',
        baseline: 0.9,
        minimumSamples: 1_000,
        recommendation: 'Compare TTLs with the time between reads, and look at evicted_keys of Redis.',
      },
      memory: {
        statement: 'A service never holds more than 512 MB',
        metric: { kind: 'resource', of: 'cache-1', metric: 'rss', figure: 'peak' },
        comparison: '<',
        baseline: 512 * 1024 * 1024,
        critical: 1024 * 1024 * 1024,
        minimumSamples: 3,
        recommendation: 'Bound the local tier by entries and by the size of values.',
      },
    },
  },
  'cache.sla.invalidation': {
    ...common,
    statement: 'A delete on one service is heard by the other within 50 ms',
    businessGoal: 'Nobody acts on what is no longer true',
    protectedMonthlyRevenueUsd: 2_000,
    objectives: {
      propagation: {
        statement: 'The last stale read of each of 100 deleted keys begins less than 50 ms after the acknowledgement',
        metric: { kind: 'measure', name: 'propagation', percentile: 100 },
        comparison: '<',
        baseline: 50,
        minimumSamples: 100,
        recommendation:
          'Look at the invalidation channel: is the other service subscribed, and is its event loop free?',
      },
    },
  },
  'cache.sla.ttl': {
    ...common,
    statement: 'Entries end when their TTL ends',
    businessGoal: 'What is served is as fresh as was promised',
    protectedMonthlyRevenueUsd: 1_000,
    objectives: {
      accuracy: {
        statement:
          'More than 99 % of 200 keys are served until 100 ms before their TTL ends, and not from 100 ms after it',
        metric: { kind: 'finding', name: 'ttl-accuracy', unit: 'share' },
        comparison: '>',
        baseline: 0.99,
        minimumSamples: 300,
        recommendation:
          'Compare the clocks of the services and of Redis, and look for TTLs that are rounded to seconds.',
      },
      evicted: {
        statement: 'Once all TTLs have ended, no entry is left',
        metric: { kind: 'finding', name: 'entries-left', unit: 'count' },
        comparison: '<=',
        baseline: 0,
        minimumSamples: 200,
        recommendation: 'Look for writes without a TTL, and for copies in the services that outlive Redis.',
      },
    },
  },
  'cache.sla.concurrency': {
    ...common,
    statement: '500 concurrent mixed operations succeed and leave both services with the same values',
    category: 'concurrent',
    businessGoal: 'A burst of users leaves no two truths',
    protectedMonthlyRevenueUsd: 1_000,
    objectives: {
      success: {
        statement: 'More than 99 % of operations succeed',
        metric: { kind: 'success' },
        comparison: '>',
        baseline: 0.99,
        minimumSamples: 500,
        recommendation: 'The errors of the run say what failed. Look at limits of connections and at deadlines.',
      },
      violations: {
        statement: 'No key has two values once the services are quiet, nor one that nobody wrote',
        metric: { kind: 'finding', name: 'coherence-violations', unit: 'count' },
        comparison: '<=',
        baseline: 0,
        minimumSamples: 50,
        recommendation: 'A service kept a copy that another had replaced: look at the order of write and announcement.',
      },
    },
  },
  'cache.sla.sessions': {
    ...common,
    statement: 'A session is the same on both services',
    requires: ['sessions'],
    segment: 'Enterprise',
    businessGoal: 'A logout ends access everywhere',
    protectedMonthlyRevenueUsd: 1_000,
    objectives: {
      logout: {
        statement:
          'The last read of each of 100 ended sessions begins less than 50 ms after the logout is acknowledged',
        metric: { kind: 'measure', name: 'logout', percentile: 100 },
        comparison: '<',
        baseline: 50,
        minimumSamples: 100,
        recommendation: 'Sessions must go through the same invalidation as entries: look for a copy that does not.',
      },
      violations: {
        statement: 'No session is missing on the other service, or holds other data there',
        metric: { kind: 'finding', name: 'session-violations', unit: 'count' },
        comparison: '<=',
        baseline: 0,
        minimumSamples: 100,
        recommendation: 'Look for sessions that are kept in one process.',
      },
    },
  },
  'cache.performance.effectiveness': {
    ...common,
    statement: 'A cold cache under 5,000 concurrent reads becomes useful at once',
    businessGoal: 'A restart of the cache is no outage of what is behind it',
    protectedMonthlyRevenueUsd: 1_000,
    objectives: {
      duration: {
        statement: '5,000 operations of 50 users take less than 30 s',
        metric: { kind: 'duration' },
        comparison: '<',
        baseline: 30_000,
        minimumSamples: 4_000,
        recommendation: 'Look at what the services wait for: connections, Redis, the event loop.',
      },
      'hit-rate': {
        statement: 'More than 80 % of reads are hits',
        metric: { kind: 'share', good: ['hit'], bad: ['miss'] },
        comparison: '>',
        baseline: 0.8,
        warning: 0.6,
        critical: 0.4,
        minimumSamples: 1_000,
        recommendation: 'Look for keys that differ where they need not, and for entries that are evicted too early.',
      },
      inside: {
        // Not the tail, which the p99 of cache.sla.read-write judges: half of all hits come from the local tier at least.
        statement: 'The median hit takes less than 1 ms inside of the service',
        metric: { kind: 'measure', name: 'inside', percentile: 50 },
        comparison: '<',
        baseline: 1,
        warning: 2,
        critical: 5,
        minimumSamples: 1_000,
        recommendation: 'Hits should come from the local tier: look at its size, and at what invalidates it.',
      },
    },
  },
} as const satisfies Readonly<Record<string, Guarantee<'sessions'>>>
