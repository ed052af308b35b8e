import type { BankKind } from '../checkers/bank.ts'
import type { Evidence } from '../evidence.ts'
import { moments } from '../moments.ts'
import type { Operation } from '../operation.ts'
import { amountOf, balancesOf, plus, transferOf } from './amount.ts'
import type { Amount } from './amount.ts'

/** Between what a balance may lie. */
interface Bounds {
  low: Amount
  high: Amount
}

/**
 * What the last read has to hold, where a read had ended before any transfer began and one began after all had ended: with
 * nothing under way there is only one right balance for each account, but for transfers that nobody knows the end of.
 */
export function judgeFinalBalances(operations: readonly Operation[], evidence: Evidence<BankKind>): void {
  const transfers = operations.filter(({ f, outcome }) => f === 'transfer' && outcome !== 'fail')
  const reads = operations.filter(({ f, outcome }) => f === 'read' && outcome === 'ok')
  const begunNs = transfers.reduce((earliest, { invokedNs }) => Math.min(earliest, invokedNs), Infinity)
  const endedNs = transfers.reduce(
    (latest, { outcome, completedNs }) => (outcome === 'ok' ? Math.max(latest, completedNs) : latest),
    -Infinity,
  )
  const first = reads.find(({ completedNs }) => completedNs < begunNs)
  const last = reads.findLast(({ invokedNs }) => invokedNs > endedNs)
  if (first === undefined || last === undefined) return

  const bounds = new Map<string, Bounds>()
  for (const [account, balance] of Object.entries(balancesOf(first))) {
    const amount = amountOf(first, balance)
    bounds.set(account, { low: amount, high: amount })
  }
  for (const operation of transfers) {
    const { from, to, amount } = transferOf(operation)
    const negative = plus(0, -BigInt(amount))
    move(bounds.get(from), negative, operation)
    move(bounds.get(to), amount, operation)
  }
  for (const [account, value] of Object.entries(balancesOf(last))) {
    const expected = bounds.get(account)
    const balance = amountOf(last, value)
    if (expected === undefined || (balance >= expected.low && balance <= expected.high)) continue
    evidence.add('wrong-balance', {
      operations: [first, last],
      explain: () => {
        const [from, to] = moments(first.completedNs, last.completedNs)
        const { low, high } = expected
        return `the read that ended at ${to} has ${balance} on the account ${account}, where the read that ended at ${from} and all transfers since make ${low === high ? low : `${low} to ${high}`}`
      },
    })
  }
}

function move(bounds: Bounds | undefined, amount: Amount, { outcome }: Operation): void {
  if (bounds === undefined) return
  if (outcome === 'ok' || amount < 0) bounds.low = plus(bounds.low, amount)
  if (outcome === 'ok' || amount > 0) bounds.high = plus(bounds.high, amount)
}
