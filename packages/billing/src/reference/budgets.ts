import type { Micros, Reservation } from '../contract.ts'
import { BillingError } from '../errors.ts'
import { inputs, valid } from '../validate.ts'
import type { Database } from './database.ts'
import { keyReused } from './usage-recorder.ts'

/** What tenants may spend: kept before a call, spent after it. */
export class Budgets {
  protected readonly database: Database
  protected readonly defaultMicros: Micros | undefined

  constructor(database: Database, defaultMicros: Micros | undefined) {
    this.database = database
    this.defaultMicros = defaultMicros
  }

  async set(givenTenant: string, givenBudget: Micros): Promise<void> {
    const { tenant, budgetMicros } = valid(inputs.budget, { tenant: givenTenant, budgetMicros: givenBudget })
    await this.database.query(
      `INSERT INTO budgets (tenant, limit_micros) VALUES ($1, $2)
       ON CONFLICT (tenant) DO UPDATE SET limit_micros = excluded.limit_micros`,
      [tenant, budgetMicros],
    )
  }

  async reserve(givenKey: string, givenTenant: string, givenEstimate: Micros): Promise<Reservation> {
    const given = { key: givenKey, tenant: givenTenant, estimateMicros: givenEstimate }
    const { key, tenant, estimateMicros } = valid(inputs.estimate, given)
    const [row] = await this.database.retried<{
      is_granted: boolean
      left_micros: string | null
      estimate_micros: string
    }>('SELECT * FROM reserve_budget($1, $2, $3, $4)', [tenant, key, estimateMicros, this.defaultMicros ?? null])
    if (BigInt(row!.estimate_micros) !== estimateMicros)
      throw keyReused('key', `the key ${key} was used for another estimate`)
    const left = row!.left_micros
    return { isGranted: row!.is_granted, leftMicros: left === null ? undefined : BigInt(left) }
  }

  async settle(givenKey: string, givenTenant: string, givenActual: Micros): Promise<void> {
    const given = { key: givenKey, tenant: givenTenant, actualMicros: givenActual }
    const { key, tenant, actualMicros } = valid(inputs.actual, given)
    const [row] = await this.database.retried<{ settle_budget: boolean }>('SELECT settle_budget($1, $2, $3)', [
      tenant,
      key,
      actualMicros,
    ])
    if (!row!.settle_budget)
      throw new BillingError('ERR_BILLING_UNKNOWN', `nothing was reserved with the key ${key}`, { field: 'key' })
  }

  async spent(givenTenant: string): Promise<Micros> {
    const { tenant } = valid(inputs.tenant, { tenant: givenTenant })
    const [row] = await this.database.query<{ spent_micros: string }>(
      'SELECT spent_micros FROM budgets WHERE tenant = $1',
      [tenant],
    )
    return BigInt(row?.spent_micros ?? 0)
  }
}
