import { repeat, runHistory, stagger, untilEnough } from '@proving-ground/core-harness/history'
import type { GeneratorContext, Journal, Request } from '@proving-ground/core-harness/history'
import { A_MINUTE, inTurn, type Node } from './cluster-of-nodes.ts'

export interface SessionsOptions {
  readonly journal: Journal
  readonly nodes: readonly Node[]
  readonly seed: number
  /** After that an operation counts as unknown. */
  readonly timeoutMs: number
  /** A read was answered. */
  readonly onAnswer: () => void
  /** Asked before each operation. */
  readonly isOver: () => boolean
  readonly signal: AbortSignal
}

const READERS_PER_NODE = 2
/** Between two operations, over all sessions. */
const INTERVAL_MS = 3
/** Of all changes. */
const DELETES = 1 / 3
const MOST_OPERATIONS = 20_000

/**
 * Sessions of clients, each with one node, that read keys at random, or write and delete versions of a key of its own; journaled for
 * the checker `monotonic`.
 *
 * A change whose end is unknown may take effect whenever it likes, also over a later one. So its key is changed no more: the
 * session goes on with another, and the old one is still read.
 */
export async function runSessions(options: SessionsOptions): Promise<void> {
  const { journal, nodes, seed, timeoutMs, onAnswer, isOver, signal } = options
  const keys = new VersionedKeys(nodes.length)
  const anything = repeat((context) =>
    context.slot < nodes.length ? keys.change(context) : { f: 'read', key: keys.any(context) },
  )
  await runHistory<Node>({
    journal,
    seed,
    timeoutMs,
    signal,
    processes: (1 + READERS_PER_NODE) * nodes.length,
    generator: untilEnough(
      { seen: () => Number(isOver()), minimum: 1, atMost: MOST_OPERATIONS },
      stagger(INTERVAL_MS, anything),
    ),
    open: inTurn(nodes),
    async invoke(node, { f, input, key: name }) {
      const key = { tenant: 'acme', key: String(name) }
      if (f === 'read') {
        const found = await node.service.get(key)
        onAnswer()
        return found as number | undefined
      }
      const { service } = nodes[keys.sessionOf(key.key)]!
      await keys.changing(key.key, () =>
        f === 'write' ? service.set(key, Number(input), A_MINUTE) : service.delete(key),
      )
    },
  })
}

/** The keys of each session that changes them, and those of which nobody knows whether they are being changed. */
class VersionedKeys {
  readonly #generations: number[]
  readonly #unsettled = new Set<string>()
  #version = 0

  constructor(sessions: number) {
    this.#generations = new Array<number>(sessions).fill(0)
  }

  /** The present key of any session, or the one before. */
  any({ random }: GeneratorContext): string {
    const session = Math.floor(random() * this.#generations.length)
    return nameOf(session, Math.max(0, this.#generations[session]! - Math.floor(random() * 2)))
  }

  /** Of the key that the asking session changes. */
  change({ slot, random }: GeneratorContext): Request {
    if (this.#unsettled.has(nameOf(slot, this.#generations[slot]!))) this.#generations[slot]!++
    const f = random() < DELETES ? 'delete' : 'write'
    return { f, key: nameOf(slot, this.#generations[slot]!), input: ++this.#version }
  }

  async changing(key: string, change: () => Promise<void>): Promise<void> {
    this.#unsettled.add(key)
    await change()
    this.#unsettled.delete(key)
  }

  sessionOf(key: string): number {
    return Number(/\d+/.exec(key))
  }
}

function nameOf(session: number, generation: number): string {
  return `basket ${session}.${generation}`
}
