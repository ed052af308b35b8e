import { createHash } from 'node:crypto'

import { TimeDistribution } from '../metrics/time-distribution.ts'
import type { Verdict } from '../objective/verdict.ts'
import type { WorkloadResult } from '../workload/result.ts'
import type { Machine } from './machine.ts'
import type { GuaranteeResult, RunPart, RunRecord } from './record.ts'

/** One figure of a run that can be compared with the same figure of another. */
export interface RunMetric {
  /**
   * `<guarantee>#<objective>`, or what was measured beside objectives: `<guarantee>@duration`,
   * `<guarantee>@<workload>.p99`, `<suite>@duration`.
   */
  readonly id: string
  readonly unit: string
  /** `null`: there was none, or it was unbounded. */
  readonly value: number | null
  readonly better: 'lower' | 'higher'
  /** Of an objective, or the status of the guarantee whose duration it is. */
  readonly verdict: string
}

/** What one run says of one suite. Only those with the same machine, provider, mode and adapter are comparable. */
export interface SuiteRun {
  readonly run: string
  /** `cache:l4` */
  readonly suite: string
  readonly adapter: string
  readonly startedAt: string
  readonly commit: string | null
  readonly isDirty: boolean
  readonly machine: string
  /** `native`, or `container+native` where dependencies came from several. */
  readonly provider: string
  readonly mode: RunRecord['mode']
  readonly metrics: readonly RunMetric[]
}

/** The suites of a run, each with its figures. */
export function suiteRunsOf(record: RunRecord): SuiteRun[] {
  const common = {
    run: record.id,
    startedAt: record.startedAt,
    commit: record.commit?.id ?? null,
    isDirty: record.commit?.dirty ?? false,
    machine: machineFingerprint(record.machine),
    mode: record.mode,
  }
  return record.parts.flatMap((part) => suitesOf(part).map((suite) => ({ ...common, ...suite })))
}

/** The suites of what one package's tests contributed to a run. */
export function suitesOf(part: RunPart): Pick<SuiteRun, 'suite' | 'adapter' | 'provider' | 'metrics'>[] {
  return [...new Set(part.guarantees.map(({ level }) => level))].map((level) => {
    const guarantees = part.guarantees.filter((one) => one.level === level)
    const suite = `${part.package}:${level.toLowerCase()}`
    return {
      suite,
      adapter: guarantees[0]?.adapter ?? '',
      provider: providerOf(guarantees),
      metrics: [...durationOf(suite, part, guarantees), ...guarantees.flatMap(metricsOf)],
    }
  })
}

/**
 * Eight hexadecimal digits that tell machines of different speed apart. Node and the kernel are not part of it: what they
 * change is to be seen in a trend. Memory counts in GiB, because virtual machines lose a little of it at each start.
 */
export function machineFingerprint({ platform, cpuModel, cores, memoryBytes }: Machine): string {
  const [system, , architecture] = platform.split(' ')
  const parts = [system, architecture, cpuModel, cores, Math.round(memoryBytes / 2 ** 30)]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8)
}

/** How long a suite took says something only when all of it ran, and the part is of one level. */
function durationOf(suite: string, part: RunPart, guarantees: readonly GuaranteeResult[]): RunMetric[] {
  const isWhole = guarantees.length === part.guarantees.length && guarantees.every(({ status }) => status !== 'no-data')
  if (!isWhole || part.fileFailures.length > 0) return []
  return [{ id: `${suite}@duration`, unit: 'ms', value: part.durationMs, better: 'lower', verdict: '' }]
}

/** From `redis 7.0.15 (native)` and the like. */
function providerOf(guarantees: readonly GuaranteeResult[]): string {
  const named = guarantees.flatMap(({ dependencies }) =>
    dependencies.map((one) => /\(([^()]+)\)$/.exec(one)?.[1] ?? ''),
  )
  return [...new Set(named)].filter(Boolean).sort().join('+') || 'none'
}

function metricsOf({ id, status, durationMs, load }: GuaranteeResult): RunMetric[] {
  if (status === 'not-offered') return []
  // A test that failed ended where it failed.
  const duration = status === 'passed' || status === 'warned' ? durationMs : null
  const objectives = (load?.objectives ?? []).map((result): RunMetric => ({
    id: result.id,
    unit: result.unit,
    value: typeof result.value === 'number' && isMeasured(result.verdict) ? result.value : null,
    better: result.objective.comparison.startsWith('<') ? 'lower' : 'higher',
    verdict: result.verdict,
  }))
  return [
    { id: `${id}@duration`, unit: 'ms', value: duration, better: 'lower', verdict: status },
    ...objectives,
    ...(load?.workloads ?? []).flatMap((workload) => metricsOfWorkload(id, workload)),
  ]
}

function isMeasured(verdict: Verdict): boolean {
  return verdict !== 'invalid' && verdict !== 'no-data'
}

/** What a bad measurement says is nothing to compare with. */
function metricsOfWorkload(guarantee: string, workload: WorkloadResult): RunMetric[] {
  const isGood = workload.problems.length === 0 && workload.aborted === undefined
  const times = TimeDistribution.of(workload.response)
  const unanswered = workload.failed + workload.dropped + workload.inFlight
  const metric = (name: string, unit: string, better: RunMetric['better'], value: number | undefined): RunMetric => ({
    id: `${guarantee}@${workload.name}.${name}`,
    unit,
    value: isGood && value !== undefined && Number.isFinite(value) ? value : null,
    better,
    verdict: isGood ? '' : 'invalid',
  })
  return [
    metric('p50', 'ms', 'lower', times.percentileMs(50, unanswered)),
    metric('p99', 'ms', 'lower', times.percentileMs(99, unanswered)),
    metric('throughput', 'per-second', 'higher', (workload.completed / workload.durationMs) * 1_000),
  ]
}
