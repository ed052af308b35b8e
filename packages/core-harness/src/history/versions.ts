import type { Json, Operation } from './operation.ts'

/** One state of an object. Later states have higher numbers. */
export interface Version {
  readonly number: number
  readonly value: Json
  /** Who wrote it; nobody wrote what was there at the beginning. */
  readonly by: Operation | undefined
}

/** The versions that one value may stand for: often one alone, but a value may be written again. */
export class Candidates {
  readonly #versions: readonly Version[]
  /** When the first began of each version and all higher ones. */
  readonly #earliestNs: number[] = []

  constructor(versions: readonly Version[]) {
    this.#versions = versions.toSorted((a, b) => a.number - b.number)
    let earliestNs = Infinity
    for (let place = versions.length - 1; place >= 0; place--) {
      earliestNs = Math.min(earliestNs, begunNs(this.#versions[place]))
      this.#earliestNs[place] = earliestNs
    }
  }

  /** The lowest of those with this number or a higher one whose write had begun by then. */
  atLeast(number: number, byNs: number): Version | undefined {
    let place = this.#firstFrom(number)
    if (!(Number(this.#earliestNs[place]) <= byNs)) return undefined
    while (begunNs(this.#versions[place]) > byNs) place += 1
    return this.#versions[place]
  }

  /** The highest of those with a lower number whose write had begun by then. */
  below(number: number, byNs: number): Version | undefined {
    let place = this.#firstFrom(number) - 1
    while (begunNs(this.#versions[place]) > byNs) place -= 1
    return this.#versions[place]
  }

  #firstFrom(number: number): number {
    return firstPlace(this.#versions, (version) => version.number >= number)
  }
}

function begunNs(version: Version | undefined): number {
  return version?.by?.invokedNs ?? -Infinity
}

/** A version whose write was acknowledged. */
export interface Acknowledged extends Version {
  readonly by: Operation
}

/**
 * What was known to be written when: of the acknowledged versions those that are higher than all that were acknowledged before
 * them, in the order of their acknowledgements.
 */
export class Acknowledgements {
  readonly #highest: Acknowledged[] = []

  constructor(versions: readonly Acknowledged[]) {
    for (const version of versions.toSorted((a, b) => a.by.completedNs - b.by.completedNs))
      if (version.number > (this.#highest.at(-1)?.number ?? -Infinity)) this.#highest.push(version)
  }

  /** The highest version that had been acknowledged before then. */
  before(ns: number): Acknowledged | undefined {
    return this.#highest[firstPlace(this.#highest, ({ by }) => by.completedNs >= ns) - 1]
  }

  /** The first acknowledgement of a version above this one. */
  firstAbove(number: number): Acknowledged | undefined {
    return this.#highest[firstPlace(this.#highest, (version) => version.number > number)]
  }
}

/** Where that begins of which `holds` is true, by halving: it is false of all before, and true of all after. */
function firstPlace<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(items[middle] as Item)) high = middle
    else low = middle + 1
  }
  return low
}
