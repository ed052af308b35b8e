import type { FastifyInstance, FastifyReply, FastifyRequest, OpenedService } from '@proving-ground/core-harness/service'
import { seededRandom } from '@proving-ground/core-harness/statistics/seeded-random'
import { randomUUID } from 'node:crypto'
import { chatChunks, chatCompletion } from './api/chat/answer.ts'
import { readChatRequest } from './api/chat/request.ts'
import { embeddingList, readEmbeddingRequest } from './api/embeddings.ts'
import { ApiError } from './api/error.ts'
import { declareModelRoutes } from './api/model.ts'
import { ResponseDraft } from './api/responses/answer.ts'
import { refuseAsTheApi } from './api/refusal.ts'
import { readResponseRequest } from './api/responses/request.ts'
import { perform } from './api/task.ts'
import type { Generation } from './api/task.ts'
import { seedOf } from './answer/seed.ts'
import { draw } from './delivery/distribution.ts'
import { Exchange } from './delivery/exchange.ts'
import { FAULT_GRAMMAR, chooseFault, parseFault } from './delivery/fault.ts'
import type { Fault } from './delivery/fault.ts'
import { Journal } from './delivery/journal.ts'
import type { Entry, ServedRequest } from './delivery/journal.ts'
import { checkOptions } from './options.ts'
import type { SandboxOptions } from './options.ts'
import { PromptCache } from './tokens/prompt-cache.ts'

/** The sandbox as a service: its routes below `/v1`, and what it has served. */
export interface SandboxService extends OpenedService {
  requests(): readonly ServedRequest[]
}

/** @throws HarnessError for what no sandbox can do */
export function openSandbox(options: SandboxOptions): SandboxService {
  checkOptions(options)
  const sandbox = new Sandbox(options)
  return {
    routes: async (app) => {
      await app.register((scope) => sandbox.declareRoutes(scope), { prefix: '/v1' })
    },
    ready: () => Promise.resolve(),
    stats: () => sandbox.journal.figures(),
    close: () => Promise.resolve(),
    requests: () => sandbox.journal.requests(),
  }
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/

class Sandbox {
  readonly journal = new Journal()
  readonly #options: SandboxOptions
  readonly #fingerprint: string
  readonly #cache = new PromptCache()
  readonly #underWay = new Set<Exchange>()
  /** One row of chances for latency and one for faults, so that a fault more does not change all latencies. */
  readonly #ofLatency: () => number
  readonly #ofFaults: () => number

  constructor(options: SandboxOptions) {
    this.#options = options
    this.#fingerprint = `fp_${seedOf('fingerprint', options.seed).toString(16).padStart(8, '0')}`
    this.#ofLatency = seededRandom(seedOf('latency', options.seed))
    this.#ofFaults = seededRandom(seedOf('faults', options.seed))
  }

  async declareRoutes(app: FastifyInstance): Promise<void> {
    refuseAsTheApi(app, this.#options.apiKey)
    app.addHook('preClose', async () => this.#underWay.forEach((exchange) => exchange.interruptTimeout()))
    declareModelRoutes(app, this.#options.models)
    this.#post(app, '/chat/completions', async (body, exchange) => {
      const request = readChatRequest(body)
      const generation = this.#perform(request, exchange.entry)
      if (request.isStream)
        await exchange.stream(chatChunks(request, generation, this.#fingerprint), { isTold: request.includeUsage })
      else await exchange.answer(chatCompletion(request, generation, this.#fingerprint), generation.completionTokens)
    })
    this.#post(app, '/responses', async (body, exchange) => {
      const request = readResponseRequest(body)
      const generation = this.#perform(request, exchange.entry)
      const draft = new ResponseDraft(request, generation)
      if (request.isStream) await exchange.stream(draft.events(), { isTold: true })
      else await exchange.answer(draft.finished(), generation.completionTokens)
    })
    this.#post(app, '/embeddings', async (body, exchange) => {
      const request = await readEmbeddingRequest(body, this.#options.models)
      Object.assign(exchange.entry, { model: request.model, promptTokens: request.promptTokens })
      await exchange.answer(embeddingList(request), 0)
    })
  }

  #post(app: FastifyInstance, path: string, serve: (body: unknown, exchange: Exchange) => Promise<void>): void {
    app.post(path, async (request, reply) => {
      const exchange = this.#open(request, reply)
      this.#underWay.add(exchange)
      try {
        if (this.#underWay.size > this.#options.mostUnderWay)
          throw new ApiError(503, `The sandbox answers ${this.#options.mostUnderWay} requests at once.`, {
            code: 'overloaded',
            headers: { 'retry-after': '1' },
          })
        await exchange.meetFault()
        if (exchange.entry.outcome === 'running') await serve(request.body, exchange)
      } catch (error) {
        exchange.entry.status = error instanceof ApiError ? error.status : 500
        exchange.end('refused')
        throw error
      } finally {
        this.#underWay.delete(exchange)
      }
      return reply
    })
  }

  #open(request: FastifyRequest, reply: FastifyReply): Exchange {
    const { timeToFirstTokenMs, tokensPerSecond } = this.#options
    const ordered = this.#orderedFault(request)
    const drawn = chooseFault(this.#options.faults, this.#ofFaults())
    const entry = this.journal.open(`req_${randomUUID().replaceAll('-', '')}`, request.routeOptions.url ?? request.url)
    reply.header('x-request-id', entry.id)
    return new Exchange(entry, reply, this.journal, {
      fault: ordered ?? drawn,
      timeToFirstTokenMs: draw(timeToFirstTokenMs, this.#ofLatency),
      tokensPerSecond: tokensPerSecond ? draw(tokensPerSecond, this.#ofLatency) : Infinity,
    })
  }

  #orderedFault({ headers, socket }: FastifyRequest): Fault | undefined {
    const header = headers['x-sandbox-fault']
    if (header === undefined) return undefined
    if (!LOOPBACK.test(socket.remoteAddress ?? ''))
      throw new ApiError(403, 'x-sandbox-fault is read from callers on the same machine.', { param: 'x-sandbox-fault' })
    const fault = parseFault(String(header))
    if (fault) return fault
    throw new ApiError(400, `x-sandbox-fault is "${String(header)}"; it takes ${FAULT_GRAMMAR}.`, {
      param: 'x-sandbox-fault',
    })
  }

  #perform({ task, isStream }: { task: Parameters<typeof perform>[0]; isStream: boolean }, entry: Entry): Generation {
    entry.isStream = isStream
    const generation = perform(task, this.#options, this.#cache)
    const { promptTokens, cachedTokens } = generation
    Object.assign(entry, { model: task.model, promptTokens, cachedTokens })
    return generation
  }
}
