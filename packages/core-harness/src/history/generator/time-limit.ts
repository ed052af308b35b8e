import type { Generator } from './generator.ts'

/** Requests of a generator for so long, from its first. */
export function timeLimit(durationMs: number, generator: Generator, endNs?: number): Generator {
  return {
    step(context) {
      if (endNs !== undefined && context.timeNs >= endNs) return 'done'
      const step = generator.step(context)
      if (step === 'done') return step
      if ('waitUntilNs' in step) return { waitUntilNs: Math.min(step.waitUntilNs, endNs ?? Infinity) }
      return {
        request: step.request,
        next: timeLimit(durationMs, step.next, endNs ?? context.timeNs + durationMs * 1e6),
      }
    },
  }
}
