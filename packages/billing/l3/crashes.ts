import { eventually } from '@proving-ground/core-harness/guarantee'
import type { BillingNode, BillingOptions, Recorded, UsageEvent } from '../src/contract.ts'
import { quiet } from './nodes.ts'
import type { Context, Node } from './nodes.ts'

interface Crash {
  readonly step: string
  readonly occurrence: number
  /** Recorded one after the other; each arrives in the analytics store before the next is sent, unless the node dies. */
  readonly batches: readonly (readonly UsageEvent[])[]
}

/** How the node died; undefined when it got to the end, because what it did has no such step. */
export interface Death {
  readonly hadAnswered: boolean
  /** It had recorded what it was at: who sends it again hears of duplicates. */
  readonly hadRecorded: boolean
}

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
): Promise<Death | undefined> {
  // It is stopped with nothing in its hands.
  if (context.offers('analytics')) await quiet(survivor.service)
  await survivor.pause()
  const doomed = await context.host({ ...options, dieAt: { step, occurrence } })
  const end = await recordAll(doomed, batches, context.offers('analytics'))
  await doomed.kill()
  await survivor.resume()
  const answers: (readonly Recorded[])[] = []
  for (const batch of batches) answers.push(await survivor.service.record(batch))
  if (end === undefined) return undefined
  const hadRecorded = answers[end.batch]!.every(({ status }) => status === 'duplicate')
  return { hadAnswered: end.hadAnswered, hadRecorded }
}

/** @returns at which batch it died */
async function recordAll(
  { service }: Node,
  batches: Crash['batches'],
  isCarried: boolean,
): Promise<{ readonly batch: number; readonly hadAnswered: boolean } | undefined> {
  for (const [batch, events] of batches.entries()) {
    if (await isFatal(service, service.record(events))) return { batch, hadAnswered: false }
    if (!isCarried) continue
    const end = await eventually(
      async () => {
        const pending = service.pendingAnalytics()
        if (await isFatal(service, pending)) return 'death'
        return (await pending) === 0 && 'carried'
      },
      { withinMs: CARRIED_WITHIN_MS, describe: 'the events are in the analytics store, or the node has died' },
    )
    if (end === 'death') return { batch, hadAnswered: true }
  }
  return undefined
}

/** Whether the node died over it. One behind HTTP is unavailable then, also for what it knows by itself. */
async function isFatal(node: BillingNode, call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return false
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'ERR_NODE_GONE') return true
    if (code === 'ERR_BILLING_UNAVAILABLE' && (await hasFailed(node.figures()))) return true
    throw error
  }
}

async function hasFailed(call: Promise<unknown>): Promise<boolean> {
  return await call.then(
    () => false,
    () => true,
  )
}
