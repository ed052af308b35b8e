import { z } from 'zod'

import { Evidence, resultOf } from '../evidence.ts'
import { judgeFinalBalances } from '../bank/final-balances.ts'
import { amountOf, balancesOf, plus, transferOf, wholeAmount } from '../bank/amount.ts'
import type { Amount } from '../bank/amount.ts'
import { moments } from '../moments.ts'
import type { Operation } from '../operation.ts'
import { flag } from '../option.ts'
import { unknownFunction } from './checker.ts'
import type { Checker } from './checker.ts'

const options = z.strictObject({
  /** What all accounts sum to; when it is left out, what the first answered read sums to. */
  total: z.union([z.int(), z.string().regex(wholeAmount)]).optional(),
  allowNegative: flag.default(false),
})

export type BankKind = 'wrong-total' | 'negative-balance' | 'missing-account' | 'unexpected-account' | 'wrong-balance'

/**
 * Money moves between accounts, and every read shows all of it, as in the workload `bank` of Jepsen: each read sums to
 * the total, no account is overdrawn, and the accounts are those of the first read.
 *
 * Where the first read had ended before any transfer began and the last one began after all had ended, each balance is also
 * held against the first with the acknowledged transfers, where each transfer that nobody knows the end of may be in or not.
 */
export const bank: Checker<z.output<typeof options>> = {
  name: 'bank',
  judges: 'Transfers between accounts neither make money nor lose it, and no read sees one half done',
  functions: {
    transfer: '{from, to, amount}: two accounts, and a whole number or decimal text',
    read: 'at ok {account: balance, …} of all accounts',
  },
  options,
  check(operations, { total, allowNegative }) {
    const evidence = new Evidence<BankKind>({
      'wrong-total': true,
      'negative-balance': !allowNegative,
      'missing-account': true,
      'unexpected-account': true,
      'wrong-balance': true,
    })
    const counts = { transfers: 0, acknowledged: 0, failed: 0, unknown: 0, reads: 0 }
    let first: FirstRead | undefined
    for (const operation of operations) {
      const { f, outcome } = operation
      if (f === 'transfer') {
        transferOf(operation)
        counts.transfers++
        counts[outcome === 'ok' ? 'acknowledged' : outcome === 'fail' ? 'failed' : 'unknown']++
      } else if (f !== 'read') throw unknownFunction(bank, operation)
      else if (outcome === 'ok') {
        counts.reads++
        first ??= firstRead(operation, total)
        judgeRead(operation, first, evidence)
      }
    }
    // Where money is lost or made, some balance is wrong anyway.
    if (evidence.counts()['wrong-total'] === 0) judgeFinalBalances(operations, evidence)
    return resultOf('bank', evidence, counts, {
      why: first ? undefined : 'no read was answered: read all accounts while money moves, and at the end',
      // Every transfer has a part in a balance.
      isWhole: evidence.kept()[0]?.kind !== 'wrong-balance',
    })
  },
}

interface FirstRead {
  readonly operation: Operation
  readonly accounts: ReadonlySet<string>
  readonly total: Amount
  readonly isTotalGiven: boolean
}

function firstRead(operation: Operation, given: string | number | undefined): FirstRead {
  const balances = balancesOf(operation)
  const sum = Object.values(balances).reduce<Amount>((all, balance) => plus(all, amountOf(operation, balance)), 0)
  return {
    operation,
    accounts: new Set(Object.keys(balances)),
    total: given === undefined ? sum : amountOf(operation, given),
    isTotalGiven: given !== undefined,
  }
}

function judgeRead(read: Operation, first: FirstRead, evidence: Evidence<BankKind>): void {
  const balances = balancesOf(read)
  let [sum, lowest, known]: [Amount, Amount, number] = [0, 0, 0]
  let unexpected: string | undefined
  for (const account in balances) {
    const balance = amountOf(read, balances[account])
    sum = plus(sum, balance)
    if (balance < lowest) lowest = balance
    if (first.accounts.has(account)) known++
    else unexpected = account
  }
  const at = (): string => `the read that ended at ${moments(read.completedNs)[0]}`
  if (unexpected !== undefined) {
    const name = unexpected
    const explain = (): string => `${at()} has the account ${name}, which the first read had not`
    evidence.add('unexpected-account', { operations: [first.operation, read], explain })
  }
  if (known < first.accounts.size) {
    const explain = (): string => {
      const missing = [...first.accounts].filter((account) => !(account in balances))
      return `${at()} lacks ${missing.join(', ')}, which the first read had`
    }
    evidence.add('missing-account', { operations: [first.operation, read], explain })
  }
  // Of other accounts it has another sum.
  if (sum !== first.total && unexpected === undefined && known === first.accounts.size)
    evidence.add('wrong-total', {
      operations: first.isTotalGiven ? [read] : [first.operation, read],
      explain: () =>
        `${at()} sums to ${sum}, and not to ${first.total}${first.isTotalGiven ? '' : ' as the first read'}`,
      badness: Math.abs(Number(sum) - Number(first.total)),
    })
  if (lowest < 0) {
    const explain = (): string => {
      const account = Object.keys(balances).find((name) => amountOf(read, balances[name]) === lowest)
      return `${at()} has ${lowest} on the account ${account}`
    }
    evidence.add('negative-balance', { operations: [read], explain, badness: -Number(lowest) })
  }
}
