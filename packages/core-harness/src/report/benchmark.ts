import type { Metric } from '../objective/objective.ts'
import type { ObjectiveResult } from '../objective/verdict.ts'
import type { GuaranteeResult, RunRecord } from '../run/record.ts'
import { breakdownOf, categoryOf, guaranteesOf, severityOf } from './breakdown.ts'
import { thresholdsOf } from './format-value.ts'
import { headline } from './headline.ts'
import { revenueOf } from './revenue.ts'
import { isKept } from './verdict-words.ts'
import { adviceOn } from '../objective/advice.ts'

/**
 * The run as a benchmark report for programs: counts, breakdowns, each objective, and the baselines that it was held
 * against. docs/reports.md describes the fields. Shares are from 0 to 1.
 */
export function toBenchmark(record: RunRecord): object {
  const guarantees = guaranteesOf(record)
  const breakdown = breakdownOf(guarantees)
  const objectives = guarantees.flatMap((guarantee) =>
    (guarantee.load?.objectives ?? []).map((result) => ({ guarantee, result })),
  )
  const revenue = revenueOf(guarantees)
  return {
    format: 'proving-ground/benchmark/1',
    run: record.id,
    started_at: record.startedAt,
    duration_seconds: record.durationMs / 1_000,
    mode: record.mode,
    commit: record.commit?.id ?? null,
    machine: record.machine,
    verdict: record.verdict,
    headline: headline(record),
    summary: {
      total_tests: breakdown.total,
      passed: breakdown.passed,
      failed: breakdown.failed,
      not_offered: breakdown.notOffered,
      pass_rate: breakdown.total === 0 ? null : breakdown.passed / breakdown.total,
      average_duration_seconds: breakdown.averageDurationMs / 1_000,
      protected_monthly_revenue_usd: revenue.protectedUsd,
      at_risk_monthly_revenue_usd: revenue.atRiskUsd,
    },
    severity_breakdown: Object.fromEntries(breakdown.severities.map(({ severity, count }) => [severity, count])),
    category_breakdown: Object.fromEntries(
      breakdown.categories.map(({ category, passed, total }) => [
        category,
        { passed, total, pass_rate: passed / total },
      ]),
    ),
    tests: guarantees.map(testOf),
    objectives: objectives.map(({ guarantee, result }) => objectiveOf(guarantee, result)),
    baselines: Object.fromEntries(
      objectives.map(({ guarantee, result }) => [result.id, baselineOf(guarantee, result)]),
    ),
  }
}

function testOf(guarantee: GuaranteeResult): object {
  const { id, statement, level, adapter, status, durationMs, segment, protectedMonthlyRevenueUsd, reason } = guarantee
  return {
    name: id,
    statement,
    category: categoryOf(guarantee),
    level,
    adapter,
    status,
    success: isKept(status),
    severity: severityOf(guarantee),
    duration_seconds: durationMs / 1_000,
    segment,
    protected_monthly_revenue_usd: protectedMonthlyRevenueUsd,
    ...(reason === undefined ? {} : { error_message: reason }),
  }
}

function objectiveOf(guarantee: GuaranteeResult, result: ObjectiveResult): object {
  const { id, objective, unit, value, samples, verdict, severity, explanation } = result
  const { baseline, warning, critical } = thresholdsOf(objective)
  return {
    name: id,
    category: categoryOf(guarantee),
    description: objective.statement,
    value,
    unit,
    samples,
    comparison: objective.comparison,
    baseline,
    warning,
    critical,
    verdict,
    severity,
    explanation,
    recommendation: verdict === 'pass' ? null : adviceOn(result),
    segment: result.segment,
    protected_monthly_revenue_usd: result.protectedMonthlyRevenueUsd,
  }
}

function baselineOf(guarantee: GuaranteeResult, { objective, unit }: ObjectiveResult): object {
  const { baseline, warning, critical } = thresholdsOf(objective)
  return {
    description: objective.statement,
    category: categoryOf(guarantee),
    metric: describeMetric(objective.metric),
    unit,
    baseline_value: baseline,
    warning_threshold: warning,
    critical_threshold: critical,
    higher_is_better: objective.comparison.startsWith('>'),
  }
}

/** `p99 of the response time`, `hits / (hits + misses)`. */
export function describeMetric(metric: Metric): string {
  switch (metric.kind) {
    case 'latency':
      return `p${metric.percentile} of the ${metric.clock} time`
    case 'measure':
      return `p${metric.percentile} of ${metric.name}`
    case 'share':
      return `${metric.good.join(' + ')} / (${[...metric.good, ...metric.bad].join(' + ')})`
    case 'success':
      return 'completed / planned'
    case 'throughput':
      return 'completed in a second'
    case 'duration':
      return 'duration'
    case 'finding':
      return metric.name
    case 'resource':
      return `${metric.metric} of ${metric.of}, ${metric.figure === 'growthPerMinute' ? 'growth by minute' : metric.figure}`
  }
}
