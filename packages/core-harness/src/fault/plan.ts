import { HarnessError } from '../environment/errors.ts'
import { seededRandom } from '../statistics/seeded-random.ts'
import type { Fault } from './fault.ts'

/** When a fault begins and is healed, in milliseconds since the schedule began. */
export interface PlannedFault {
  readonly fault: Fault
  readonly fromMs: number
  /** As `fromMs` for what is over when it has begun: a restart. */
  readonly toMs: number
}

/** From the least to the most, drawn evenly. */
export type Range = readonly [leastMs: number, mostMs: number]

/** A part of a schedule: gives its faults when it knows how long all of it is, and what was planned before it. */
export type Rule = (scope: {
  readonly lengthMs: number
  readonly random: () => number
  /** Whether a fault of this target may be in effect at that time, beside what was planned before. */
  readonly isFree: (candidate: PlannedFault) => boolean
}) => readonly PlannedFault[]

/** Once. */
export function at(fromMs: number, fault: Fault, { forMs = 0 } = {}): Rule {
  return () => [{ fault, fromMs, toMs: fromMs + forMs }]
}

/** Again and again, from one beginning to the next; only those that are healed in time. */
export function every(
  everyMs: number,
  fault: Fault,
  { forMs = 0, fromMs = everyMs, untilMs = Infinity }: { forMs?: number; fromMs?: number; untilMs?: number } = {},
): Rule {
  demand(everyMs > 0, `"every" takes more than 0 ms, not ${everyMs}`)
  return ({ lengthMs }) => {
    const last = Math.min(untilMs, lengthMs) - forMs
    const count = Math.max(0, Math.floor((last - fromMs) / everyMs) + 1)
    return Array.from({ length: count }, (_, index) => {
      const begins = fromMs + index * everyMs
      return { fault, fromMs: begins, toMs: begins + forMs }
    })
  }
}

/**
 * One of several at a time, chosen, timed and ended by the seed: a pause drawn from `gapMs`, then a fault for a time drawn from
 * `forMs`, until the end. Where the fault's target is busy with what was planned before, that turn is left out.
 */
export function random(
  faults: readonly Fault[],
  {
    gapMs,
    forMs,
    fromMs = 0,
    untilMs = Infinity,
  }: { readonly gapMs: Range; readonly forMs: Range; readonly fromMs?: number; readonly untilMs?: number },
): Rule {
  for (const [name, [least, most]] of Object.entries({ gapMs, forMs }))
    demand(
      least >= 0 && most >= least,
      `"random" takes a range from the least to the most, not ${name} [${least}, ${most}]`,
    )
  demand(gapMs[1] + forMs[1] > 0, '"random" with gaps and times of 0 ms would never end')
  demand(faults.length > 0, '"random" was given no fault')
  return ({ lengthMs, random: draw, isFree }) => {
    const between = ([least, most]: Range): number => least + draw() * (most - least)
    const planned: PlannedFault[] = []
    const last = Math.min(untilMs, lengthMs)
    for (let nowMs = fromMs + between(gapMs); ; nowMs += between(gapMs)) {
      const fault = faults[Math.floor(draw() * faults.length)] as Fault
      const candidate = { fault, fromMs: nowMs, toMs: nowMs + between(forMs) }
      if (candidate.toMs > last) return planned
      if (isFree(candidate)) planned.push(candidate)
      nowMs = candidate.toMs
    }
  }
}

/**
 * Plans faults beside a workload of a given length, in the order in which they begin. The same rules and seed give the same
 * plan.
 *
 * @param options.overlap whether faults of one target may be in effect at once
 * @throws HarnessError for a fault that would not be healed before the end, or overlaps with another of its target
 */
export function planFaults(
  rules: readonly Rule[],
  { lengthMs, seed, overlap = false }: { readonly lengthMs: number; readonly seed: number; readonly overlap?: boolean },
): PlannedFault[] {
  const planned: PlannedFault[] = []
  const collides = (one: PlannedFault, other: PlannedFault): boolean =>
    (one.fault === other.fault || (!overlap && one.fault.target === other.fault.target)) && meet(one, other)
  for (const [index, rule] of rules.entries()) {
    const isFree = (candidate: PlannedFault): boolean => !planned.some((other) => collides(candidate, other))
    // A seed of its own: what one rule draws does not change what another does.
    for (const one of rule({ lengthMs, random: seededRandom(seed + index), isFree })) {
      const { fault, fromMs, toMs } = one
      const what = `"${fault.kind}" of ${fault.target} from ${fromMs} to ${toMs} ms`
      demand(
        fromMs >= 0 && toMs >= fromMs && toMs <= lengthMs,
        `${what} is not within the ${lengthMs} ms of the schedule`,
      )
      const other = planned.find((earlier) => collides(one, earlier))
      demand(!other, `${what} and "${other?.fault.kind}" from ${other?.fromMs} ms would be in effect at once`)
      planned.push(one)
    }
  }
  return planned.sort((one, other) => one.fromMs - other.fromMs)
}

function meet(one: PlannedFault, other: PlannedFault): boolean {
  return one.fromMs === other.fromMs || (one.fromMs < other.toMs && other.fromMs < one.toMs)
}

function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new HarnessError(`planning faults: ${otherwise}`)
}
