import { ServiceClient, ServiceError, encodeText } from '@proving-ground/core-harness/service/client'
import type { ServiceClientOptions, ServiceRequest, ServiceResponse } from '@proving-ground/core-harness/service/client'
import type { CacheKey, CacheNode, CacheValue, Lifetime } from '../contract.ts'
import { noLocks } from '../no-locks.ts'
import { NotSupportedError } from '../not-supported-error.ts'
import { decodeBody, encodeBody } from './value-body.ts'

/** How one call is made, for workloads. */
export interface CacheCall {
  /** Gives the call up; it may have happened. */
  readonly signal?: AbortSignal | undefined
  /** Hears how long the request was in the service, in milliseconds, as the service says. */
  readonly served?: ((serviceMs: number | undefined) => void) | undefined
}

/** A node of the cache behind HTTP. Each method is one request, but for those that run a function of the caller. */
export class CacheHttpClient implements CacheNode {
  readonly #client: ServiceClient

  /** @param url of one instance of the service */
  constructor(url: string, options: ServiceClientOptions = {}) {
    this.#client = new ServiceClient(url, options)
  }

  async get(key: CacheKey, call?: CacheCall): Promise<CacheValue | undefined> {
    return await this.#read(`/v1/entries?${ofKey(key)}`, call)
  }

  async set(key: CacheKey, value: CacheValue, lifetime: Lifetime, call?: CacheCall): Promise<void> {
    const { type, body } = encodeBody(value, `key ${JSON.stringify(key.key)} of tenant ${JSON.stringify(key.tenant)}`)
    const path = `/v1/entries?${ofKey(key)}&${ofLifetime(lifetime)}`
    await this.#send({ method: 'PUT', path, type, body }, [204], call)
  }

  async delete(key: CacheKey, call?: CacheCall): Promise<void> {
    await this.#send({ method: 'DELETE', path: `/v1/entries?${ofKey(key)}` }, [204], call)
  }

  async clear(tenant: string, pattern: string, call?: CacheCall): Promise<number> {
    const path = `/v1/clear?tenant=${encodeText(tenant)}&pattern=${encodeText(pattern)}`
    const { body } = await this.#send({ method: 'POST', path }, [200], call)
    return (JSON.parse(body.toString('utf8')) as { removed: number | null }).removed ?? Number.NaN
  }

  /** The load of one key runs in one client; its claim ends when nothing is heard of it for a minute. */
  async getOrLoad(
    key: CacheKey,
    load: () => Promise<CacheValue>,
    { ttlMs }: { readonly ttlMs: number },
  ): Promise<CacheValue> {
    const first = { method: 'POST', path: `/v1/loads?${ofKey(key)}&ttlMs=${ttlMs}` } as const
    const { type, body } = await this.#lend(first, async () =>
      encodeBody(await load(), `what was loaded for ${key.key}`),
    )
    return decodeBody(type, body)
  }

  async update<Result>(key: CacheKey, commit: () => Promise<Result>): Promise<Result> {
    let result: { readonly value: Result } | undefined
    await this.#lend({ method: 'POST', path: `/v1/updates?${ofKey(key)}` }, async () => {
      result = { value: await commit() }
      return {}
    })
    if (!result) throw new Error('the service acknowledged an update whose commit it had not asked for')
    return result.value
  }

  readonly sessions = {
    start: async (
      sessionId: string,
      data: CacheValue,
      { ttlMs }: { readonly ttlMs: number },
      call?: CacheCall,
    ): Promise<void> => {
      const { type, body } = encodeBody(data, 'a session')
      const path = `/v1/sessions?id=${encodeText(sessionId)}&ttlMs=${ttlMs}`
      await this.#send({ method: 'PUT', path, type, body }, [204], call)
    },
    get: (sessionId: string, call?: CacheCall): Promise<CacheValue | undefined> =>
      this.#read(`/v1/sessions?id=${encodeText(sessionId)}`, call),
    end: async (sessionId: string, call?: CacheCall): Promise<void> => {
      await this.#send({ method: 'DELETE', path: `/v1/sessions?id=${encodeText(sessionId)}` }, [204], call)
    },
  }

  readonly locks = noLocks('the HTTP service')

  readonly llm = {
    respond: (): Promise<never> =>
      Promise.reject(new NotSupportedError('the HTTP service', 'answer prompts', 'it has no route for them')),
  }

  /** @throws HarnessError saying why the service cannot serve */
  async checkReady(signal?: AbortSignal): Promise<void> {
    await this.#client.checkReady(signal)
  }

  async stats(): Promise<unknown> {
    return await this.#client.stats()
  }

  async close(): Promise<void> {
    await this.#client.close()
  }

  async #read(path: string, call?: CacheCall): Promise<CacheValue | undefined> {
    const { status, type, body } = await this.#send({ method: 'GET', path }, [200, 404], call)
    return status === 404 ? undefined : decodeBody(type, body)
  }

  /** Does what the service lends, as often as it does, until the operation has ended. */
  async #lend(
    first: ServiceRequest,
    work: () => Promise<{ readonly type?: string; readonly body?: Buffer }>,
  ): Promise<ServiceResponse> {
    let response = await this.#send(first, [200, 202, 204])
    while (response.status === 202) {
      const { loan } = JSON.parse(response.body.toString('utf8')) as { loan: string }
      const path = `/v1/loans/${encodeURIComponent(loan)}`
      let done: { readonly type?: string; readonly body?: Buffer }
      try {
        done = await work()
      } catch (failure) {
        await this.#tellFailure(path, failure)
        throw failure
      }
      response = await this.#send({ method: 'PUT', path, ...done }, [200, 202, 204])
    }
    return response
  }

  async #tellFailure(path: string, failure: unknown): Promise<void> {
    const error: Error & { readonly code?: unknown } = failure instanceof Error ? failure : new Error(String(failure))
    const { name, message, code } = error
    const body = Buffer.from(JSON.stringify({ name, message, ...(typeof code === 'string' && { code }) }))
    await this.#send({ method: 'POST', path: `${path}/failure`, type: 'application/json', body }, [204])
  }

  async #send(request: ServiceRequest, expected: readonly number[], call: CacheCall = {}): Promise<ServiceResponse> {
    try {
      const response = await this.#client.send({ ...request, signal: call.signal }, expected)
      call.served?.(response.serviceMs)
      return response
    } catch (error) {
      throw error instanceof ServiceError ? asOfTheCache(error) : error
    }
  }
}

/** With the message, the name and the code that the error has in the service. */
function asOfTheCache(error: ServiceError): Error {
  const { name, code, detail } = error.details
  if (code === undefined) return error
  const kind = name === undefined ? {} : { name }
  return Object.assign(new Error(detail ?? error.message, { cause: error }), kind, { code })
}

function ofKey({ tenant, key }: CacheKey): string {
  return `tenant=${encodeText(tenant)}&key=${encodeText(key)}`
}

function ofLifetime(lifetime: Lifetime): string {
  return 'ttlMs' in lifetime ? `ttlMs=${lifetime.ttlMs}` : 'keepTtl=true'
}
