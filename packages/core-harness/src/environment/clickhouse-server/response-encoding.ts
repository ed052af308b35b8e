import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Transform } from 'node:stream'
import { constants, createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib'

/** In ClickHouse's order of preference, and flushed after every piece: rows must not wait for more of them. */
const ENCODERS: Record<string, () => Transform> = {
  br: () =>
    createBrotliCompress({
      flush: constants.BROTLI_OPERATION_FLUSH,
      params: { [constants.BROTLI_PARAM_QUALITY]: 3 },
    }),
  zstd: () => createZstdCompress({ flush: constants.ZSTD_e_flush }),
  gzip: () => createGzip({ flush: constants.Z_SYNC_FLUSH, level: 3 }),
  deflate: () => createDeflate({ flush: constants.Z_SYNC_FLUSH, level: 3 }),
}

/** The encoder for what the client accepts, announced in the response; nothing when it accepts none of ours. */
export function responseEncoder(request: IncomingMessage, response: ServerResponse): Transform | undefined {
  const accepted = new Set(
    (request.headers['accept-encoding'] ?? '')
      .toString()
      .split(',')
      .map((encoding) => encoding.split(';')[0]?.trim().toLowerCase()),
  )
  const name = Object.keys(ENCODERS).find((encoding) => accepted.has(encoding))
  if (name === undefined) return undefined
  response.setHeader('Content-Encoding', name)
  return ENCODERS[name]?.()
}
