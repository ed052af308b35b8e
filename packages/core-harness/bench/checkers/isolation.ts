import { isolation } from '../../src/history/checkers/isolation.ts'
import type { Model } from '../../src/history/isolation/model.ts'
import type { Json, Operation } from '../../src/history/operation.ts'
import { seededRandom } from '../../src/statistics/seeded-random.ts'
import type { Report } from '../measurement.ts'

const TRANSACTIONS = 100_000
const TARGET_SECONDS = 10
const KEYS_AT_A_TIME = 10
const APPENDS_PER_KEY = 100
const CONCURRENCY = 20

export async function measure(report: Report): Promise<void> {
  measureOne(report, 'serializable', 0, 'valid')
  measureOne(report, 'strict-serializable', 0, 'valid')
  // Every tenth transaction reads lists of a while ago: cycles everywhere.
  measureOne(report, 'strict-serializable', 0.1, 'invalid')
}

function measureOne(report: Report, model: Model, staleShare: number, expected: 'valid' | 'invalid'): void {
  const operations = transactionHistory(staleShare)
  const begun = performance.now()
  const { verdict } = isolation.check(operations, isolation.options.parse({ model }))
  const seconds = (performance.now() - begun) / 1_000
  const stale = staleShare > 0 ? `, ${100 * staleShare} % read stale lists` : ''
  report({
    what: `isolation, ${TRANSACTIONS.toLocaleString('en')} transactions, ${model}${stale}`,
    found: `${seconds.toFixed(2)} s, ${verdict}`,
    target: `≤ ${TARGET_SECONDS} s, ${expected}`,
    isMet: seconds <= TARGET_SECONDS && verdict === expected,
  })
}

/** Transactions of two to four steps over keys that are given up after so many appends; they take effect in their order. */
function transactionHistory(staleShare: number): Operation[] {
  const random = seededRandom(1)
  const keys = Array.from({ length: KEYS_AT_A_TIME }, (_, key) => key)
  const lists = new Map<number, number[]>()
  let nextKey = KEYS_AT_A_TIME
  return Array.from({ length: TRANSACTIONS }, (_, index): Operation => {
    const lag = random() < staleShare ? 3 : 0
    const output = Array.from({ length: 2 + Math.floor(random() * 3) }, (): Json => {
      const place = Math.floor(random() * KEYS_AT_A_TIME)
      const key = keys[place] as number
      const list = lists.get(key) ?? []
      lists.set(key, list)
      if (random() < 0.5) return ['r', key, list.slice(0, Math.max(0, list.length - lag))]
      list.push(list.length)
      if (list.length === APPENDS_PER_KEY) keys[place] = nextKey++
      return ['append', key, list.length - 1]
    })
    const input = (output as [string, number, Json][]).map(([kind, key, value]) => [
      kind,
      key,
      kind === 'r' ? null : value,
    ])
    const completedNs = 10 * index + Math.ceil(10 * CONCURRENCY * random())
    const base = {
      index,
      process: index % CONCURRENCY,
      f: 'txn',
      outcome: 'ok',
      invokedNs: 10 * index,
      completedNs,
    } as const
    return { ...base, input, output }
  })
}
