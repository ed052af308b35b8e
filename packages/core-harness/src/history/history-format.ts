import { z } from 'zod'

import type { Json } from './operation.ts'

export const HISTORY_FORMAT = 'proving-ground/history/1'

const count = z.int().nonnegative()
const f = z.string().min(1)

/** JSON, because it was read from a line of JSON: a check would only cost time. */
const json = z.unknown().transform((value) => value as Json | undefined)

export const headerSchema = z.object({
  format: z.literal(HISTORY_FORMAT),
  name: z.string(),
  startedAt: z.iso.datetime(),
  seed: z.number().nullable(),
  /** Time zero on the monotonic clock of the machine: a decimal, because nanoseconds since boot may be beyond 2^53. */
  originNs: z.string().regex(/^\d+$/),
  /** The file of the journal that handed this shard out, in the same folder. */
  shardOf: z.string().exactOptional(),
})

export const eventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('invoke'),
    process: count,
    f,
    key: z.union([z.string(), z.number()]).exactOptional(),
    value: json.optional(),
    timeNs: count,
  }),
  z.object({ type: z.literal('ok'), process: count, f, value: json.optional(), timeNs: count }),
  z.object({
    type: z.enum(['fail', 'info']),
    process: count,
    f,
    error: z.string().exactOptional(),
    timeNs: count,
  }),
])

export const faultSchema = z.object({
  fault: z.object({ kind: z.string(), target: z.string(), fromNs: count, toNs: count }),
})

/** Says that another file belongs to the history: its name, in the same folder. */
export const shardSchema = z.object({ shard: z.string().regex(/^[^/\\]+$/) })

export type HeaderLine = z.output<typeof headerSchema>
export type EventLine = z.output<typeof eventSchema>
export type FaultLine = z.output<typeof faultSchema>
export type ShardLine = z.output<typeof shardSchema>

/** Any line of a file; the first is the header, and no other. */
export const lineSchema = z.union([headerSchema, eventSchema, faultSchema, shardSchema])

/** The published form of the schema: JSON Schema, draft 2020-12. */
export function historyJsonSchema(): object {
  const schema = z.toJSONSchema(lineSchema, {
    target: 'draft-2020-12',
    io: 'input',
    // The format says it; the pattern of it is a screen long.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
    },
  })
  return { title: 'A line of a history of Proving Ground (JSON Lines)', ...schema }
}
