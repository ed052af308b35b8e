import { z } from 'zod'

import { FURTHEST_AHEAD_MS, MOST_EVENTS, MOST_TOKENS, OLDEST_EVENT_MS, TIERS } from './contract.ts'
import { BillingError } from './errors.ts'

const LONGEST_NAME = 200
/** A hundredth of what 64 bits hold: sums of them stay inside. */
const MOST_MICROS = 10n ** 16n
const MOST_STEPS = 100
const LONGEST_TEXT = 10_000_000

// PostgreSQL holds no U+0000, and half a surrogate pair is no text.
const name = z
  .string()
  .min(1)
  .max(LONGEST_NAME)
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'is no well-formed text')
const tokens = z.int().min(0).max(MOST_TOKENS)
const micros = z.bigint().min(-MOST_MICROS).max(MOST_MICROS)
const amount = z.bigint().min(1n).max(MOST_MICROS)
const day = z.iso.date()
const accountRef = { tenant: name, account: name }

const use = { key: name, tenant: name, tier: z.enum(TIERS), model: name, atMs: z.int() }
const event = z.strictObject({ ...use, promptTokens: tokens, completionTokens: tokens })
const text = z
  .string()
  .max(LONGEST_TEXT)
  .refine((value) => value.isWellFormed(), 'is no well-formed text')

export const inputs = {
  events: z.strictObject({ events: z.array(event).min(1).max(MOST_EVENTS) }),
  call: z.strictObject({
    ...use,
    messages: z.array(z.strictObject({ role: name, content: text })).max(10_000),
    completion: text,
    usage: z.strictObject({ promptTokens: tokens, completionTokens: tokens }).optional(),
  }),
  refund: z.strictObject({ key: name, tenant: name, of: name, shareBasisPoints: z.int().min(1).max(10_000) }),
  invoice: z.strictObject({
    tenant: name,
    period: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'is no month like 2026-11'),
  }),
  usage: z.strictObject({ tenant: name, fromDay: day, toDay: day }),
  account: z.strictObject(accountRef),
  deposit: z.strictObject({ ...accountRef, depositMicros: z.bigint().min(0n).max(MOST_MICROS) }),
  floor: z.strictObject({ tenant: name, floorMicros: micros }),
  transfer: z.strictObject({
    key: name,
    from: z.strictObject(accountRef),
    to: z.strictObject(accountRef),
    amountMicros: amount,
  }),
  operation: z.strictObject({
    key: name,
    ...accountRef,
    amountsMicros: z
      .array(micros.refine((step) => step !== 0n, 'is zero'))
      .min(1)
      .max(MOST_STEPS),
  }),
  budget: z.strictObject({ tenant: name, budgetMicros: z.bigint().min(0n).max(MOST_MICROS) }),
  tenants: z.strictObject({ tenants: z.array(name).max(MOST_EVENTS).optional() }),
  tenant: z.strictObject({ tenant: name }),
  estimate: z.strictObject({ key: name, tenant: name, estimateMicros: z.bigint().min(0n).max(MOST_MICROS) }),
  actual: z.strictObject({ key: name, tenant: name, actualMicros: z.bigint().min(0n).max(MOST_MICROS) }),
}

/**
 * What is given, when it is what it has to be.
 *
 * @throws BillingError ERR_BILLING_INVALID with the first field that is wrong
 */
export function valid<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path
  const field = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  throw invalid(field.replace(/^\./, '') || 'the whole', issue.message)
}

export function invalid(field: string, problem: string): BillingError {
  return new BillingError('ERR_BILLING_INVALID', `${field}: ${problem}`, { field })
}

/** @throws BillingError when the time is not one that is still, or already, taken */
export function checkTime(atMs: number, nowMs: number, field: string): void {
  if (atMs < nowMs - OLDEST_EVENT_MS) throw invalid(field, 'is more than 35 days ago')
  if (atMs > nowMs + FURTHEST_AHEAD_MS) throw invalid(field, 'is more than 5 minutes ahead')
}
