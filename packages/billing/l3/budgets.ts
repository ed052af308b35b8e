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
      return { ...(await node.reserve(key, tenant, estimateMicros)), key, node }
    }),
  )
}

export function granted(asked: readonly Asked[]): readonly Asked[] {
  return asked.filter(({ isGranted }) => isGranted)
}
