import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ClickHouseServerError } from './clickhouse-error.ts'
import type { ExecutionSummary } from './engine.ts'
import type { Execution } from './execution.ts'
import { outputFormat } from './output-format.ts'
import { headingLength } from './repeated-heading.ts'
import { responseEncoder } from './response-encoding.ts'

export interface ResultOptions {
  format: string
  holdBackBytes: number
  compress: boolean
}

/**
 * Sends a result as it comes, at the client's pace.
 *
 * @throws ClickHouseServerError while nothing has been sent. Later failures go into the body, and the response is cut off
 */
export async function sendResult(
  request: IncomingMessage,
  response: ServerResponse,
  execution: Execution,
  options: ResultOptions,
): Promise<void> {
  const pieces = withOneHeading(execution.pieces(), options.format)
  const held: Uint8Array[] = []
  let heldBytes = 0
  while (heldBytes < options.holdBackBytes) {
    const step = await pieces.next()
    if (step.done) break
    heldBytes += held.push(step.value) && step.value.length
  }
  const tag = randomBytes(8).toString('hex')
  response.setHeader('Content-Type', outputFormat(options.format).contentType)
  response.setHeader('X-ClickHouse-Format', options.format)
  response.setHeader('X-ClickHouse-Exception-Tag', tag)
  response.setHeader('X-ClickHouse-Summary', summaryHeader(execution.summary, heldBytes))
  const encoder = options.compress ? responseEncoder(request, response) : undefined
  if (execution.isSettled && !encoder && heldBytes < options.holdBackBytes) {
    response.end(Buffer.concat(held))
    return
  }

  let failure: ClickHouseServerError | undefined
  async function* body() {
    try {
      yield* held
      yield* pieces
    } catch (error) {
      if (!(error instanceof ClickHouseServerError)) throw error
      failure = error
      yield exceptionInBody(error, tag, String(response.getHeader('X-ClickHouse-Version')))
    }
  }
  const source = Readable.from(body(), { objectMode: false })
  try {
    if (encoder) await pipeline(source, encoder, response, { end: false })
    else await pipeline(source, response, { end: false })
  } catch (error) {
    // The client left, and `close` has cancelled the query already.
    if (response.destroyed) return
    throw error
  }
  // Without its end a chunked response is incomplete, for clients that do not know the tag.
  if (failure) response.socket?.destroySoon()
  else response.end()
}

async function* withOneHeading(pieces: AsyncIterable<Uint8Array>, format: string): AsyncGenerator<Uint8Array> {
  const { headingLines = 0, quotedNames = false } = outputFormat(format)
  let first = true
  for await (const piece of pieces) {
    const rows = first ? piece : piece.subarray(headingLength(piece, headingLines, quotedNames))
    first = false
    if (rows.length > 0) yield rows
  }
}

/** ClickHouse 25.11 and later mark a failure after the first byte like this; @clickhouse/client turns it into an error. */
function exceptionInBody(error: ClickHouseServerError, tag: string, version: string): Buffer {
  const message = error.toBody(version)
  const length = Buffer.byteLength(message)
  return Buffer.from(`\r\n__exception__\r\n${tag}\r\n${message}${length} ${tag}\r\n__exception__\r\n`)
}

/** Before the end only what has been sent so far is known. Numbers are strings, as everywhere in ClickHouse's headers. */
function summaryHeader(summary: ExecutionSummary | undefined, bytesSoFar: number): string {
  const resultRows = summary?.resultRows ?? 0
  const writtenRows = summary?.writtenRows ?? 0
  const writtenBytes = summary?.writtenBytes ?? 0
  const resultBytes = summary?.resultBytes ?? bytesSoFar
  const counts = {
    read_rows: resultRows + writtenRows,
    read_bytes: resultBytes + writtenBytes,
    written_rows: writtenRows,
    written_bytes: writtenBytes,
    total_rows_to_read: 0,
    result_rows: resultRows,
    result_bytes: resultBytes,
    elapsed_ns: summary?.elapsedNs ?? 0,
  }
  return JSON.stringify(Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)])))
}
