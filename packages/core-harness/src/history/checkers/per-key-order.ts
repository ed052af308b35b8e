import { z } from 'zod'

import { Evidence, resultOf } from '../evidence.ts'
import type { Finding } from '../evidence.ts'
import { readMessageLog } from '../message-log.ts'
import type { Consumed, Delivery, Lane, Message, MessageLog } from '../message-log.ts'
import { moments } from '../moments.ts'
import { valueText } from '../operation-text.ts'
import { flag } from '../option.ts'
import type { Checker } from './checker.ts'

export interface PerKeyOrderOptions {
  /** Values are whole numbers that grow in the order of production, even where produces overlap. */
  readonly numbered: boolean
  readonly allowGaps: boolean
  readonly allowInversions: boolean
  readonly allowRedeliveries: boolean
}

type Kind = 'gap' | 'inversion' | 'redelivery' | 'unexpected'

/**
 * Judges whether the messages of each key come out first in, first out. Only what is certain counts: of two messages one was
 * produced first when its produce had ended before that of the other began, or by their numbers; one came out first when
 * the consume that found it had ended before the other's began, or when it stands before the other in one list.
 *
 * An inversion is a message whose first delivery comes after one that was produced later; a gap is a message that was
 * acknowledged and never came out, though one that was produced later did; a redelivery is a message that comes out more often than
 * it was produced, whenever that is. What is missing at the end is no gap: it may come yet (see total-queue).
 */
export const perKeyOrder: Checker<PerKeyOrderOptions> = {
  name: 'per-key-order',
  judges: 'The messages of each key come out in the order in which they were produced, none left out, each once',
  functions: {
    produce:
      'a message → anything; it is any JSON but null and lists where the operation has a key, else { key, value }',
    consume: 'anything → a message, a list of messages in their order, or null when there was none',
  },
  options: z.strictObject({
    numbered: flag.default(false),
    allowGaps: flag.default(false),
    allowInversions: flag.default(false),
    allowRedeliveries: flag.default(false),
  }),
  check(operations, { numbered, allowGaps, allowInversions, allowRedeliveries }) {
    const log = readMessageLog(operations, numbered, perKeyOrder)
    const evidence = new Evidence<Kind>({
      gap: !allowGaps,
      inversion: !allowInversions,
      redelivery: !allowRedeliveries,
      unexpected: true,
    })
    findInversions(log, evidence)
    const counts = { keys: log.lanes.size, produced: 0, acknowledged: 0, consumed: 0, ordered: 0, doubtfulGaps: 0 }
    for (const lane of log.lanes.values()) judgeLane(lane, evidence, counts)
    const { ordered, doubtfulGaps } = counts
    const why =
      ordered === 0
        ? 'no message came out that was certainly produced after another of its key'
        : doubtfulGaps > 0 && !allowGaps
          ? `${doubtfulGaps} acknowledged messages were passed over, but consumes whose end is unknown may have found them`
          : undefined
    return resultOf(perKeyOrder.name, evidence, counts, { why })
  },
}

function findInversions({ consumes }: MessageLog, evidence: Evidence<Kind>): void {
  const ended = consumes.toSorted((a, b) => a.by.completedNs - b.by.completedNs)
  const newest = new Map<Lane, Consumed>()
  let next = 0
  for (const { by, found } of consumes) {
    for (; ended[next] !== undefined && Number(ended[next]?.by.completedNs) < by.invokedNs; next++)
      for (const consumed of ended[next]?.found ?? []) keepNewest(newest, consumed)
    const before = new Map<Lane, Consumed>()
    for (const consumed of found) {
      const { message, delivery } = consumed
      if (message.deliveries[0] === delivery)
        for (const later of [newest.get(message.lane), before.get(message.lane)])
          if (later !== undefined && message.to < later.message.from && comesBeforeAll(later.delivery, message)) {
            evidence.add('inversion', inversion(consumed, later))
            break
          }
      keepNewest(before, consumed)
    }
  }
}

function keepNewest(newest: Map<Lane, Consumed>, consumed: Consumed): void {
  const { message } = consumed
  const known = newest.get(message.lane)
  if (message.from > (known?.message.from ?? -Infinity)) newest.set(message.lane, consumed)
}

function comesBeforeAll(delivery: Delivery, { deliveries }: Message): boolean {
  return deliveries.every(({ by, place }) =>
    by === delivery.by ? delivery.place < place : delivery.by.completedNs < by.invokedNs,
  )
}

type Counts = Record<'produced' | 'acknowledged' | 'consumed' | 'ordered' | 'doubtfulGaps', number>

