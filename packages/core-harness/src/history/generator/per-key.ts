import { HarnessError } from '../../environment/errors.ts'
import type { Generator, GeneratorContext, Step } from './generator.ts'

type Key = string | number

export interface PerKeyOptions {
  readonly keys: readonly Key[]
  /** How many slots work on a key at the same time. */
  readonly processesPerKey: number
  readonly generator: (key: Key) => Generator
}

/** Where a group of slots is: at which of the keys, and how far with it. */
interface Group {
  readonly at: number
  readonly generator: Generator
}

/**
 * A generator for each of many independent keys. Slots are divided into groups; a group works on one key after the other, until
 * the generator of each is done. Which keys a group has hangs on their order alone: of three groups the first has every third.
 * A history of many short parts is judged much faster than a long one, and meets as many races.
 *
 * @throws HarnessError at the first request, when the slots cannot be divided
 */
export function perKey(options: PerKeyOptions, groups: ReadonlyMap<number, Group> = new Map()): Generator {
  const { keys, processesPerKey, generator } = options

  function startAt(at: number): Group | undefined {
    const key = keys[at]
    return key === undefined ? undefined : { at, generator: generator(key) }
  }

  /** What a group does next: on its key, or on the first after it that is not done. */
  function stepOf(index: number, groupCount: number, context: GeneratorContext): { group: Group; step: Step } | 'done' {
    for (let group = groups.get(index) ?? startAt(index); group; group = startAt(group.at + groupCount)) {
      const step = group.generator.step(context)
      if (step !== 'done') return { group, step }
    }
    return 'done'
  }

  return {
    step(context) {
      const groupCount = context.slots.length / processesPerKey
      if (!Number.isInteger(groupCount))
        throw new HarnessError(
          `planning a history: ${context.slots.length} processes cannot work on keys by ${processesPerKey}`,
          { remedy: `Take a number of processes that ${processesPerKey} divides.` },
        )
      const slotsOf = (index: number): readonly number[] =>
        context.slots.slice(index * processesPerKey, (index + 1) * processesPerKey)
      const own = Math.floor(context.slots.indexOf(context.slot) / processesPerKey)
      const found = stepOf(own, groupCount, { ...context, slots: slotsOf(own) })
      if (found === 'done') {
        const isDone = (index: number): boolean => {
          const slots = slotsOf(index)
          return stepOf(index, groupCount, { ...context, slots, slot: slots[0] as number }) === 'done'
        }
        const others = Array.from({ length: groupCount }, (_, index) => index)
        return others.every(isDone) ? 'done' : { waitUntilNs: Infinity }
      }
      const { group, step } = found
      if (step === 'done' || 'waitUntilNs' in step) return step
      const moved = new Map(groups).set(own, { at: group.at, generator: step.next })
      return {
        request: { ...step.request, key: keys[group.at] as Key },
        next: perKey(options, moved),
      }
    },
  }
}
