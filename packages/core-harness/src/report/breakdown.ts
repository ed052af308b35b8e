import type { Severity } from '../objective/verdict.ts'
import type { GuaranteeResult, RunRecord } from '../run/record.ts'
import { isKept } from './verdict-words.ts'

const SEVERITIES: readonly Severity[] = ['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']

/** What a run comes to in numbers. Guarantees that are not offered are counted apart, and in nothing else. */
export interface Breakdown {
  readonly total: number
  readonly passed: number
  readonly failed: number
  readonly notOffered: number
  readonly averageDurationMs: number
  readonly severities: readonly { readonly severity: Severity; readonly count: number }[]
  readonly categories: readonly { readonly category: string; readonly passed: number; readonly total: number }[]
}

/** All guarantees of a run, in their order. */
export function guaranteesOf({ parts }: Pick<RunRecord, 'parts'>): GuaranteeResult[] {
  return parts.flatMap((part) => part.guarantees)
}

export function breakdownOf(guarantees: readonly GuaranteeResult[]): Breakdown {
  const judged = guarantees.filter(({ status }) => status !== 'not-offered')
  const passed = judged.filter(({ status }) => isKept(status)).length
  const count = (severity: Severity): number => judged.filter((one) => severityOf(one) === severity).length
  return {
    total: judged.length,
    passed,
    failed: judged.length - passed,
    notOffered: guarantees.length - judged.length,
    averageDurationMs:
      judged.length === 0 ? 0 : judged.reduce((sum, { durationMs }) => sum + durationMs, 0) / judged.length,
    severities: SEVERITIES.map((severity) => ({ severity, count: count(severity) })).filter((one) => one.count > 0),
    categories: [...new Set(judged.map(categoryOf))].sort().map((category) => {
      const those = judged.filter((one) => categoryOf(one) === category)
      return { category, passed: those.filter(({ status }) => isKept(status)).length, total: those.length }
    }),
  }
}

/** What a guarantee says that it is about, or else its service: the name of its contract. */
export function categoryOf({ category, contract }: Pick<GuaranteeResult, 'category' | 'contract'>): string {
  return category ?? contract
}

/** The worst of its objectives and of what its status says by itself. */
export function severityOf({ status, load }: Pick<GuaranteeResult, 'status' | 'load'>): Severity {
  const own = OF_STATUS[status]
  const ranks = [own, ...(load?.objectives ?? []).map(({ severity }) => severity)].map((one) => SEVERITIES.indexOf(one))
  return SEVERITIES[Math.max(...ranks)] ?? own
}

const OF_STATUS: Readonly<Record<GuaranteeResult['status'], Severity>> = {
  passed: 'INFO',
  warned: 'LOW',
  failed: 'CRITICAL',
  invalid: 'HIGH',
  'not-offered': 'INFO',
  'no-data': 'HIGH',
}
