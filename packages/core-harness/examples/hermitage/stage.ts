import pg from 'pg'

import { eventually } from '../../src/guarantee/eventually.ts'
import { FIRST_ITEMS } from './script.ts'
import type { Level, Play, Script } from './script.ts'

const SETTLES_WITHIN_MS = 10_000
/** What PostgreSQL says when it refuses a transaction so that others are isolated from it. */
const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'

export function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK)
}

/** A connection whose loss is met by what is asked of it. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

export interface Played {
  readonly happened: boolean
  /** What each statement came to, a line each: `T2: COMMIT → refused (40001)`. */
  readonly transcript: readonly string[]
}

interface Connection {
  readonly client: pg.Client
  /** Of the server's process. */
  readonly processId: number
}

interface Actor extends Connection {
  readonly reads: number[][]
  state: 'open' | 'waiting' | 'refused' | 'committed' | 'rolled back'
  running: Promise<void>
  /** What its statement came to, until it was told. */
  came: string | undefined
}

/** Three connections to one database, and one that sees who waits for whom. */
export class Stage {
  readonly #connections: readonly Connection[]
  readonly #observer: pg.Client

  private constructor(connections: readonly Connection[], observer: pg.Client) {
    this.#connections = connections
    this.#observer = observer
  }

  static async open(url: string): Promise<Stage> {
    const observer = await connect(url)
    const connections = ['T1', 'T2', 'T3'].map(async (): Promise<Connection> => {
      const client = await connect(url)
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      return { client, processId: rows[0]?.pid ?? 0 }
    })
    return new Stage(await Promise.all(connections), observer)
  }

  async close(): Promise<void> {
    await Promise.all([this.#observer, ...this.#connections.map(({ client }) => client)].map((client) => client.end()))
  }

  /** @throws what PostgreSQL answers other than a refusal */
  async play(script: Script, level: Level): Promise<Played> {
    await this.#observer.query(FIRST_ITEMS)
    const actors = new Map<string, Actor>()
    for (const [place, connection] of this.#connections.entries()) {
      await connection.client.query(`BEGIN ISOLATION LEVEL ${level}`)
      actors.set(`T${place + 1}`, {
        ...connection,
        reads: [],
        state: 'open',
        running: Promise.resolve(),
        came: undefined,
      })
    }
    const transcript: string[] = []
    const tell = (): void => {
      for (const actor of actors.values()) if (actor.came !== undefined) transcript.push(actor.came)
      for (const actor of actors.values()) actor.came = undefined
    }
    try {
      for (const step of script.steps) {
        const [, name = '', sql = ''] = /^(T\d): (.*)$/.exec(step) ?? []
        const actor = actors.get(name)
        if (actor === undefined || actor.state === 'waiting')
          throw new Error(`playing ${script.name}: "${step}" is for nobody who could take it`)
        if (actor.state !== 'open') continue
        actor.state = 'waiting'
        actor.running = run(actor, sql).then((came) => void (actor.came = `${step} → ${came}`))
        // It is awaited at the end; until then nobody hears that it was rejected.
        actor.running.catch(() => undefined)
        await this.#settle([...actors.values()], step)
        transcript.push(actor.came ?? `${step} → waits`)
        actor.came = undefined
        tell()
      }
      await Promise.all([...actors.values()].map(({ running }) => running))
      tell()
    } finally {
      await Promise.all(this.#connections.map(({ client }) => client.query('ROLLBACK')))
    }
    const { rows } = await this.#observer.query<{ value: number }>('SELECT value FROM item ORDER BY id')
    const play: Play = {
      committed: (...names) => names.every((name) => actors.get(name)?.state === 'committed'),
      reads: (name) => actors.get(name)?.reads ?? [],
      final: rows.map(({ value }) => value),
    }
    return { happened: script.happened(play), transcript }
  }

  /** Waits until every statement has come to something, or is seen to wait for a lock that another holds. */
  async #settle(actors: readonly Actor[], step: string): Promise<void> {
    const areSettled = async (): Promise<boolean> => {
      const waiting = actors.filter(({ state }) => state === 'waiting').map(({ processId }) => processId)
      if (waiting.length === 0) return true
      const { rows } = await this.#observer.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM unnest($1::int[]) pid WHERE cardinality(pg_blocking_pids(pid)) > 0',
        [waiting],
      )
      return rows[0]?.count === waiting.length
    }
    await eventually(areSettled, { withinMs: SETTLES_WITHIN_MS, describe: `"${step}" is done or waits for a lock` })
  }
}

/** Runs one statement of an actor, and says what it came to. */
async function run(actor: Actor, sql: string): Promise<string> {
  try {
    const { rows, command } = await actor.client.query<{ value: number }>(sql)
    const values = rows.map(({ value }) => value)
    if (command === 'SELECT') actor.reads.push(values)
    actor.state = command === 'COMMIT' ? 'committed' : command === 'ROLLBACK' ? 'rolled back' : 'open'
    return command === 'SELECT' ? `[${values.join(' ')}]` : 'done'
  } catch (error) {
    actor.state = 'refused'
    if (isRefusal(error)) return `refused (${(error as pg.DatabaseError).code})`
    throw error
  }
}
