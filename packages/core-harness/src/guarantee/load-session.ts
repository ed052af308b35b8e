import { bandOf } from '../fault/index.ts'
import type { FaultRecord } from '../fault/index.ts'
import { watchResources } from '../metrics/resource-sampler.ts'
import type { ResourceSampler, ResourceTarget } from '../metrics/resource-sampler.ts'
import {
  decidedByLateness,
  judgeObjective,
  objectivesAtRisk,
  overallVerdict,
  reasonToAbort,
} from '../objective/index.ts'
import type { FaultBand, Finding, LoadEvidence, Objective, Verdict } from '../objective/index.ts'
import { liveProgress, runWorkload } from '../workload/index.ts'
import type { WindowResult, Workload, WorkloadModule, WorkloadResult } from '../workload/index.ts'
import { objectiveId } from './contract.ts'
import type { Guarantee } from './contract.ts'

/**
 * How often a workload is run until its measurement is good enough to judge by. Only the generator decides that: how the
 * service answered never makes a measurement bad.
 */
const MEASUREMENTS_AT_MOST = 3

/** A measurement that was not judged, because the generator could not keep its schedule. */
export interface Discarded {
  readonly workload: string
  readonly problems: readonly string[]
}

interface RunSettings {
  readonly signal: AbortSignal
  readonly threads?: number
}

/** What the test of one guarantee at L4 measures, until its objectives are judged. */
export class LoadSession {
  readonly #guarantee: Guarantee
  readonly #objectives: Readonly<Record<string, Objective>>
  readonly #workloads: WorkloadResult[] = []
  readonly #findings: Record<string, Finding> = {}
  readonly #targets: ResourceTarget[] = []
  readonly discarded: Discarded[] = []
  #sampler: ResourceSampler | undefined

  constructor(id: string, guarantee: Guarantee) {
    this.#guarantee = guarantee
    const named = Object.entries(guarantee.objectives ?? {}).map(([name, one]) => [objectiveId(id, name), one] as const)
    this.#objectives = Object.fromEntries(named)
  }

  /** Adds what is sampled from the first workload on. */
  watch(targets: readonly ResourceTarget[]): void {
    this.#targets.push(...targets)
  }

  finding(name: string, found: Finding): void {
    this.#findings[name] = found
  }

  async run(workload: Workload | WorkloadModule, { signal, threads = 1 }: RunSettings): Promise<WorkloadResult> {
    this.#sampler ??= watchResources(this.#targets)
    const name = 'name' in workload ? workload.name : workload.module
    const progress = liveProgress(name, { atRisk: ({ windows }) => objectivesAtRisk(this.#objectives, windows) })
    const judgeLive = (windows: readonly WindowResult[]) => reasonToAbort(this.#objectives, windows)
    for (let measurement = 1; ; measurement++) {
      const { onProgress, end } = progress
      const measured = await runWorkload(workload, { signal, threads, onProgress, judgeLive }).finally(end)
      const problems = [...measured.problems, ...decidedByLateness(this.#objectives, measured)]
      const result = { ...measured, problems }
      if (problems.length === 0 || measurement === MEASUREMENTS_AT_MOST) {
        this.#workloads.push(result)
        return result
      }
      this.discarded.push({ workload: result.name, problems: problems.map(({ found }) => found) })
    }
  }

  /**
   * Ends the sampling. To be called once, however the test ended.
   *
   * @param faults that the test caused
   * @param originNs their time zero, on the monotonic clock
   */
  async end(
    faults: readonly FaultRecord[],
    originNs: bigint,
  ): Promise<{ readonly evidence: LoadEvidence; readonly verdict: Verdict }> {
    const resources = (await this.#sampler?.stop()) ?? []
    const measured = { workloads: this.#workloads, resources, findings: this.#findings }
    const objectives = Object.entries(this.#objectives).map(([id, objective]) =>
      judgeObjective(id, objective, measured, this.#guarantee),
    )
    return {
      evidence: {
        workloads: this.#workloads,
        objectives,
        resources,
        faults: this.#workloads.flatMap((one) => bandsIn(one, faults, originNs)),
      },
      verdict: overallVerdict(objectives),
    }
  }
}

/** The faults that fell into a workload, on its own time. */
function bandsIn({ name, startedAt, durationMs }: WorkloadResult, faults: readonly FaultRecord[], originNs: bigint) {
  const nowNs = Number(process.hrtime.bigint() - originNs)
  // It says by the clock on the wall when it began.
  const beganNs = nowNs - (Date.now() - Date.parse(startedAt)) * 1e6
  return faults
    .map((fault): FaultBand => bandOf(fault, name, beganNs))
    .filter(({ fromMs, toMs }) => toMs >= 0 && fromMs <= durationMs)
}

/** An objective is missed, and what to do about it. */
export class ObjectiveMissedError extends Error {
  override readonly name = 'ObjectiveMissedError'
}

/** The generator, and not the service, was not good enough to judge by. */
export class InvalidMeasurementError extends Error {
  override readonly name = 'InvalidMeasurementError'
}

/** @throws ObjectiveMissedError, InvalidMeasurementError with each objective that is not green */
export function demandGreen({ objectives, workloads }: LoadEvidence, verdict: Verdict): void {
  if (verdict === 'pass' || verdict === 'warn') return
  const red = objectives.filter((one) => one.verdict !== 'pass' && one.verdict !== 'warn')
  const lines = red.map(({ id, explanation, objective }) => `${id}: ${explanation}\n  ${objective.recommendation}`)
  if (verdict !== 'invalid') throw new ObjectiveMissedError(lines.join('\n'))
  const remedies = workloads.flatMap(({ problems }) => problems.map(({ found, remedy }) => `${found}\n  ${remedy}`))
  throw new InvalidMeasurementError(remedies.join('\n'))
}
