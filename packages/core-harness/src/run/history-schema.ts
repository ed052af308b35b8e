import type { DatabaseSync } from 'node:sqlite'

/** Each step takes the database from the version of its index to the next. Steps that were published never change. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE suite_run (
     id INTEGER PRIMARY KEY,
     run TEXT NOT NULL,
     suite TEXT NOT NULL,
     adapter TEXT NOT NULL,
     started_at TEXT NOT NULL,
     commit_id TEXT,
     is_dirty INTEGER NOT NULL,
     machine TEXT NOT NULL,
     provider TEXT NOT NULL,
     mode TEXT NOT NULL,
     UNIQUE (run, suite, adapter)
   ) STRICT;
   CREATE INDEX suite_run_by_start ON suite_run (suite, started_at);
   CREATE TABLE metric (
     suite_run INTEGER NOT NULL REFERENCES suite_run (id) ON DELETE CASCADE,
     id TEXT NOT NULL,
     unit TEXT NOT NULL,
     value REAL,
     better TEXT NOT NULL,
     verdict TEXT NOT NULL,
     PRIMARY KEY (suite_run, id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX metric_by_id ON metric (id);`,
]

/** The file was written by a later version of the harness, which may keep things that this one would lose. */
export class NewerHistoryError extends Error {}

/**
 * Brings a database to the version of this harness, once, however many processes open it at the same time.
 *
 * @throws NewerHistoryError
 */
export function migrate(database: DatabaseSync): void {
  if (versionOf(database) === MIGRATIONS.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    // Another process may have done it while this one waited for its turn.
    const version = versionOf(database)
    if (version > MIGRATIONS.length) throw new NewerHistoryError(`it has version ${version}`)
    for (const step of MIGRATIONS.slice(version)) database.exec(step)
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version)
}
