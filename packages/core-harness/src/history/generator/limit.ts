import type { Generator } from './generator.ts'

/** So many requests of a generator, and no more. */
export function limit(count: number, generator: Generator): Generator {
  return {
    step(context) {
      if (count <= 0) return 'done'
      const step = generator.step(context)
      if (step === 'done' || 'waitUntilNs' in step) return step
      return { request: step.request, next: limit(count - 1, step.next) }
    },
  }
}
