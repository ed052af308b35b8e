import { z } from 'zod'
import { TIERS } from '../contract.ts'

/** What the answers hold, for the document that tells of them. */
const money = z.string().regex(/^-?\d+$/)
const count = z.int().min(0)
const duplicateOr = <const Word extends string>(word: Word) => z.enum([word, 'duplicate'])

const recorded = z.object({ key: z.string(), status: duplicateOr('recorded'), chargeMicros: money })
const accountRef = { tenant: z.string(), account: z.string() }
const tokens = { promptTokens: count, completionTokens: count }

export const answers = {
  recorded: z.object({ results: z.array(recorded) }),
  recordedCall: recorded.extend({ ...tokens, isEstimated: z.boolean() }),
  refunded: z.object({ status: duplicateOr('refunded'), amountMicros: money }),
  account: z.object({ ...accountRef, balanceMicros: money, version: count }),
  invoice: z.object({
    tenant: z.string(),
    period: z.string(),
    lines: z.array(
      z.object({
        kind: z.enum(['usage', 'refund']),
        model: z.string(),
        tier: z.enum(TIERS),
        ...tokens,
        micros: money,
        amountMinor: money,
      }),
    ),
    totalMinor: money,
  }),
  usage: z.object({
    days: z.array(
      z.object({
        day: z.iso.date(),
        model: z.string(),
        events: count,
        ...tokens,
        estimatedEvents: count,
        chargeMicros: money,
      }),
    ),
  }),
  operation: z.object({ status: duplicateOr('done'), balanceMicros: money, version: count }),
  ledger: z.object({
    accounts: z.array(
      z.object({ ...accountRef, kind: z.enum(['own', 'system']), balanceMicros: money, entriesMicros: money }),
    ),
  }),
  reservation: z.object({ isGranted: z.boolean(), leftMicros: money.optional() }),
  spent: z.object({ spentMicros: money }),
  pending: z.object({ events: count }),
  figures: z.object({
    conflicts: count,
    conflictsResolved: count,
    priceHits: count,
    priceMisses: count,
    connections: count,
    mostConnections: count,
    connectionsOpened: count,
  }),
  crashPoints: z.object({ steps: z.array(z.string()) }),
}
