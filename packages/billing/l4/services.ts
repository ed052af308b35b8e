import type { GuaranteeContext } from '@proving-ground/core-harness/guarantee'
import { randomUUID } from 'node:crypto'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { BillingHttpClient } from '../src/http/client.ts'
import billingService from '../src/staging.ts'
import { SentUsage } from '../src/traffic/sent-usage.ts'

export type Context = GuaranteeContext<BillingNode, BillingOptions>
type Staging = Awaited<ReturnType<Context['staging']>>

/** Two services, as they are deployed, and a client for each. */
export interface Services {
  readonly staging: Staging
  readonly clients: readonly BillingHttpClient[]
  /** One and the other in turn. */
  readonly at: (index: number) => BillingHttpClient
  /** A name that nobody else on the same stack has. */
  readonly tenant: (name: string) => string
  /** What this test sent. */
  readonly sent: SentUsage
}

export async function openServices(
  context: Context,
  options: { readonly dedicated?: readonly ('postgres' | 'clickhouse')[] } = {},
): Promise<Services> {
  const staging = await context.staging(billingService, { instances: 2, ...options })
  const clients = staging.instances.map(({ url, token }) => new BillingHttpClient(url, { token, connections: 256 }))
  context.onCleanup(async () => void (await Promise.all(clients.map((client) => client.close()))))
  const run = randomUUID()
  return {
    staging,
    clients,
    at: (index) => clients[index % clients.length]!,
    tenant: (name) => `${name} ${run}`,
    sent: new SentUsage(),
  }
}

/** Prices that came from the cache, of all that were looked for since `before`; undefined when none was. */
export async function priceHits(
  clients: readonly BillingHttpClient[],
): Promise<{ readonly hits: number; readonly misses: number }> {
  const figures = await Promise.all(clients.map((client) => client.figures()))
  return {
    hits: figures.reduce((sum, { priceHits: hits }) => sum + hits, 0),
    misses: figures.reduce((sum, { priceMisses: misses }) => sum + misses, 0),
  }
}
