import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import type { ClickHouseClient } from '@clickhouse/client'

import type { DailyUsage } from '../contract.ts'
import { BillingError } from '../errors.ts'
import { inputs, invalid, valid } from '../validate.ts'

const ANSWER_WITHIN_MS = 5_000
const MOST_DAYS = 400
const MS_IN_DAY = 86_400_000

/** What `record_usage` puts into the outbox for each event. */
export type AnalyticsLine = Readonly<Record<string, string | number>>

interface UsageRow {
  readonly day: string
  readonly model: string
  readonly events: string
  readonly prompt_tokens: string
  readonly completion_tokens: string
  readonly estimated_events: string
  readonly charge_micros: string
}

/** How lines are kept. Those with the same key are one, also before they are merged: who reads says FINAL. */
export interface AnalyticsTable {
  readonly engine: string
  readonly source: string
}
const TABLE: AnalyticsTable = { engine: 'ReplacingMergeTree', source: 'usage_lines FINAL' }

/** ClickHouse: usage by model and day. */
export class Analytics {
  readonly #client: ClickHouseClient
  readonly #table: AnalyticsTable
  #prepared: Promise<unknown> | undefined

  constructor(url: string, table: AnalyticsTable = TABLE) {
    this.#table = table
    this.#client = createClient({
      url,
      request_timeout: ANSWER_WITHIN_MS,
      // What fails is told to whoever asked; the outbox asks again.
      keep_alive: { enabled: true },
      log: { level: ClickHouseLogLevel.OFF },
    })
  }

  /** Makes the table, once. A store that is away is asked again by whoever needs it next. */
  async prepare(): Promise<void> {
    this.#prepared ??= this.#client
      .command({
        query: `CREATE TABLE IF NOT EXISTS usage_lines (
          tenant String, day Date, model String, key String, tier LowCardinality(String),
          prompt_tokens UInt64, completion_tokens UInt64, is_estimated UInt8, charge_micros Int64
        ) ENGINE = ${this.#table.engine} ORDER BY (tenant, day, model, key)`,
      })
      .catch((error: unknown) => {
        this.#prepared = undefined
        throw error
      })
    await this.#prepared
  }

  /** Puts lines there; putting them there again changes nothing. */
  async insert(lines: readonly AnalyticsLine[]): Promise<void> {
    await this.prepare()
    await this.#client.insert({ table: 'usage_lines', values: lines, format: 'JSONEachRow' })
  }

  async usage(givenTenant: string, givenFrom: string, givenTo: string): Promise<readonly DailyUsage[]> {
    const { tenant, fromDay, toDay } = valid(inputs.usage, { tenant: givenTenant, fromDay: givenFrom, toDay: givenTo })
    const days = (Date.parse(toDay) - Date.parse(fromDay)) / MS_IN_DAY + 1
    if (days < 1) throw invalid('toDay', 'is before fromDay')
    if (days > MOST_DAYS) throw invalid('toDay', `is more than ${MOST_DAYS} days after fromDay`)
    const query = `
      SELECT day, model, count() AS events, sum(prompt_tokens) AS prompt_tokens,
        sum(completion_tokens) AS completion_tokens, sum(is_estimated) AS estimated_events,
        sum(charge_micros) AS charge_micros
      FROM ${this.#table.source}
      WHERE tenant = {tenant:String} AND day BETWEEN {fromDay:Date} AND {toDay:Date}
      GROUP BY day, model ORDER BY day, model`
    const query_params = { tenant, fromDay, toDay }
    const settings = { output_format_json_quote_64bit_integers: 1 } as const
    try {
      await this.prepare()
      const found = await this.#client.query({
        query,
        query_params,
        format: 'JSONEachRow',
        clickhouse_settings: settings,
      })
      return (await found.json<UsageRow>()).map(dailyUsage)
    } catch (error) {
      throw new BillingError('ERR_BILLING_UNAVAILABLE', 'the analytics store did not answer', { cause: error })
    }
  }

  async close(): Promise<void> {
    await this.#client.close()
  }
}

function dailyUsage(row: UsageRow): DailyUsage {
  return {
    day: row.day,
    model: row.model,
    events: Number(row.events),
    promptTokens: Number(row.prompt_tokens),
    completionTokens: Number(row.completion_tokens),
    estimatedEvents: Number(row.estimated_events),
    chargeMicros: BigInt(row.charge_micros),
  }
}
