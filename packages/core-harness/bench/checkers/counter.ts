import { counter } from '../../src/history/checkers/counter.ts'
import type { Operation } from '../../src/history/operation.ts'
import { seededRandom } from '../../src/statistics/seeded-random.ts'
import type { Report } from '../measurement.ts'

const OPERATIONS = 1_000_000
const TARGET_PER_SECOND = 500_000
/** How many operations are under way at a time. */
const CONCURRENCY = 20

export async function measure(report: Report): Promise<void> {
  const operations = counterHistory()
  const begun = performance.now()
  const { verdict } = counter.check(operations, counter.options.parse({}))
  const perSecond = OPERATIONS / ((performance.now() - begun) / 1_000)
  report({
    what: `counter, ${OPERATIONS.toLocaleString('en')} operations, half of them reads`,
    found: `${Math.round(perSecond).toLocaleString('en')}/s, ${verdict}`,
    target: `≥ ${TARGET_PER_SECOND.toLocaleString('en')}/s, valid`,
    isMet: perSecond >= TARGET_PER_SECOND && verdict === 'valid',
  })
}

function counterHistory(): Operation[] {
  const random = seededRandom(1)
  let held = 0
  return Array.from({ length: OPERATIONS }, (_, index): Operation => {
    const completedNs = 10 * index + Math.ceil(10 * CONCURRENCY * random())
    const base = { index, process: index % CONCURRENCY, outcome: 'ok', invokedNs: 10 * index, completedNs } as const
    if (index % 2 === 0) return { ...base, f: 'read', input: null, output: held }
    const amount = Math.floor(random() * 21) - 10
    held += amount
    return { ...base, f: 'add', input: amount, output: null }
  })
}
