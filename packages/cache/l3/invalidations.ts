import {
  eachProcessOnce,
  phases,
  repeat,
  runHistory,
  sequence,
  stagger,
  untilEnough,
} from '@proving-ground/core-harness/history'
import type { GeneratorContext, Journal, Request } from '@proving-ground/core-harness/history'
import { INVALIDATION_BOUND_MS } from '../src/contract.ts'
import { A_MINUTE, inTurn, range, type Node } from './cluster-of-nodes.ts'
import { until } from './expiry.ts'
import { observe } from './observation.ts'

export interface InvalidationsOptions {
  readonly journal: Journal
  readonly nodes: readonly Node[]
  /** Those that delete. */
  readonly deleters: readonly Node[]
  readonly seed: number
  /** After that an operation counts as unknown. */
  readonly timeoutMs: number
  /** For so long deletes are begun. */
  readonly lengthMs: number
  /** Whether the nodes need be asked no more when all deletes have ended. */
  readonly isOver: () => boolean
  readonly signal: AbortSignal
}

const KEYS = range(20).map((index) => ({ tenant: 'acme', key: `flag ${index}` }))
/** More than one, so that some begin while others wait for what is broken. */
const DELETING = 4
const READ_EVERY_MS = 15

/** Stores the keys, and lets every node copy them. */
export async function prepareInvalidations(nodes: readonly Node[]): Promise<void> {
  await Promise.all(KEYS.map((key) => nodes[0]!.service.set(key, true, A_MINUTE)))
  const missing = nodes.map((node) => async () => (await goneFrom(node)).length)
  await observe(missing, (observation) => observation.untilHot(0))
}

/**
 * Keys that every node has a copy of are deleted one after the other, while every node is asked again and again which are gone.
 * The deletes that were acknowledged are the elements of a set, which must never miss one that it had: journaled for the checker
 * `set-full`.
 */
export async function runInvalidations(options: InvalidationsOptions): Promise<void> {
  const { journal, nodes, deleters, seed, timeoutMs, lengthMs, isOver, signal } = options
  const shared = { journal, seed, timeoutMs, signal }
  const readOwn = ({ slot }: GeneratorContext): Request => ({ f: 'read', input: { node: slot } })
  const readers = {
    ...shared,
    processes: nodes.length,
    open: () => undefined,
    invoke: (_: undefined, { input }: Request) => goneFrom(nodes[(input as { readonly node: number }).node]!),
  }
  let isDone = false
  const deleting = runHistory<Node>({
    ...shared,
    processes: DELETING,
    generator: stagger(lengthMs / KEYS.length, sequence(KEYS.map((_, index) => ({ f: 'add', input: index })))),
    open: inTurn(deleters),
    invoke: (node, { input }) => node.service.delete(KEYS[Number(input)]!),
  }).finally(() => (isDone = true))
  const reading = runHistory({
    ...readers,
    generator: untilEnough(
      { seen: () => Number(isDone && isOver()), minimum: 1, atMost: Infinity },
      stagger(READ_EVERY_MS, repeat(readOwn)),
    ),
  })
  await Promise.all([deleting, reading])
  await until(performance.now() + INVALIDATION_BOUND_MS)
  await runHistory({ ...readers, generator: phases(eachProcessOnce(readOwn), eachProcessOnce(readOwn)) })
}

async function goneFrom(node: Node): Promise<number[]> {
  const found = await Promise.all(KEYS.map((key) => node.service.get(key)))
  return found.flatMap((value, index) => (value === undefined ? [index] : []))
}
