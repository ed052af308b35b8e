import type { Generator } from './generator.ts'

/**
 * Requests of a generator until something interesting was seen often enough, and so many at most. What the caller finds then is
 * enough, or too little to judge by: `Sometimes.unmet()`.
 *
 * @param options.seen how often it was seen until now; the one thing here that is not pure
 */
export function untilEnough(
  options: { readonly seen: () => number; readonly minimum: number; readonly atMost: number },
  generator: Generator,
): Generator {
  const { seen, minimum, atMost } = options
  return {
    step(context) {
      if (seen() >= minimum || atMost <= 0) return 'done'
      const step = generator.step(context)
      if (step === 'done' || 'waitUntilNs' in step) return step
      return { request: step.request, next: untilEnough({ seen, minimum, atMost: atMost - 1 }, step.next) }
    },
  }
}
