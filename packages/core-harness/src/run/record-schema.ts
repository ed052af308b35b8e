import { readFileSync } from 'node:fs'
import { z } from 'zod'

import { HarnessError, messageOf } from '../environment/errors.ts'
import { findJsonMistake } from '../environment/json-mistake.ts'
import { CATEGORIES, LEVELS } from '../guarantee/contract.ts'
import { faultsSchema, historiesSchema, sometimesSchema } from './history-evidence-schema.ts'
import { loadEvidenceSchema, segmentSchema, verdictSchema } from './load-evidence-schema.ts'
import type { RunRecord } from './record.ts'

const FORMAT: RunRecord['format'] = 'proving-ground/run/1'
const count = z.int().nonnegative()

const guaranteeSchema = z.object({
  id: z.string(),
  statement: z.string(),
  contract: z.string(),
  level: z.enum(LEVELS),
  segment: segmentSchema,
  businessGoal: z.string(),
  protectedMonthlyRevenueUsd: z.number().nonnegative(),
  category: z.enum(CATEGORIES).exactOptional(),
  adapter: z.string(),
  status: z.enum(['passed', 'warned', 'failed', 'invalid', 'not-offered', 'no-data']),
  durationMs: z.number().nonnegative(),
  dependencies: z.array(z.string()),
  evidence: z.record(z.string(), z.unknown()),
  load: loadEvidenceSchema.exactOptional(),
  histories: historiesSchema.exactOptional(),
  faults: faultsSchema.exactOptional(),
  sometimes: sometimesSchema.exactOptional(),
  reason: z.string().exactOptional(),
  reproduce: z.string(),
})

const partSchema = z.object({
  package: z.string(),
  guarantees: z.array(guaranteeSchema),
  otherTests: z.object({
    passed: count,
    failed: count,
    failures: z.array(z.object({ name: z.string(), message: z.string() })),
  }),
  fileFailures: z.array(z.object({ file: z.string(), failure: z.string() })),
  durationMs: z.number().nonnegative(),
})

const findingSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['survivor', 'canary-survived', 'false-alarm', 'unjudged']),
    label: z.string(),
    guarantee: z.string(),
    found: z.string(),
  }),
  z.object({ kind: z.literal('unproved'), guarantee: z.string() }),
  z.object({ kind: z.literal('no-canary') }),
])

const killMatrixSchema = z.object({
  outcomes: z.array(
    z.object({
      label: z.string(),
      guarantee: z.string(),
      status: z.enum(['passed', 'failed', 'not-offered', 'broken', 'invalid']),
      durationMs: z.number().nonnegative(),
      failure: z.string().exactOptional(),
    }),
  ),
  charges: z.array(
    z
      .object({
        label: z.string(),
        breaks: z.array(z.string()),
        control: z.string().exactOptional(),
        isCanary: z.boolean(),
      })
      // JSON has no undefined.
      .transform((charge) => ({ ...charge, control: charge.control })),
  ),
  findings: z.array(findingSchema),
  tooBroad: z.array(z.object({ label: z.string(), guarantee: z.string(), found: z.string() })),
})

/** What `run.json` holds. Fields that it does not know are left out: a later version may add some. */
export const recordSchema = z.object({
  format: z.literal(FORMAT),
  id: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: z.number().nonnegative(),
  command: z.string(),
  mode: z.enum(['quick', 'full']),
  commit: z.object({ id: z.string(), dirty: z.boolean() }).nullable(),
  machine: z.object({
    platform: z.string(),
    cpuModel: z.string(),
    cores: z.number(),
    memoryBytes: z.number(),
    node: z.string(),
  }),
  parts: z.array(partSchema),
  killMatrices: z.record(z.string(), killMatrixSchema),
  verdict: verdictSchema,
})

/** The published form of the schema: JSON Schema, draft 2020-12. */
export function recordJsonSchema(): object {
  const schema = z.toJSONSchema(recordSchema, {
    target: 'draft-2020-12',
    io: 'input',
    // The format says it; the pattern of it is a screen long.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
    },
  })
  return { title: 'The record of a run of Proving Ground (run.json)', ...schema }
}

/**
 * Reads a `run.json`.
 *
 * @throws HarnessError when it is missing, is not JSON, has another format, or a field is not as it should be
 */
export function readRecord(file: string): RunRecord {
  const refuse = (found: string, remedy: string, cause?: unknown): never => {
    throw new HarnessError(`reading ${file}: ${found}`, { remedy, cause })
  }
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const found = isMissing ? 'there is no such file' : messageOf(error)
    refuse(found, 'A run writes it when it ends: npx harness run', error)
  }
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    const { line, column, expected } = findJsonMistake(text)
    refuse(`line ${line}, column ${column}: expected ${expected}`, 'The file was cut off or changed: run again.', error)
  }
  const format = (content as { format?: unknown } | null)?.format
  if (format !== FORMAT)
    refuse(
      `its format is ${format === undefined ? 'not said' : JSON.stringify(format)}, and this version reads "${FORMAT}"`,
      'Read it with the version of the harness that wrote it, or run again.',
    )
  const { success, data, error } = recordSchema.safeParse(content)
  if (success) return data
  const [first] = error.issues
  return refuse(
    `${z.core.toDotPath(first?.path ?? [])}: ${first?.message}${error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : ''}`,
    'packages/core-harness/src/run/record.schema.json says what it holds. Files of a run are not meant to be changed: run again.',
  )
}
