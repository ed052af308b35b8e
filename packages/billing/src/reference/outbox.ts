import { setTimeout as delay } from 'node:timers/promises'

import type { Analytics, AnalyticsLine } from './analytics.ts'
import type { Step } from './crash-points.ts'
import type { Client, Database } from './database.ts'

/** Each is a batch of 1 to 1,000 events. */
const ROWS_AT_ONCE = 1_000
/** Together, unless one row has more. */
const EVENTS_AT_ONCE = 10_000
/** What comes meanwhile goes along: the store prefers few large inserts to many small ones. */
const GATHERED_FOR_MS = 100
/** How long a change of another node may wait here. */
const LOOK_EVERY_MS = 200
const LONGEST_WAIT_MS = 1_000

export interface OutboxParts {
  readonly database: Database
  readonly analytics: Analytics
  readonly step: Step
  readonly log: (problem: string) => void
}

/**
 * Carries what was committed to the analytics store: takes rows, inserts their lines, and deletes the rows, in this order, in
 * one transaction that holds the rows. Whoever dies on the way leaves them to others, who insert them again; the store keeps
 * one line for each key, so that at least once is once.
 */
export class Outbox {
  protected readonly parts: OutboxParts
  readonly #stop = new AbortController()
  #wake: () => void = () => undefined
  #running: Promise<void> | undefined

  constructor(parts: OutboxParts) {
    this.parts = parts
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** There is something to carry. */
  wake(): void {
    this.#wake()
  }

  async pending(): Promise<number> {
    const [row] = await this.parts.database.query<{ pending: string }>(
      'SELECT coalesce(sum(events), 0) AS pending FROM outbox',
    )
    return Number(row!.pending)
  }

  /** Ends when what it is doing is done. What is left is in the database. */
  async close(): Promise<void> {
    this.#stop.abort()
    this.#wake()
    await this.#running
  }

  /** @returns how many rows were there to be carried */
  protected async carry(): Promise<number> {
    const { database, analytics, step } = this.parts
    return await database.transaction(async (client) => {
      const taken = await this.take(client)
      if (taken.length === 0) return 0
      step('outbox.taken')
      const { rows } = await client.query<{ lines: AnalyticsLine[] }>('SELECT lines FROM outbox WHERE id = ANY($1)', [
        taken,
      ])
      await analytics.insert(rows.flatMap(({ lines }) => lines))
      step('outbox.inserted')
      await client.query('DELETE FROM outbox WHERE id = ANY($1)', [taken])
      step('outbox.deleted')
      return taken.length
    })
  }

  /** Holds the oldest rows that nobody holds. @returns their ids */
  protected async take(client: Client): Promise<readonly string[]> {
    const { rows } = await client.query<{ id: string; events: number }>(
      'SELECT id, events FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED',
      [ROWS_AT_ONCE],
    )
    let events = 0
    return rows
      .filter((row, index) => {
        events += row.events
        return index === 0 || events <= EVENTS_AT_ONCE
      })
      .map(({ id }) => id)
  }

  async #run(): Promise<void> {
    let failures = 0
    while (!this.#stop.signal.aborted) {
      try {
        const woken = new Promise<void>((resolve) => (this.#wake = resolve))
        const carried = await this.carry()
        failures = 0
        if (carried === 0) await this.#rest(LOOK_EVERY_MS, woken)
        await this.#rest(GATHERED_FOR_MS)
      } catch (error) {
        failures++
        if (failures === 1) this.parts.log(`analytics wait: ${(error as Error).message}`)
        await this.#rest(Math.min(LONGEST_WAIT_MS, 50 * 2 ** failures))
      }
    }
  }

  async #rest(ms: number, woken?: Promise<void>): Promise<void> {
    const waited = delay(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    await (woken ? Promise.race([waited, woken]) : waited)
  }
}
