import type { CheckResult } from '../../../src/history/checkers/checker.ts'
import { isolation } from '../../../src/history/checkers/isolation.ts'
import { KINDS } from '../../../src/history/isolation/model.ts'
import type { Model } from '../../../src/history/isolation/model.ts'
import type { Operation } from '../../../src/history/operation.ts'

export function check(operations: readonly Operation[], model: Model): CheckResult {
  return isolation.check(operations, isolation.options.parse({ model }))
}

/** The kinds of anomalies in a history, from the gravest on. */
export function kindsIn(operations: readonly Operation[]): readonly string[] {
  const { counts } = check(operations, 'strict-serializable')
  return KINDS.filter((kind) => (counts[kind] ?? 0) > 0)
}
