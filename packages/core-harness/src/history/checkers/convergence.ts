import { z } from 'zod'

import { Evidence, resultOf } from '../evidence.ts'
import type { Finding } from '../evidence.ts'
import { fieldOf } from '../field.ts'
import { identityOf } from '../identity.ts'
import type { Identity } from '../identity.ts'
import { moments } from '../moments.ts'
import { differenceOf, multisetOf } from '../multiset.ts'
import type { Difference, Multiset } from '../multiset.ts'
import { valueText } from '../operation-text.ts'
import type { Json, Operation } from '../operation.ts'
import { nonNegative } from '../option.ts'
import { HistoryMistakeError } from './checker.ts'
import type { Checker } from './checker.ts'

export interface ConvergenceOptions {
  /** From so long after quiescence on all snapshots have to be the same. */
  readonly deadlineMs: number
}

const MOST_TOLD = 20

type Kind = 'diverged' | 'late'

/** One of the stores, with its snapshots after quiescence in the order in which they began. */
interface Store {
  readonly name: Json
  readonly snapshots: Operation[]
}

/** When the last work had ended, and the operation that tells. */
interface Quiescence {
  readonly ns: number
  readonly by: Operation
}

/**
 * Judges whether stores that hold the same data come to hold the same, as multisets, once nothing is written any more. That is
 * from when the last of all other operations has ended, or of `quiesce` where that is later; of an operation whose end is
 * unknown, when the client gave up, or where that is unknown too, when it began.
 *
 * Stores diverged when their last snapshots differ. They were late when their last snapshots are the same, but one that began
 * after the deadline was not. The snapshots of each key are compared by themselves.
 */
export const convergence: Checker<ConvergenceOptions> = {
  name: 'convergence',
  judges: 'Stores of the same data hold the same multiset within a deadline after the last write',
  functions: {
    snapshot: 'the name of a store, or { store } → all that it holds: a list, or an object by key',
    quiesce: 'anything → anything; nothing is written any more',
    read: 'anything → anything; it is not looked at',
    'any other': 'anything → anything; it may write',
  },
  options: z.strictObject({ deadlineMs: nonNegative.default(0) }),
  check(operations, { deadlineMs }) {
    const evidence = new Evidence<Kind>({ diverged: true, late: true })
    const counts = { writes: 0, stores: 0, snapshots: 0, missing: 0, extra: 0, convergedMs: 0 }
    const quiescence = quiescenceOf(operations, counts)
    const snapshots = operations.filter(({ f }) => f === 'snapshot')
    if (quiescence === undefined)
      return resultOf(convergence.name, evidence, counts, {
        why: 'nothing was written, and no quiesce was acknowledged',
      })
    const doubts = [...Map.groupBy(snapshots, ({ key }) => key).values()].flatMap((group) => {
      const stores = storesOf(group, quiescence)
      counts.stores += stores.length
      return judge(stores, { quiescence, deadlineNs: quiescence.ns + deadlineMs * 1e6 }, evidence, counts)
    })
    const why = snapshots.length === 0 ? 'there is no snapshot' : doubts[0]
    return resultOf(convergence.name, evidence, counts, { why })
  },
}

type Counts = Record<'writes' | 'stores' | 'snapshots' | 'missing' | 'extra' | 'convergedMs', number>

interface Limits {
  readonly quiescence: Quiescence
  readonly deadlineNs: number
}

function quiescenceOf(operations: readonly Operation[], counts: Counts): Quiescence | undefined {
  let latest: Quiescence | undefined
  for (const by of operations) {
    const { f, outcome, invokedNs, completedNs } = by
    if (f === 'snapshot' || f === 'read' || outcome === 'fail' || (f === 'quiesce' && outcome === 'info')) continue
    if (f !== 'quiesce') counts.writes += 1
    const ns = Number.isFinite(completedNs) ? completedNs : invokedNs
    if (latest === undefined || ns > latest.ns) latest = { ns, by }
  }
  return latest
}

