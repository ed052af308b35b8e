import { HarnessError } from '../environment/errors.ts'

/** How many have to come to a point before they go on together. */
export type BarrierPoints = Readonly<Record<string, number>>

interface Point {
  readonly parties: number
  /** Those who wait, to be let go together. */
  waiting: (() => void)[]
  met: number
}

/**
 * Holds operations at a named point until so many have arrived, because load alone rarely meets a narrow race: two transactions
 * that both `await barrier.reach('read')` between their read and their write have surely read before either writes.
 *
 * Nobody waits for ever: who was alone for `withinMs` goes on alone.
 */
export class Barrier {
  readonly #points = new Map<string, Point>()
  readonly #withinMs: number

  constructor(points: BarrierPoints, { withinMs }: { readonly withinMs: number }) {
    this.#withinMs = withinMs
    for (const [name, parties] of Object.entries(points)) this.#points.set(name, { parties, waiting: [], met: 0 })
  }

  /**
   * @returns whether the others came: false when the time was over
   * @throws the signal's reason when it is aborted
   */
  async reach(name: string, signal?: AbortSignal): Promise<boolean> {
    const point = this.#point(name)
    signal?.throwIfAborted()
    if (point.waiting.length + 1 >= point.parties) {
      point.met++
      const together = point.waiting
      point.waiting = []
      for (const go of together) go()
      return true
    }
    return await new Promise<boolean>((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        point.waiting = point.waiting.filter((other) => other !== go)
      }
      const go = (): void => {
        leave()
        resolve(true)
      }
      const abort = (): void => {
        leave()
        reject(signal?.reason as Error)
      }
      const timer = setTimeout(() => {
        leave()
        resolve(false)
      }, this.#withinMs)
      signal?.addEventListener('abort', abort, { once: true })
      point.waiting.push(go)
    })
  }

  /** How often so many came together at a point; for `untilEnough`, and for `Sometimes`. */
  met(name: string): number {
    return this.#point(name).met
  }

  #point(name: string): Point {
    const point = this.#points.get(name)
    if (point) return point
    throw new HarnessError(`reaching the barrier "${name}": it has no such point`, {
      remedy: `It has: ${[...this.#points.keys()].join(', ')}.`,
    })
  }
}
