import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

import { withinTime } from '../environment/within-time.ts'
import { seedOf, seededRandom } from '../statistics/seeded-random.ts'
import { DidNotHappen } from './did-not-happen.ts'
import type { Generator, GeneratorContext, Request } from './generator/generator.ts'
import type { Journal } from './journal.ts'
import type { Json } from './operation.ts'

/** How long a process waits before it tries again to open its client. */
const REOPEN_EVERY_MS = 20

/** A timer that is longer fires at once; who is woken too early asks again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface RunHistoryOptions<Client> {
  readonly journal: Journal
  /** How many processes there are at a time. */
  readonly processes: number
  readonly generator: Generator
  readonly seed: number
  /** Opens the client of a process: at the beginning, and anew after each operation whose end is unknown. */
  open(process: number): Client | Promise<Client>
  /**
   * Does what is asked.
   *
   * @returns what it found; nothing for a mere acknowledgement
   * @throws DidNotHappen when it did not happen, for certain
   */
  invoke(client: Client, request: Request, context: InvokeContext): Promise<Json | void>
  close?(client: Client): void | Promise<void>
  /** After that an operation counts as unknown. */
  readonly timeoutMs: number
  /** Ends the run: what is under way counts as unknown. */
  readonly signal?: AbortSignal
}

export interface InvokeContext {
  readonly process: number
  /** Aborted when nobody waits for the operation any more. */
  readonly signal: AbortSignal
}

export interface HistoryCounts {
  readonly ok: number
  readonly fail: number
  readonly info: number
  /** How many processes there were in all: an operation whose end is unknown uses one up. */
  readonly processes: number
  /** How often a client could not be opened anew. */
  readonly failedOpens: number
}

/**
 * Lets processes do what a generator asks for, each one thing at a time, and journals it. Resolves when the generator is done, or
 * the signal comes, and every operation has ended. The journal stays open.
 *
 * @throws what `open` threw at the beginning, and what the generator or the journal throws
 */
export async function runHistory<Client>(options: RunHistoryOptions<Client>): Promise<HistoryCounts> {
  const run = new HistoryRun(options)
  return await run.toEnd()
}

interface Session<Client> {
  readonly process: number
  readonly client: Client
}

class HistoryRun<Client> {
  readonly #options: RunHistoryOptions<Client>
  readonly #slots: readonly number[]
  /** How many requests each slot was given. */
  readonly #given: number[]
  readonly #busy = new Set<number>()
  readonly #waiting = new Set<() => void>()
  readonly #stop = new AbortController()
  readonly #counts = { ok: 0, fail: 0, info: 0, processes: 0, failedOpens: 0 }
  #generator: Generator

  constructor(options: RunHistoryOptions<Client>) {
    this.#options = options
    this.#generator = options.generator
    this.#slots = Array.from({ length: options.processes }, (_, slot) => slot)
    this.#given = this.#slots.map(() => 0)
    setMaxListeners(0, this.#stop.signal) // Every operation under way listens.
  }

  async toEnd(): Promise<HistoryCounts> {
    const { signal } = this.#options
    const stop = (): void => this.#end(signal?.reason)
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      const sessions = await this.#openAll()
      const ends = await Promise.allSettled(sessions.map((session, slot) => this.#work(slot, session)))
      const failed = ends.find((end) => end.status === 'rejected')
      if (failed) throw failed.reason
      return { ...this.#counts }
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  async #openAll(): Promise<Session<Client>[]> {
    const opened = await Promise.allSettled(this.#slots.map(() => this.#open()))
    const failed = opened.find((one) => one.status === 'rejected')
    const sessions = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    if (!failed) return sessions
    await Promise.all(sessions.map(({ client }) => this.#close(client)))
    throw failed.reason
  }

  async #open(): Promise<Session<Client>> {
    const process = this.#options.journal.newProcess()
    this.#counts.processes++
    return { process, client: await this.#options.open(process) }
  }

  async #work(slot: number, first: Session<Client>): Promise<void> {
    let session: Session<Client> | undefined = first
    try {
      while (!this.#stop.signal.aborted) {
        const step = this.#generator.step(this.#contextOf(slot))
        if (step === 'done') return
        if ('waitUntilNs' in step) await this.#change(step.waitUntilNs)
        else if (session) {
          this.#generator = step.next
          if (!(await this.#perform(slot, session, step.request))) session = undefined
        } else session = await this.#openAgain() // Time has passed: it asks anew, and what it was answered was not taken.
      }
    } catch (error) {
      this.#end(error)
      throw error
    } finally {
      this.#ring()
      if (session) await this.#close(session.client)
    }
  }

  /** @returns whether the process can go on */
  async #perform(slot: number, session: Session<Client>, request: Request): Promise<boolean> {
    const { journal, timeoutMs } = this.#options
    const { process, client } = session
    const { f, input, key } = request
    const abort = new AbortController()
    this.#given[slot] = (this.#given[slot] ?? 0) + 1
    const operation = journal.invoke(process, f, input, key)
    this.#busy.add(slot)
    this.#ring()
    try {
      const invoked = this.#invoke(client, request, { process, signal: abort.signal })
      const output = await withinTime(invoked, timeoutMs, this.#stop.signal)
      journal.ok(operation, output ?? null)
      this.#counts.ok++
      return true
    } catch (error) {
      if (error instanceof DidNotHappen) {
        journal.fail(operation, error)
        this.#counts.fail++
        return true
      }
      journal.info(operation, error)
      this.#counts.info++
      abort.abort(error)
      void this.#close(client)
      return false
    } finally {
      this.#busy.delete(slot)
      this.#ring()
    }
  }

  /** What throws before it returns a promise is the same as what rejects. */
  async #invoke(client: Client, request: Request, context: InvokeContext): Promise<Json | void> {
    return await this.#options.invoke(client, request, context)
  }

  async #openAgain(): Promise<Session<Client> | undefined> {
    try {
      return await this.#open()
    } catch {
      this.#counts.failedOpens++
      await delay(REOPEN_EVERY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined)
      return undefined
    }
  }

  /** A client that cannot be closed is left: it may hang for the same reason as its last operation. */
  async #close(client: Client): Promise<void> {
    const { close, timeoutMs } = this.#options
    const closed = (async () => await close?.(client))()
    await withinTime(closed, timeoutMs).catch(() => undefined)
  }

  #contextOf(slot: number): GeneratorContext {
    const random = seededRandom(seedOf(this.#options.seed, this.#given[slot] ?? 0, slot))
    return {
      timeNs: this.#options.journal.nowNs(),
      slot,
      slots: this.#slots,
      isBusy: (other) => this.#busy.has(other),
      random,
    }
  }

  /** Until an operation begins or ends, or that time has come. */
  #change(untilNs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      const waitMs = (untilNs - this.#options.journal.nowNs()) / 1e6
      const timer =
        waitMs === Infinity ? undefined : setTimeout(wake, Math.max(0, Math.min(Math.ceil(waitMs), LONGEST_TIMER_MS)))
      this.#waiting.add(wake)
    })
  }

  #ring(): void {
    for (const wake of this.#waiting) wake()
  }

  #end(reason: unknown): void {
    this.#stop.abort(reason)
    this.#ring()
  }
}
