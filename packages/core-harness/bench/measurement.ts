/** One line of a benchmark's table. */
export interface Measurement {
  readonly what: string
  readonly found: string
  readonly target: string
  /** Undefined without a target. */
  readonly isMet?: boolean
}

/** Takes a measurement as soon as there is one. */
export type Report = (measurement: Measurement) => void
