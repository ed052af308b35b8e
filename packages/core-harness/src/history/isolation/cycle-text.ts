import type { Finding } from '../evidence.ts'
import { secondsText } from '../operation-text.ts'
import type { Cycle } from './cycles.ts'
import type { Dependencies } from './dependencies.ts'
import { ONWARD, REALTIME, RW, WR, at } from './graph.ts'
import { listText } from './list-text.ts'
import type { Element } from './transaction.ts'
import { NOBODY, nextAppend } from './versions.ts'
import type { KeyVersions, Versions } from './versions.ts'

/** A step from one transaction of a cycle to the next. */
interface Hop {
  readonly from: number
  readonly to: number
  readonly type: number
  readonly key: KeyVersions | undefined
  readonly place: number
}

/**
 * The cycle in words, with the reason for each edge. Its transactions come first, then who read the longest lists of its
 * keys and who wrote what its transactions read: each edge rests on these alone.
 */
export function findingOf(cycle: Cycle, versions: Versions, dependencies: Dependencies): Finding {
  const hops = hopsOf(cycle, dependencies)
  const name = (transaction: number): string => `T${versions.transactions[transaction]?.operation.index}`
  return {
    operations: shownBy(hops, versions).flatMap((place) => versions.transactions[place]?.operation ?? []),
    explain: () => hops.map((hop) => `${name(hop.from)} before ${name(hop.to)}: ${reason(hop)}`).join('; '),
  }

  function reason({ from, to, type, key, place }: Hop): string {
    if (key === undefined || type === REALTIME) {
      const [earlier, later] = [versions.transactions[from]?.operation, versions.transactions[to]?.operation]
      const [ended, began] = [earlier?.completedNs ?? 0, later?.invokedNs ?? 0]
      return `it ended at ${secondsText(ended)} s, and ${name(to)} began at ${secondsText(began)} s`
    }
    if (type === WR) return `${name(to)} read ${key.order[place]} of ${key.key}, which ${name(from)} appended`
    const then = appendAfter(key, to, type === RW ? place : place + 1)
    if (type === RW) {
      const read = listText(key.order.slice(0, place))
      return `${name(from)} read ${read} of ${key.key}, which lacks ${then} that ${name(to)} appended`
    }
    return `${name(to)} appended ${then} to ${key.key} behind ${key.order[place]} of ${name(from)}`
  }

  function appendAfter(key: KeyVersions, writer: number, from: number): Element | undefined {
    const next = nextAppend(key, from)
    if (next !== NOBODY) return key.order[next]
    const isUnread = ([, by]: readonly [Element, number]): boolean => by === writer
    return [...key.writers].filter(isUnread).find(([element]) => !key.order.includes(element))?.[0]
  }
}

function hopsOf({ edges }: Cycle, { graph, keys, places }: Dependencies): Hop[] {
  // It begins with the lowest node, which is a transaction.
  const leaving = edges.filter((edge) => graph.types[edge] !== ONWARD)
  return leaving.map((edge, place) => {
    const origin = at(graph.origins, edge)
    const to = at(graph.sources, leaving[(place + 1) % leaving.length] ?? edge)
    const from = at(graph.sources, edge)
    return { from, to, type: at(graph.types, edge), key: keys[origin], place: places[origin] ?? 0 }
  })
}

function shownBy(hops: readonly Hop[], { transactions, of }: Versions): number[] {
  const members = hops.map(({ from }) => from)
  const witnesses = hops.flatMap(({ key }) => key?.witness ?? [])
  const wroteWhatTheyRead = members.flatMap((member) =>
    (transactions[member]?.steps ?? []).map(([kind, name, value]) => {
      const last = kind === 'r' ? value?.at(-1) : undefined
      return last === undefined ? NOBODY : (of(name).writers.get(last) ?? NOBODY)
    }),
  )
  return [...new Set([...members, ...witnesses, ...wroteWhatTheyRead])].filter((place) => place !== NOBODY)
}
