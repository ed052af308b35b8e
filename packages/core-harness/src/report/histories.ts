import { join } from 'node:path'

import { messageOf } from '../environment/errors.ts'
import { isSuspect } from '../history/history-evidence.ts'
import type { HistoryEvidence } from '../history/history-evidence.ts'
import { readHistory } from '../history/read-history.ts'
import type { History } from '../history/operation.ts'
import type { RunRecord } from '../run/record.ts'
import { guaranteesOf } from './breakdown.ts'

/** Gives the history whose file a record names; undefined when it cannot be read. */
export type Histories = (evidence: HistoryEvidence) => History | undefined

export const noHistories: Histories = () => undefined

/** Reads histories that lie beside a record, one at a time: all of a run may be more than memory holds. */
export function historiesIn(directory: string): Histories {
  return ({ file }) => {
    try {
      return readHistory(join(directory, file)).history
    } catch (error) {
      // A report without a drawing is better than none: the record holds the verdicts and the counter-examples.
      process.stderr.write(`${messageOf(error)}: it is not drawn\n`)
      return undefined
    }
  }
}

/** What is drawn of one history, and of all of a page, for which a browser has to have the memory. */
const MOST_EACH = 10_000
const MOST_IN_ALL = 40_000
const LEAST_EACH = 400

/** How many operations of each history are drawn: those come first that some checker was not content with. */
export function operationsToDraw(record: RunRecord): ReadonlyMap<HistoryEvidence, number> {
  const all = guaranteesOf(record).flatMap(({ histories = [] }) => histories)
  const allotted = new Map<HistoryEvidence, number>()
  let left = MOST_IN_ALL
  for (const history of [...all.filter(isSuspect), ...all.filter((one) => !isSuspect(one))]) {
    const share = Math.max(LEAST_EACH, Math.min(MOST_EACH, left))
    allotted.set(history, share)
    left -= Math.min(share, history.operations)
  }
  return allotted
}
