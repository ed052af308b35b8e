import { z } from 'zod'

import { Evidence, resultOf } from '../evidence.ts'
import type { Finding } from '../evidence.ts'
import { identityOf } from '../identity.ts'
import type { Identity } from '../identity.ts'
import { moments } from '../moments.ts'
import { valueText } from '../operation-text.ts'
import type { Json, Operation } from '../operation.ts'
import { nonNegative } from '../option.ts'
import { HistoryMistakeError, unknownFunction } from './checker.ts'
import type { Checker } from './checker.ts'

export interface TotalQueueOptions {
  /** So many deliveries too many the contract allows, over all elements. */
  readonly duplicates: number | 'any'
}

type Kind = 'lost' | 'unexpected' | 'duplicate'

/** What became of one element. */
interface Element {
  readonly value: Json
  /** Enqueues that happened or may have, in the order in which they began. */
  readonly attempts: Operation[]
  readonly deliveries: Operation[]
  acknowledged: number
  /** An enqueue that failed. */
  refused: Operation | undefined
}

interface Queue {
  readonly elements: Map<Identity, Element>
  /** Answers that found the queue empty, or emptied it. */
  readonly emptied: Operation[]
  /** How many elements may have been taken by dequeues whose answer nobody knows; of a drain, any number. */
  takenUnseen: number
  lastAcknowledgedNs: number
}

/** What a dequeue that found nothing may say when it fails. */
const EMPTY = new Set<string | undefined>(['empty', 'exhausted'])

/**
 * Holds what came out of a queue against what went in, as multisets, as `total-queue` of Jepsen does (jepsen.checker/total-queue).
 * What was acknowledged and never came out is lost, once the queue was found empty by an answer that began after the last
 * acknowledgement. A dequeue whose end is unknown may have taken one element, and a drain any number: where they may have
 * taken all that is missing, it is unknown whether any is lost.
 */
export const totalQueue: Checker<TotalQueueOptions> = {
  name: 'total-queue',
  judges: 'What is put into a queue comes out of it, as often as the contract says; the order does not matter',
  functions: {
    enqueue: 'the element, any JSON but null → anything',
    dequeue: 'nothing → an element, null when the queue was empty; a fail with the error empty says the same',
    drain: 'nothing → the list of all that was left, until the queue was empty',
  },
  options: z.strictObject({
    duplicates: z.union([z.literal('any'), nonNegative]).default(0),
  }),
  check(operations, { duplicates }) {
    const queues = [...Map.groupBy(operations, ({ key }) => key).values()].map(readHistory)
    const counts = { enqueues: 0, acknowledged: 0, dequeued: 0, recovered: 0, missing: 0, surplus: 0 }
    for (const { elements } of queues)
      for (const { attempts, acknowledged, deliveries } of elements.values()) {
        counts.enqueues += attempts.length
        counts.acknowledged += acknowledged
        counts.dequeued += deliveries.length
        counts.missing += Math.max(0, acknowledged - deliveries.length)
        counts.recovered += Math.max(0, Math.min(deliveries.length, attempts.length) - acknowledged)
        if (attempts.length > 0) counts.surplus += Math.max(0, deliveries.length - attempts.length)
      }
    const isTooOften = duplicates !== 'any' && counts.surplus > duplicates
    const evidence = new Evidence<Kind>({ lost: true, unexpected: true, duplicate: isTooOften })
    const doubts = queues.map((queue) => judge(queue, evidence)).filter((doubt) => doubt !== undefined)
    const why = counts.acknowledged === 0 ? 'no enqueue was acknowledged' : doubts[0]
    // One duplicate alone is allowed where some are, and what a dequeue may have taken unseen is no part of an anomaly.
    const isWhole = (duplicates === 'any' || duplicates === 0) && queues.every(({ takenUnseen }) => takenUnseen === 0)
    return resultOf(totalQueue.name, evidence, counts, { why, isWhole })
  },
}

function readHistory(operations: readonly Operation[]): Queue {
  const queue: Queue = { elements: new Map(), emptied: [], takenUnseen: 0, lastAcknowledgedNs: -Infinity }
  for (const operation of operations) {
    const { f, outcome, output, error } = operation
    if (f === 'enqueue') enqueue(queue, operation)
    else if (f === 'dequeue') {
      if (outcome === 'info') queue.takenUnseen += 1
      else if (outcome === 'ok' && output !== null) elementOf(queue, output).deliveries.push(operation)
      else if (outcome === 'ok' || EMPTY.has(error)) queue.emptied.push(operation)
    } else if (f === 'drain') {
      if (outcome === 'info') queue.takenUnseen = Infinity
      if (outcome !== 'ok') continue
      if (!Array.isArray(output)) throw mistake(operation, `found ${valueText(output, 40)}, which is no list`)
      for (const value of output as readonly Json[]) elementOf(queue, value).deliveries.push(operation)
      queue.emptied.push(operation)
    } else throw unknownFunction(totalQueue, operation)
  }
  return queue
}

