import type { Invoice, InvoiceLine, Tier } from '../contract.ts'
import { roundToMinor } from '../money.ts'
import { inputs, valid } from '../validate.ts'
import type { Database } from './database.ts'

interface LineRow {
  readonly kind: InvoiceLine['kind']
  readonly model: string
  readonly tier: Tier
  readonly prompt_tokens: string
  readonly completion_tokens: string
  readonly micros: string
}

/** Both halves see one snapshot. The bounds of the month are those of UTC. */
export const LINES = `
  WITH month AS (
    SELECT ($2 || '-01')::timestamp AT TIME ZONE 'UTC' AS first,
      (($2 || '-01')::timestamp + interval '1 month') AT TIME ZONE 'UTC' AS next
  ), events AS (
    SELECT u.* FROM usage_events u, month WHERE u.tenant = $1 AND u.at >= month.first AND u.at < month.next
  )
  SELECT 'usage' AS kind, model, tier, sum(prompt_tokens) AS prompt_tokens, sum(completion_tokens) AS completion_tokens,
    sum(charge_micros) AS micros
  FROM events GROUP BY model, tier
  UNION ALL
  SELECT 'refund', e.model, e.tier, 0, 0, -sum(r.amount_micros)
  FROM events e JOIN refunds r ON r.tenant = e.tenant AND r.event_key = e.key GROUP BY e.model, e.tier
  ORDER BY model, tier, kind DESC`

/** What tenants are to pay. */
export class Invoices {
  readonly #database: Database
  readonly #statement: string

  /** @param statement gives the lines of a tenant ($1) and a month ($2) */
  constructor(database: Database, statement = LINES) {
    this.#database = database
    this.#statement = statement
  }

  async invoice(givenTenant: string, givenPeriod: string): Promise<Invoice> {
    const { tenant, period } = valid(inputs.invoice, { tenant: givenTenant, period: givenPeriod })
    const rows = await this.#database.query<LineRow & Record<string, unknown>>(this.#statement, [tenant, period])
    const lines = rows.map((row) => this.lineOf(row))
    return { tenant, period, lines, totalMinor: this.totalOf(lines) }
  }

  protected lineOf(row: LineRow): InvoiceLine {
    const micros = BigInt(row.micros)
    return {
      kind: row.kind,
      model: row.model,
      tier: row.tier,
      promptTokens: Number(row.prompt_tokens),
      completionTokens: Number(row.completion_tokens),
      micros,
      amountMinor: roundToMinor(micros),
    }
  }

  protected totalOf(lines: readonly InvoiceLine[]): bigint {
    return lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
  }
}
