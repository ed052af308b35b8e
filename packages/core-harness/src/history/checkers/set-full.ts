import { z } from 'zod'

import { Evidence, resultOf } from '../evidence.ts'
import type { Finding } from '../evidence.ts'
import { identityOf } from '../identity.ts'
import type { Identity } from '../identity.ts'
import { moments } from '../moments.ts'
import { valueText } from '../operation-text.ts'
import type { Json, Operation } from '../operation.ts'
import { flag, nonNegative } from '../option.ts'
import { HistoryMistakeError, unknownFunction } from './checker.ts'
import type { Checker } from './checker.ts'

export interface SetFullOptions {
  /** A read that began after an element was known has to hold it. */
  readonly linearizable: boolean
  /** So long after an element was known a read may miss it. */
  readonly staleBoundMs?: number | undefined
}

type Kind = 'lost' | 'stale' | 'unexpected' | 'duplicate'

/** What became of one element. */
interface Element {
  readonly value: Json
  /** The attempt that began first. */
  readonly add: Operation
  /** What first made sure that it is there, by ending: an acknowledged add, or a read that held it. */
  knownBy: Operation | undefined
  /** Of the reads that held it, the one that ended last. */
  lastPresent: Operation | undefined
  /** Of the reads that missed it, the one that began last. */
  lastAbsent: Operation | undefined
  seenIn: Operation | undefined
}

/**
 * Follows each element of a set through all reads, as `set-full` of Jepsen does (jepsen.checker/set-full). An element is known
 * from when an add of it was acknowledged, or a read that held it had ended. It is stable when it was seen, and no read that
 * began later missed it for good; stale when a read that began after it was known missed it, and another, which may be later,
 * held it; lost when it was known, and the last read that missed it began after all that held it had ended.
 */
export const setFull: Checker<SetFullOptions> = {
  name: 'set-full',
  judges: 'What is added to a set stays in it, and how soon all reads see it',
  functions: {
    add: 'an element, any JSON; the same may be added again → anything',
    read: 'nothing → the list of all elements',
  },
  options: z.strictObject({
    linearizable: flag.default(false),
    staleBoundMs: nonNegative.optional(),
  }),
  check(operations, { linearizable, staleBoundMs }) {
    const boundNs = linearizable ? 0 : (staleBoundMs ?? Infinity) * 1e6
    const evidence = new Evidence<Kind>({ lost: true, stale: boundNs < Infinity, unexpected: true, duplicate: true })
    const counts = { adds: 0, acknowledged: 0, reads: 0, elements: 0, stable: 0, neverRead: 0 }
    const latenciesMs: number[] = []
    for (const group of Map.groupBy(operations, ({ key }) => key).values()) {
      const history = readHistory(group, counts)
      followReads(history, evidence)
      for (const element of history.elements.values()) settle(element, boundNs, evidence, counts, latenciesMs)
    }
    const why =
      counts.stable === 0 ? 'no read held an added element: end with a read that begins after all adds' : undefined
    return resultOf(setFull.name, evidence, { ...counts, ...visibility(latenciesMs) }, { why })
  },
}

type Counts = Record<'adds' | 'acknowledged' | 'reads' | 'elements' | 'stable' | 'neverRead', number>

interface SetHistory {
  readonly elements: Map<Identity, Element>
  /** Adds that failed, by the element. */
  readonly refused: Map<Identity, Operation>
  readonly reads: Operation[]
}

function readHistory(operations: readonly Operation[], counts: Counts): SetHistory {
  const history: SetHistory = { elements: new Map(), refused: new Map(), reads: [] }
  const { elements, refused, reads } = history
  for (const operation of operations) {
    if (operation.f === 'add') {
      counts.adds += 1
      const identity = identityOf(operation.input)
      if (operation.outcome === 'fail') {
        refused.set(identity, operation)
        continue
      }
      const element = elements.get(identity) ?? newElement(operation)
      elements.set(identity, element)
      if (operation.outcome === 'info') continue
      counts.acknowledged += 1
      learn(element, operation)
    } else if (operation.f === 'read') {
      if (operation.outcome !== 'ok') continue
      if (!Array.isArray(operation.output))
        throw new HistoryMistakeError(
          setFull.name,
          operation,
          `found ${valueText(operation.output, 40)}, which is no list`,
        )
      counts.reads += 1
      reads.push(operation)
    } else throw unknownFunction(setFull, operation)
  }
  counts.elements += elements.size
  return history
}

function newElement(add: Operation): Element {
  return { value: add.input, add, knownBy: undefined, lastPresent: undefined, lastAbsent: undefined, seenIn: undefined }
}

function learn(element: Element, by: Operation): void {
  if (element.knownBy === undefined || by.completedNs < element.knownBy.completedNs) element.knownBy = by
}

