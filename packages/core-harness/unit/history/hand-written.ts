import type { Json, Operation } from '../../src/history/operation.ts'

/** An operation as a test writes it down: from when to when in milliseconds, what is asked and what is found. */
export type Call = readonly [
  fromMs: number,
  toMs: number,
  f: string,
  input?: Json,
  output?: Json,
  more?: Partial<Pick<Operation, 'outcome' | 'process' | 'key' | 'error'>>,
]

export const info = { outcome: 'info' } as const
export const fail = { outcome: 'fail' } as const

/** A history, each operation by a process of its own unless it says which. They are put into the order in which they begin. */
export function history(...calls: readonly Call[]): Operation[] {
  return calls
    .toSorted(([a], [b]) => a - b)
    .map(([fromMs, toMs, f, input = null, output = null, more], index) => ({
      index,
      process: index,
      f,
      input,
      output,
      outcome: 'ok',
      invokedNs: fromMs * 1e6,
      completedNs: toMs * 1e6,
      ...more,
    }))
}
