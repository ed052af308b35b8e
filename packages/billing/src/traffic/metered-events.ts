import { setTimeout as delay } from 'node:timers/promises'
import { TIERS } from '../contract.ts'
import type { BillingHttpClient } from '../http/client.ts'
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

/** A caller that gives up after that has an outage of its own. */
const SENT_AGAIN_FOR_MS = 30_000
const AGAIN_AFTER_MS = 250

/** Sends an event that is on the account from then on, whatever becomes of the answer. */
export async function send(
  client: BillingHttpClient,
  sent: SentUsage,
  event: SentEvent,
  signal?: AbortSignal,
): Promise<void> {
  sent.add(event)
  const [recorded] = await client.record([event], { signal })
  sent.acknowledge(event, recorded!)
}

/**
 * As careful callers do: with the same key, to one instance after the other, until it is acknowledged.
 *
 * @returns how often it was sent again
 * @throws what the last attempt ended with, after half a minute
 */
export async function sendUntilKnown(
  at: (index: number) => BillingHttpClient,
  sent: SentUsage,
  event: SentEvent,
  index: number,
): Promise<number> {
  const deadlineMs = performance.now() + SENT_AGAIN_FOR_MS
  for (let attempt = 0; ; attempt++) {
    try {
      await send(at(index + attempt), sent, event)
      return attempt
    } catch (error) {
      if (performance.now() > deadlineMs) throw error
      await delay(AGAIN_AFTER_MS)
    }
  }
}
