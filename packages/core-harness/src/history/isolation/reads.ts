import type { Evidence } from '../evidence.ts'
import { listText } from './list-text.ts'
import type { Kind } from './model.ts'
import type { Element, Key } from './transaction.ts'
import { NOBODY, hasDuplicates, isVersion, nextAppend } from './versions.ts'
import type { KeyVersions, Versions } from './versions.ts'

interface Read {
  readonly reader: number
  readonly key: KeyVersions
  readonly elements: readonly Element[]
  /** What the reader had appended to the key before it read. */
  readonly appended: readonly Element[]
}

/** What is wrong without a look at cycles: single reads, and neighbours in the order of versions. */
export function judgeReads(versions: Versions, evidence: Evidence<Kind>): void {
  const name = (transaction: number): string => `T${versions.transactions[transaction]?.operation.index}`
  const report = (kind: Kind, transactions: readonly number[], explain: () => string): void => {
    const operations = transactions.flatMap((place) => versions.transactions[place]?.operation ?? [])
    evidence.add(kind, { operations, explain })
  }
  for (const read of readsOf(versions)) judgeRead(read)
  for (const key of versions.keys) {
    judgeOwnOrders(key)
    judgeDirtyUpdates(key)
    judgeLostUpdates(key)
  }

  function judgeRead({ reader, key, elements, appended }: Read): void {
    const saw = (): string => `${name(reader)} read ${listText(elements)} of ${key.key}`
    const tell = (kind: Kind, others: readonly number[], rest: () => string): void =>
      report(kind, [reader, ...others], () => `${saw()}, ${rest()}`)

    if (!appended.every((element, place) => elements[elements.length - appended.length + place] === element))
      tell('internal', [], () => `without its own ${listText(appended)} at the end, which it had appended before`)
    const early = elements.find((one) => key.writers.get(one) === reader && !appended.includes(one))
    if (early !== undefined) tell('internal', [], () => `with ${early}, which it had not appended yet`)
    const unexpected = elements.find((one) => !key.writers.has(one))
    if (unexpected !== undefined) tell('unexpected', [], () => `with ${unexpected}, which nobody appended`)
    const aborted = elements.find((one) => hasFailed(key.writers.get(one)))
    const aborter = aborted === undefined ? undefined : key.writers.get(aborted)
    if (aborter !== undefined) tell('G1a', [aborter], () => `with ${aborted} of ${name(aborter)}, which failed`)

    const last = elements.at(-1)
    const writer = last === undefined ? undefined : key.writers.get(last)
    if (writer !== undefined && writer !== reader && !hasFailed(writer)) {
      const final = lastAppend(writer, key.key)
      if (final !== last) tell('G1b', [writer], () => `between ${last} and ${final}, both of ${name(writer)}`)
    }
    if (isVersion(key, elements)) return
    if (hasDuplicates(elements)) tell('duplicate-elements', [], () => 'with an element that is there twice')
    else
      tell('incompatible-order', [key.witness], () => {
        return `which is no beginning of ${listText(key.order)}, which ${name(key.witness)} read`
      })
  }

  /** Two appends of one transaction have to be in the list as it made them. */
  function judgeOwnOrders(key: KeyVersions): void {
    const turns = new Map([...key.writers.keys()].map((element, turn) => [element, turn]))
    const latest = new Map<number, Element>()
    for (const element of key.order) {
      const writer = key.writers.get(element)
      if (writer === undefined) continue
      const before = latest.get(writer)
      latest.set(writer, element)
      if (before === undefined || (turns.get(before) ?? 0) < (turns.get(element) ?? 0)) continue
      const sentence = `${name(key.witness)} read ${listText(key.order)} of ${key.key}, where ${element} is behind ${before}, though ${name(writer)} appended it before`
      report('incompatible-order', [key.witness, writer], () => sentence)
    }
  }

  function judgeDirtyUpdates(key: KeyVersions): void {
    for (const [place, element] of key.order.entries()) {
      const writer = key.writers.get(element)
      const next = nextAppend(key, place + 1)
      if (writer === undefined || !hasFailed(writer) || next === NOBODY) continue
      const onTop = key.appendedBy[next] ?? NOBODY
      const sentence = `${name(onTop)} appended ${key.order[next]} to ${key.key} on top of ${element} of ${name(writer)}, which failed`
      report('dirty-update', [writer, onTop], () => sentence)
    }
  }

  function judgeLostUpdates(key: KeyVersions): void {
    for (const [length, writers] of updatersOf(key)) {
      if (writers.length < 2) continue
      const names = writers.map((writer) => `${name(writer)}`)
      const sentence = `${names.join(' and ')} each read ${listText(key.order.slice(0, length))} of ${key.key} and appended to it, as if the ${writers.length > 2 ? 'others' : 'other'} had not`
      report('lost-update', writers, () => sentence)
    }
  }

  /** Who read a version of the key and then appended to it, by the length of that version. */
  function updatersOf(key: KeyVersions): Map<number, number[]> {
    const updaters = new Map<number, number[]>()
    for (const writer of new Set(key.writers.values())) {
      const transaction = versions.transactions[writer]
      if (transaction?.operation.outcome !== 'ok') continue
      const [kind, , elements] = transaction.steps.find((step) => step[1] === key.key) ?? []
      if (kind !== 'r' || !isVersion(key, (elements ?? []) as readonly Element[])) continue
      const length = elements?.length ?? 0
      updaters.set(length, [...(updaters.get(length) ?? []), writer])
    }
    return updaters
  }

  function hasFailed(writer: number | undefined): boolean {
    return writer !== undefined && versions.transactions[writer]?.operation.outcome === 'fail'
  }

  function lastAppend(writer: number, key: Key): Element | undefined {
    const steps = versions.transactions[writer]?.steps ?? []
    const last = steps.findLast(([kind, name]) => kind === 'append' && name === key)
    return last?.[0] === 'append' ? last[2] : undefined
  }
}

function* readsOf({ transactions, of }: Versions): Iterable<Read> {
  for (const [reader, { operation, steps }] of transactions.entries()) {
    if (operation.outcome !== 'ok') continue
    const own = new Map<Key, Element[]>()
    for (const [kind, name, value] of steps) {
      const appended = own.get(name) ?? []
      if (kind === 'append') own.set(name, [...appended, value])
      else yield { reader, key: of(name), elements: value ?? [], appended }
    }
  }
}
