import type { Generator } from './generator.ts'

/** One generator after the other: the next begins when the last is done and all that it asked for has ended. */
export function phases(first: Generator, ...rest: readonly Generator[]): Generator {
  return {
    step(context) {
      const step = first.step(context)
      const [second, ...later] = rest
      if (step === 'done') {
        if (second === undefined) return step
        if (context.slots.some((slot) => context.isBusy(slot))) return { waitUntilNs: Infinity }
        return phases(second, ...later).step(context)
      }
      return 'waitUntilNs' in step ? step : { request: step.request, next: phases(step.next, ...rest) }
    },
  }
}
