import { HarnessError } from '../environment/errors.ts'
import { remember } from '../run/history.ts'
import type { RunRecord } from '../run/record.ts'
import { earlierValues } from '../run/trend.ts'
import type { Trends } from './trends.ts'

/** Keeps a run for the trends of later ones, and finds those of its own. */
export function keepInHistory(record: RunRecord): Trends {
  return withoutHistoryIfNeeded(() => {
    remember(record)
    return earlierValues(record)
  })
}

/** The trends of a run that was kept before. */
export function trendsOfKept(record: RunRecord): Trends {
  return withoutHistoryIfNeeded(() => earlierValues(record))
}

/** A history that cannot be used costs the trends, which is said, and not the run. */
function withoutHistoryIfNeeded(find: () => Trends): Trends {
  try {
    return find()
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error
    process.stderr.write(`harness: there are no trends: ${error.explain()}\n`)
    return {}
  }
}
