import { z } from 'zod'

export const segmentSchema = z.enum(['Free', 'Early', 'Mid', 'Enterprise', 'All'])
export const verdictSchema = z.enum(['pass', 'warn', 'fail', 'invalid', 'no-data'])

const count = z.int().nonnegative()
const unit = z.enum(['ms', 's', 'share', 'per-second', 'count', 'bytes', 'cores'])
const histogram = z
  .string()
  .describe('HdrHistogram V2, compressed, base64; microseconds, three digits; empty: no times')
const percentile = z.number().positive().max(100)

const counts = { planned: count, completed: count, failed: count, dropped: count, inFlight: count }

const workloadSchema = z.object({
  format: z.literal('proving-ground/workload/1'),
  ...counts,
  name: z.string(),
  kind: z.enum(['open', 'closed']),
  arrival: z.string(),
  seed: z.number(),
  startedAt: z.iso.datetime(),
  durationMs: z.number().nonnegative(),
  plannedPerSecond: z.number().nullable(),
  achievedPerSecond: z.number(),
  response: histogram,
  service: histogram,
  lateness: histogram,
  tags: z.record(z.string(), z.object({ ...counts, response: histogram, service: histogram })),
  measures: z.record(z.string(), histogram),
  counters: z.record(z.string(), z.number()),
  windows: z.array(
    z.object({
      second: count,
      tag: z.string().nullable(),
      completed: count,
      failed: count,
      dropped: count,
      response: histogram,
    }),
  ),
  errors: z.array(z.object({ operation: z.string(), message: z.string(), count, firstAtMs: z.number() })),
  generator: z.object({ threads: count, busiestThread: z.number() }),
  problems: z.array(
    z.object({
      kind: z.enum(['generator-late', 'rate-missed', 'generator-saturated']),
      found: z.string(),
      remedy: z.string(),
    }),
  ),
  aborted: z.object({ atMs: z.number(), why: z.string() }).exactOptional(),
})

const metricSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('latency'), clock: z.enum(['response', 'service']), percentile }),
  z.object({ kind: z.literal('measure'), name: z.string(), percentile }),
  z.object({ kind: z.literal('share'), good: z.array(z.string()), bad: z.array(z.string()) }),
  z.object({ kind: z.literal('success') }),
  z.object({ kind: z.literal('throughput') }),
  z.object({ kind: z.literal('duration') }),
  z.object({ kind: z.literal('finding'), name: z.string(), unit }),
  z.object({
    kind: z.literal('resource'),
    of: z.string(),
    metric: z.string(),
    figure: z.enum(['start', 'peak', 'end', 'mean', 'growthPerMinute']),
  }),
])

const objectiveSchema = z.object({
  statement: z.string(),
  workload: z.string().exactOptional(),
  metric: metricSchema,
  comparison: z.enum(['<', '<=', '>', '>=']),
  baseline: z.number(),
  warning: z.number().exactOptional(),
  critical: z.number().exactOptional(),
  tag: z.string().exactOptional(),
  windowSeconds: z.number().positive().exactOptional(),
  minimumSamples: z.number().exactOptional(),
  abortAfterSeconds: z.number().positive().exactOptional(),
  segment: segmentSchema.exactOptional(),
  protectedMonthlyRevenueUsd: z.number().nonnegative().exactOptional(),
  recommendation: z.string(),
})

const objectiveResultSchema = z.object({
  id: z.string(),
  objective: objectiveSchema,
  segment: segmentSchema,
  protectedMonthlyRevenueUsd: z.number().nonnegative(),
  unit,
  value: z.union([z.number(), z.literal('unbounded'), z.null()]),
  samples: count,
  verdict: verdictSchema,
  severity: z.enum(['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']),
  explanation: z.string(),
  worstWindowAtSecond: z.number().exactOptional(),
})

const resourceSchema = z.object({
  of: z.string(),
  metric: z.string(),
  unit: z.enum(['cores', 'bytes', 'ms', 'count', 'per-second']),
  samples: z.array(z.tuple([z.number(), z.number()])),
  start: z.number(),
  peak: z.number(),
  end: z.number(),
  mean: z.number(),
  growthPerMinute: z.number(),
  ended: z.object({ atMs: z.number(), why: z.string() }).exactOptional(),
})

/** What a guarantee's test measured at L4. */
export const loadEvidenceSchema = z.object({
  workloads: z.array(workloadSchema),
  objectives: z.array(objectiveResultSchema),
  resources: z.array(resourceSchema),
  faults: z.array(
    z.object({ kind: z.string(), target: z.string(), workload: z.string(), fromMs: z.number(), toMs: z.number() }),
  ),
})
