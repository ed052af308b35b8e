import { bank } from '../../src/history/checkers/bank.ts'
import type { Json, Operation } from '../../src/history/operation.ts'
import { seededRandom } from '../../src/statistics/seeded-random.ts'
import type { Report } from '../measurement.ts'

const OPERATIONS = 1_000_000
const ACCOUNTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const TARGET_PER_SECOND = 500_000

export async function measure(report: Report): Promise<void> {
  const operations = bankHistory()
  const begun = performance.now()
  const { verdict } = bank.check(operations, bank.options.parse({}))
  const perSecond = OPERATIONS / ((performance.now() - begun) / 1_000)
  report({
    what: `bank, ${OPERATIONS.toLocaleString('en')} operations, half of them reads of ${ACCOUNTS.length} accounts`,
    found: `${Math.round(perSecond).toLocaleString('en')}/s, ${verdict}`,
    target: `≥ ${TARGET_PER_SECOND.toLocaleString('en')}/s, valid`,
    isMet: perSecond >= TARGET_PER_SECOND && verdict === 'valid',
  })
}

/** One operation after another. */
function bankHistory(): Operation[] {
  const random = seededRandom(1)
  const pick = (): string => ACCOUNTS[Math.floor(random() * ACCOUNTS.length)] as string
  const balances: Record<string, number> = Object.fromEntries(ACCOUNTS.map((account) => [account, 1_000_000_000]))
  return Array.from({ length: OPERATIONS }, (_, index): Operation => {
    const base = {
      index,
      process: index % 10,
      outcome: 'ok',
      invokedNs: 10 * index,
      completedNs: 10 * index + 5,
    } as const
    if (index % 2 === 0) return { ...base, f: 'read', input: null, output: { ...balances } as Json }
    const [from, to, amount] = [pick(), pick(), Math.ceil(random() * 100)]
    balances[from] = (balances[from] ?? 0) - amount
    balances[to] = (balances[to] ?? 0) + amount
    return { ...base, f: 'transfer', input: { from, to, amount }, output: null }
  })
}
