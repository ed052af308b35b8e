import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

import { BillingError } from '../errors.ts'

export type Client = Pick<pg.ClientBase, 'query'>
/** SQL; with a name it is parsed once for each connection. */
export type Statement = string | { readonly name: string; readonly text: string }

const CONNECT_WITHIN_MS = 5_000
const STATEMENT_WITHIN_MS = 60_000
/** For a statement whose connection is silent: the server ends it by itself before. */
const ANSWER_WITHIN_MS = STATEMENT_WITHIN_MS + 5_000
/** Between two statements of a transaction: a node that was stopped must not hold for ever what it locked. */
const IDLE_IN_TRANSACTION_MS = 15_000

/** Deadlock, serialization failure, unique violation: another was quicker, and its work is there when this is tried anew. */
const MET_ANOTHER = new Set(['40P01', '40001', '23505'])
const MOST_ATTEMPTS = 20

/** PostgreSQL, through a pool, and what the pool did. */
export class Database {
  protected readonly pool: pg.Pool
  #opened = 0
  #most = 0

  constructor(url: string, poolSize: number) {
    this.pool = new pg.Pool({
      connectionString: url,
      max: poolSize,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      statement_timeout: STATEMENT_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      application_name: 'billing',
    })
    this.pool.on('connect', (client) => {
      // One that is lost while nobody asks it anything, within a transaction: the next question says so.
      client.on('error', () => undefined)
      this.#opened++
      this.#most = Math.max(this.#most, this.pool.totalCount)
    })
    // One that was idle is lost; who needs one gets another.
    this.pool.on('error', () => undefined)
  }

  get figures(): { connections: number; mostConnections: number; connectionsOpened: number } {
    return { connections: this.pool.totalCount, mostConnections: this.#most, connectionsOpened: this.#opened }
  }

  /** One statement, which is a transaction. @throws BillingError ERR_BILLING_UNAVAILABLE when nobody knows what became of it */
  async query<Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    return await this.#known(async () => {
      const client = await this.pool.connect()
      let broken: Error | undefined
      try {
        const query = typeof statement === 'string' ? { text: statement } : statement
        return (await client.query<Row>({ ...query, values: [...values] })).rows
      } catch (error) {
        // One over which the server refused something is as good as before.
        if (!isAnswer(error)) broken = error as Error
        throw error
      } finally {
        client.release(broken)
      }
    })
  }

  /** One statement that is done again when it met another. */
  async retried<Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return await again(() => this.query<Row>(statement, values))
  }

  /** All that `work` does, or nothing. */
  async transaction<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    return await this.#known(async () => {
      const client = await this.pool.connect()
      let broken: Error | undefined
      try {
        await client.query('BEGIN')
        const result = await work(client)
        await client.query('COMMIT')
        return result
      } catch (error) {
        await client.query('ROLLBACK').catch((lost: Error) => (broken = lost))
        throw error
      } finally {
        client.release(broken)
      }
    })
  }

  async close(): Promise<void> {
    await this.pool.end()
  }

  async #known<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof BillingError || isAnswer(error)) throw error
      throw new BillingError(
        'ERR_BILLING_UNAVAILABLE',
        'the database did not answer; send it again with the same key',
        {
          cause: error,
        },
      )
    }
  }
}

/** Does it again, with all that it read read anew, when it met another. */
export async function again<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !MET_ANOTHER.has(codeOf(error) ?? '')) throw error
      await delay(Math.random() * Math.min(50, 2 ** attempt))
    }
  }
}

/** The SQLSTATE of an error that the server sent. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined
}

/** The server refused it, and goes on: not that it is being ended (class 57) or cannot be reached (class 08). */
function isAnswer(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && !code.startsWith('57') && !code.startsWith('08')
}
