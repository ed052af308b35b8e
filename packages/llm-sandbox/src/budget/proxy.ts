import { createApp } from '@proving-ground/core-harness/service'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '@proving-ground/core-harness/service'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { ApiError } from '../api/error.ts'
import { refuseAsTheApi } from '../api/refusal.ts'
import type { BudgetFigures, Reservation } from './token-budget.ts'
import { TokenBudget } from './token-budget.ts'
import { UsageReader, parse, totalTokensOf } from './usage-reader.ts'
import { worstCaseTokens } from './worst-case.ts'
import type { PaidPath } from './worst-case.ts'

const PAID: readonly PaidPath[] = ['/chat/completions', '/responses', '/embeddings']
const BODY_LIMIT_BYTES = 16 * 1024 * 1024
const PASSED_ON = /^(content-type|retry-after|retry-after-ms|x-request-id|x-ratelimit-.*|openai-.*)$/

export interface BudgetProxy {
  /** As OPENAI_BASE_URL, and a key that is good for this proxy only. */
  readonly url: string
  readonly apiKey: string
  spent(): BudgetFigures
  stop(): Promise<void>
}

/**
 * A way to a real API that ends where the budget does. Each request reserves its worst case, is refused with 403
 * `budget_exceeded` when that is not there, and pays what `usage` says in the end. One whose usage never came (a cut stream, an
 * error of the server, a caller that went away) pays all that it reserved. A request that the API refused pays nothing.
 *
 * @param real the key goes to this URL and nowhere else: into no log, no message and no answer
 */
export async function startBudgetProxy(
  real: { readonly baseUrl: string; readonly apiKey: string },
  budgetTokens: number,
): Promise<BudgetProxy> {
  const budget = new TokenBudget(budgetTokens)
  const apiKey = `sk-budget-${randomBytes(18).toString('base64url')}`
  const baseUrl = real.baseUrl.replace(/\/+$/, '')
  const send: Send = (path, signal, body) =>
    fetch(baseUrl + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${real.apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
      redirect: 'manual',
      signal,
    })
  const service = {
    routes: async (app: FastifyInstance) => {
      await app.register((scope) => declareRoutes(scope, { apiKey, budget, send }), { prefix: '/v1' })
    },
    ready: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
  const log = (line: string): void => void process.stderr.write(`llm budget: ${line}\n`)
  const settings = { token: undefined, bodyLimitBytes: BODY_LIMIT_BYTES }
  const app = await createApp('llm-budget', service, settings, log)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1`,
    apiKey,
    spent: () => budget.figures(),
    async stop() {
      const closed = app.close()
      app.server.closeAllConnections()
      await closed
    },
  }
}

type Send = (path: string, signal: AbortSignal, body?: string) => Promise<Response>

async function declareRoutes(
  app: FastifyInstance,
  { apiKey, budget, send }: { readonly apiKey: string; readonly budget: TokenBudget; readonly send: Send },
): Promise<void> {
  refuseAsTheApi(app, apiKey)
  for (const path of ['/models', '/models/:id'])
    app.get(path, async (request, reply) => {
      const answer = await reached(send(request.url.slice('/v1'.length), goneSignal(reply)))
      if (answer.status === 401) throw keyRefused()
      return passOn(reply, answer).send(await reached(answer.text()))
    })
  for (const path of PAID)
    app.post(path, async (request, reply) => {
      const reservation = budget.reserve(worstCaseTokens(path, request.body))
      if (!reservation) throw beyondBudget(budget.figures())
      try {
        await forward(path, request, reply, reservation, send)
      } finally {
        // What became of it is not known: it may have cost all that was reserved.
        reservation.settle(reservation.tokens)
      }
      return reply
    })
}

async function forward(
  path: PaidPath,
  request: FastifyRequest,
  reply: FastifyReply,
  reservation: Reservation,
  send: Send,
): Promise<void> {
  const { body, isUsageHidden } = withUsage(path, request.body as Record<string, unknown>)
  const gone = goneSignal(reply)
  const answer = await reached(send(path, gone, JSON.stringify(body)))
  if (answer.status >= 300 && answer.status < 500 && answer.status !== 408) reservation.settle(0)
  if (answer.ok && body.stream === true && answer.body) {
    const reader = new UsageReader({ isHidden: isUsageHidden })
    return await relay(answer, answer.body, reply, { reader, reservation, gone })
  }
  if (answer.status === 401) throw keyRefused()
  const text = await reached(answer.text())
  const totalTokens = answer.ok ? totalTokensOf(parse(text)) : undefined
  // Before the answer, so that who has it finds the budget as it is.
  if (totalTokens !== undefined) reservation.settle(totalTokens)
  await passOn(reply, answer).send(text)
}

async function relay(
  answer: Response,
  stream: ReadableStream<Uint8Array>,
  reply: FastifyReply,
  {
    reader,
    reservation,
    gone,
  }: { readonly reader: UsageReader; readonly reservation: Reservation; readonly gone: AbortSignal },
): Promise<void> {
  const headers = passedOn(answer)
  const { raw } = reply.hijack()
  raw.on('error', () => undefined) // A caller that has gone; the signal of the request says so.
  raw.writeHead(answer.status, headers)
  try {
    const decoder = new TextDecoder()
    for await (const bytes of stream) {
      const text = reader.read(decoder.decode(bytes, { stream: true }))
      if (reader.totalTokens !== undefined) reservation.settle(reader.totalTokens)
      if (text !== '' && !raw.write(text)) await once(raw, 'drain', { signal: gone })
    }
    raw.end()
  } catch {
    raw.destroy() // The real one was cut, or the caller has gone.
  }
}

/** A chat stream tells its usage only when it is asked to. */
function withUsage(
  path: PaidPath,
  body: Readonly<Record<string, unknown>>,
): { readonly body: Readonly<Record<string, unknown>>; readonly isUsageHidden: boolean } {
  const options = body.stream_options as { readonly include_usage?: boolean } | null | undefined
  if (path !== '/chat/completions' || body.stream !== true || options?.include_usage === true)
    return { body, isUsageHidden: false }
  return { body: { ...body, stream_options: { ...options, include_usage: true } }, isUsageHidden: true }
}

/** The answer may repeat a part of the key. */
function keyRefused(): ApiError {
  return new ApiError(401, 'The real API refused the key in OPENAI_API_KEY.', { code: 'invalid_api_key' })
}

/** Aborts when the caller has gone. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}

/** What an error says may hold the address with all that is in it; only its code is told. */
async function reached<Value>(promise: Promise<Value>): Promise<Value> {
  try {
    return await promise
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { readonly code?: unknown }
    throw new ApiError(502, `The real API gave no answer${typeof code === 'string' ? ` (${code})` : ''}.`)
  }
}

function passOn(reply: FastifyReply, answer: Response): FastifyReply {
  return reply.code(answer.status).headers(passedOn(answer))
}

function passedOn(answer: Response): Record<string, string> {
  return Object.fromEntries([...answer.headers].filter(([name]) => PASSED_ON.test(name)))
}

function beyondBudget({ budgetTokens, usedTokens, reservedTokens }: BudgetFigures): ApiError {
  return new ApiError(
    403,
    `This request could go beyond the budget of ${budgetTokens} tokens: ${usedTokens} are used and ${reservedTokens} reserved. It was not sent.`,
    { code: 'budget_exceeded' },
  )
}
