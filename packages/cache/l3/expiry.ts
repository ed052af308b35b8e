import { setTimeout as delay } from 'node:timers/promises'
import type { CacheKey } from '../src/contract.ts'
import { INVALIDATION_BOUND_MS, TTL_TOLERANCE_MS } from '../src/contract.ts'
import type { Node } from './cluster-of-nodes.ts'
import { observe, type Read } from './observation.ts'

/** When a lifetime began, as far as the caller can know: between the two. */
export interface Began {
  readonly sentMs: number
  readonly acknowledgedMs: number
}

export async function timed(write: () => Promise<unknown>): Promise<Began> {
  const sentMs = performance.now()
  await write()
  return { sentMs, acknowledgedMs: performance.now() }
}

/** Waits for a moment of this process' clock. */
export async function until(momentMs: number): Promise<void> {
  await delay(Math.max(0, momentMs - performance.now()))
}

/** Rounds in which a machine that is too busy may let nothing be seen, before a test gives up. */
const MOST_ROUNDS = 6

/**
 * Repeats a round, each with a key of its own, until one saw enough to decide: the moment that matters may pass while the
 * machine is busy with something else. This retries no failure: the caller judges what every round saw.
 *
 * @throws Error when no round saw enough
 */
export async function untilDecided<Seen>(
  look: (round: number) => Promise<Seen>,
  sawEnough: (seen: Seen) => boolean,
): Promise<readonly Seen[]> {
  const rounds: Seen[] = []
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const seen = await look(round)
    rounds.push(seen)
    if (sawEnough(seen)) return rounds
  }
  throw new Error(`in ${MOST_ROUNDS} rounds no read came at the moment that decides`)
}

/** A read that must give the value: every node knows of the write, and the TTL cannot be over. */
export function mustServe(read: Read<unknown>, began: Began, ttlMs: number): boolean {
  return (
    read.beganMs >= began.acknowledgedMs + INVALIDATION_BOUND_MS &&
    read.endedMs <= began.sentMs + ttlMs - TTL_TOLERANCE_MS
  )
}

/** A read that must give nothing: the TTL is surely over. */
export function mustBeEmpty(read: Read<unknown>, began: Began, ttlMs: number): boolean {
  return read.beganMs >= began.acknowledgedMs + ttlMs + TTL_TOLERANCE_MS
}

/** Reads a key on every node until each has given so many reads that must be empty. */
export async function readPastExpiry(
  nodes: readonly Node[],
  key: CacheKey,
  began: Began,
  ttlMs: number,
  emptyReads = 3,
): Promise<readonly Read<unknown>[]> {
  const readers = nodes.map((node) => (): Promise<unknown> => node.service.get(key))
  return await observe(readers, async (observation) => {
    await until(began.acknowledgedMs + ttlMs + TTL_TOLERANCE_MS)
    await observation.untilEach('after the TTL', emptyReads, (read) => mustBeEmpty(read, began, ttlMs))
    return observation.reads
  })
}
