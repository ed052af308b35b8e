import type { RunRecord } from '../../src/run/record.ts'
import { historyEvidence, lostWrite, staleRead } from './sample-history.ts'
import { guarantee, part, record } from './sample-records.ts'

/** A history that is invalid, one that is valid, one that nobody could judge, and faults. */
export function historyRecord(): RunRecord {
  const valid = { checker: 'bank', verdict: 'valid', counts: { reads: 2 }, anomalies: [] } as const
  const unknown = { ...valid, verdict: 'unknown', why: 'no read was acknowledged: let the test run longer' } as const
  const seeded = {
    statement: 'What was acknowledged is read by everybody from then on',
    reproduce: 'HARNESS_SEED=42 npx nx run cache:l3',
  }
  return record(
    [
      part('cache', [
        guarantee('cache.history.register', 'failed', {
          ...seeded,
          reason:
            'the history register is not valid by linearizable\n  read 7 at 12.031 s\n\nprocess 0  ├─ 1 ─┤\n\n    at x',
          histories: [historyEvidence('register', [staleRead(lostWrite(), [0, 8])])],
          faults: [{ kind: 'pause', target: 'redis', fromMs: 11_995, toMs: 12_020, touched: 1 }],
          sometimes: [{ name: 'a read met the pause', count: 2, minimum: 1 }],
        }),
        guarantee('cache.history.bank', 'no-data', {
          ...seeded,
          reason: 'the history bank could not be judged by bank: no read was acknowledged',
          histories: [historyEvidence('bank', [unknown], 0)],
        }),
        guarantee('cache.history.valid', 'passed', { histories: [historyEvidence('valid', [valid])] }),
        guarantee('cache.history.race', 'no-data', {
          ...seeded,
          reason: 'what it looks for never happened: the lock expired while held',
          sometimes: [{ name: 'the lock expired while held', count: 0, minimum: 1 }],
        }),
      ]),
    ],
    'fail',
  )
}