function enqueue(queue: Queue, operation: Operation): void {
  if (operation.input === null) throw mistake(operation, 'enqueues null, which stands for an empty queue')
  const element = elementOf(queue, operation.input)
  if (operation.outcome === 'fail') {
    element.refused = operation
    return
  }
  element.attempts.push(operation)
  if (operation.outcome === 'info') return
  element.acknowledged += 1
  queue.lastAcknowledgedNs = Math.max(queue.lastAcknowledgedNs, operation.completedNs)
}

function mistake(operation: Operation, problem: string): HistoryMistakeError {
  return new HistoryMistakeError(totalQueue.name, operation, problem)
}

function elementOf({ elements }: Queue, value: Json): Element {
  const identity = identityOf(value)
  const known = elements.get(identity)
  if (known !== undefined) return known
  const element: Element = { value, attempts: [], deliveries: [], acknowledged: 0, refused: undefined }
  elements.set(identity, element)
  return element
}

/** @returns why it is unknown whether an element is lost */
function judge(queue: Queue, evidence: Evidence<Kind>): string | undefined {
  const { elements, emptied, takenUnseen, lastAcknowledgedNs } = queue
  const missing: Element[] = []
  let count = 0
  for (const element of elements.values()) {
    judgeDeliveries(element, evidence)
    if (element.acknowledged <= element.deliveries.length) continue
    missing.push(element)
    count += element.acknowledged - element.deliveries.length
  }
  if (count === 0) return undefined
  const end = emptied.find(({ invokedNs }) => invokedNs > lastAcknowledgedNs)
  if (end === undefined)
    return `${count} acknowledged did not come out, and no answer after the last acknowledgement found the queue empty: end with a drain`
  if (count <= takenUnseen)
    return `${count} acknowledged did not come out, but dequeues whose end is unknown may have taken as many`
  for (const element of missing) evidence.add('lost', lost(element, end))
  return undefined
}

function judgeDeliveries(element: Element, evidence: Evidence<Kind>): void {
  const { attempts, deliveries } = element
  const [first] = attempts
  for (const delivery of deliveries)
    if (first === undefined || delivery.completedNs < first.invokedNs)
      evidence.add('unexpected', unexpected(element, delivery))
  const surplus = deliveries.length - attempts.length
  if (first !== undefined && surplus > 0) evidence.add('duplicate', duplicate(element, surplus))
}

function lost({ value, attempts, deliveries, acknowledged }: Element, end: Operation): Finding {
  return {
    operations: [...attempts, ...deliveries, end],
    times: acknowledged - deliveries.length,
    explain: () => {
      const acknowledgedNs = attempts.find(({ outcome }) => outcome === 'ok')?.completedNs ?? NaN
      const [at, emptyAt] = moments(acknowledgedNs, end.completedNs)
      const how =
        deliveries.length === 0
          ? `acknowledged at ${at}, never came out`
          : `acknowledged ${acknowledged} times, came out ${timesText(deliveries.length)}`
      return `${valueText(value, 60)}, ${how}: the queue was empty at ${emptyAt}`
    },
  }
}

function unexpected({ value, attempts: [first], refused }: Element, delivery: Operation): Finding {
  const enqueue = first ?? refused
  return {
    operations: [delivery, ...(enqueue === undefined ? [] : [enqueue])],
    explain: () => {
      const [at, enqueuedAt] = moments(delivery.completedNs, enqueue?.invokedNs ?? NaN)
      const why =
        enqueue === undefined
          ? 'nobody enqueued it'
          : enqueue === refused
            ? `its enqueue at ${enqueuedAt} failed`
            : `its enqueue began at ${enqueuedAt}`
      return `${valueText(value, 60)} came out at ${at}: ${why}`
    },
  }
}

function duplicate({ value, attempts, deliveries }: Element, surplus: number): Finding {
  return {
    operations: [...attempts, ...deliveries],
    badness: surplus,
    times: surplus,
    explain: () => {
      const times = deliveries.map(({ completedNs }) => completedNs).sort((a, b) => a - b)
      const [first, last] = moments(Number(times[0]), Number(times.at(-1)))
      const entered = timesText(attempts.length)
      return `${valueText(value, 60)} was enqueued ${entered} and came out ${deliveries.length} times, from ${first} to ${last}`
    },
  }
}

function timesText(times: number): string {
  return times === 1 ? 'once' : `${times} times`
}
