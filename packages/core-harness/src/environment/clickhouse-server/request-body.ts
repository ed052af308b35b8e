import type { IncomingMessage } from 'node:http'
import { PassThrough, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { ClickHouseServerError } from './clickhouse-error.ts'

/** The client left before it had sent everything; there is nobody to answer. */
export class UploadAbortedError extends Error {
  override name = 'UploadAbortedError'
}

const DECODERS: Record<string, () => Transform> = {
  identity: () => new PassThrough(),
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}

/** The decompressed body of a request, read once from front to back. */
export class RequestBody {
  readonly #request: IncomingMessage
  readonly #decoder: Transform
  readonly #chunks: AsyncIterator<Buffer>

  /** @throws ClickHouseServerError for an encoding that is not known */
  constructor(request: IncomingMessage) {
    const encoding = request.headers['content-encoding']?.trim().toLowerCase() || 'identity'
    const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding]?.() : undefined
    if (!decoder) {
      throw new ClickHouseServerError(
        'UNKNOWN_COMPRESSION_METHOD',
        `Unknown Content-Encoding "${encoding}": use ${Object.keys(DECODERS).join(', ')}`,
      )
    }
    this.#request = request
    this.#decoder = decoder
    // Not a pipeline, which would close the connection on a decoder's error, and with it the way to say so.
    request.pipe(decoder)
    request.once('close', () => {
      if (!request.complete) decoder.destroy(new UploadAbortedError('The client left before the end of its request'))
    })
    this.#chunks = decoder[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  /** @throws ClickHouseServerError, UploadAbortedError */
  async next(): Promise<Buffer | undefined> {
    try {
      const step = await this.#chunks.next()
      return step.done ? undefined : step.value
    } catch (error) {
      throw this.#explained(error)
    }
  }

  /** Lets the rest of an upload run into the void, so that a client still sending gets to read its answer. */
  discard() {
    this.#request.unpipe(this.#decoder)
    this.#decoder.destroy()
    this.#request.resume()
  }

  #explained(error: unknown): Error {
    if (error instanceof UploadAbortedError) return error
    if (!this.#request.complete && this.#request.destroyed) {
      return new UploadAbortedError('The client left before the end of its request', { cause: error })
    }
    const reason = error instanceof Error ? error.message : String(error)
    const isZlib = ['gzip', 'deflate'].includes(this.#request.headers['content-encoding'] ?? '')
    return new ClickHouseServerError(
      isZlib ? 'ZLIB_INFLATE_FAILED' : 'CANNOT_DECOMPRESS',
      `Cannot decompress the request body (${reason}): it is damaged, or not what Content-Encoding says`,
    )
  }
}
