import { judgeObjective } from '@proving-ground/core-harness/objective'
import { billing } from '../src/contract.ts'
import type { Context } from './nodes.ts'

export interface Thresholds {
  readonly baseline: number
  readonly warning: number
  readonly critical: number
}

/**
 * Judges a time as objectives are judged: what misses the baseline is degraded, what misses `critical` has failed. The value and
 * the verdict go into the record.
 */
export function judgeSeconds(
  context: Context,
  id: keyof typeof billing.guarantees,
  seconds: number,
  thresholds: Thresholds,
): void {
  const { statement, segment, protectedMonthlyRevenueUsd } = billing.guarantees[id]
  const objective = {
    statement,
    metric: { kind: 'finding', name: 'seconds', unit: 's' },
    comparison: '<',
    ...thresholds,
    recommendation:
      'Look at the plans of the statements (EXPLAIN), at waits for locks, and at the pool of connections.',
  } as const
  const evidence = { workloads: [], resources: [], findings: { seconds } }
  const defaults = { segment, protectedMonthlyRevenueUsd }
  const { verdict, severity, explanation } = judgeObjective(`${id}#seconds`, objective, evidence, defaults)
  context.evidence({ seconds, ...thresholds, verdict, severity, explanation })
  if (verdict !== 'pass' && verdict !== 'warn') throw new Error(explanation)
}
