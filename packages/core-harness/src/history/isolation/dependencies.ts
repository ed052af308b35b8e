import { GraphBuilder, ONWARD, REALTIME, RW, WR, WW } from './graph.ts'
import type { Graph } from './graph.ts'
import { NOBODY, isVersion, nextAppend } from './versions.ts'
import type { KeyVersions, Transaction, Versions } from './versions.ts'

/** What follows what, and why. Nodes from `versions.transactions.length` on are no transactions. */
export interface Dependencies {
  readonly graph: Graph
  /** Of each edge, by its origin: the key that it is about. */
  readonly keys: readonly (KeyVersions | undefined)[]
  /**
   * Of each edge, by its origin: for write-write and write-read the place in the order of the element that the earlier
   * transaction appended; for read-write the length of the list that it read.
   */
  readonly places: readonly number[]
}

/**
 * The edges of Adya's direct serialization graph ("Weak consistency", MIT 1999): between neighbours in the order of
 * versions only, since the rest follows from them.
 *
 * What was appended and never read comes after all that was read, in an order that nobody knows. A node for each such key
 * stands between: before it the last append that was read, and who read that list; after it each such append. A transaction
 * on both sides is left out of the first, because it may have been the first of them itself.
 *
 * @param realtime whether a transaction that ended before another began comes before it
 */
export function dependenciesOf(versions: Versions, realtime: boolean): Dependencies {
  const { transactions } = versions
  const builder = new GraphBuilder(transactions.length)
  const keys: (KeyVersions | undefined)[] = []
  const places: number[] = []
  const afterAll = new Map<KeyVersions, number>()

  const add = (source: number, target: number, type: number, key?: KeyVersions, place = 0): void => {
    builder.add(source, target, type)
    keys.push(key)
    places.push(place)
  }
  const addBeforeUnread = (source: number, type: number, key: KeyVersions, place: number): void => {
    const node = afterAll.get(key)
    if (node !== undefined && !key.unread.has(source)) add(source, node, type, key, place)
  }

  for (const key of versions.keys) {
    if (key.unread.size > 0) {
      const node = builder.nodes++
      afterAll.set(key, node)
      for (const writer of key.unread) add(node, writer, ONWARD, key)
    }
    let last = nextAppend(key, 0)
    while (last !== NOBODY) {
      const next = nextAppend(key, last + 1)
      const [source, target] = [appender(key, last), appender(key, next)]
      if (next === NOBODY) addBeforeUnread(source, WW, key, last)
      else if (source !== target) add(source, target, WW, key, last)
      last = next
    }
  }

  for (const [reader, { operation, steps }] of transactions.entries()) {
    if (operation.outcome !== 'ok') continue
    for (const [kind, name, elements] of steps) {
      if (kind === 'append') continue
      const key = versions.of(name)
      const length = elements?.length ?? 0
      if (elements !== null && !isVersion(key, elements)) continue
      const writer = appender(key, length - 1)
      if (writer === reader) continue // What follows its own append follows by write-write.
      if (writer !== NOBODY) add(writer, reader, WR, key, length - 1)
      const next = nextAppend(key, length)
      const successor = appender(key, next)
      if (next === NOBODY) addBeforeUnread(reader, RW, key, length)
      else if (successor !== reader) add(reader, successor, RW, key, length)
    }
  }
  if (realtime) addRealtime(transactions, builder, add)
  return { graph: builder.build(), keys, places }
}

function appender({ appendedBy }: KeyVersions, place: number): number {
  return appendedBy[place] ?? NOBODY
}

/**
 * A node for each end of a transaction, in a row: three edges a transaction say what an edge for each pair would say.
 */
function addRealtime(
  transactions: readonly Transaction[],
  builder: GraphBuilder,
  add: (source: number, target: number, type: number) => void,
): void {
  const ended = [...transactions.keys()]
    .filter((place) => transactions[place]?.operation.outcome === 'ok')
    .sort((a, b) => completedNs(transactions, a) - completedNs(transactions, b))
  const first = builder.nodes
  builder.nodes += ended.length
  for (const [end, place] of ended.entries()) {
    add(place, first + end, REALTIME)
    if (end > 0) add(first + end - 1, first + end, ONWARD)
  }
  const begun = [...transactions.entries()]
    .filter(([, { operation }]) => operation.outcome !== 'fail')
    .sort(([, a], [, b]) => a.operation.invokedNs - b.operation.invokedNs)
  let ends = 0
  for (const [place, { operation }] of begun) {
    while (ends < ended.length && completedNs(transactions, ended[ends] ?? 0) < operation.invokedNs) ends++
    if (ends > 0) add(first + ends - 1, place, ONWARD)
  }
}

function completedNs(transactions: readonly Transaction[], place: number): number {
  return transactions[place]?.operation.completedNs ?? Infinity
}
