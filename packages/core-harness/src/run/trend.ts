import { changePoints, LEAST_ON_EACH_SIDE } from '../statistics/change-points.ts'
import type { ChangePoint } from '../statistics/change-points.ts'
import { RunHistory } from './history.ts'
import type { PastValue } from './history.ts'
import { suiteRunsOf } from './history-metrics.ts'
import type { SuiteRun } from './history-metrics.ts'
import type { RunRecord } from './record.ts'

/** One metric over comparable runs, the oldest first. */
export interface Trend {
  readonly id: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly conditions: Conditions
  readonly values: readonly PastValue[]
  readonly changes: readonly ChangePoint[]
  /** How many more runs it takes until a change could be found; 0 when there are enough. */
  readonly missingRuns: number
  /** Runs in which it had no value. */
  readonly withoutValue: number
  /** Runs on another machine or provider, in another mode, or of another adapter. */
  readonly otherRuns: number
}

/** Only runs for which all of these are the same are compared. */
export type Conditions = Pick<SuiteRun, 'suite' | 'machine' | 'provider' | 'mode' | 'adapter'>

const CONDITIONS = ['suite', 'machine', 'provider', 'mode', 'adapter'] as const

/**
 * Joins values into trends. Of each metric it takes the runs that are comparable with its latest.
 *
 * @param last at most so many runs of each
 */
export function trendsOf(values: readonly PastValue[], { last = Infinity }: { readonly last?: number } = {}): Trend[] {
  const byId = Map.groupBy(values, (value) => `${value.suite} ${value.id}`)
  return [...byId.values()].map((all) => trendOf(all, last))
}

function trendOf(all: readonly PastValue[], last: number): Trend {
  const latest = all.at(-1) as PastValue
  const { id, unit, better } = latest
  const alike = all.filter((one) => isComparable(one, latest))
  const comparable = alike.slice(-last)
  const values = comparable.filter((one) => one.value !== null)
  const [suite, machine, provider, mode, adapter] = CONDITIONS.map((name) => latest[name])
  return {
    id,
    unit,
    better,
    conditions: { suite, machine, provider, mode, adapter } as Conditions,
    values,
    changes: changePoints(values.map(({ value }) => value as number)),
    missingRuns: Math.max(0, 2 * LEAST_ON_EACH_SIDE - values.length),
    withoutValue: comparable.length - values.length,
    otherRuns: all.length - alike.length,
  }
}

function isComparable(one: Conditions, other: Pick<PastValue, keyof Conditions>): boolean {
  return CONDITIONS.every((name) => one[name] === other[name])
}

/** Earlier values of the objectives of a run, by id, for its report: of comparable runs, the oldest first. */
export function earlierValues(
  record: RunRecord,
  { file, last = 50 }: { readonly file?: string; readonly last?: number } = {},
): Record<string, { readonly runId: string; readonly startedAt: string; readonly value: number }[]> {
  const suites = suiteRunsOf(record)
  const history = RunHistory.open(file)
  try {
    const found = suites.flatMap((suite) =>
      history
        .values({ suite: suite.suite })
        .filter((value) => value.run !== record.id && value.startedAt < record.startedAt && isComparable(suite, value)),
    )
    const points = found.flatMap(({ id, run, startedAt, value }) =>
      value === null || !id.includes('#') ? [] : [{ id, runId: run, startedAt, value }],
    )
    return Object.fromEntries(
      [...Map.groupBy(points, ({ id }) => id)].map(([id, all]) => [
        id,
        all.slice(-last).map(({ runId, startedAt, value }) => ({ runId, startedAt, value })),
      ]),
    )
  } finally {
    history.close()
  }
}
