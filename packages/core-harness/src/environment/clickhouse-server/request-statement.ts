import { ClickHouseServerError } from './clickhouse-error.ts'
import type { RequestBody } from './request-body.ts'
import { readStatement, type Statement } from './statement.ts'

/** A statement is known to be an INSERT from its first bytes, so of an upload no more than this is held in memory. */
const HEAD_BYTES = 1024 * 1024
const MAX_STATEMENT_BYTES = 64 * 1024 * 1024

export interface RequestStatement {
  statement: Statement
  /** Of an INSERT: its rows, of which the first may have come along with the statement. */
  rows: () => AsyncGenerator<Buffer>
}

/**
 * As in ClickHouse, the statement is `?query=` continued by the body; the rows of an INSERT follow it.
 *
 * @throws ClickHouseServerError, UploadAbortedError
 */
export async function readRequestStatement(query: string, body: RequestBody): Promise<RequestStatement> {
  const held: Buffer[] = query === '' ? [] : [Buffer.from(`${query}\n`)]
  let heldBytes = held[0]?.length ?? 0
  let ended = false
  const readUntil = async (bytes: number) => {
    while (!ended && heldBytes < bytes) {
      const chunk = await body.next()
      if (chunk) heldBytes += held.push(chunk) && chunk.length
      else ended = true
    }
    return Buffer.concat(held)
  }

  let text = await readUntil(HEAD_BYTES)
  if (!ended && !/^\s*insert\b/i.test(text.toString('latin1', 0, 1024))) {
    text = await readUntil(MAX_STATEMENT_BYTES)
    if (!ended) {
      throw new ClickHouseServerError('QUERY_IS_TOO_LARGE', `The statement is longer than ${MAX_STATEMENT_BYTES} bytes`)
    }
  }
  const statement = readStatement(text)
  if (statement.kind !== 'insert' && !ended) {
    throw new ClickHouseServerError('NOT_IMPLEMENTED', 'Rows for INSERT ... SELECT (input()) are not supported here')
  }
  const first = statement.kind === 'insert' ? text.subarray(statement.dataStart) : Buffer.alloc(0)
  async function* rows() {
    if (first.length > 0) yield first
    for (let chunk = await body.next(); chunk; chunk = await body.next()) yield chunk
  }
  return { statement, rows }
}
