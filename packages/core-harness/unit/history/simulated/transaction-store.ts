import type { Json, Operation, Outcome } from '../../../src/history/operation.ts'
import { seededRandom } from '../../../src/statistics/seeded-random.ts'

/** How strong a store is, and what is wrong with it. */
export interface Strength {
  readonly reads: 'snapshot' | 'stale-snapshot' | 'committed' | 'uncommitted'
  /**
   * `locked`: an append waits until who appended to the key before has ended. `first-committer-wins`: a commit is refused when
   * somebody else committed an append to one of its keys since it began. `validated`: or to a key that it read.
   */
  readonly writes: 'locked' | 'first-committer-wins' | 'validated' | 'unchecked'
  readonly bug?: 'aborted-stays' | 'visible-at-once' | 'forgets-own' | 'appends-twice' | 'loses-commits' | 'swaps'
}

export const STRENGTHS = {
  serializable: { reads: 'snapshot', writes: 'validated' },
  staleReads: { reads: 'stale-snapshot', writes: 'validated' },
  snapshot: { reads: 'snapshot', writes: 'first-committer-wins' },
  lostUpdates: { reads: 'snapshot', writes: 'unchecked' },
  readCommitted: { reads: 'committed', writes: 'locked' },
  readUncommitted: { reads: 'uncommitted', writes: 'unchecked' },
  dirtyReads: { reads: 'uncommitted', writes: 'locked' },
  abortedStays: { reads: 'snapshot', writes: 'validated', bug: 'aborted-stays' },
  visibleAtOnce: { reads: 'committed', writes: 'locked', bug: 'visible-at-once' },
  forgetsOwn: { reads: 'snapshot', writes: 'validated', bug: 'forgets-own' },
  appendsTwice: { reads: 'snapshot', writes: 'validated', bug: 'appends-twice' },
  losesCommits: { reads: 'snapshot', writes: 'validated', bug: 'loses-commits' },
  swaps: { reads: 'snapshot', writes: 'validated', bug: 'swaps' },
} as const satisfies Record<string, Strength>

export interface SimulationOptions {
  readonly transactions: number
  readonly processes: number
  readonly keys: number
  readonly maxSteps: number
  /** Of the transactions, from 0 to 1. */
  readonly abortShare: number
  /** Of the commits, from 0 to 1: the client does not hear whether it happened, and it does in half of the cases. */
  readonly unknownShare: number
  /** Whether one more transaction reads all keys when the others have ended. */
  readonly readsAllAtTheEnd: boolean
}

const OPTIONS: SimulationOptions = {
  transactions: 60,
  processes: 5,
  keys: 3,
  maxSteps: 4,
  abortShare: 0.1,
  unknownShare: 0.05,
  readsAllAtTheEnd: true,
}

interface Entry {
  readonly element: number
  readonly writer: Client
  /** When it became visible to all; Infinity while nobody knows whether it will. */
  committedAt: number
}

interface Client {
  readonly process: number
  readonly index: number
  readonly invokedNs: number
  readonly beganAt: number
  readonly input: readonly (readonly ['append' | 'r', string, number | null])[]
  readonly output: Json[]
  readonly buffered: Map<string, Entry[]>
}

/**
 * The history that a store of this strength gives to processes which a scheduler lets take one step at a time, in an order
 * that the seed decides.
 */
