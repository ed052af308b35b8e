import { TIERS } from '../src/contract.ts'
import type { BillingHttpClient } from '../src/http/client.ts'
import type { SentEvent, SentUsage } from './sent-usage.ts'

const MODELS = ['gpt-4o', 'gpt-4o-mini', 'text-embedding-3-small'] as const
const TENANTS = 40

/** An event of one of forty tenants, each of which stays in its tier. */
export function drawEvent(random: () => number, key: string, tenant: (name: string) => string): SentEvent {
  const number = Math.floor(random() * TENANTS)
  return {
    key,
    tenant: tenant(`tenant ${number}`),
    tier: TIERS[number % TIERS.length]!,
    model: MODELS[Math.floor(random() * MODELS.length)]!,
    promptTokens: Math.floor(random() * 20_000),
    completionTokens: Math.floor(random() * 4_000),
    atMs: Date.now(),
  }
}

/** Sends an event that is on the account from then on, whatever becomes of the answer. */
export async function send(
  client: BillingHttpClient,
  sent: SentUsage,
  event: SentEvent,
  signal?: AbortSignal,
): Promise<void> {
  const [recorded] = await client.record([event], { signal })
  sent.acknowledge(event, recorded!)
}
