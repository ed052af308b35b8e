import { createRequire } from 'node:module'

/** One client of the engine in this process: its own current database, settings and query parameters. */
export type NativeConnection = { readonly __connection: never }
export type NativeStream = { readonly __stream: never }

/**
 * The native part of `chdb`, below its `Session`. A session offers neither inserts in every format nor the count of rows
 * that INSERT ... SELECT wrote; the functions that it calls itself offer both.
 *
 * Asynchronous ones run on libuv's pool; `StreamQuery` plans the query (and runs its scalar subqueries) on the thread that
 * calls it. Rejections are plain errors with ClickHouse's text.
 */
export interface NativeBinding {
  CreateConnection(path: string, args: string[]): NativeConnection
  CloseConnection(connection: NativeConnection): void
  QueryAsyncConnection(connection: NativeConnection, sql: string, format: string): Promise<NativeResult>
  InsertRawAsyncConnection(
    connection: NativeConnection,
    sql: string,
    data: Buffer,
    countLines: boolean,
  ): Promise<{ rowsWritten: number; bytesWritten: number; elapsed: number }>
  StreamQuery(connection: NativeConnection, sql: string, format: string): NativeStream
  StreamFetch(stream: NativeStream): Promise<{ done: boolean; bytes: Uint8Array; numRows: number }>
  StreamCancel(stream: NativeStream): void
}

export interface NativeResult {
  bytes: Uint8Array
  /** Seconds. */
  elapsed: number
  rowsRead: number
  bytesRead: number
}

/** `chdb` is an optional dependency: it is not installed, or not built for this platform. */
export class EngineUnavailableError extends Error {
  override name = 'EngineUnavailableError'
}

/** @throws EngineUnavailableError */
export function loadNativeBinding(): NativeBinding {
  const platform = `${process.platform}-${process.arch}`
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve('chdb')
  } catch (cause) {
    throw new EngineUnavailableError(
      'clickhouse-server: the optional dependency "chdb" is not installed: run "npm install chdb@3.4.0", ' +
        'or use a ClickHouse of your own or Docker',
      { cause },
    )
  }
  try {
    return createRequire(entry)('./dist/loader.js').loadNative() as NativeBinding
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replaceAll('\n', ' ')
    throw new EngineUnavailableError(
      `clickhouse-server: "chdb" has no build that runs on ${platform} (${reason}): reinstall with "npm install", ` +
        'or use a ClickHouse of your own or Docker',
      { cause },
    )
  }
}
