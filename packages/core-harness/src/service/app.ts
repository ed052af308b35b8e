import fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { messageOf } from '../environment/errors.ts'
import { withoutPassword } from '../environment/url-secrets.ts'
import { withinTime } from '../environment/within-time.ts'
import { PROBLEM_TYPE, Problem, problemDetails } from './problem.ts'
import { ProcessWatch } from './process-figures.ts'
import type { OpenedService } from './serve.ts'
import { parseQuery } from './query.ts'
import type { Query } from './query.ts'
import type { ServiceSettings } from './settings.ts'
import { bearerCheck } from './token.ts'

/** A dependency that takes longer is of no use to a request either. */
const READY_WITHIN_MS = 2_000
/** Keys are parameters of the URL, and may be long. */
const LONGEST_HEAD_BYTES = 64 * 1024

/** The query of a request, read strictly. */
export function queryOf(request: FastifyRequest): Query {
  return parseQuery((request.query as { readonly raw: string }).raw)
}

/**
 * The HTTP side of a service: its own routes, and those that all have: `/health` (the process is there), `/ready` (its
 * dependencies answer) and `/stats` (the process in figures, and the service's own).
 *
 * Every response says in `Server-Timing` (https://www.w3.org/TR/server-timing/) how long the request was in the service,
 * from the end of its head to the begin of the answer, in milliseconds with three decimals. The time that it waited
 * for the event loop before is not in it; `/stats` says how long that can be.
 */
export async function createApp(
  name: string,
  service: OpenedService,
  settings: Pick<ServiceSettings, 'token' | 'bodyLimitBytes'>,
  log: (line: string) => void,
): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    logger: false,
    bodyLimit: settings.bodyLimitBytes,
    forceCloseConnections: 'idle',
    // Here nothing may throw; the query is read where a refusal finds its way to the caller.
    routerOptions: { querystringParser: (raw) => ({ raw }) },
    http: { maxHeaderSize: LONGEST_HEAD_BYTES },
    exposeHeadRoutes: false,
  })
  const watch = new ProcessWatch()
  const counts = { requests: 0, failures: 0 }
  app.addHook('onClose', () => watch.close())
  timeRequests(app, counts)
  if (settings.token !== undefined) requireToken(app, settings.token)
  app.setErrorHandler((error, request, reply) => {
    const details = problemDetails(service.problemOf?.(error) ?? error)
    // Its message may hold the URL of a dependency; what callers send is not written to the log.
    if (details.status >= 500 && request.routeOptions.url !== '/ready') {
      counts.failures++
      const path = request.url.split('?', 1)[0] as string
      log(`${request.method} ${path} ${details.status}: ${withoutPassword(explain(error))}`)
    }
    return reply.code(details.status).type(PROBLEM_TYPE).send(JSON.stringify(details))
  })
  app.setNotFoundHandler((request) => {
    throw new Problem(404, `there is no ${request.method} ${request.url.split('?', 1)[0] as string}`)
  })

  app.get('/health', () => ({ status: 'alive', service: name }))
  let obstacle: string | undefined
  app.get('/ready', async () => {
    const found = await withinTime(service.ready(), READY_WITHIN_MS).then(
      () => undefined,
      (error: unknown) => withoutPassword(messageOf(error)),
    )
    // Asked many times a second by some: only what is new goes to the log.
    if (found !== obstacle) log(found === undefined ? 'ready again' : `not ready: ${found}`)
    obstacle = found
    if (found !== undefined) throw new Problem(503, `${name} is not ready: ${found}`)
    return { status: 'ready', service: name }
  })
  app.get('/stats', async () => {
    const own = (await service.stats?.()) ?? {}
    return { service: name, ...watch.read(), ...counts, own }
  })
  await app.register(async (scope) => {
    await service.routes(scope)
  })
  return app
}

/** Where the time of arrival is kept: on the request, because a map of them would cost more than what is measured. */
interface Timed {
  receivedAtMs: number
}

function timeRequests(app: FastifyInstance, counts: { requests: number }): void {
  app.decorateRequest('receivedAtMs', 0)
  app.addHook('onRequest', (request, _reply, next) => {
    counts.requests++
    ;(request as FastifyRequest & Timed).receivedAtMs = performance.now()
    next()
  })
  let isClosing = false
  app.addHook('preClose', (done) => {
    isClosing = true
    done()
  })
  app.addHook('onSend', (request, reply: FastifyReply, payload, next) => {
    // Nothing more is asked over this connection, which would keep the service from ending.
    if (isClosing) reply.header('connection', 'close')
    const spentMs = performance.now() - (request as FastifyRequest & Timed).receivedAtMs
    reply.header('server-timing', `service;dur=${spentMs.toFixed(3)}`)
    next(null, payload)
  })
}

/** `/health` stays open: what watches a process need not know its secrets. */
function requireToken(app: FastifyInstance, token: string): void {
  const isShown = bearerCheck(token)
  app.addHook('onRequest', (request, reply, next) => {
    if (request.routeOptions.url === '/health' || isShown(request.headers.authorization)) return next()
    reply.header('www-authenticate', 'Bearer')
    next(
      new Problem(401, 'the request shows no token, or a wrong one: send the header "Authorization: Bearer <token>"'),
    )
  })
}

function explain(error: unknown): string {
  if (error instanceof Problem) return messageOf(error)
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
