import type { BillingNode, UsageEvent } from '../src/contract.ts'
import { MOST_EVENTS } from '../src/contract.ts'
import { NOW_MS, eventOf } from './nodes.ts'

const TENANTS_IN_BATCH = 100
const MS_IN_MINUTE = 60_000
/** Within the month of `NOW_MS`. */
const MINUTES = 14 * 24 * 60
/** Batches under way at once: more would wait for each other, on few cores. */
const AT_ONCE = 4

/** Each batch has tenants of its own, with ten events each: what others have does not change what is one's. */
export function tenantOf(batch: number, index: number): string {
  return `tenant ${batch}/${index % TENANTS_IN_BATCH}`
}

/** The nth thousand, spread over two weeks. */
export function batchOf(batch: number, tenant?: string): UsageEvent[] {
  return Array.from({ length: MOST_EVENTS }, (_, index) => {
    const number = batch * MOST_EVENTS + index
    const atMs = NOW_MS - MS_IN_MINUTE * ((number * 7) % MINUTES)
    return eventOf(number, { tenant: tenant ?? tenantOf(batch, index), atMs })
  })
}

export interface RecordOptions {
  /** Of all of them; many otherwise. */
  readonly tenant?: string
  /** Asked after each batch: an end that is clear need not be waited for. */
  readonly isEnough?: (done: number, seconds: number) => boolean
}

/**
 * Records batches, some at once.
 *
 * @returns how many batches were recorded, in how many seconds
 */
export async function recordBatches(
  node: BillingNode,
  batches: number,
  { tenant, isEnough = () => false }: RecordOptions = {},
): Promise<{ readonly done: number; readonly seconds: number }> {
  let [next, done, ended] = [0, 0, false]
  const beganMs = performance.now()
  const seconds = (): number => (performance.now() - beganMs) / 1_000
  const work = async (): Promise<void> => {
    while (next < batches && !ended) {
      const batch = next++
      await node.record(batchOf(batch, tenant))
      done++
      ended ||= isEnough(done, seconds())
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { done, seconds: seconds() }
}