/**
 * Notes for each element the reads that saw and missed it last. Goes from the last read to the first: only what all later
 * reads held can be missed for the last time, so that the time is that of the elements in all reads together.
 */
function followReads({ elements, refused, reads }: SetHistory, evidence: Evidence<Kind>): void {
  let heldSince = [...elements.values()]
  for (const read of reads.toReversed()) {
    for (const value of read.output as readonly Json[]) {
      const identity = identityOf(value)
      const element = elements.get(identity)
      if (element === undefined || element.add.invokedNs > read.completedNs) {
        evidence.add('unexpected', unexpected(read, value, element?.add ?? refused.get(identity)))
        continue
      }
      if (element.seenIn === read) evidence.add('duplicate', duplicate(element, read))
      element.seenIn = read
      learn(element, read)
      if (read.completedNs > (element.lastPresent?.completedNs ?? -Infinity)) element.lastPresent = read
    }
    heldSince = heldSince.filter((element) => {
      if (element.seenIn !== read) element.lastAbsent = read
      return element.seenIn === read
    })
  }
}

function settle(
  element: Element,
  boundNs: number,
  evidence: Evidence<Kind>,
  counts: Counts,
  latenciesMs: number[],
): void {
  const { knownBy, lastPresent, lastAbsent } = element
  if (knownBy === undefined) return
  const latencyNs = Math.max(0, (lastAbsent?.invokedNs ?? 0) - knownBy.completedNs)
  const missedBy = latencyNs > 0 ? lastAbsent : undefined
  const isTooLate = latencyNs > boundNs || boundNs === Infinity
  if (lastPresent !== undefined && lastPresent.completedNs >= (missedBy?.invokedNs ?? 0)) {
    counts.stable += 1
    latenciesMs.push(latencyNs / 1e6)
    if (missedBy !== undefined && isTooLate) evidence.add('stale', stale(element, knownBy, missedBy, lastPresent))
  } else if (missedBy !== undefined && isTooLate) evidence.add('lost', lost(element, knownBy, missedBy))
  else counts.neverRead += 1
}

function unexpected(read: Operation, value: Json, add: Operation | undefined): Finding {
  return {
    operations: add === undefined ? [read] : [read, add],
    explain: () => {
      const [readAt, addedAt] = moments(read.completedNs, add?.invokedNs ?? 0)
      const why =
        add === undefined
          ? 'nobody added'
          : add.outcome === 'fail'
            ? `was not added: its add at ${addedAt} failed`
            : `was not added before ${addedAt}`
      return `the read that ended at ${readAt} holds ${valueText(value, 60)}, which ${why}`
    },
  }
}

function duplicate({ add, value }: Element, read: Operation): Finding {
  return {
    operations: [read, add],
    explain: () => `the read at ${moments(read.invokedNs)[0]} holds ${valueText(value, 60)} more than once`,
  }
}

function stale({ add, value }: Element, knownBy: Operation, missedBy: Operation, present: Operation): Finding {
  return {
    operations: [add, knownBy, missedBy, present],
    badness: missedBy.invokedNs - knownBy.completedNs,
    explain: () => {
      const [knownAt, missedAt, presentAt] = moments(knownBy.completedNs, missedBy.invokedNs, present.completedNs)
      return `${valueText(value, 60)} was missed by the read at ${missedAt} after it was ${knownHow(knownBy)} at ${knownAt}; a read that ended at ${presentAt} held it`
    },
  }
}

function lost({ add, value, lastPresent }: Element, knownBy: Operation, missedBy: Operation): Finding {
  return {
    operations: [add, knownBy, ...(lastPresent === undefined ? [] : [lastPresent]), missedBy],
    explain: () => {
      const [knownAt, missedAt, presentAt] = moments(
        knownBy.completedNs,
        missedBy.invokedNs,
        lastPresent?.completedNs ?? 0,
      )
      const since = lastPresent === undefined ? 'no read ever held it' : `no read after ${presentAt} held it`
      return `${valueText(value, 60)} was ${knownHow(knownBy)} at ${knownAt} and is missing at ${missedAt}: ${since}`
    },
  }
}

function knownHow({ f }: Operation): string {
  return f === 'add' ? 'acknowledged' : 'read'
}

/** How long after they were known the last read missed the elements; nothing where none was seen. */
function visibility(latenciesMs: readonly number[]): Record<string, number> {
  if (latenciesMs.length === 0) return {}
  const sorted = Float64Array.from(latenciesMs).sort()
  const percentile = (share: number): number => Number(sorted[Math.ceil(share * sorted.length) - 1])
  return { visibilityP50Ms: percentile(0.5), visibilityP99Ms: percentile(0.99), visibilityMaxMs: percentile(1) }
}
