import type { SometimesEvidence } from '../history/history-evidence.ts'
import { NoDataError } from './no-data.ts'

/** The interesting things that a test has to meet to mean anything: `a conflict happened`. */
export class SometimesSession {
  readonly #seen = new Map<string, SometimesEvidence>()

  /** Adds to how often it happened. The greatest minimum counts. */
  saw(name: string, happened: boolean | number, minimum = 1): void {
    const before = this.#seen.get(name)
    this.#seen.set(name, {
      name,
      count: (before?.count ?? 0) + Number(happened),
      minimum: Math.max(before?.minimum ?? 0, minimum),
    })
  }

  /** @throws NoDataError naming what happened too rarely */
  demandMet(): void {
    const unmet = [...this.#seen.values()].filter(({ count, minimum }) => count < minimum)
    if (unmet.length === 0) return
    const found = unmet.map(({ name, count, minimum }) =>
      count === 0 ? `"${name}" never happened` : `"${name}" happened ${count} times, and ${minimum} are needed`,
    )
    throw new NoDataError(
      `${found.join('; ')}: the test has not met what it is about\n  Let it run longer, or hold operations at a barrier until they meet.`,
    )
  }

  /** For the notes of the test; nothing when it named none. */
  evidence(): { readonly sometimes?: SometimesEvidence[] } {
    return this.#seen.size === 0 ? {} : { sometimes: [...this.#seen.values()] }
  }
}
