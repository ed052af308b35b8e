import type { Generator, Request } from './generator.ts'

/** These requests, once, in order: whoever asks takes the next. */
export function sequence(requests: readonly Request[], from = 0): Generator {
  return {
    step() {
      const request = requests[from]
      return request === undefined ? 'done' : { request, next: sequence(requests, from + 1) }
    },
  }
}
