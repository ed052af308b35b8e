import { eventually } from '@proving-ground/core-harness/guarantee'
import type { BillingOptions, UsageEvent } from '../src/contract.ts'
import type { Context, Node } from './nodes.ts'

export interface Crash {
  readonly step: string
  readonly occurrence: number
  /** Recorded one after the other; each arrives in the analytics store before the next is sent, unless the node dies. */
  readonly batches: readonly (readonly UsageEvent[])[]
}

/** Where the node died; undefined when it got to the end, because what it did has no such step. */
export type Death = 'before it answered' | 'after it had answered' | undefined

/** On a quiet machine it takes 20 ms. */
const CARRIED_WITHIN_MS = 20_000

/**
 * Has a node die at a step of its work, alone with the stores: nobody else does a part of it. Then the survivor goes on, and is
 * sent all events again, as whoever sent them does that has heard no answer.
 */
export async function crash(
  context: Context,
  survivor: Node,
  options: BillingOptions,
  { step, occurrence, batches }: Crash,
): Promise<Death> {
  await survivor.pause()
  const doomed = await context.host({ ...options, dieAt: { step, occurrence } })
  const death = await recordAll(doomed, batches, context.offers('analytics'))
  await doomed.kill()
  await survivor.resume()
  for (const batch of batches) await survivor.service.record(batch)
  return death
}

async function recordAll({ service }: Node, batches: Crash['batches'], isCarried: boolean): Promise<Death> {
  for (const batch of batches) {
    if (await isFatal(service.record(batch))) return 'before it answered'
    if (!isCarried) continue
    const end = await eventually(
      async () => {
        const pending = service.pendingAnalytics()
        if (await isFatal(pending)) return 'death'
        return (await pending) === 0 && 'carried'
      },
      { withinMs: CARRIED_WITHIN_MS, describe: 'the events are in the analytics store, or the node has died' },
    )
    if (end === 'death') return 'after it had answered'
  }
  return undefined
}

/** Whether the node died over it. */
async function isFatal(call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return false
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_NODE_GONE') return true
    throw error
  }
}
