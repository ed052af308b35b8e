import { ServiceClient, ServiceError, encodeText } from '@proving-ground/core-harness/service/client'
import type { ServiceClientOptions, ServiceRequest } from '@proving-ground/core-harness/service/client'
import type {
  AccountOperation,
  AccountRef,
  AccountState,
  BillingFigures,
  BillingNode,
  DailyUsage,
  Invoice,
  LedgerAccount,
  Micros,
  ModelCall,
  OperationResult,
  Recorded,
  RecordedCall,
  Refund,
  Refunded,
  Reservation,
  Transfer,
  UsageEvent,
} from '../contract.ts'
import { BillingError } from '../errors.ts'
import { invalid } from '../validate.ts'
import { decodeAnswer, encodeRequest } from './json.ts'
import type { Members } from './json.ts'
import { isBillingErrorCode } from './problems.ts'

/** How one call is made, for workloads. */
export interface BillingCall {
  /** Gives the call up; it may have happened. */
  readonly signal?: AbortSignal | undefined
  /** Hears how long the request was in the service, in milliseconds, as the service says. */
  readonly served?: ((serviceMs: number | undefined) => void) | undefined
}

/** What stands between here and the service, and has not heard of it. */
const GATEWAY_STATUSES: readonly number[] = [502, 503, 504]

/** A node of the billing service behind HTTP. Each method is one request. */
export class BillingHttpClient implements BillingNode {
  readonly #client: ServiceClient

  /** @param url of one instance of the service */
  constructor(url: string, options: ServiceClientOptions = {}) {
    this.#client = new ServiceClient(url, options)
  }

  async record(events: readonly UsageEvent[], call?: BillingCall): Promise<readonly Recorded[]> {
    return (await this.#write<{ results: Recorded[] }>('POST', '/v1/events', { events }, call)).results
  }

  async recordCall(modelCall: ModelCall, call?: BillingCall): Promise<RecordedCall> {
    return await this.#write('POST', '/v1/calls', { ...modelCall }, call)
  }

  async refund(refund: Refund, call?: BillingCall): Promise<Refunded> {
    return await this.#write('POST', '/v1/refunds', { ...refund }, call)
  }

  async invoice(tenant: string, period: string, call?: BillingCall): Promise<Invoice> {
    return await this.#read('/v1/invoices', { tenant, period }, call)
  }

  async usage(tenant: string, fromDay: string, toDay: string, call?: BillingCall): Promise<readonly DailyUsage[]> {
    return (await this.#read<{ days: DailyUsage[] }>('/v1/usage', { tenant, fromDay, toDay }, call)).days
  }

  async pendingAnalytics(call?: BillingCall): Promise<number> {
    return (await this.#read<{ events: number }>('/v1/pending', {}, call)).events
  }

  async openAccount(account: AccountRef, depositMicros: Micros, call?: BillingCall): Promise<void> {
    await this.#write('POST', '/v1/accounts', { ...account, depositMicros }, call)
  }

  async setFloor(tenant: string, floorMicros: Micros, call?: BillingCall): Promise<void> {
    await this.#write('PUT', '/v1/floors', { tenant, floorMicros }, call)
  }

  async account(account: AccountRef, call?: BillingCall): Promise<AccountState> {
    return await this.#read('/v1/tenants/balance', { ...account }, call)
  }

  async transfer(transfer: Transfer, call?: BillingCall): Promise<OperationResult> {
    return await this.#write('POST', '/v1/transfers', { ...transfer }, call)
  }

  async operate(operation: AccountOperation, call?: BillingCall): Promise<OperationResult> {
    return await this.#write('POST', '/v1/operations', { ...operation }, call)
  }

  async ledger(tenants?: readonly string[], call?: BillingCall): Promise<readonly LedgerAccount[]> {
    const answer =
      tenants === undefined
        ? this.#read<{ accounts: LedgerAccount[] }>('/v1/ledger', {}, call)
        : this.#write<{ accounts: LedgerAccount[] }>('POST', '/v1/ledger', { tenants }, call)
    return (await answer).accounts
  }

  async setBudget(tenant: string, budgetMicros: Micros, call?: BillingCall): Promise<void> {
    await this.#write('PUT', '/v1/budgets', { tenant, budgetMicros }, call)
  }

  async reserve(key: string, tenant: string, estimateMicros: Micros, call?: BillingCall): Promise<Reservation> {
    const given = { key, tenant, estimateMicros }
    const { isGranted, leftMicros } = await this.#write<Reservation>('POST', '/v1/reservations', given, call)
    return { isGranted, leftMicros }
  }

  async settle(key: string, tenant: string, actualMicros: Micros, call?: BillingCall): Promise<void> {
    await this.#write('POST', '/v1/settlements', { key, tenant, actualMicros }, call)
  }

  async spent(tenant: string, call?: BillingCall): Promise<Micros> {
    return (await this.#read<{ spentMicros: Micros }>('/v1/spent', { tenant }, call)).spentMicros
  }

  async figures(call?: BillingCall): Promise<BillingFigures> {
    return await this.#read('/v1/figures', {}, call)
  }

  async crashPoints(call?: BillingCall): Promise<readonly string[]> {
    return (await this.#read<{ steps: string[] }>('/v1/crash-points', {}, call)).steps
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

  async #read<Answer>(path: string, parameters: Members, call?: BillingCall): Promise<Answer> {
    const query = Object.entries(parameters).flatMap(([name, value]) => {
      if (value === undefined) return []
      if (typeof value === 'string') return `${name}=${encodeText(value)}`
      throw invalid(name, 'is no text')
    })
    return await this.#send({ method: 'GET', path: query.length === 0 ? path : `${path}?${query.join('&')}` }, call)
  }

  async #write<Answer>(method: 'POST' | 'PUT', path: string, members: Members, call?: BillingCall): Promise<Answer> {
    return await this.#send({ method, path, type: 'application/json', body: encodeRequest(members) }, call)
  }

  async #send<Answer>(request: ServiceRequest, call: BillingCall = {}): Promise<Answer> {
    try {
      const { body, serviceMs } = await this.#client.send({ ...request, signal: call.signal }, [200, 204])
      call.served?.(serviceMs)
      return (body.length === 0 ? undefined : decodeAnswer(body)) as Answer
    } catch (error) {
      throw asOfTheContract(error)
    }
  }
}

/** The error that the service had. Without an answer nobody knows whether it was done. */
function asOfTheContract(error: unknown): unknown {
  if (!(error instanceof ServiceError)) return unavailable('the service did not answer', error)
  const { code, detail, field } = error.details
  if (isBillingErrorCode(code))
    return new BillingError(code, detail ?? error.message, { ...(field !== undefined && { field }), cause: error })
  return GATEWAY_STATUSES.includes(error.status) ? unavailable(error.message, error) : error
}

function unavailable(problem: string, cause: unknown): BillingError {
  return new BillingError('ERR_BILLING_UNAVAILABLE', `${problem}; send it again with the same key`, { cause })
}
