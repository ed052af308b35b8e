import type { Json, Operation, Outcome } from '../../../src/history/operation.ts'

const NS_PER_MS = 1e6

/**
 * A transaction in short: `ax1` appends 1 to x, `rx` reads the empty list, `rx12` reads [1 2] of x. Elements have one digit.
 * It lasts for the millisecond after its place in the history, or as `times` says.
 */
export function transaction(
  steps: string,
  place: number,
  outcome: Outcome = 'ok',
  times?: [number, number],
): Operation {
  const found = steps.split(' ').map((step): Json => {
    const [kind, key = '', ...elements] = step
    return kind === 'a' ? ['append', key, Number(elements[0])] : ['r', key, elements.map(Number)]
  })
  const [invokedMs, completedMs] = times ?? [2 * place, 2 * place + 1]
  return {
    index: place,
    process: place,
    f: 'txn',
    input: found.map((step) => (Array.isArray(step) && step[0] === 'r' ? ['r', step[1] ?? null, null] : step)),
    output: outcome === 'ok' ? found : null,
    outcome,
    invokedNs: invokedMs * NS_PER_MS,
    completedNs: completedMs * NS_PER_MS,
  }
}

/** Transactions in short, one after another; `!` before one says that it failed, `?` that nobody knows. */
export function transactions(...all: readonly string[]): Operation[] {
  return all.map((text, place) => {
    if (text.startsWith('!')) return transaction(text.slice(1), place, 'fail')
    if (text.startsWith('?')) return transaction(text.slice(1), place, 'info')
    return transaction(text, place)
  })
}
