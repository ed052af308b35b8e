import { SettingError, required, text, wholeNumber } from '@proving-ground/core-harness/service'
import type { Variables } from '@proving-ground/core-harness/service'
import { z } from 'zod'
import { TIERS } from '../contract.ts'
import type { BillingOptions } from '../contract.ts'

const MOST_CONNECTIONS = 1_000
const LATEST_MS = 999_999_999_999_999
const MOST_OCCURRENCES = 1_000_000

const count = z.int().min(0)
const prices = z.array(
  z.strictObject({
    model: z.string().min(1).max(200),
    tier: z.enum(TIERS),
    promptMinorPerMillion: count,
    completionMinorPerMillion: count,
    includedPromptTokens: count,
    includedCompletionTokens: count,
  }),
)

/**
 * POSTGRES_URL, CLICKHOUSE_URL, REDIS_URL, BILLING_KEY_PREFIX, BILLING_POOL_SIZE, BILLING_DEFAULT_BUDGET_MICROS,
 * BILLING_PRICES, BILLING_NOW_MS, BILLING_DIE_AT.
 *
 * @throws SettingError for a variable that is missing, or holds something else
 */
export function readNodeOptions(variables: Variables): BillingOptions {
  const optional = {
    prices: pricesOf(variables),
    poolSize: wholeNumber(variables, 'BILLING_POOL_SIZE', { least: 1, most: MOST_CONNECTIONS, otherwise: undefined }),
    defaultBudgetMicros: microsOf(variables),
    nowMs: wholeNumber(variables, 'BILLING_NOW_MS', { least: 0, most: LATEST_MS, otherwise: undefined }),
    dieAt: stepOf(variables),
  }
  return {
    postgresUrl: required(variables, 'POSTGRES_URL', 'takes the URL of a PostgreSQL database'),
    clickhouseUrl: required(variables, 'CLICKHOUSE_URL', 'takes the URL of a ClickHouse database'),
    redisUrl: required(variables, 'REDIS_URL', 'takes the URL of a Redis server'),
    keyPrefix: text(variables, 'BILLING_KEY_PREFIX') ?? '',
    ...(Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== undefined),
    ) as Partial<BillingOptions>),
  }
}

/** The same options as variables, for whoever starts the service. */
export function variablesOf(options: BillingOptions): Record<string, string> {
  const { prices: list, poolSize, defaultBudgetMicros, nowMs, dieAt } = options
  return {
    POSTGRES_URL: options.postgresUrl,
    CLICKHOUSE_URL: options.clickhouseUrl,
    REDIS_URL: options.redisUrl,
    BILLING_KEY_PREFIX: options.keyPrefix,
    ...(list && { BILLING_PRICES: JSON.stringify(list) }),
    ...(poolSize !== undefined && { BILLING_POOL_SIZE: String(poolSize) }),
    ...(defaultBudgetMicros !== undefined && { BILLING_DEFAULT_BUDGET_MICROS: String(defaultBudgetMicros) }),
    ...(nowMs !== undefined && { BILLING_NOW_MS: String(nowMs) }),
    ...(dieAt && { BILLING_DIE_AT: `${dieAt.step}:${dieAt.occurrence}` }),
  }
}

function pricesOf(variables: Variables): BillingOptions['prices'] {
  const given = text(variables, 'BILLING_PRICES')
  if (given === undefined) return undefined
  const wanted = 'takes a list of prices in JSON, with the members of Price in packages/billing/src/contract.ts'
  let list: unknown
  try {
    list = JSON.parse(given)
  } catch (error) {
    throw new SettingError('BILLING_PRICES', `it is not JSON: ${(error as Error).message}`, wanted)
  }
  const result = prices.safeParse(list)
  if (result.success) return result.data
  const { path, message } = result.error.issues[0]!
  throw new SettingError('BILLING_PRICES', `[${path.join('][')}]: ${message}`, wanted)
}

function microsOf(variables: Variables): bigint | undefined {
  const given = text(variables, 'BILLING_DEFAULT_BUDGET_MICROS')
  if (given === undefined) return undefined
  if (/^\d{1,16}$/.test(given)) return BigInt(given)
  throw new SettingError('BILLING_DEFAULT_BUDGET_MICROS', `"${given}" is no amount`, 'takes up to 16 decimal digits')
}

function stepOf(variables: Variables): BillingOptions['dieAt'] {
  const given = text(variables, 'BILLING_DIE_AT')
  if (given === undefined) return undefined
  const [, step, times] = /^([a-z][a-z0-9.-]*):(\d{1,7})$/.exec(given) ?? []
  const occurrence = Number(times)
  if (step !== undefined && occurrence >= 1 && occurrence <= MOST_OCCURRENCES) return { step, occurrence }
  throw new SettingError('BILLING_DIE_AT', `"${given}" names no step`, 'takes a step and an occurrence: outbox.taken:1')
}
