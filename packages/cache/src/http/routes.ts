import { Problem, parameter, queryOf } from '@proving-ground/core-harness/service'
import type { FastifyInstance, FastifyReply, FastifyRequest, Query } from '@proving-ground/core-harness/service'
import type { CacheKey, CacheNode, CacheValue, Lifetime } from '../contract.ts'
import type { Loans, Step } from './loans.ts'
import { LentWorkFailed } from './problems.ts'
import { decodeBody, encodeBody } from './value-body.ts'

export interface CacheCounts {
  hits: number
  misses: number
  writes: number
  deletes: number
}

/**
 * The routes of the cache. Tenants, keys and session ids are parameters of the query, since any string is one and a path
 * has no place for an empty one, or for `..`.
 *
 * | request                                    | answer                                              |
 * | ------------------------------------------ | --------------------------------------------------- |
 * | GET    /v1/entries?tenant&key              | 200 the value, 404 when it is not there             |
 * | PUT    /v1/entries?tenant&key&ttlMs        | 204; `keepTtl=true` in place of `ttlMs`             |
 * | DELETE /v1/entries?tenant&key              | 204                                                 |
 * | POST   /v1/clear?tenant&pattern            | 200 `{"removed": 12}`, null when it is not known    |
 * | GET, PUT, DELETE /v1/sessions?id (&ttlMs)  | as entries                                          |
 * | POST   /v1/loads?tenant&key&ttlMs          | 200 the value, or 202 `{"loan": id}`: load it       |
 * | POST   /v1/updates?tenant&key              | 202 `{"loan": id}`: commit now                      |
 * | PUT    /v1/loans/:id                       | what was loaded: as /v1/loads; no body: 204         |
 * | POST   /v1/loans/:id/failure               | 204; `{"name", "message", "code"}` of the error     |
 */
export function declareRoutes(app: FastifyInstance, node: CacheNode, loans: Loans, counts: CacheCounts): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  const found = (reply: FastifyReply, value: CacheValue | undefined): FastifyReply => {
    if (value === undefined) {
      counts.misses++
      return reply.code(404).type('application/problem+json').send(MISS)
    }
    counts.hits++
    return sendValue(reply, value)
  }

  app.get('/v1/entries', async (request, reply) => found(reply, await node.get(keyOf(queryOf(request)))))
  app.put('/v1/entries', async (request, reply) => {
    const query = queryOf(request)
    await node.set(keyOf(query), bodyOf(request), lifetimeOf(query))
    counts.writes++
    return reply.code(204).send()
  })
  app.delete('/v1/entries', async (request, reply) => {
    await node.delete(keyOf(queryOf(request)))
    counts.deletes++
    return reply.code(204).send()
  })
  app.post('/v1/clear', async (request) => {
    const query = queryOf(request)
    return { removed: await node.clear(parameter(query, 'tenant'), parameter(query, 'pattern')) }
  })

  app.get('/v1/sessions', async (request, reply) =>
    found(reply, await node.sessions.get(parameter(queryOf(request), 'id'))),
  )
  app.put('/v1/sessions', async (request, reply) => {
    const query = queryOf(request)
    await node.sessions.start(parameter(query, 'id'), bodyOf(request), { ttlMs: ttlOf(query) })
    counts.writes++
    return reply.code(204).send()
  })
  app.delete('/v1/sessions', async (request, reply) => {
    await node.sessions.end(parameter(queryOf(request), 'id'))
    counts.deletes++
    return reply.code(204).send()
  })

  app.post('/v1/loads', async (request, reply) => {
    const query = queryOf(request)
    const [key, ttlMs] = [keyOf(query), ttlOf(query)]
    return sendStep(
      reply,
      await loans.lend((load) => node.getOrLoad(key, load as () => Promise<CacheValue>, { ttlMs })),
    )
  })
  app.post('/v1/updates', async (request, reply) => {
    const key = keyOf(queryOf(request))
    return sendStep(reply, await loans.lend((commit) => node.update(key, commit)))
  })
  app.put<{ Params: { id: string } }>('/v1/loans/:id', async (request, reply) => {
    const value = request.headers['content-type'] === undefined ? undefined : bodyOf(request)
    return sendStep(reply, await loans.giveBack(request.params.id, value))
  })
  app.post<{ Params: { id: string } }>('/v1/loans/:id/failure', async (request, reply) => {
    await loans.fail(request.params.id, LentWorkFailed.from(rawBody(request)))
    return reply.code(204).send()
  })
}

/** Made once: a miss is no failure, and there are many. */
const MISS = JSON.stringify({ type: 'about:blank', title: 'Not Found', status: 404, detail: 'nothing is stored there' })

function sendValue(reply: FastifyReply, value: CacheValue): FastifyReply {
  const { type, body } = encodeBody(value, 'the answer')
  return reply.type(type).send(body)
}

function sendStep(reply: FastifyReply, step: Step<unknown>): FastifyReply {
  if ('loan' in step) return reply.code(202).send(step)
  return step.result === undefined ? reply.code(204).send() : sendValue(reply, step.result as CacheValue)
}

function keyOf(query: Query): CacheKey {
  return { tenant: parameter(query, 'tenant'), key: parameter(query, 'key') }
}

function lifetimeOf(query: Query): Lifetime {
  if (query.keepTtl === undefined) return { ttlMs: ttlOf(query) }
  if (query.keepTtl === 'true' && query.ttlMs === undefined) return { keepTtl: true }
  throw new Problem(400, 'give either ttlMs, or keepTtl=true', { field: 'keepTtl' })
}

/** What is a number but no lifetime is refused by the cache, for every caller of it alike. */
function ttlOf(query: Query): number {
  const text = parameter(query, 'ttlMs')
  const ttlMs = text.trim() === '' ? NaN : Number(text)
  if (Number.isFinite(ttlMs)) return ttlMs
  throw new Problem(400, `ttlMs is "${text}"; give 1 or more milliseconds`, {
    field: 'ttlMs',
    code: 'ERR_CACHE_LIFETIME',
  })
}

function bodyOf(request: FastifyRequest): CacheValue {
  return decodeBody(request.headers['content-type'], rawBody(request))
}

/** Undefined is what a request without a body has. */
function rawBody(request: FastifyRequest): Buffer {
  return (request.body as Buffer | undefined) ?? Buffer.alloc(0)
}
