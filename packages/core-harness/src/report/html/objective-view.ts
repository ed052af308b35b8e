import type { Objective, Unit } from '../../objective/objective.ts'
import type { ObjectiveResult } from '../../objective/verdict.ts'
import { describeMetric } from '../benchmark.ts'
import { dollars, formatThreshold, formatValue, thresholdsOf } from '../format-value.ts'
import { plainLine } from '../plain-text.ts'
import type { TrendPoint } from '../trends.ts'
import type { BulletView, ObjectiveView, TrendView } from './page-data.ts'
import { adviceOn } from '../../objective/advice.ts'

const MOST_TREND_POINTS = 120

/** @param earlier values of earlier runs, the oldest first */
export function objectiveView(result: ObjectiveResult, earlier: readonly TrendPoint[]): ObjectiveView {
  const { id, objective, unit, value, samples, verdict, severity, segment, worstWindowAtSecond } = result
  const { baseline, warning, critical } = thresholdsOf(objective)
  const window = worstWindowAtSecond === undefined ? '' : `, worst from second ${worstWindowAtSecond} on`
  return {
    id: plainLine(id),
    name: plainLine(id.slice(id.indexOf('#') + 1)),
    statement: plainLine(objective.statement),
    metric: plainLine(
      `${describeMetric(objective.metric)}${objective.tag === undefined ? '' : `, of ${objective.tag}`}${
        objective.windowSeconds === undefined ? '' : `, in any ${objective.windowSeconds} s${window}`
      }`,
    ),
    verdict,
    severity,
    value: formatValue(value, unit),
    baseline: formatThreshold(objective, baseline, unit),
    warning: formatThreshold(objective, warning, unit),
    critical: formatThreshold(objective, critical, unit),
    samples: samples.toLocaleString('en'),
    explanation: plainLine(result.explanation),
    recommendation: plainLine(adviceOn(result)),
    segment,
    revenue: dollars(result.protectedMonthlyRevenueUsd),
    bullet: bulletView(objective, unit, value),
    trend: trendView(result, earlier),
  }
}

/**
 * Where thresholds and value lie on a bar. It shows the thresholds with some room around them, and the value too where
 * that leaves the thresholds apart from each other.
 */
export function bulletView(objective: Objective, unit: Unit, value: ObjectiveResult['value']): BulletView {
  const thresholds = thresholdsOf(objective)
  const isHigherBetter = objective.comparison.startsWith('>')
  const known = typeof value === 'number' ? value : null
  const [low, high] = isHigherBetter ? rangeDownFrom(thresholds, unit, known) : rangeUpFrom(thresholds, known)
  const at = (one: number): number => Math.min(1, Math.max(0, (one - low) / (high - low)))
  const [baseline, critical] = [at(thresholds.baseline), at(thresholds.critical)]
  const ordered = isHigherBetter
    ? ([
        [0, critical, 'bad'],
        [critical, baseline, 'degraded'],
        [baseline, 1, 'good'],
      ] as const)
    : ([
        [0, baseline, 'good'],
        [baseline, critical, 'degraded'],
        [critical, 1, 'bad'],
      ] as const)
  const marks = Object.entries(thresholds).map(([name, one]) => ({ at: at(one), name }))
  const position = value === 'unbounded' ? 1 : known === null ? null : at(known)
  return {
    zones: ordered.filter(([from, to]) => to > from).map(([from, to, kind]) => ({ from, to, kind })),
    // Those in one place are one mark.
    marks: marks.filter((mark, index) => marks.findIndex((other) => other.at === mark.at) === index),
    value: position,
    isBeyond: value === 'unbounded' || (known !== null && (known < low || known > high)),
  }
}

type Thresholds = ReturnType<typeof thresholdsOf>

function rangeUpFrom({ baseline, warning, critical }: Thresholds, value: number | null): readonly [number, number] {
  const worst = Math.max(baseline, warning, critical)
  const low = Math.min(0, baseline, value ?? 0)
  const room = worst > 0 ? worst * 1.3 : worst + 1
  return [low, Math.max(room, Math.min(value ?? 0, worst > 0 ? worst * 2.5 : room) * 1.05)]
}

function rangeDownFrom(
  { baseline, warning, critical }: Thresholds,
  unit: Unit,
  value: number | null,
): readonly [number, number] {
  const worst = Math.min(baseline, warning, critical)
  const best = Math.max(baseline, warning, critical)
  const high =
    unit === 'share' ? Math.max(1, best) : Math.max(best * 1.3, Math.min(value ?? best, best * 2) * 1.05, 1e-9)
  const room = high - worst
  const low = Math.min(worst - room * 0.35, Math.max(value ?? worst, worst - room * 1.5) - room * 0.1)
  return [Math.max(low, Math.min(0, worst)), high]
}

function trendView({ value, unit, objective }: ObjectiveResult, earlier: readonly TrendPoint[]): TrendView {
  const shown = earlier.slice(-MOST_TREND_POINTS)
  const { baseline, critical } = thresholdsOf(objective)
  const scale = unit === 'share' ? 100 : 1
  return {
    labels: shown.length === 0 ? [] : [...shown.map((one) => plainLine(one.startedAt.slice(0, 16))), 'this run'],
    values: shown.length === 0 ? [] : [...shown.map((one) => one.value), value].map((one) => scaled(one, scale)),
    unit: unit === 'share' ? '%' : unit,
    baseline: baseline * scale,
    critical: critical * scale,
  }
}

function scaled(value: ObjectiveResult['value'], scale: number): number | null {
  return typeof value === 'number' ? rounded(value * scale) : null
}

/** To five digits: more cannot be seen in a chart, and would only make the page longer. */
export function rounded(value: number): number {
  return Number(value.toPrecision(5))
}
