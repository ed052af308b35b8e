import type { Refund, Refunded } from '../contract.ts'
import { BillingError } from '../errors.ts'
import { inputs, valid } from '../validate.ts'
import { again } from './database.ts'
import type { Client, Database } from './database.ts'
import { keyReused } from './usage-recorder.ts'

const WHOLE_BASIS_POINTS = 10_000n

/** What was given back of an event before. */
export interface Before {
  readonly chargeMicros: bigint
  readonly shareBasisPoints: bigint
  readonly amountMicros: bigint
}

/** Gives back what was charged for events. */
export class Refunds {
  protected readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  async refund(given: Refund): Promise<Refunded> {
    const refund = valid(inputs.refund, given)
    return await again(() => this.database.transaction((client) => this.refundIn(client, refund)))
  }

  protected async refundIn(client: Client, refund: Refund): Promise<Refunded> {
    const chargeMicros = await this.lockEvent(client, refund)
    const done = await earlier(client, refund)
    if (done) return done
    const { rows } = await client.query<{ share: string; amount: string }>(
      `SELECT coalesce(sum(share_basis_points), 0) AS share, coalesce(sum(amount_micros), 0) AS amount
       FROM refunds WHERE tenant = $1 AND event_key = $2`,
      [refund.tenant, refund.of],
    )
    const before = { chargeMicros, shareBasisPoints: BigInt(rows[0]!.share), amountMicros: BigInt(rows[0]!.amount) }
    const amountMicros = this.amountOf(refund, before)
    await client.query(
      `INSERT INTO refunds (tenant, key, event_key, share_basis_points, amount_micros) VALUES ($1, $2, $3, $4, $5)`,
      [refund.tenant, refund.key, refund.of, refund.shareBasisPoints, amountMicros],
    )
    if (amountMicros > 0n) await post(client, refund, amountMicros)
    return { status: 'refunded', amountMicros }
  }

  /** Refunds of one event take turns. @returns its charge */
  protected async lockEvent(client: Client, { tenant, of }: Refund, lock = 'FOR UPDATE'): Promise<bigint> {
    const { rows } = await client.query<{ charge_micros: string }>(
      `SELECT charge_micros FROM usage_events WHERE tenant = $1 AND key = $2 ${lock}`,
      [tenant, of],
    )
    if (!rows[0]) throw new BillingError('ERR_BILLING_UNKNOWN', `there is no event ${of}`, { field: 'of' })
    return BigInt(rows[0].charge_micros)
  }

  /** All shares so far are taken of the charge together, so that what is cut off once is given back by the last one. */
  protected amountOf({ shareBasisPoints, of }: Refund, before: Before): bigint {
    const share = before.shareBasisPoints + BigInt(shareBasisPoints)
    if (share > WHOLE_BASIS_POINTS) {
      const left = WHOLE_BASIS_POINTS - before.shareBasisPoints
      const problem = `of the event ${of} ${left} hundredths of a percent are left to be given back`
      throw new BillingError('ERR_BILLING_REFUND', problem, { field: 'shareBasisPoints' })
    }
    return (before.chargeMicros * share) / WHOLE_BASIS_POINTS - before.amountMicros
  }
}

/** @throws BillingError when the key was used for another refund */
async function earlier(client: Client, refund: Refund): Promise<Refunded | undefined> {
  const { rows } = await client.query<{ event_key: string; share_basis_points: number; amount_micros: string }>(
    'SELECT event_key, share_basis_points, amount_micros FROM refunds WHERE tenant = $1 AND key = $2',
    [refund.tenant, refund.key],
  )
  const [found] = rows
  if (!found) return undefined
  if (found.event_key !== refund.of || found.share_basis_points !== refund.shareBasisPoints)
    throw keyReused('key', `the key ${refund.key} was used for another refund`)
  return { status: 'duplicate', amountMicros: BigInt(found.amount_micros) }
}

/** Takes from the revenue, and gives to what the tenant owes. */
async function post(client: Client, { tenant, key }: Refund, amountMicros: bigint): Promise<void> {
  // In the order of record_usage, so that the two wait and do not deadlock.
  await client.query(
    `SELECT FROM accounts WHERE kind = 'system' AND tenant = $1 AND account IN ('usage', 'revenue')
     ORDER BY account FOR UPDATE`,
    [tenant],
  )
  await client.query(
    `WITH changed AS (
       UPDATE accounts SET version = version + 1,
         balance_micros = balance_micros + CASE account WHEN 'usage' THEN $3::bigint ELSE -$3::bigint END
       WHERE kind = 'system' AND tenant = $1 AND account IN ('usage', 'revenue')
       RETURNING id, account
     )
     INSERT INTO ledger_transfers (reason, tenant, key, from_account, to_account, amount_micros)
     SELECT 'refund', $1, $2, r.id, u.id, $3 FROM changed r, changed u
     WHERE r.account = 'revenue' AND u.account = 'usage'`,
    [tenant, key, amountMicros],
  )
}
