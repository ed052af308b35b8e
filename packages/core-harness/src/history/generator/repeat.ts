import type { Generator, GeneratorContext, Request } from './generator.ts'

/**
 * The same request for ever, or one made anew each time.
 *
 * @param request made by a pure function, whose chance is `context.random()`
 */
export function repeat(request: Request | ((context: GeneratorContext) => Request)): Generator {
  const generator: Generator = {
    step: (context) => ({
      request: typeof request === 'function' ? request(context) : request,
      next: generator,
    }),
  }
  return generator
}
