import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { hostname } from 'node:os'
import { ClickHouseServerError } from './clickhouse-error.ts'
import { authenticate, type Credentials } from './credentials.ts'
import { httpStatus } from './http-status.ts'
import type { QueryHandler } from './query-handler.ts'
import { UploadAbortedError } from './request-body.ts'

/** ClickHouse's http_max_uri_size, and room for the other headers. */
const MAX_HEADER_BYTES = 1024 * 1024 + 64 * 1024
const KEEP_ALIVE_MS = 10_000
const UNREADABLE_INPUT_MS = 5000

/** ClickHouse's HTTP interface, without a listening socket yet. */
export function createHttpServer(handler: QueryHandler, credentials: Credentials, version: string): Server {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // A large upload takes the time that it takes.
      requestTimeout: 0,
    },
    (request, response) => {
      response.setHeader('X-ClickHouse-Server-Display-Name', hostname())
      response.setHeader('X-ClickHouse-Version', version)
      // A connection that was busy when the server was told to stop would otherwise wait for another request.
      response.once('finish', () => server.listening || request.socket.destroySoon())
      answer(request, response, handler, credentials).catch((error: unknown) => {
        if (error instanceof UploadAbortedError) response.destroy()
        else sendError(response, asServerError(error), version)
      })
    },
  )
  const refused = new WeakSet<object>()
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What comes after the part that could not be read cannot be read either.
    if (refused.has(socket)) return
    refused.add(socket)
    if (!socket.writable) {
      socket.destroy()
      return
    }
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
    const problem = new ClickHouseServerError(
      'BAD_ARGUMENTS',
      `This is no HTTP request that can be read (${error.code})`,
    )
    const body = problem.toBody(version)
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=UTF-8\r\n` +
        `X-ClickHouse-Exception-Code: ${problem.code}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
    // Closing over unread input resets the connection, and the client would lose the answer.
    socket.resume()
    setTimeout(() => socket.destroy(), UNREADABLE_INPUT_MS).unref()
  })
  return server
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handler: QueryHandler,
  credentials: Credentials,
): Promise<void> {
  const { pathname, searchParams } = target(request)
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const isHealth = pathname === '/ping' || pathname === '/replicas_status'
  if (isRead && (isHealth || (pathname === '/' && !searchParams.has('query')))) {
    response.setHeader('Content-Type', 'text/html; charset=UTF-8')
    response.end('Ok.\n')
  } else if ((isRead || request.method === 'POST') && (pathname === '/' || pathname === '/query')) {
    authenticate(credentials, request, searchParams)
    await handler.handle(request, response, searchParams)
  } else {
    request.resume()
    response.statusCode = 404
    response.setHeader('Content-Type', 'text/plain; charset=UTF-8')
    response.end(`There is no handle ${request.method} ${pathname}\n\nUse GET /ping, GET /?query= or POST / here.\n`)
  }
}

function target(request: IncomingMessage): URL {
  const url = URL.parse(request.url ?? '/', 'http://localhost')
  if (url) return url
  throw new ClickHouseServerError('BAD_ARGUMENTS', 'The URL of the request cannot be read: check its encoding')
}

/** An error that is not typed is a fault of this server, and is reported as one. */
function asServerError(error: unknown): ClickHouseServerError {
  if (error instanceof ClickHouseServerError) return error
  process.stderr.write(`clickhouse-server: ${error instanceof Error ? error.stack : String(error)}\n`)
  return new ClickHouseServerError('LOGICAL_ERROR', error instanceof Error ? error.message : String(error))
}

function sendError(response: ServerResponse, error: ClickHouseServerError, version: string) {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.req.resume()
  response.removeHeader('Content-Encoding')
  response.removeHeader('X-ClickHouse-Summary')
  response.statusCode = httpStatus(error.code)
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8')
  response.setHeader('X-ClickHouse-Exception-Code', error.code)
  response.end(error.toBody(version))
}
