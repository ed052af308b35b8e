import { eventually } from '@proving-ground/core-harness/guarantee'
import { setTimeout as delay } from 'node:timers/promises'
import { INVALIDATION_BOUND_MS } from '../src/contract.ts'

/** Between two reads of one reader, so that reading leaves the nodes time to work. */
const PAUSE_MS = 2
const SETTLES_WITHIN_MS = 8_000

/** One read of one node. Times are milliseconds of this process' monotonic clock. */
export interface Read<Answer> {
  readonly reader: number
  readonly beganMs: number
  readonly endedMs: number
  readonly answer: Answer | undefined
  /** Why there is no answer: a node that is cut off may fail, but must not lie. */
  readonly failure: unknown
}

/** Readers that go on reading, each with one read under way at a time, while the test changes things. */
export class Observation<Answer> {
  readonly reads: Read<Answer>[] = []
  /** When each reader's latest read began, ended or not. */
  readonly latestBeganMs: number[] = []
  readonly #readers: readonly Promise<void>[]
  #stopped = false

  constructor(readers: readonly (() => Promise<Answer>)[]) {
    this.#readers = readers.map((read, reader) => this.#keepReading(read, reader))
  }

  /** Waits until every reader has so many reads of a kind. */
  async untilEach(what: string, count: number, isOfKind: (read: Read<Answer>) => boolean): Promise<void> {
    await eventually(
      () => {
        const counts = new Array<number>(this.#readers.length).fill(0)
        for (const read of this.reads) if (isOfKind(read)) counts[read.reader]!++
        return counts.every((found) => found >= count)
      },
      { withinMs: SETTLES_WITHIN_MS, describe: `every reader has ${count} reads ${what}` },
    )
  }

  /** Waits until the latest reads of every reader all gave this answer: its node then has its copy, if it keeps one. */
  async untilHot(answer: Answer, streak = 5): Promise<void> {
    await eventually(
      () =>
        this.#readers.every((_, reader) => {
          const own = this.reads.filter((read) => read.reader === reader)
          const latest = own.slice(-streak)
          const unknown = own.find((read) => read.failure !== undefined)
          if (unknown) throw unknown.failure
          return latest.length === streak && latest.every((read) => read.answer === answer)
        }),
      { withinMs: SETTLES_WITHIN_MS / 4, describe: `every node serves ${JSON.stringify(answer)}` },
    )
  }

  async stop(): Promise<readonly Read<Answer>[]> {
    this.#stopped = true
    await Promise.all(this.#readers)
    return this.reads
  }

  async #keepReading(read: () => Promise<Answer>, reader: number): Promise<void> {
    while (!this.#stopped) {
      const beganMs = performance.now()
      this.latestBeganMs[reader] = beganMs
      const outcome = await read().then(
        (answer) => ({ answer, failure: undefined }),
        (failure: unknown) => ({ answer: undefined, failure }),
      )
      this.reads.push({ reader, beganMs, endedMs: performance.now(), ...outcome })
      await delay(PAUSE_MS)
    }
  }
}

export interface ObservedChange<Answer> {
  /** The reads that began when the bound was over. There are `LATE_READS` or more of every reader. */
  readonly late: readonly Read<Answer>[]
  /** How long after the acknowledgement the last read began that still gave the old answer; 0 when there was none. */
  readonly longestStaleMs: number
}

const LATE_READS = 5

/**
 * Reads on every node before, during and after a change. The order of events decides and not how fast they were: a read
 * is late when it began 50 ms or more after the change was acknowledged, and late reads are awaited, however long it takes.
 */
export async function observeChange<Answer>(
  readers: readonly (() => Promise<Answer>)[],
  oldAnswer: Answer,
  change: () => Promise<unknown>,
): Promise<ObservedChange<Answer>> {
  const observation = new Observation(readers)
  try {
    await observation.untilHot(oldAnswer)
    await change()
    const acknowledgedMs = performance.now()
    const isLate = (read: Read<Answer>): boolean => read.beganMs >= acknowledgedMs + INVALIDATION_BOUND_MS
    await observation.untilEach('after the bound', LATE_READS, isLate)
    const stale = observation.reads.filter((read) => read.beganMs > acknowledgedMs && read.answer === oldAnswer)
    return {
      late: observation.reads.filter(isLate),
      longestStaleMs: Math.max(0, ...stale.map((read) => read.beganMs - acknowledgedMs)),
    }
  } finally {
    await observation.stop()
  }
}
