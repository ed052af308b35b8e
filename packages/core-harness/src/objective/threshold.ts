import type { Objective } from './objective.ts'
import type { Severity, Verdict } from './verdict.ts'

/** The threshold that decided: the loosest that was met, or `critical` when none was. */
export interface Decision {
  readonly verdict: Verdict
  readonly severity: Severity
  readonly met?: { readonly name: ThresholdName; readonly threshold: number }
  /** The strictest that was missed. */
  readonly missed?: { readonly name: ThresholdName; readonly threshold: number }
}

export type ThresholdName = 'baseline' | 'warning' | 'critical'

/** All three thresholds: those left out are as strict as the one before. */
export function thresholdsOf({ baseline, warning = baseline, critical = warning }: Objective) {
  return { baseline, warning, critical }
}

/** @param value Infinity: more than could be measured, which meets no threshold, whatever the comparison; neither does NaN */
export function meets(value: number, comparison: Objective['comparison'], threshold: number): boolean {
  if (!Number.isFinite(value)) return false
  if (comparison === '<') return value < threshold
  if (comparison === '<=') return value <= threshold
  return comparison === '>' ? value > threshold : value >= threshold
}

/** Compares a value that was well measured with the thresholds, from the strictest to the loosest. */
export function decide(objective: Objective, value: number): Decision {
  const { baseline, warning, critical } = thresholdsOf(objective)
  const keeps = (threshold: number) => meets(value, objective.comparison, threshold)
  if (keeps(baseline)) return { verdict: 'pass', severity: 'INFO', met: { name: 'baseline', threshold: baseline } }
  if (keeps(warning))
    return {
      verdict: 'warn',
      severity: 'LOW',
      met: { name: 'warning', threshold: warning },
      missed: { name: 'baseline', threshold: baseline },
    }
  if (keeps(critical))
    return {
      verdict: 'warn',
      severity: 'MEDIUM',
      met: { name: 'critical', threshold: critical },
      missed: { name: 'warning', threshold: warning },
    }
  return { verdict: 'fail', severity: 'CRITICAL', missed: { name: 'critical', threshold: critical } }
}

/** Whether `a` is further from what the objective asks for than `b`. */
export function isWorse(objective: Objective, a: number, b: number): boolean {
  return objective.comparison === '<' || objective.comparison === '<=' ? a > b : a < b
}