export function simulate(strength: Strength, seed: number, given: Partial<SimulationOptions> = {}): Operation[] {
  const options = { ...OPTIONS, ...given }
  const random = seededRandom(seed)
  const pick = (count: number): number => Math.floor(random() * count)
  const names = Array.from({ length: options.keys }, (_, place) => `k${place}`)
  const lists = new Map<string, Entry[]>(names.map((name) => [name, []]))
  const isBuffered = strength.reads.endsWith('snapshot')
  const operations: Operation[] = []
  const running: Client[] = []
  let [timeNs, clock, elements, begun] = [0, 0, 0, 0]

  const entries = (key: string): Entry[] => lists.get(key) as Entry[]

  function begin(process: number, input: Client['input']): Client {
    const beganAt = strength.reads === 'stale-snapshot' ? Math.max(0, clock - pick(4)) : clock
    const isReadOnly = input.every(([kind]) => kind === 'r')
    const client = { process, index: begun++, invokedNs: ++timeNs, beganAt: isReadOnly ? beganAt : clock, input }
    return { ...client, output: [], buffered: new Map() }
  }

  function read(client: Client, key: string): number[] {
    const isVisible = ({ writer, committedAt }: Entry): boolean => {
      if (writer === client) return strength.bug !== 'forgets-own'
      if (strength.reads === 'uncommitted') return true
      return strength.reads === 'committed' ? committedAt < Infinity : committedAt <= client.beganAt
    }
    const all = [...entries(key), ...(client.buffered.get(key) ?? [])].filter(isVisible).map(({ element }) => element)
    const isSwapped = strength.bug === 'swaps' && client.process % 2 === 1 && all.length > 1
    return isSwapped ? [...all.slice(0, -2), ...all.slice(-2).reverse()] : all
  }

  function append(client: Client, key: string, element: number): void {
    const committedAt = strength.bug === 'visible-at-once' ? ++clock : Infinity
    const entry: Entry = { element, writer: client, committedAt }
    if (isBuffered) client.buffered.set(key, [...(client.buffered.get(key) ?? []), entry])
    else entries(key).push(entry)
  }

  function isLocked(client: Client): boolean {
    const [kind, key = ''] = client.input[client.output.length] ?? []
    const isForeign = ({ writer }: Entry): boolean => writer !== client && running.includes(writer)
    return strength.writes === 'locked' && kind === 'append' && entries(key).some(isForeign)
  }

  function isRefused(client: Client): boolean {
    if (strength.writes === 'locked' || strength.writes === 'unchecked') return false
    const touched = client.input.filter(([kind]) => kind === 'append' || strength.writes === 'validated')
    const isReadOnly = client.input.every(([kind]) => kind === 'r')
    return (
      !isReadOnly && touched.some(([, key]) => entries(key).some(({ committedAt }) => committedAt > client.beganAt))
    )
  }

  function commit(client: Client): void {
    const at = ++clock
    if (strength.bug === 'loses-commits' && random() < 0.1) return
    for (const [key, buffered] of client.buffered) {
      entries(key).push(...buffered)
      const last = buffered.at(-1)
      if (strength.bug === 'appends-twice' && last && random() < 0.1) entries(key).push({ ...last })
    }
    for (const list of lists.values())
      for (const entry of list) if (entry.writer === client && entry.committedAt === Infinity) entry.committedAt = at
  }

  function abort(client: Client): void {
    if (strength.bug === 'aborted-stays') commit(client)
    else
      for (const [key, list] of lists)
        lists.set(
          key,
          list.filter(({ writer }) => writer !== client),
        )
  }

  function end(client: Client, outcome: Outcome): void {
    running.splice(running.indexOf(client), 1)
    const { process, index, input, invokedNs, output } = client
    const found = outcome === 'ok' ? output : null
    const operation = { index, process, f: 'txn', input, output: found, outcome, invokedNs, completedNs: ++timeNs }
    operations.push(operation)
  }

  function step(client: Client): void {
    timeNs++
    const [kind, key, element] = client.input[client.output.length] ?? []
    if (kind === 'append') append(client, key as string, element as number)
    if (kind !== undefined)
      return void client.output.push([
        kind,
        key as string,
        kind === 'r' ? read(client, key as string) : (element as number),
      ])
    if (isRefused(client) || random() < options.abortShare) {
      abort(client)
      return end(client, 'fail')
    }
    const isUnknown = random() < options.unknownShare
    if (isUnknown && random() < 0.5) abort(client)
    else commit(client)
    end(client, isUnknown ? 'info' : 'ok')
  }

  function randomInput(): Client['input'] {
    return Array.from({ length: 1 + pick(options.maxSteps) }, () => {
      const key = names[pick(names.length)] as string
      return random() < 0.5 ? (['append', key, ++elements] as const) : (['r', key, null] as const)
    })
  }

  while (begun < options.transactions || running.length > 0) {
    const process = pick(options.processes)
    const client = running.find((one) => one.process === process)
    if (client === undefined) {
      if (begun < options.transactions) running.push(begin(process, randomInput()))
    } else if (!isLocked(client)) step(client)
    else if (running.every(isLocked)) {
      abort(client)
      end(client, 'fail')
    }
  }
  if (options.readsAllAtTheEnd) {
    const last = begin(
      0,
      names.map((name) => ['r', name, null] as const),
    )
    for (const [, name] of last.input) last.output.push(['r', name, read(last, name)])
    end(last, 'ok')
  }
  return operations.sort((a, b) => a.index - b.index)
}
