/** What an objective came to in an earlier run. */
export interface TrendPoint {
  readonly runId: string
  /** ISO 8601. */
  readonly startedAt: string
  /** In the unit of the objective. */
  readonly value: number
}

/** Values of earlier runs that this one may be compared with, by id of the objective; the oldest first. */
export type Trends = Readonly<Record<string, readonly TrendPoint[]>>
