import type { BillingNode, Micros, Reservation } from '../src/contract.ts'
import { range } from './ledger.ts'
import type { Node } from './nodes.ts'

export interface Estimate {
  readonly tenant: string
  readonly prefix: string
  readonly estimateMicros: Micros
}

export interface Asked extends Reservation {
  readonly key: string
  readonly node: BillingNode
  readonly askedMs: number
  readonly answeredMs: number
}

/** Asks for so many calls at once, over all nodes. None is made before all are answered. */
export async function reserveAtOnce(
  nodes: readonly Node[],
  count: number,
  { tenant, prefix, estimateMicros }: Estimate,
): Promise<readonly Asked[]> {
  return await Promise.all(
    range(count).map(async (number) => {
      const [key, node] = [`${prefix} ${number}`, nodes[number % nodes.length]!.service]
      const askedMs = performance.now()
      const reservation = await node.reserve(key, tenant, estimateMicros)
      return { ...reservation, key, node, askedMs, answeredMs: performance.now() }
    }),
  )
}

export function granted(asked: readonly Asked[]): readonly Asked[] {
  return asked.filter(({ isGranted }) => isGranted)
}

/** How long all of them were under way together. */
export function togetherMs(asked: readonly Asked[]): number {
  const lastAskedMs = Math.max(...asked.map(({ askedMs }) => askedMs))
  return Math.min(...asked.map(({ answeredMs }) => answeredMs)) - lastAskedMs
}
