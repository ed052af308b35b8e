import { TimeDistribution } from '../metrics/time-distribution.ts'
import type { ValidityProblem } from './result.ts'

/** How far the achieved rate may be from the planned, as a share. */
const RATE_TOLERANCE = 0.005
/** Share of one core from which a generator has no time to spare. */
const SATURATED = 0.9
/** A share of a core says nothing over less time than this. */
const SHORTEST_JUDGED_MS = 1_000

/** What the generator did, for judging whether its measurement is good. */
export interface GeneratorAccount {
  /** Undefined for a closed workload, whose operations are due when they are sent. */
  readonly open?: {
    readonly lateness: string
    readonly latenessBudgetMs: number
    readonly plannedPerSecond: number
    /** Sent or dropped: what the schedule made of its plan. */
    readonly issuedPerSecond: number
  }
  readonly durationMs: number
  /** Share of one core that the busiest thread used. */
  readonly busiestThread: number
}

/** Why the measurement is not good enough to judge the service by: all of it is about the generator, nothing about the service. */
export function problemsOf({ open, durationMs, busiestThread }: GeneratorAccount): ValidityProblem[] {
  const problems: ValidityProblem[] = []
  if (open) {
    const lateMs = TimeDistribution.of(open.lateness).percentileMs(99) ?? 0
    if (lateMs > open.latenessBudgetMs)
      problems.push({
        kind: 'generator-late',
        found: `1 % of operations were sent ${lateMs.toFixed(2)} ms late or more, and the budget is ${open.latenessBudgetMs} ms`,
        remedy: 'Give the generator a core of its own, more threads, or a lower rate.',
      })
    const missed = open.issuedPerSecond / open.plannedPerSecond - 1
    if (Math.abs(missed) > RATE_TOLERANCE)
      problems.push({
        kind: 'rate-missed',
        found: `${open.issuedPerSecond.toFixed(1)} operations a second were issued, and ${open.plannedPerSecond.toFixed(1)} were planned`,
        remedy: 'Use more threads, or a lower rate: what was measured is another load than was asked for.',
      })
  }
  if (busiestThread > SATURATED && durationMs >= SHORTEST_JUDGED_MS)
    problems.push({
      kind: 'generator-saturated',
      found: `the busiest thread of the generator used ${Math.round(busiestThread * 100)} % of a core`,
      remedy: 'Use more threads, a lower rate or fewer users: answers waited for the generator to read them.',
    })
  return problems
}
