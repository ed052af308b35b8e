import { HistoryMistakeError } from '../checkers/checker.ts'
import type { Operation } from '../operation.ts'
import { stepsOf } from './transaction.ts'
import type { Element, Key, Step } from './transaction.ts'

/** In place of a transaction where there is none. */
export const NOBODY = -1

/** A transaction is named by its place in the history that is judged. */
export interface Transaction {
  readonly operation: Operation
  readonly steps: readonly Step[]
}

/** What the history tells of the list under one key. */
export interface KeyVersions {
  readonly key: Key
  /** Who was asked to append each element, whatever became of it. */
  readonly writers: ReadonlyMap<Element, number>
  /** The longest list that was read: the order in which elements were appended. */
  readonly order: readonly Element[]
  /** Who read it. */
  readonly witness: number
  /** Who appended each element of the order; NOBODY when that failed, or nobody was asked to. */
  readonly appendedBy: readonly number[]
  /** Transactions that happened and appended what is not in the order: all of it comes after the order. */
  readonly unread: ReadonlySet<number>
}

export interface Versions {
  readonly transactions: readonly Transaction[]
  readonly keys: readonly KeyVersions[]
  of(key: Key): KeyVersions
}

type Building = { -readonly [Field in keyof KeyVersions]: KeyVersions[Field] } & {
  readonly writers: Map<Element, number>
  readonly unread: Set<number>
}

/**
 * The order of versions of each key, from the longest list that a committed transaction read: every element is appended
 * once, so that a list is its own history (Kingsbury and Alvaro, "Elle", VLDB 2020, section 4.2). A transaction whose end is
 * unknown happened when somebody read what it appended.
 *
 * @throws HistoryMistakeError when an element is appended twice to a key, so that nobody can tell whose it is
 */
export function versionsOf(operations: readonly Operation[]): Versions {
  const transactions = operations.map((operation) => ({ operation, steps: stepsOf(operation) }))
  const keys = new Map<Key, Building>()
  const build = (key: Key): Building => {
    const known = keys.get(key)
    if (known) return known
    const fresh = { key, writers: new Map(), order: [], witness: NOBODY, appendedBy: [], unread: new Set<number>() }
    keys.set(key, fresh)
    return fresh
  }
  for (const [place, { operation, steps }] of transactions.entries())
    for (const [kind, key, value] of steps) {
      const versions = build(key)
      if (kind === 'append') {
        if (versions.writers.has(value))
          throw new HistoryMistakeError('isolation', operation, `appends ${value} to ${key}, which was done before it`)
        versions.writers.set(value, place)
      } else if (value !== null && value.length > versions.order.length && !hasDuplicates(value)) {
        versions.order = value
        versions.witness = place
      }
    }
  attribute(transactions, [...keys.values()])
  return { transactions, keys: [...keys.values()], of: build }
}

function attribute(transactions: readonly Transaction[], keys: readonly Building[]): void {
  const happened = transactions.map(({ operation }) => operation.outcome === 'ok')
  for (const { order, writers } of keys)
    for (const element of order) {
      const writer = writers.get(element)
      if (writer !== undefined && transactions[writer]?.operation.outcome === 'info') happened[writer] = true
    }
  for (const versions of keys) {
    versions.appendedBy = versions.order.map((element) => {
      const writer = versions.writers.get(element)
      return writer !== undefined && happened[writer] ? writer : NOBODY
    })
    const read = new Set(versions.order)
    for (const [element, writer] of versions.writers)
      if (happened[writer] && !read.has(element)) versions.unread.add(writer)
  }
}

export function hasDuplicates(elements: readonly Element[]): boolean {
  return new Set(elements).size < elements.length
}

/** Whether the list is a state in which the key has been, and not one of another course of events. */
export function isVersion({ order }: KeyVersions, elements: readonly Element[]): boolean {
  return elements.length <= order.length && elements.every((element, place) => element === order[place])
}

/** The first place from `from` on whose element somebody appended who is known to have happened; NOBODY when there is none. */
export function nextAppend({ appendedBy }: KeyVersions, from: number): number {
  for (let place = from; place < appendedBy.length; place++) if (appendedBy[place] !== NOBODY) return place
  return NOBODY
}
