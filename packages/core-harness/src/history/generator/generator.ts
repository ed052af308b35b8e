import type { Json } from '../operation.ts'

/** What a process is asked to do. */
export interface Request {
  readonly f: string
  readonly input?: Json
  /** Which of many independent objects it is done to. */
  readonly key?: string | number
}

/** Who asks for something to do, and when. A slot is a logical process: when its process is retired, another goes on in it. */
export interface GeneratorContext {
  /** Nanoseconds since the history began. */
  readonly timeNs: number
  readonly slot: number
  /** The slots that the generator is for, the asking one among them. */
  readonly slots: readonly number[]
  /** Whether a slot is in the middle of an operation. */
  isBusy(slot: number): boolean
  /**
   * Numbers from 0 up to 1. They hang on the seed, the slot, and how many operations it was given: asked again, the same come
   * again, so that what a slot is asked to do does not hang on when others are served.
   */
  random(): number
}

/**
 * What a generator answers: a request, and the generator that goes on from there; that there is nothing to do for this slot now
 * (ask again then, or when an operation has begun or ended); or that it is done, for all its slots and for good.
 */
export type Step = { readonly request: Request; readonly next: Generator } | { readonly waitUntilNs: number } | 'done'

/** Says what processes do, one request at a time. Immutable, as Jepsen's are: asking changes nothing. */
export interface Generator {
  step(context: GeneratorContext): Step
}
