import type { Segment } from '../segment.ts'
import type { WorkloadResult } from '../workload/result.ts'
import { explain } from './explanation.ts'
import { longestBreachSeconds } from './live.ts'
import { chooseWorkload, measure } from './measurement.ts'
import type { Evidence, Measurement } from './measurement.ts'
import type { Objective } from './objective.ts'
import { decide } from './threshold.ts'
import type { Decision } from './threshold.ts'
import type { ObjectiveResult, Verdict } from './verdict.ts'

/** What an objective takes from its guarantee when it does not say otherwise. */
export interface ObjectiveDefaults {
  readonly segment: Segment
  readonly protectedMonthlyRevenueUsd: number
}

/** What decided about an objective, for its explanation. */
export interface Judgement extends Decision {
  readonly measurement: Measurement
  /** The workload whose measurement was not good enough. */
  readonly invalid?: WorkloadResult
  /** For how many seconds on end `critical` was missed, when that ended the workload. */
  readonly abortedAfterSeconds?: number
}

/**
 * Judges one objective. Only what was measured well, and often enough, can be green: see docs/objectives.md.
 *
 * @param id `<guarantee>#<name>`
 */
export function judgeObjective(
  id: string,
  objective: Objective,
  evidence: Evidence,
  defaults: ObjectiveDefaults,
): ObjectiveResult {
  const judgement = judge(id, objective, evidence)
  const { measurement, verdict, severity } = judgement
  const { value, samples, unit, worstWindowAtSecond } = measurement
  return {
    id,
    objective,
    segment: objective.segment ?? defaults.segment,
    protectedMonthlyRevenueUsd: objective.protectedMonthlyRevenueUsd ?? defaults.protectedMonthlyRevenueUsd,
    unit,
    value: value === undefined || Number.isNaN(value) ? null : Number.isFinite(value) ? value : 'unbounded',
    samples,
    verdict,
    severity,
    explanation: explain(objective, judgement),
    ...(worstWindowAtSecond === undefined ? {} : { worstWindowAtSecond }),
  }
}

function judge(id: string, objective: Objective, evidence: Evidence): Judgement {
  const measurement = measure(objective, evidence)
  const invalid = invalidWorkload(objective, evidence)
  if (invalid) return { measurement, verdict: 'invalid', severity: 'HIGH', invalid }
  const abortedAfterSeconds = abortedAfter(id, objective, evidence)
  if (abortedAfterSeconds !== undefined)
    return { measurement, verdict: 'fail', severity: 'CRITICAL', abortedAfterSeconds }
  const { value, samples } = measurement
  // A minimum of zero would make green what nobody measured.
  if (value === undefined || Number.isNaN(value) || samples < Math.max(1, objective.minimumSamples ?? 1))
    return { measurement, verdict: 'no-data', severity: 'HIGH' }
  return { measurement, ...decide(objective, value) }
}

/**
 * A resource is used by all workloads of its test, so that each of them counts. What the test found out by itself hangs on
 * a workload only when the objective names it.
 */
function invalidWorkload(objective: Objective, { workloads }: Evidence): WorkloadResult | undefined {
  const { kind } = objective.metric
  if (objective.workload === undefined && kind === 'finding') return undefined
  if (objective.workload === undefined && kind === 'resource')
    return workloads.find(({ problems }) => problems.length > 0)
  const chosen = chooseWorkload(objective, workloads)
  return 'workload' in chosen && chosen.workload.problems.length > 0 ? chosen.workload : undefined
}

/** A workload that was ended early for this objective is judged by what ended it: over the whole run it may look well. */
function abortedAfter(id: string, objective: Objective, { workloads }: Evidence): number | undefined {
  if (objective.abortAfterSeconds === undefined) return undefined
  const chosen = chooseWorkload(objective, workloads)
  if (!('workload' in chosen) || chosen.workload.aborted === undefined) return undefined
  const seconds = longestBreachSeconds(objective, chosen.workload.windows)
  // The seconds that ended it were seen while it ran, and can look better when their last operations have ended.
  const isNamed = chosen.workload.aborted.why.startsWith(`${id} `)
  return isNamed || seconds >= objective.abortAfterSeconds ? Math.max(seconds, objective.abortAfterSeconds) : undefined
}

/** From the best to the worst. */
const ORDER: readonly Verdict[] = ['pass', 'warn', 'no-data', 'invalid', 'fail']

/** The worst of all; `no-data` when there is none. */
export function overallVerdict(results: readonly { readonly verdict: Verdict }[]): Verdict {
  const worst = Math.max(...results.map(({ verdict }) => ORDER.indexOf(verdict)))
  return ORDER[worst] ?? 'no-data'
}
