import type { BillingNode, UsageEvent } from '../src/contract.ts'
import { MOST_EVENTS } from '../src/contract.ts'
import { NOW_MS, eventOf } from './nodes.ts'

const TENANTS_IN_BATCH = 100
const MS_IN_MINUTE = 60_000
/** Within the month of `NOW_MS`. */
const MINUTES = 14 * 24 * 60
/** Batches under way at once: more would wait for each other, on few cores. */
export const AT_ONCE = 4

/** Each batch has tenants of its own, with ten events each: what others have does not change what is one's. */
export function tenantOf(batch: number, index: number): string {
  return `tenant ${batch}/${index % TENANTS_IN_BATCH}`
}

/** The nth thousand, spread over two weeks. */
function batchOf(batch: number, tenant?: string): UsageEvent[] {
  return Array.from({ length: MOST_EVENTS }, (_, index) => {
    const number = batch * MOST_EVENTS + index
    const atMs = NOW_MS - MS_IN_MINUTE * ((number * 7) % MINUTES)
    return eventOf(number, { tenant: tenant ?? tenantOf(batch, index), atMs })
  })
}

export interface RecordOptions {
  /** Of all of them; many otherwise. */
  readonly tenant?: string
  /** Called after each batch. */
  readonly onRecorded?: () => void
}

/** Records batches, some at once. */
export async function recordBatches(
  node: BillingNode,
  batches: number,
  { tenant, onRecorded }: RecordOptions = {},
): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < batches) {
      await node.record(batchOf(next++, tenant))
      onRecorded?.()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}
