import { HarnessError } from '../environment/errors.ts'

/** Something interesting that was seen less often than a test needs. */
export interface Unmet {
  readonly name: string
  readonly seen: number
  readonly minimum: number
}

/**
 * Counts the interesting things of a race test: "a conflict happened", "the lock expired while held". A test in which one never
 * happened has shown nothing, however green it is.
 */
export class Sometimes {
  readonly #minimums: Readonly<Record<string, number>>
  readonly #seen = new Map<string, number>()

  /** @param minimums how often each has to be seen, by its name */
  constructor(minimums: Readonly<Record<string, number>>) {
    this.#minimums = minimums
    for (const name of Object.keys(minimums)) this.#seen.set(name, 0)
  }

  /** @throws HarnessError when it was not declared: with a mistyped name it would never be seen */
  saw(name: string, times = 1): void {
    this.#seen.set(name, this.seen(name) + times)
  }

  /** How often it was seen until now; for `untilEnough`. */
  seen(name: string): number {
    const seen = this.#seen.get(name)
    if (seen === undefined)
      throw new HarnessError(`counting what happens sometimes: "${name}" is not declared`, {
        remedy: `Declared are: ${[...this.#seen.keys()].join(', ')}.`,
      })
    return seen
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#seen)
  }

  /** What was not seen often enough. */
  unmet(): Unmet[] {
    return Object.entries(this.#minimums)
      .map(([name, minimum]) => ({ name, seen: this.seen(name), minimum }))
      .filter(({ seen, minimum }) => seen < minimum)
  }
}
