import { z } from 'zod'

const count = z.int().nonnegative()
const key = z.union([z.string(), z.number()])

const operationSchema = z.object({
  index: count,
  process: count,
  f: z.string(),
  key: key.exactOptional(),
  input: z.unknown(),
  output: z.unknown(),
  outcome: z.enum(['ok', 'fail', 'info']),
  invokedNs: z.number(),
  completedNs: z.number().nullable().describe('null: its end was never heard of'),
  error: z.string().exactOptional(),
})

const checkSchema = z.object({
  checker: z.string(),
  verdict: z.enum(['valid', 'invalid', 'unknown']),
  counts: z.record(z.string(), z.number()),
  anomalies: z.array(z.object({ kind: z.string(), explanation: z.string(), operations: z.array(count) })),
  why: z.string().exactOptional(),
  counterexample: z.array(operationSchema).exactOptional(),
  again: z.string(),
})

/** The histories of a guarantee's test; their operations are in files of their own. */
export const historiesSchema = z.array(
  z.object({
    name: z.string(),
    file: z.string().describe('relative to the folder of the run'),
    seed: z.number().nullable(),
    operations: count,
    faults: count,
    results: z.array(checkSchema),
  }),
)

/** Faults that a test caused: milliseconds since it began. */
export const faultsSchema = z.array(
  z.object({
    kind: z.string(),
    target: z.string(),
    fromMs: z.number(),
    toMs: z.number(),
    touched: z.number().exactOptional(),
  }),
)

export const sometimesSchema = z.array(z.object({ name: z.string(), count, minimum: count }))
