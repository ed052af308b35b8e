import type { Json, Operation, Outcome } from '../../src/history/operation.ts'

const NS_PER_MS = 1e6

/** What differs from an operation that was ok, on one object. */
interface Details {
  readonly key?: string
  readonly outcome?: Outcome
  readonly process?: number
}

/** An operation as a person writes it down: what was asked, what came, from when to when. */
export type Written = readonly [f: string, input: Json, output: Json, fromMs: number, toMs: number, details?: Details]

/** A history written by hand; where no process is said each operation has its own. */
export function written(...lines: readonly Written[]): readonly Operation[] {
  return lines
    .map(([f, input, output, fromMs, toMs, details], place): Operation => {
      const { key, outcome = 'ok', process = place }: Details = details ?? {}
      return {
        index: place,
        process,
        f,
        ...(key === undefined ? {} : { key }),
        input,
        output: outcome === 'ok' ? output : null,
        outcome,
        invokedNs: fromMs * NS_PER_MS,
        completedNs: toMs * NS_PER_MS,
      }
    })
    .sort((one, other) => one.invokedNs - other.invokedNs)
    .map((operation, index) => ({ ...operation, index }))
}
