import { isOnlyUnjudged } from '../guarantee/prove/judge.ts'
import type { RunRecord } from '../run/record.ts'

export interface Verified {
  readonly passed: number
  readonly failed: number
  /** Checks of prove that this machine could not measure. */
  readonly unjudged: number
}

/** Tests, guarantees and the checks of prove: one for each guarantee that an adapter had to keep or to break. */
export function countOf({ parts, killMatrices }: RunRecord): Verified {
  const guarantees = parts.flatMap((part) => part.guarantees)
  const matrices = Object.values(killMatrices)
  const findings = matrices.flatMap((matrix) => matrix.findings)
  const unjudged = findings.filter(({ kind }) => kind === 'unjudged').length
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
  return {
    passed:
      sum(parts.map(({ otherTests }) => otherTests.passed)) +
      guarantees.filter(({ status }) => status === 'passed').length +
      Math.max(0, sum(matrices.map(({ outcomes }) => outcomes.length)) - findings.length),
    failed:
      sum(parts.map(({ otherTests }) => otherTests.failed)) +
      guarantees.filter(({ status }) => status === 'failed' || status === 'no-data').length +
      findings.length -
      unjudged,
    unjudged,
  }
}

/**
 * Whether prove failed for nothing but what could not be measured: it came to its end in every package, and found nothing else.
 *
 * @param toProve the packages that have defects
 */
export function lacksOnlyJudgement({ killMatrices }: RunRecord, toProve: readonly string[]): boolean {
  const isProved = toProve.every((name) => Object.hasOwn(killMatrices, name))
  return isProved && isOnlyUnjudged(Object.values(killMatrices).flatMap(({ findings }) => findings))
}
