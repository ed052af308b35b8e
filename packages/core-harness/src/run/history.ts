import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { HarnessError, messageOf } from '../environment/errors.ts'
import { homeDirectory, stateFolder } from '../environment/workspace.ts'
import { suiteRunsOf } from './history-metrics.ts'
import type { RunMetric, SuiteRun } from './history-metrics.ts'
import { migrate, NewerHistoryError } from './history-schema.ts'
import type { RunRecord } from './record.ts'

/** Other runs write for milliseconds only. */
const BUSY_WITHIN_MS = 10_000

/** SQLITE_CORRUPT and SQLITE_NOTADB: https://www.sqlite.org/rescode.html */
const DAMAGED = [11, 26]
const BUSY = 5

/** A metric in one run of the past. */
export interface PastValue extends RunMetric {
  readonly run: string
  readonly suite: string
  readonly adapter: string
  readonly startedAt: string
  readonly commit: string | null
  readonly isDirty: boolean
  readonly machine: string
  readonly provider: string
  readonly mode: RunRecord['mode']
}

/** What runs of the past measured, in a file that several processes may write at once. */
export class RunHistory {
  readonly #database: DatabaseSync
  readonly #file: string

  private constructor(database: DatabaseSync, file: string) {
    this.#database = database
    this.#file = file
  }

  /**
   * @param file made when it is not there
   * @throws HarnessError when it is damaged, or of a later version
   */
  static open(file = historyFile()): RunHistory {
    return explained(file, () => {
      const database = new DatabaseSync(file, { timeout: BUSY_WITHIN_MS })
      try {
        database.exec('PRAGMA journal_mode = WAL')
        database.exec('PRAGMA synchronous = NORMAL')
        migrate(database)
        return new RunHistory(database, file)
      } catch (error) {
        database.close()
        throw error
      }
    })
  }

  /** Keeps a run, in place of what was kept of it before. */
  add(suiteRuns: readonly SuiteRun[]): void {
    explained(this.#file, () => {
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        for (const one of suiteRuns) this.#addOne(one)
        this.#database.exec('COMMIT')
      } catch (error) {
        this.#database.exec('ROLLBACK')
        throw error
      }
    })
  }

  /**
   * All values of the metrics whose id begins with `prefix`, or of those of a suite; the oldest first.
   *
   * @param wanted.suite `cache:l4`
   */
  values(
    wanted: { readonly prefix: string } | { readonly suite: string } | { readonly ids: readonly string[] },
  ): PastValue[] {
    const [condition, parameters] =
      'suite' in wanted
        ? ['suite_run.suite = ?', [wanted.suite]]
        : 'prefix' in wanted
          ? ['substr(metric.id, 1, length(?)) = ?', [wanted.prefix, wanted.prefix]]
          : ['metric.id IN (SELECT value FROM json_each(?))', [JSON.stringify(wanted.ids)]]
    return explained(this.#file, () => {
      const rows = this.#database
        .prepare(
          `SELECT metric.id, unit, value, better, verdict, run, suite, adapter, started_at AS startedAt,
                  commit_id AS "commit", is_dirty AS isDirty, machine, provider, mode
             FROM metric JOIN suite_run ON suite_run.id = metric.suite_run
            WHERE ${condition} ORDER BY started_at, run`,
        )
        .all(...parameters)
      return rows.map((row) => ({ ...row, isDirty: row.isDirty === 1 }) as unknown as PastValue)
    })
  }

  close(): void {
    this.#database.close()
  }

  #addOne(one: SuiteRun): void {
    this.#database
      .prepare('DELETE FROM suite_run WHERE run = ? AND suite = ? AND adapter = ?')
      .run(one.run, one.suite, one.adapter)
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO suite_run (run, suite, adapter, started_at, commit_id, is_dirty, machine, provider, mode)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        one.run,
        one.suite,
        one.adapter,
        one.startedAt,
        one.commit,
        Number(one.isDirty),
        one.machine,
        one.provider,
        one.mode,
      )
    const insert = this.#database.prepare(
      'INSERT OR REPLACE INTO metric (suite_run, id, unit, value, better, verdict) VALUES (?, ?, ?, ?, ?, ?)',
    )
    for (const { id, unit, value, better, verdict } of one.metrics)
      insert.run(lastInsertRowid, id, unit, value, better, verdict)
  }
}

/**
 * Keeps what a run measured, for trends.
 *
 * @throws HarnessError when the history cannot be written; the run itself is as good without
 */
export function remember(record: RunRecord, file = historyFile()): void {
  const suiteRuns = suiteRunsOf(record)
  if (suiteRuns.length === 0) return
  const history = RunHistory.open(file)
  try {
    history.add(suiteRuns)
  } finally {
    history.close()
  }
}

export function historyFile(): string {
  // Making any folder below makes the state folder itself.
  return join(stateFolder(''), 'history.db')
}

function explained<Result>(file: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (error instanceof HarnessError) throw error
    throw new HarnessError(`using the history of runs ${file}: ${messageOf(error)}`, {
      remedy: remedyFor(file, error),
      cause: error,
    })
  }
}

function remedyFor(file: string, error: unknown): string {
  // The low byte is the kind of error, what is above says more of it.
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff
  if (error instanceof NewerHistoryError)
    return 'A later version of the harness wrote it: use that one, or move it away.'
  if (code === BUSY) return 'Another process holds it for long: end it, and try again.'
  if (DAMAGED.includes(code))
    return `It is damaged. Move it away (mv ${file} ${file}.damaged): a new one is made, and trends begin anew.`
  return `Make ${homeDirectory} writable, or move ${file} away: a new one is made.`
}