function judgeLane({ messages, unseenFromNs }: Lane, evidence: Evidence<Kind>, counts: Counts): void {
  let firstTo = Infinity
  let newest: Message | undefined
  for (const message of messages.values()) {
    firstTo = Math.min(firstTo, message.to)
    if (message.deliveries.length > 0 && message.from > (newest?.from ?? -Infinity)) newest = message
  }
  for (const message of messages.values()) {
    const { attempts, deliveries, isAcknowledged } = message
    counts.produced += attempts.length
    counts.acknowledged += Number(isAcknowledged)
    counts.consumed += deliveries.length
    counts.ordered += Number(deliveries.length > 0 && message.from > firstTo)
    judgeDeliveries(message, evidence)
    if (!isAcknowledged || deliveries.length > 0 || newest === undefined || message.to >= newest.from) continue
    // Whoever began after the later one had come out can only have found this one too late, which is no better.
    if (firstOut(newest).by.completedNs < unseenFromNs) evidence.add('gap', gap(message, newest))
    else counts.doubtfulGaps += 1
  }
}

function judgeDeliveries(message: Message, evidence: Evidence<Kind>): void {
  const { attempts, deliveries } = message
  const [first] = attempts
  for (const delivery of deliveries)
    if (first === undefined || delivery.by.completedNs < first.invokedNs)
      evidence.add('unexpected', unexpected(message, delivery))
  if (first !== undefined && deliveries.length > attempts.length) evidence.add('redelivery', redelivery(message))
}

/** The delivery that ended first. */
function firstOut({ deliveries }: Message): Delivery {
  return deliveries.reduce((first, delivery) => (delivery.by.completedNs < first.by.completedNs ? delivery : first))
}

function inversion({ message, delivery }: Consumed, later: Consumed): Finding {
  return {
    operations: [...message.attempts, ...later.message.attempts, later.delivery.by, delivery.by],
    badness: delivery.by.completedNs - later.delivery.by.completedNs,
    explain: () => {
      const [at, laterAt] = moments(delivery.by.completedNs, later.delivery.by.completedNs)
      const [name, other] = [nameOf(message), valueText(later.message.value, 60)]
      const when =
        delivery.by === later.delivery.by ? `at ${at} behind ${other}` : `at ${at} after ${other} at ${laterAt}`
      return `${name} came out ${when}, but ${producedFirst(message, later.message)}`
    },
  }
}

function gap(message: Message, later: Message): Finding {
  const { by } = firstOut(later)
  return {
    operations: [...message.attempts, ...later.attempts, by],
    explain: () =>
      `${nameOf(message)} never came out, and ${valueText(later.value, 60)} did at ${moments(by.completedNs)[0]}, but ${producedFirst(message, later)}`,
  }
}

function redelivery(message: Message): Finding {
  const { attempts, deliveries } = message
  const surplus = deliveries.length - attempts.length
  return {
    operations: [...attempts, ...deliveries.map(({ by }) => by)],
    badness: surplus,
    times: surplus,
    explain: () => {
      const times = deliveries.map(({ by }) => by.completedNs).sort((a, b) => a - b)
      const [first, last] = moments(Number(times[0]), Number(times.at(-1)))
      const produced = attempts.length === 1 ? 'once' : `${attempts.length} times`
      return `${nameOf(message)} was produced ${produced} and came out ${deliveries.length} times, from ${first} to ${last}`
    },
  }
}

function unexpected(message: Message, { by }: Delivery): Finding {
  const produce = message.attempts[0] ?? message.refused
  return {
    operations: [by, ...(produce === undefined ? [] : [produce])],
    explain: () => {
      const [at, producedAt] = moments(by.completedNs, produce?.invokedNs ?? NaN)
      const why =
        produce === undefined
          ? 'nobody produced it'
          : produce === message.refused
            ? `its produce at ${producedAt} failed`
            : `its produce began at ${producedAt}`
      return `${nameOf(message)} came out at ${at}: ${why}`
    },
  }
}

function nameOf({ value, lane: { key } }: Message): string {
  return `${valueText(value, 60)}${key === undefined ? '' : ` of key ${valueText(key, 40)}`}`
}

/** Why it is certain: its produce had ended before the other's began, or its number is the lower one. */
function producedFirst({ value, lane, to }: Message, later: Message): string {
  const [name, other] = [valueText(value, 60), valueText(later.value, 60)]
  if (lane.isNumbered) return `${name} is the lower number`
  const [at, laterAt] = moments(to, later.from)
  return `${name} was acknowledged at ${at}, before the produce of ${other} began at ${laterAt}`
}
