import type { Operation } from '../operation.ts'
import type { Call, Model } from './model.ts'
import type { ValueTable } from './values.ts'

/** All that was done to one of many independent objects. */
export interface ObjectHistory {
  /** By when they were invoked. */
  readonly calls: readonly Call[]
  readonly failed: readonly Operation[]
}

/**
 * Takes a history apart by `key`. Objects can be judged one by one: a history is linearizable exactly when what was done to each
 * object is (Herlihy and Wing, "Linearizability", 1990).
 */
export function partition(
  operations: readonly Operation[],
  model: Model,
  values: ValueTable,
): readonly ObjectHistory[] {
  const byTime = operations.toSorted((one, other) => one.invokedNs - other.invokedNs || one.index - other.index)
  return [...Map.groupBy(byTime, ({ key }) => key).values()].map((ofObject) => ({
    calls: withoutUnneeded(
      ofObject.flatMap((operation) => model.call(operation, values) ?? []),
      model,
    ),
    failed: ofObject.filter(({ outcome }) => outcome === 'fail'),
  }))
}

/**
 * Leaves out calls of unknown end that help nobody: what the model allows to leave out cannot make an order impossible, and as
 * such a call need not have happened, it cannot be what makes one possible that would be impossible without it.
 */
function withoutUnneeded(calls: readonly Call[], model: Model): readonly Call[] {
  const isUnknown = ({ operation }: Call): boolean => operation.outcome === 'info'
  for (let kept = calls; ;) {
    if (!kept.some(isUnknown)) return kept
    const unneeded = new Set(
      model
        .omissible(kept)
        .filter((set) => set.every(isUnknown))
        .flat(),
    )
    if (unneeded.size === 0) return kept
    kept = kept.filter((one) => !unneeded.has(one))
  }
}
