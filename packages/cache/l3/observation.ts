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
  readonly failure: Error | undefined
}

/**
 * Lets readers read on, each with one read under way at a time, while `meanwhile` changes things and waits for what they
 * find. They stop when it ends, however it ends.
 */
export async function observe<Answer, Result>(
  readers: readonly (() => Promise<Answer>)[],
  meanwhile: (observation: Observation<Answer>) => Promise<Result>,
): Promise<Result> {
  const observation = new Observation(readers)
  try {
    return await meanwhile(observation)
  } finally {
    await observation.stop()
  }
}

class Observation<Answer> {
  readonly reads: Read<Answer>[] = []
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

  /**
   * Waits until the latest reads of every reader all gave this answer: its node then has its copy, if it keeps one. The
   * answer was written before, so a read that began when the bound was over and gives another ends the wait at once.
   */
  async untilHot(answer: Answer, streak = 5): Promise<void> {
    const beganMs = performance.now()
    const isWrong = (read: Read<Answer>): boolean =>
      read.failure !== undefined || (read.answer !== answer && read.beganMs > beganMs + INVALIDATION_BOUND_MS)
    const isHot = (reader: number): boolean => {
      const latest = this.reads.filter((read) => read.reader === reader).slice(-streak)
      return latest.length === streak && latest.every((read) => read.answer === answer)
    }
    await eventually(() => this.#readers.every((_, reader) => isHot(reader)) || this.reads.some(isWrong), {
      withinMs: SETTLES_WITHIN_MS,
      describe: `every node serves ${JSON.stringify(answer)}`,
    })
    const wrong = this.reads.find(isWrong)
    if (wrong?.failure !== undefined) throw wrong.failure
    if (wrong)
      throw new Error(`${JSON.stringify(answer)} was written, but a node serves ${JSON.stringify(wrong.answer)}`)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#readers)
  }

  async #keepReading(read: () => Promise<Answer>, reader: number): Promise<void> {
    while (!this.#stopped) {
      const beganMs = performance.now()
      const outcome = await read().then(
        (answer) => ({ answer, failure: undefined }),
        (failure: Error) => ({ answer: undefined, failure }),
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
  return await observe(readers, async (observation) => {
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
  })
}

/** A read that failed, or gave another answer. */
export function isNot<Answer>(answer: Answer | undefined): (read: Read<Answer>) => boolean {
  return (read) => read.failure !== undefined || read.answer !== answer
}

/** How many reads are wrong, with the first and the last of them; undefined when none is. */
export function wrongIn<Answer>(reads: readonly Read<Answer>[], isWrong: (read: Read<Answer>) => boolean) {
  const wrong = reads.filter(isWrong)
  return wrong.length === 0 ? undefined : { count: wrong.length, of: reads.length, first: wrong[0], last: wrong.at(-1) }
}
