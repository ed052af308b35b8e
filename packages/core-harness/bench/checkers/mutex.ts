import { mutex } from '../../src/history/checkers/mutex.ts'
import type { Operation } from '../../src/history/operation.ts'
import type { Report } from '../measurement.ts'

const OPERATIONS = 900_000
const TARGET_PER_SECOND = 500_000

export async function measure(report: Report): Promise<void> {
  const operations = lockHistory()
  for (const exclusion of ['strict', 'at-resource'] as const) {
    const begun = performance.now()
    const { verdict } = mutex.check(operations, { exclusion })
    const perSecond = OPERATIONS / ((performance.now() - begun) / 1_000)
    report({
      what: `mutex, ${OPERATIONS.toLocaleString('en')} operations on 10 locks, ${exclusion}`,
      found: `${Math.round(perSecond).toLocaleString('en')}/s, ${verdict}`,
      target: `≥ ${TARGET_PER_SECOND.toLocaleString('en')}/s, valid`,
      isMet: perSecond >= TARGET_PER_SECOND && verdict === 'valid',
    })
  }
}

/** On each lock one process after another acquires it, uses what it guards and releases it. */
function lockHistory(): Operation[] {
  return Array.from({ length: OPERATIONS }, (_, index): Operation => {
    const [key, place] = [index % 10, Math.floor(index / 10)]
    const turn = Math.floor(place / 3)
    const f = ['acquire', 'use', 'release'][place % 3] as string
    return {
      index,
      process: key * 10 + (turn % 10),
      f,
      key,
      input: f === 'use' ? { token: turn } : null,
      output: f === 'acquire' ? { token: turn } : null,
      outcome: 'ok',
      invokedNs: 100 * place + key,
      completedNs: 100 * place + 50 + key,
    }
  })
}
