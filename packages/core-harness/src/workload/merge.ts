import { HarnessError } from '../environment/errors.ts'
import { mergeEncoded } from './merge-encoded.ts'
import type { OperationCounts, OperationError, TagResult, WindowResult, WorkloadResult } from './result.ts'
import { problemsOf } from './validity.ts'
import { DEFAULTS } from './workload.ts'

const ERRORS_AT_MOST = 20

/**
 * The result of shards, workers or machines that ran one workload together, as if one had: counts are added, histograms
 * bucket for bucket, and whether the measurement is good is judged once, of all of it.
 *
 * @param results of the same workload with the same seed and arrival, at least one
 * @throws HarnessError when they are results of different workloads
 */
export function mergeResults(
  results: readonly WorkloadResult[],
  { latenessBudgetMs = DEFAULTS.latenessBudgetMs }: { readonly latenessBudgetMs?: number } = {},
): WorkloadResult {
  const [first] = results
  if (!first) throw new HarnessError('merging results of a workload: there are none')
  for (const field of ['name', 'kind', 'arrival', 'seed'] as const) {
    const other = results.find((one) => one[field] !== first[field])
    if (other)
      throw new HarnessError(
        `merging results of the workload "${first.name}": one has the ${field} "${first[field]}", another "${other[field]}"`,
        { remedy: 'Only results of one workload, with one seed, can be merged.' },
      )
  }
  const durationMs = Math.max(...results.map((one) => one.durationMs))
  const plannedPerSecond = results.some((one) => one.plannedPerSecond === null)
    ? null
    : sum(results.map((one) => one.plannedPerSecond ?? 0))
  const achievedPerSecond = sum(results.map((one) => one.achievedPerSecond))
  const counts = countsOf(results)
  const lateness = mergeEncoded(results.map((one) => one.lateness))
  const aborted = results
    .flatMap((one) => one.aborted ?? [])
    .toSorted((a, b) => a.atMs - b.atMs)
    .at(0)
  const busiestThread = Math.max(...results.map((one) => one.generator.busiestThread))
  const isRateJudged = plannedPerSecond !== null && !aborted
  return {
    format: first.format,
    name: first.name,
    kind: first.kind,
    arrival: first.arrival,
    seed: first.seed,
    startedAt: results.map((one) => one.startedAt).reduce((a, b) => (a < b ? a : b)),
    durationMs,
    plannedPerSecond,
    achievedPerSecond,
    ...counts,
    response: mergeEncoded(results.map((one) => one.response)),
    service: mergeEncoded(results.map((one) => one.service)),
    lateness,
    tags: mergeRecords(
      results.map((one) => one.tags),
      mergeTags,
    ),
    measures: mergeRecords(
      results.map((one) => one.measures),
      mergeEncoded,
    ),
    counters: mergeRecords(
      results.map((one) => one.counters),
      sum,
    ),
    windows: mergeWindows(results.flatMap((one) => one.windows)),
    errors: commonestErrors(results.flatMap((one) => one.errors)),
    generator: { threads: sum(results.map((one) => one.generator.threads)), busiestThread },
    problems: problemsOf({
      durationMs,
      busiestThread,
      ...(isRateJudged
        ? {
            open: {
              lateness,
              latenessBudgetMs,
              plannedPerSecond,
              // Dropping is done in time, and is the service's fault.
              issuedPerSecond: achievedPerSecond + (counts.dropped / Math.max(1, durationMs)) * 1_000,
            },
          }
        : {}),
    }),
    ...(aborted ? { aborted } : {}),
  }
}

/** Windows of the same second and tag become one; in the order of seconds. */
export function mergeWindows(windows: readonly WindowResult[]): WindowResult[] {
  const groups = Map.groupBy(windows, ({ second, tag }) => JSON.stringify([second, tag]))
  return [...groups.values()]
    .map((group) => {
      const [{ second, tag }] = group as [WindowResult]
      return {
        second,
        tag,
        completed: sum(group.map((one) => one.completed)),
        failed: sum(group.map((one) => one.failed)),
        dropped: sum(group.map((one) => one.dropped)),
        response: mergeEncoded(group.map((one) => one.response)),
      }
    })
    .sort((a, b) => a.second - b.second)
}

/** Those that occurred most often, each kind once. */
export function commonestErrors(errors: readonly OperationError[]): OperationError[] {
  const kinds = Map.groupBy(errors, ({ operation, message }) => `${operation}\n${message}`)
  return [...kinds.values()]
    .map((group) => ({
      operation: (group[0] as OperationError).operation,
      message: (group[0] as OperationError).message,
      count: sum(group.map((one) => one.count)),
      firstAtMs: Math.min(...group.map((one) => one.firstAtMs)),
    }))
    .sort((a, b) => b.count - a.count || a.firstAtMs - b.firstAtMs)
    .slice(0, ERRORS_AT_MOST)
}

function mergeTags(tags: readonly TagResult[]): TagResult {
  return {
    ...countsOf(tags),
    response: mergeEncoded(tags.map((one) => one.response)),
    service: mergeEncoded(tags.map((one) => one.service)),
  }
}

function countsOf(counts: readonly OperationCounts[]): OperationCounts {
  return {
    planned: sum(counts.map((one) => one.planned)),
    completed: sum(counts.map((one) => one.completed)),
    failed: sum(counts.map((one) => one.failed)),
    dropped: sum(counts.map((one) => one.dropped)),
    inFlight: sum(counts.map((one) => one.inFlight)),
  }
}

function mergeRecords<Value>(
  records: readonly Readonly<Record<string, Value>>[],
  merge: (values: readonly Value[]) => Value,
): Record<string, Value> {
  const entries = Map.groupBy(
    records.flatMap((record) => Object.entries(record)),
    ([name]) => name,
  )
  return Object.fromEntries([...entries].map(([name, group]) => [name, merge(group.map(([, value]) => value))]))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
