import { z } from 'zod'

import { judgeExclusion } from '../mutex/exclusion.ts'
import { judgeFencing } from '../mutex/fencing.ts'
import { anomalyOf } from '../mutex/finding.ts'
import { readLock } from '../mutex/holds.ts'
import type { Claim } from '../mutex/holds.ts'
import type { Checker } from './checker.ts'

const MOST_OF_A_KIND = 3

export interface MutexOptions {
  /**
   * `strict`: no two hold the lock at a time. `at-resource`: two may believe that they hold it, as with every lock that expires,
   * because a paused holder does not see time go by; the resource then has to refuse the older one (Kleppmann, "How to do
   * distributed locking", 2016).
   */
  readonly exclusion: 'strict' | 'at-resource'
}

/** Whether one at a time holds each lock, and whether the lock and what it guards refuse those who held it before. */
export const mutex: Checker<MutexOptions> = {
  name: 'mutex',
  judges: 'one process at a time holds a lock, and former holders are refused by their tokens',
  functions: {
    acquire: 'anything → { token?: a whole number, heldForMs?: how long from this answer on it is promised } or null',
    extend: '{ token? } or null → as acquire: the process goes on holding, with this token where one is said',
    release: '{ token? } or null → anything; fail where the lock says that it was not held',
    use: '{ token? } or null → anything; fail where the guarded resource refused it',
  },
  options: z.strictObject({ exclusion: z.enum(['strict', 'at-resource']).default('strict') }),
  check(operations, { exclusion }) {
    const locks = [...Map.groupBy(operations, ({ key }) => key).values()].map(readLock)
    const findings = locks.flatMap(({ holds, claims }) => [
      ...(exclusion === 'strict' ? judgeExclusion(holds, claims) : []),
      ...judgeFencing(holds, claims),
    ])
    const accepted = locks.map(({ claims }) => claims.filter(isAccepted).length)
    const byKind = Map.groupBy(findings, ({ kind }) => kind)
    const counts = {
      operations: operations.length,
      locks: locks.length,
      holds: locks.reduce((sum, { holds }) => sum + holds.length, 0),
      accepted: accepted.reduce((sum, uses) => sum + uses, 0),
      refused: operations.filter(({ f, outcome }) => f === 'use' && outcome === 'fail').length,
      ...Object.fromEntries([...byKind].map(([kind, { length }]) => [kind, length])),
    }
    const anomalies = [...byKind.values()].flatMap((ofKind) => ofKind.slice(0, MOST_OF_A_KIND).map(anomalyOf))
    const result = { checker: 'mutex', counts, anomalies }
    const [first] = findings
    if (first) {
      // What else was done does not come into what these show: holds and tokens are compared two by two.
      const counterexample = first.operations.toSorted((one, other) => one.index - other.index)
      return { ...result, verdict: 'invalid', counterexample }
    }
    const isContested =
      exclusion === 'strict' ? locks.some(({ holds }) => holds.length > 1) : accepted.some((uses) => uses > 1)
    if (isContested) return { ...result, verdict: 'valid' }
    const lack = exclusion === 'strict' ? 'no lock was granted twice' : 'nothing accepted two uses'
    return { ...result, verdict: 'unknown', why: `${lack}, so that nothing could have gone wrong` }
  },
}

function isAccepted({ operation: { f, outcome } }: Claim): boolean {
  return f === 'use' && outcome === 'ok'
}
