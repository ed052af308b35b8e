import type { ResourceSeries } from './resource-series.ts'

/** One figure of what is watched, at this moment. */
export interface ResourceFigure {
  readonly metric: string
  readonly unit: ResourceSeries['unit']
  readonly value: number
  /** `value` counts up since some beginning, and its growth by second is what is kept: seconds of CPU, or commits. */
  readonly cumulative?: true
}

/**
 * Looks at something once. It may fail for a while, and be well again.
 *
 * @throws Error saying why it cannot be seen
 */
export type ResourceProbe = () => Promise<readonly ResourceFigure[]>
