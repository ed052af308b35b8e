import type { FaultShare } from './fault.ts'

/**
 * How a request ended. `refused`: with an error of the API, injected or earned. `cut`: by a fault, in the middle. `aborted`: its
 * caller went away, or the sandbox was stopped.
 */
export type Outcome = 'running' | 'answered' | 'refused' | 'cut' | 'aborted'

/** What is known of a request. Nothing of what its caller wrote is kept. */
export interface ServedRequest {
  readonly id: string
  readonly path: string
  /** Of the wall clock, in milliseconds. */
  readonly atMs: number
  readonly model: string | undefined
  readonly isStream: boolean
  readonly outcome: Outcome
  /** Of the answer; undefined when there was none. */
  readonly status: number | undefined
  readonly fault: FaultShare['fault']['kind'] | undefined
  readonly promptTokens: number
  readonly cachedTokens: number
  /** Those that were sent, reasoning included; of an answer that was not streamed, all or none. */
  readonly completionTokens: number
  /** Whether the caller was told the usage. */
  readonly toldUsage: boolean
}

export type Entry = { -readonly [Key in keyof ServedRequest]: ServedRequest[Key] }

const MOST_KEPT = 100_000

/** The latest 100,000 requests, and sums of all. */
export class Journal {
  readonly #entries: Entry[] = []
  readonly #ofModel = new Map<string, { requests: number; promptTokens: number; completionTokens: number }>()
  readonly #outcomes: Record<Outcome, number> = { running: 0, answered: 0, refused: 0, cut: 0, aborted: 0 }

  open(id: string, path: string): Entry {
    const entry: Entry = {
      id,
      path,
      atMs: Date.now(),
      model: undefined,
      isStream: false,
      outcome: 'running',
      status: undefined,
      fault: undefined,
      promptTokens: 0,
      cachedTokens: 0,
      completionTokens: 0,
      toldUsage: false,
    }
    this.#entries.push(entry)
    if (this.#entries.length >= 2 * MOST_KEPT) this.#entries.splice(0, MOST_KEPT)
    this.#outcomes.running++
    return entry
  }

  /** Says how a request ended; the first word counts. */
  close(entry: Entry, outcome: Outcome): void {
    if (entry.outcome !== 'running') return
    entry.outcome = outcome
    this.#outcomes.running--
    this.#outcomes[outcome]++
    if (entry.model === undefined) return
    const sums = this.#ofModel.get(entry.model) ?? { requests: 0, promptTokens: 0, completionTokens: 0 }
    sums.requests++
    sums.promptTokens += entry.promptTokens
    sums.completionTokens += entry.completionTokens
    this.#ofModel.set(entry.model, sums)
  }

  requests(): readonly ServedRequest[] {
    return this.#entries.slice(-MOST_KEPT).map((entry) => ({ ...entry }))
  }

  /** Flat, for `/stats`: `answered`, `gpt-4o.promptTokens`. */
  figures(): Record<string, number> {
    const ofModels = [...this.#ofModel].flatMap(([model, sums]) =>
      Object.entries(sums).map(([name, count]) => [`${model}.${name}`, count] as const),
    )
    return { ...this.#outcomes, ...Object.fromEntries(ofModels) }
  }
}
