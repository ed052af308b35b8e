import { eachProcessOnce, repeat, runHistory, stagger, untilEnough } from '@proving-ground/core-harness/history'
import type { Generator, GeneratorContext, Journal, Request } from '@proving-ground/core-harness/history'
import { A_MINUTE, type Node } from './cluster-of-nodes.ts'

export interface SessionsOptions {
  readonly journal: Journal
  readonly nodes: readonly Node[]
  readonly seed: number
  /** After that an operation counts as unknown. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const READERS_PER_NODE = 2
const KEYS_PER_NODE = 20
/** Between two reads, over all sessions. */
const READ_EVERY_MS = 4
/** Much longer, so that copies live long enough to be read when they are old. */
const CHANGE_EVERY_MS = 15
/** Of all changes. */
const DELETES = 1 / 3

/**
 * Sessions of clients, each with one node: some read keys at random, and on every node one writes and deletes versions of keys of its
 * own. Journaled for the checker `monotonic`.
 *
 * A change whose end is unknown may take effect whenever it likes, also over a later one. So its key is changed no more: another
 * takes its place, and the old one is still read.
 */
export class Sessions {
  readonly #options: SessionsOptions
  /** How often the key of each place was given up for another. */
  readonly #generations: number[]
  /** Keys of which nobody knows whether they are being changed. */
  readonly #unsettled = new Set<string>()
  #version = 0
  #answered = 0

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#generations = new Array<number>(KEYS_PER_NODE * options.nodes.length).fill(0)
  }

  /** Reads that were answered so far. */
  get answered(): number {
    return this.#answered
  }

  async run(isOver: () => boolean): Promise<void> {
    const { length } = this.#options.nodes
    const untilOver = (generator: Generator): Generator =>
      untilEnough({ seen: () => Number(isOver()), minimum: 1, atMost: Infinity }, generator)
    const anyRead = repeat(({ slot, random }) => {
      const place = Math.floor(random() * this.#generations.length)
      const givenUp = Math.floor(random() * 2)
      return this.#read(place, slot % length, givenUp)
    })
    await Promise.all([
      this.#history(READERS_PER_NODE * length, untilOver(stagger(READ_EVERY_MS, anyRead))),
      this.#history(
        length,
        untilOver(
          stagger(
            CHANGE_EVERY_MS,
            repeat((context) => this.#change(context)),
          ),
        ),
      ),
    ])
  }

  /** Asks every node for every key, or for every so-many-th, all at the same time. */
  async ask(every = 1): Promise<void> {
    const { length } = this.#options.nodes
    const asked = Math.ceil(this.#generations.length / every)
    const reads = eachProcessOnce(({ slot }) => this.#read((slot % asked) * every, Math.floor(slot / asked), 0))
    await this.#history(asked * length, reads)
  }

  #read(place: number, node: number, givenUp: number): Request {
    const generation = Math.max(0, this.#generations[place]! - givenUp)
    return { f: 'read', key: nameOf(place, generation), input: { node } }
  }

  /** Of a key that belongs to the asking session. */
  #change({ slot: node, random }: GeneratorContext): Request {
    const place = node * KEYS_PER_NODE + Math.floor(random() * KEYS_PER_NODE)
    const f = random() < DELETES ? 'delete' : 'write'
    if (this.#unsettled.has(nameOf(place, this.#generations[place]!))) this.#generations[place]!++
    return { f, key: nameOf(place, this.#generations[place]!), input: { node, version: ++this.#version } }
  }

  async #history(processes: number, generator: Generator): Promise<void> {
    const { journal, seed, timeoutMs, signal } = this.#options
    const open = (): void => undefined // A session has no more of its own than its node, which its requests name.
    const invoke = (_: void, request: Request): Promise<number | undefined> => this.#invoke(request)
    await runHistory({ journal, seed, timeoutMs, signal, processes, generator, open, invoke })
  }

  async #invoke({ f, key: name, input }: Request): Promise<number | undefined> {
    const { node, version } = input as { readonly node: number; readonly version?: number }
    const { service } = this.#options.nodes[node]!
    const key = { tenant: 'acme', key: String(name) }
    if (f === 'read') {
      const found = await service.get(key)
      this.#answered++
      return found as number | undefined
    }
    this.#unsettled.add(key.key)
    await (f === 'write' ? service.set(key, version!, A_MINUTE) : service.delete(key))
    this.#unsettled.delete(key.key)
    return undefined
  }
}

function nameOf(place: number, generation: number): string {
  return `basket ${place}.${generation}`
}
