import type { GuaranteeResult } from '../run/record.ts'
import type { Segment } from '../segment.ts'
import { isKept } from './verdict-words.ts'

/** Monthly revenue in US dollars, by how the guarantees that protect it came out. One not offered counts nowhere. */
export interface Revenue {
  readonly protectedUsd: number
  /** Of the protected: by guarantees that are kept, but degraded. */
  readonly degradedUsd: number
  /** Of guarantees that are broken, or were not shown to hold. */
  readonly atRiskUsd: number
  /** Of what is at risk: by guarantees that could not be judged. */
  readonly unprovenUsd: number
}

type Valued = Pick<GuaranteeResult, 'status' | 'protectedMonthlyRevenueUsd'>

export function revenueOf(guarantees: readonly Valued[]): Revenue {
  const sum = (isCounted: (status: GuaranteeResult['status']) => boolean): number =>
    guarantees
      .filter(({ status }) => isCounted(status))
      .reduce((total, one) => total + one.protectedMonthlyRevenueUsd, 0)
  return {
    protectedUsd: sum(isKept),
    degradedUsd: sum((status) => status === 'warned'),
    atRiskUsd: sum((status) => !isKept(status) && status !== 'not-offered'),
    unprovenUsd: sum((status) => status === 'invalid' || status === 'no-data'),
  }
}

const SEGMENTS: readonly Segment[] = ['Enterprise', 'Mid', 'Early', 'Free', 'All']

/** By the customers that it comes from; only segments that have any. */
export function revenueBySegment(
  guarantees: readonly (Valued & Pick<GuaranteeResult, 'segment'>)[],
): readonly (Revenue & { readonly segment: Segment; readonly guarantees: number })[] {
  return SEGMENTS.flatMap((segment) => {
    const those = guarantees.filter((one) => one.segment === segment && one.status !== 'not-offered')
    return those.length === 0 ? [] : [{ segment, guarantees: those.length, ...revenueOf(those) }]
  })
}
