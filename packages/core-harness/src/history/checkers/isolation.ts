import { z } from 'zod'

import { Evidence, resultOf } from '../evidence.ts'
import { findingOf } from '../isolation/cycle-text.ts'
import { cyclesOf } from '../isolation/cycles.ts'
import { dependenciesOf } from '../isolation/dependencies.ts'
import { KINDS, MODELS, forbids } from '../isolation/model.ts'
import type { Kind } from '../isolation/model.ts'
import { judgeReads } from '../isolation/reads.ts'
import type { Versions } from '../isolation/versions.ts'
import { versionsOf } from '../isolation/versions.ts'
import { flag } from '../option.ts'
import type { Checker } from './checker.ts'

const options = z.strictObject({
  /** What the store promises: kinds that it allows are counted, and do not make the history invalid. */
  model: z.enum(MODELS).default('serializable'),
  /** Whether to look for `…-realtime` as well; `strict-serializable`, which alone forbids them, always does. */
  realtime: flag.default(false),
})

export type IsolationOptions = z.output<typeof options>

/**
 * Judges transactions that append to lists and read them, from what they read: Kingsbury and Alvaro, "Elle: Inferring Isolation
 * Anomalies from Experimental Observations", VLDB 2020. Kinds of cycles are Adya's ("Weak Consistency", MIT 1999), with
 * `G-nonadjacent` for the others that snapshot isolation forbids. Whether a kind that the model forbids, or a graver one, is there is
 * decided exactly; the counts of cycles say how many were found with bounded effort.
 */
export const isolation: Checker<IsolationOptions> = {
  name: 'isolation',
  judges: 'Transactions that append to lists and read them are isolated from each other as the model promises',
  functions: { txn: '[["append", key, element] | ["r", key, null], …], at ok the same with the list in place of null' },
  options,
  check(operations, { model, realtime }) {
    const isTimed = realtime || model === 'strict-serializable'
    const versions = versionsOf(operations)
    const looked = KINDS.filter((kind) => isTimed || !kind.endsWith('-realtime'))
    const evidence = new Evidence(
      Object.fromEntries(looked.map((kind) => [kind, forbids(model, kind)])) as Record<Kind, boolean>,
    )
    judgeReads(versions, evidence)
    const dependencies = dependenciesOf(versions, isTimed)
    for (const cycle of cyclesOf(dependencies.graph)) evidence.add(cycle.kind, findingOf(cycle, versions, dependencies))
    const counts = countsOf(versions)
    return resultOf('isolation', evidence, counts, { why: counts.reads === 0 ? NOTHING_READ : undefined })
  },
}

const NOTHING_READ = 'no transaction that is known to have happened read anything: let some read what others append'

function countsOf({
  transactions,
  keys,
}: Versions): Record<'ok' | 'fail' | 'info' | 'keys' | 'reads' | 'appends', number> {
  const counts = { ok: 0, fail: 0, info: 0, keys: keys.length, reads: 0, appends: 0 }
  for (const { operation, steps } of transactions) {
    counts[operation.outcome]++
    if (operation.outcome !== 'ok') continue
    for (const [kind] of steps) counts[kind === 'r' ? 'reads' : 'appends']++
  }
  return counts
}
