import type { Generator, GeneratorContext, Request } from './generator.ts'

/** One request for every process, as for a last read by each. */
export function eachProcessOnce(
  request: Request | ((context: GeneratorContext) => Request),
  served: ReadonlySet<number> = new Set(),
): Generator {
  return {
    step(context) {
      if (served.has(context.slot))
        return context.slots.every((slot) => served.has(slot)) ? 'done' : { waitUntilNs: Infinity }
      return {
        request: typeof request === 'function' ? request(context) : request,
        next: eachProcessOnce(request, new Set([...served, context.slot])),
      }
    },
  }
}
