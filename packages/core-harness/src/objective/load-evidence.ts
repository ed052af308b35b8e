import type { ResourceSeries } from '../metrics/resource-series.ts'
import type { WorkloadResult } from '../workload/result.ts'
import type { ObjectiveResult } from './verdict.ts'

/** A fault that was done on purpose while a workload ran. */
export interface FaultBand {
  /** `pause`, `restart`, `cut`, `latency` … */
  readonly kind: string
  /** What it was done to: `redis`, `cache-2`. */
  readonly target: string
  /** The workload that it fell into. */
  readonly workload: string
  /** Milliseconds since that workload began. */
  readonly fromMs: number
  readonly toMs: number
}

/** What the test of a guarantee at L4 measured, and how its objectives came out. */
export interface LoadEvidence {
  readonly workloads: readonly WorkloadResult[]
  readonly objectives: readonly ObjectiveResult[]
  readonly resources: readonly ResourceSeries[]
  readonly faults: readonly FaultBand[]
}