function storesOf(snapshots: readonly Operation[], { ns }: Quiescence): Store[] {
  const stores = new Map<Identity, Store>()
  for (const snapshot of snapshots) {
    const { input, output, outcome, invokedNs } = snapshot
    const name = fieldOf(input, 'store') ?? input
    if (name === null) throw new HistoryMistakeError(convergence.name, snapshot, 'names no store')
    const store = stores.get(identityOf(name)) ?? { name, snapshots: [] }
    stores.set(identityOf(name), store)
    if (outcome !== 'ok') continue
    if (typeof output !== 'object' || output === null)
      throw new HistoryMistakeError(
        convergence.name,
        snapshot,
        `found ${valueText(output, 40)}, which is neither a list nor an object`,
      )
    if (invokedNs > ns) store.snapshots.push(snapshot)
  }
  return [...stores.values()]
}

/** @returns why it is unknown whether the stores converged */
function judge(stores: readonly Store[], limits: Limits, evidence: Evidence<Kind>, counts: Counts): string[] {
  for (const { snapshots } of stores) counts.snapshots += snapshots.length
  const [first, ...others] = stores
  if (first === undefined || others.length === 0) return ['there are snapshots of one store alone']
  const unseen = stores.find(({ snapshots }) => snapshots.length === 0)
  if (unseen !== undefined) return [`no snapshot of store ${valueText(unseen.name, 40)} began after the last write`]

  const last = lastOf(first)
  const held = heldBy(last)
  const differing = others
    .map(lastOf)
    .map((by) => ({ by, difference: differenceOf(heldBy(by), held) }))
    .filter(({ difference }) => !isNone(difference))
  if (differing.length === 0) {
    stores.forEach((store) => judgeWay(store, store === first ? others[0] : first, held, limits, evidence, counts))
    return held.size === 0 ? ['all stores are empty at the end: nothing could be compared'] : []
  }
  return differing.flatMap(({ by, difference }) => {
    counts.missing += difference.missing.length
    counts.extra += difference.extra.length
    if (Math.min(by.invokedNs, last.invokedNs) <= limits.deadlineNs)
      return ['stores differ in their last snapshots, but the deadline was not over: take snapshots after it']
    evidence.add('diverged', differs(by, last, difference, limits))
    return []
  })
}

/** Goes through the snapshots of a store that came to hold what all hold, and finds since when it did. */
function judgeWay(
  store: Store,
  partner: Store | undefined,
  held: Multiset,
  limits: Limits,
  evidence: Evidence<Kind>,
  counts: Counts,
): void {
  const last = lastOf(store)
  let sameSinceNs: number | undefined
  for (const by of store.snapshots) {
    const difference = differenceOf(heldBy(by), held)
    if (isNone(difference)) sameSinceNs ??= by.completedNs
    else {
      sameSinceNs = undefined
      if (by.invokedNs > limits.deadlineNs) {
        const finding = differs(by, last, difference, limits)
        evidence.add('late', {
          ...finding,
          badness: by.invokedNs,
          operations: [...finding.operations, ...(partner?.snapshots.slice(-1) ?? [])],
        })
      }
    }
  }
  counts.convergedMs = Math.max(counts.convergedMs, (Number(sameSinceNs) - limits.quiescence.ns) / 1e6)
}

function lastOf({ snapshots }: Store): Operation {
  return snapshots.at(-1) as Operation
}

function heldBy({ output }: Operation): Multiset {
  return multisetOf(output as readonly Json[] | Readonly<Record<string, Json>>)
}

function isNone({ missing, extra }: Difference): boolean {
  return missing.length === 0 && extra.length === 0
}

function differs(by: Operation, than: Operation, { missing, extra }: Difference, { quiescence }: Limits): Finding {
  return {
    operations: [quiescence.by, than, by],
    explain: () => {
      const [at, thanAt, quietAt] = moments(by.invokedNs, than.invokedNs, quiescence.ns)
      return `store ${storeText(by)} at ${at} lacks ${listText(missing)} and has too much ${listText(extra)} against store ${storeText(than)} at ${thanAt}; the last write ended at ${quietAt}`
    },
  }
}

function storeText({ input }: Operation): string {
  return valueText(fieldOf(input, 'store') ?? input, 40)
}

/** `2: 7, 9`, `nothing`: how many, and the first of them. */
function listText(values: readonly Json[]): string {
  if (values.length === 0) return 'nothing'
  const more = values.length > MOST_TOLD ? ', …' : ''
  return `${values.length}: ${values
    .slice(0, MOST_TOLD)
    .map((value) => valueText(value, 40))
    .join(', ')}${more}`
}
