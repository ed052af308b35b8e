import type { BillingNode, UsageEvent } from '../src/contract.ts'
import { MOST_EVENTS } from '../src/contract.ts'
import { NOW_MS, PLAIN_PRICE, eventOf } from './nodes.ts'

const TENANTS = 100
const MS_IN_MINUTE = 60_000
/** Within the month of `NOW_MS`. */
const MINUTES = 14 * 24 * 60
/** Batches under way at once: more would wait for each other, on few cores. */
const AT_ONCE = 4

export const EVENTS = 50_000
export const EVENTS_MICROS = 3n * 100n + 7n * 10n

export function tenantOf(number: number): string {
  return `tenant ${number % TENANTS}`
}

/** How many of the first `count` events are of a tenant. */
export function eventsOf(count: number): number {
  return count / TENANTS
}

/** The nth thousand: ten events of each of a hundred tenants, spread over two weeks. */
export function batchOf(number: number): UsageEvent[] {
  return Array.from({ length: MOST_EVENTS }, (_, index) => {
    const event = number * MOST_EVENTS + index
    return eventOf(event, {
      tenant: tenantOf(event),
      model: PLAIN_PRICE.model,
      atMs: NOW_MS - MS_IN_MINUTE * ((event * 7) % MINUTES),
    })
  })
}

/**
 * Records batches, some at once.
 *
 * @param isEnough is asked after each batch: an end that is clear need not be waited for
 * @returns how many batches were recorded, in how many seconds
 */
export async function recordBatches(
  nodes: readonly BillingNode[],
  batches: { readonly from: number; readonly to: number },
  isEnough: (done: number, seconds: number) => boolean = () => false,
): Promise<{ readonly done: number; readonly seconds: number }> {
  let [next, done, ended] = [batches.from, 0, false]
  const beganMs = performance.now()
  const seconds = (): number => (performance.now() - beganMs) / 1_000
  const work = async (): Promise<void> => {
    while (next < batches.to && !ended) {
      const batch = next++
      await nodes[batch % nodes.length]!.record(batchOf(batch))
      done++
      ended ||= isEnough(done, seconds())
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { done, seconds: seconds() }
}
