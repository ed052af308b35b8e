import type { Generator } from './generator.ts'

/**
 * Requests of a generator at random intervals: even between nothing and twice the mean, over all slots together. Whoever is
 * late catches up, so that the rate stays.
 */
export function stagger(meanIntervalMs: number, generator: Generator, dueNs = 0): Generator {
  return {
    step(context) {
      const step = generator.step(context)
      if (step === 'done' || 'waitUntilNs' in step) return step
      if (context.timeNs < dueNs) return { waitUntilNs: dueNs }
      const intervalNs = context.random() * 2 * meanIntervalMs * 1e6
      const from = dueNs === 0 ? context.timeNs : dueNs
      return { request: step.request, next: stagger(meanIntervalMs, step.next, from + intervalNs) }
    },
  }
}
