import { HarnessError } from '../environment/errors.ts'
import type { Metric, Objective } from './objective.ts'

/** A longer window is a slip of the unit. */
const LONGEST_WINDOW_SECONDS = 86_400

/**
 * Refuses an objective that could not be judged, or that could not be missed. Call it where the objective is declared.
 *
 * @param name how the message calls it: `cache.load.mixed#p99`
 * @returns the objective
 * @throws HarnessError naming the field
 */
export function checkObjective(objective: Objective, name = objective.statement): Objective {
  const problem = objectiveProblem(objective)
  if (problem === undefined) return objective
  throw new HarnessError(`declaring the objective "${name}": ${problem}`, {
    remedy: 'docs/objectives.md says what an objective may hold.',
  })
}

/** Why an objective cannot be judged, in half a sentence; undefined when it can. */
export function objectiveProblem(objective: Objective): string | undefined {
  if (objective.statement.trim() === '') return 'its statement is empty'
  if (objective.recommendation.trim() === '') return 'its recommendation is empty'
  return (
    metricProblem(objective.metric) ??
    thresholdProblem(objective) ??
    directionProblem(objective) ??
    scopeProblem(objective) ??
    countProblem(objective)
  )
}

function metricProblem(metric: Metric): string | undefined {
  if (metric.kind === 'latency' || metric.kind === 'measure') {
    if (!(metric.percentile > 0 && metric.percentile <= 100))
      return `a percentile is above 0 and up to 100, and this is ${metric.percentile}`
  }
  if ((metric.kind === 'measure' || metric.kind === 'finding') && metric.name.trim() === '')
    return `a ${metric.kind} has a name`
  if (metric.kind === 'resource' && (metric.of.trim() === '' || metric.metric.trim() === ''))
    return 'a resource says of what it is, and which metric'
  if (metric.kind === 'share') {
    if (metric.good.length === 0 || metric.bad.length === 0)
      return 'a share names at least one counter that is good and one that is bad: without either it could not change'
    const both = metric.good.find((counter) => metric.bad.includes(counter))
    if (both !== undefined) return `the counter "${both}" is good and bad at once`
  }
  return undefined
}

function thresholdProblem({ comparison, baseline, warning, critical }: Objective): string | undefined {
  const given = Object.entries({ baseline, warning, critical }).filter(([, value]) => value !== undefined)
  const bad = given.find(([, value]) => !Number.isFinite(value))
  if (bad) return `its ${bad[0]} is ${bad[1]}, and a threshold is a finite number`
  const isUpper = comparison === '<' || comparison === '<='
  for (const [index, [name, value]] of given.entries()) {
    const [stricter, limit] = given[index - 1] ?? [name, value]
    if (isUpper ? Number(value) < Number(limit) : Number(value) > Number(limit))
      return `with ${comparison} its ${name} is ${isUpper ? 'no less' : 'no more'} than its ${stricter}, and ${value} is ${isUpper ? 'less' : 'more'} than ${limit}`
  }
  return undefined
}

/** A threshold on the wrong side is met by a service that answers nothing, or cannot be missed at all. */
function directionProblem({ metric, comparison, baseline, warning, critical }: Objective): string | undefined {
  const isUpper = comparison === '<' || comparison === '<='
  if ((metric.kind === 'latency' || metric.kind === 'duration') && !isUpper)
    return `a ${metric.kind} is to be below its threshold, and ${comparison} is met by a service that never answers`
  if ((metric.kind === 'success' || metric.kind === 'throughput') && isUpper)
    return `${metric.kind} is to be above its threshold, and ${comparison} is met by a service that never answers`
  const loosest = critical ?? warning ?? baseline
  if (metric.kind === 'success' || metric.kind === 'share') {
    if ([baseline, warning ?? baseline, loosest].some((value) => value < 0 || value > 1))
      return 'its thresholds are shares, from 0 to 1'
    if ((comparison === '>=' && loosest === 0) || (comparison === '<=' && loosest === 1))
      return 'its loosest threshold is met by every share, so that it could not fail'
    if ((comparison === '>' && baseline === 1) || (comparison === '<' && baseline === 0))
      return 'no share can meet its baseline'
  }
  return undefined
}

function scopeProblem({ metric, tag, windowSeconds, abortAfterSeconds }: Objective): string | undefined {
  const isTimed = metric.kind === 'success' || metric.kind === 'throughput' || metric.kind === 'latency'
  if (tag !== undefined && !isTimed) return `only latency, success and throughput are known by tag, not ${metric.kind}`
  const bySecond = isTimed && !(metric.kind === 'latency' && metric.clock === 'service')
  if (windowSeconds !== undefined && !bySecond)
    return 'only latency of the response clock, success and throughput are known by second, which a window needs'
  if (abortAfterSeconds !== undefined && !bySecond)
    return 'only latency of the response clock, success and throughput are known by second, which aborting needs'
  return undefined
}

function countProblem(objective: Objective): string | undefined {
  for (const name of ['windowSeconds', 'minimumSamples', 'abortAfterSeconds'] as const) {
    const value = objective[name]
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 1))
      return `its ${name} is ${value}, and it is a whole number of at least 1`
  }
  if ((objective.windowSeconds ?? 1) > LONGEST_WINDOW_SECONDS) return 'its window is longer than a day'
  const revenue = objective.protectedMonthlyRevenueUsd
  if (revenue !== undefined && (!Number.isSafeInteger(revenue) || revenue < 0))
    return `its protectedMonthlyRevenueUsd is ${revenue}, and it is a whole number of dollars, zero or more`
  return undefined
}
