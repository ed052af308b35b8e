import { setTimeout as delay } from 'node:timers/promises'

import type {
  AccountOperation,
  AccountRef,
  AccountState,
  LedgerAccount,
  OperationResult,
  Transfer,
} from '../contract.ts'
import { BillingError } from '../errors.ts'
import { inputs, valid } from '../validate.ts'
import { changeOfSystem, lowestPoint, post } from './account-steps.ts'
import type { Cause, Step } from './account-steps.ts'
import { again } from './database.ts'
import type { Client, Database } from './database.ts'
import { keyReused } from './usage-recorder.ts'

/** Of one change; each conflict means that another change was made, so that all come to their turn. */
const MOST_ATTEMPTS = 200
const LONGEST_PAUSE_MS = 40

/** The version that was read is not the one that is there. To whoever meets too many it says to ask again. */
class Conflict extends BillingError {
  readonly expectedVersion: bigint
  constructor(expectedVersion: bigint) {
    super('ERR_BILLING_UNAVAILABLE', 'others change the account all the time; send it again with the same key')
    this.expectedVersion = expectedVersion
  }
}

/** What a change is based on, as one statement saw it. */
interface Basis {
  readonly id: string
  readonly balanceMicros: bigint
  readonly version: bigint
  /** Of all own accounts of the tenant together. */
  readonly tenantMicros: bigint
  readonly tenantVersion: bigint
  readonly floorMicros: bigint
}

/** What the changes came to, for the account that is answered for. */
interface Outcome {
  readonly id: string
  readonly balanceMicros: bigint
  readonly version: bigint
  readonly steps: readonly Step[]
}

/** A transfer or an operation that is to be done once. */
export interface Work extends Cause {
  readonly request: unknown
  apply(client: Client): Promise<Outcome>
}

interface Progress {
  readonly attempt: number
  readonly beganMs: number
}

/**
 * Tenants' own accounts, with optimistic locking: a change is written only where the version is still the one that it is based
 * on, and is otherwise done again from the beginning. Debits of any accounts of a tenant also meet in the tenant's version,
 * because together they decide whether the floor holds.
 */
export class Accounts {
  protected readonly database: Database
  conflicts = 0
  conflictsResolved = 0

  constructor(database: Database) {
    this.database = database
  }

  async open(given: AccountRef, givenDeposit: bigint): Promise<void> {
    const { tenant, account, depositMicros } = valid(inputs.deposit, { ...given, depositMicros: givenDeposit })
    await this.database.transaction(async (client) => {
      await client.query('INSERT INTO tenants (tenant) VALUES ($1) ON CONFLICT DO NOTHING', [tenant])
      const { rows } = await client.query<{ id: string }>(
        `INSERT INTO accounts (kind, tenant, account) VALUES ('own', $1, $2) ON CONFLICT DO NOTHING RETURNING id`,
        [tenant, account],
      )
      if (!rows[0]) return await checkSameDeposit(client, { tenant, account }, depositMicros)
      if (depositMicros === 0n) return
      await credit(client, rows[0].id, depositMicros)
      const fromId = await changeOfSystem(client, tenant, 'funding', -depositMicros)
      const cause = { reason: 'deposit', tenant, key: `deposit ${account}` } as const
      await post(client, cause, [{ fromId, toId: rows[0].id, amountMicros: depositMicros }])
    })
  }

  async setFloor(givenTenant: string, givenFloor: bigint): Promise<void> {
    const { tenant, floorMicros } = valid(inputs.floor, { tenant: givenTenant, floorMicros: givenFloor })
    await this.database.query(
      `INSERT INTO tenants AS t (tenant, floor_micros) VALUES ($1, $2)
       ON CONFLICT (tenant) DO UPDATE SET floor_micros = excluded.floor_micros, version = t.version + 1`,
      [tenant, floorMicros],
    )
  }

  async state(given: AccountRef): Promise<AccountState> {
    const { tenant, account } = valid(inputs.account, given)
    const [row] = await this.database.query<{ balance_micros: string; version: string }>(
      `SELECT balance_micros, version FROM accounts WHERE kind = 'own' AND tenant = $1 AND account = $2`,
      [tenant, account],
    )
    if (!row) throw unknownAccount({ tenant, account })
    return { tenant, account, balanceMicros: BigInt(row.balance_micros), version: Number(row.version) }
  }

  async transfer(given: Transfer): Promise<OperationResult> {
    const { key, from, to, amountMicros } = valid(inputs.transfer, given)
    if (from.tenant === to.tenant && from.account === to.account)
      throw new BillingError('ERR_BILLING_INVALID', 'to: is the account that the money is taken from', { field: 'to' })
    const request = { from, to, amount: String(amountMicros) }
    return await this.#done({
      reason: 'transfer',
      key,
      tenant: from.tenant,
      request,
      apply: async (client) => {
        const [source, target] = [await this.read(client, from), await this.read(client, to)]
        // Within a tenant its accounts together stay what they are.
        if (from.tenant !== to.tenant) await this.debitTenant(client, from.tenant, source, amountMicros)
        const changes = [
          { basis: source, change: -amountMicros },
          { basis: target, change: amountMicros },
        ]
        // In one order, so that two opposite ones wait and do not deadlock.
        for (const { basis, change } of changes.toSorted((a, b) => (BigInt(a.basis.id) < BigInt(b.basis.id) ? -1 : 1)))
          await this.change(client, basis, change)
        const steps = [{ fromId: source.id, toId: target.id, amountMicros }]
        return {
          id: source.id,
          balanceMicros: source.balanceMicros - amountMicros,
          version: source.version + 1n,
          steps,
        }
      },
    })
  }

  async operate(given: AccountOperation): Promise<OperationResult> {
    const { key, amountsMicros, ...ref } = valid(inputs.operation, given)
    const request = { ...ref, amounts: amountsMicros.map(String) }
    return await this.#done({
      reason: 'operation',
      key,
      tenant: ref.tenant,
      request,
      apply: async (client) => {
        let basis = await this.read(client, ref)
        const lowest = lowestPoint(amountsMicros)
        if (lowest < 0n) await this.debitTenant(client, ref.tenant, basis, -lowest)
        const steps: Step[] = []
        for (const amount of amountsMicros) {
          await this.change(client, basis, amount)
          basis = { ...basis, balanceMicros: basis.balanceMicros + amount, version: basis.version + 1n }
          steps.push(await otherSide(client, ref.tenant, basis.id, amount))
        }
        return { ...basis, steps }
      },
    })
  }

  /** One statement, hence one snapshot: no entry is seen without its balance. */
  async ledger(given?: readonly string[]): Promise<readonly LedgerAccount[]> {
    const { tenants } = valid(inputs.tenants, given === undefined ? {} : { tenants: given })
    const rows = await this.database.query<Record<'kind' | 'tenant' | 'account' | 'balance' | 'entries', string>>(
      `SELECT a.kind, a.tenant, a.account, a.balance_micros AS balance,
         coalesce((SELECT sum(amount_micros) FROM ledger_transfers WHERE to_account = a.id), 0)
         - coalesce((SELECT sum(amount_micros) FROM ledger_transfers WHERE from_account = a.id), 0) AS entries
       FROM accounts a WHERE $1::text[] IS NULL OR a.tenant = ANY($1) ORDER BY a.tenant, a.kind, a.account`,
      [tenants ?? null],
    )
    return rows.map(({ kind, tenant, account, balance, entries }) => ({
      kind: kind as LedgerAccount['kind'],
      tenant,
      account,
      balanceMicros: BigInt(balance),
      entriesMicros: BigInt(entries),
    }))
  }

  /** What a change is based on; each attempt reads anew. */
  protected async read(client: Client, ref: AccountRef): Promise<Basis> {
    const { rows } = await client.query<
      Record<'id' | 'balance' | 'version' | 'sum' | 'tenant_version' | 'floor', string>
    >(
      `SELECT a.id, a.balance_micros AS balance, a.version, t.version AS tenant_version, t.floor_micros AS floor,
         (SELECT sum(balance_micros) FROM accounts WHERE kind = 'own' AND tenant = $1) AS sum
       FROM accounts a JOIN tenants t USING (tenant) WHERE a.kind = 'own' AND a.tenant = $1 AND a.account = $2`,
      [ref.tenant, ref.account],
    )
    const [row] = rows
    if (!row) throw unknownAccount(ref)
    return {
      id: row.id,
      balanceMicros: BigInt(row.balance),
      version: BigInt(row.version),
      tenantMicros: BigInt(row.sum),
      tenantVersion: BigInt(row.tenant_version),
      floorMicros: BigInt(row.floor),
    }
  }

  /** @throws BillingError when the tenant would fall below its floor; Conflict when another debit was first */
  protected async debitTenant(client: Client, tenant: string, basis: Basis, amountMicros: bigint): Promise<void> {
    checkFloor(tenant, basis, amountMicros)
    const { rowCount } = await client.query(
      'UPDATE tenants SET version = version + 1 WHERE tenant = $1 AND version = $2',
      [tenant, basis.tenantVersion],
    )
    if (rowCount !== 1) throw new Conflict(basis.tenantVersion)
  }

  /** @throws Conflict when the account is not any more what the change is based on */
  protected async change(client: Client, basis: Basis, amountMicros: bigint): Promise<void> {
    const { rowCount } = await client.query(
      'UPDATE accounts SET balance_micros = $3, version = version + 1 WHERE id = $1 AND version = $2',
      [basis.id, basis.version, basis.balanceMicros + amountMicros],
    )
    if (rowCount !== 1) throw new Conflict(basis.version)
  }

  /** The changes and their entries, all or none. */
  protected async carryOut(work: Work, progress: Progress): Promise<OperationResult> {
    return await this.database.transaction(async (client) => {
      const { result, steps } = await this.attempt(client, work, progress)
      await post(client, work, steps)
      return result
    })
  }

  protected async attempt(
    client: Client,
    work: Work,
    progress: Progress,
  ): Promise<{ readonly result: OperationResult; readonly steps: readonly Step[] }> {
    const earlier = await this.earlier(client, work)
    if (earlier) return { result: earlier, steps: [] }
    const outcome = await work.apply(client)
    await this.remember(client, work, outcome, progress)
    const { balanceMicros, version, steps } = outcome
    return { result: { status: 'done', balanceMicros, version: Number(version) }, steps }
  }

  /** What the key was answered before. @throws BillingError when that was for something else */
  protected async earlier(client: Client, { tenant, key, request }: Work): Promise<OperationResult | undefined> {
    const { rows } = await client.query<{ is_same: boolean; balance_micros: string; version: string }>(
      `SELECT request::jsonb = $3::jsonb AS is_same, balance_micros, version
       FROM account_operations WHERE tenant = $1 AND key = $2`,
      [tenant, key, JSON.stringify(request)],
    )
    const [found] = rows
    if (!found) return undefined
    if (!found.is_same) throw keyReused('key', `the key ${key} was used for something else`)
    return { status: 'duplicate', balanceMicros: BigInt(found.balance_micros), version: Number(found.version) }
  }

  /** The key is unique: of two that do the same at once, one finds here that it was done, and is tried anew. */
  protected async remember(
    client: Client,
    { tenant, key, request }: Work,
    { id, balanceMicros, version }: Outcome,
    { attempt, beganMs }: Progress,
  ): Promise<void> {
    await client.query(
      `WITH done AS (INSERT INTO account_operations (tenant, key, request, account, balance_micros, version)
         VALUES ($1, $2, $3, $4, $5, $6))
       INSERT INTO operation_metrics VALUES ($1, $2, $7, $8)`,
      [tenant, key, JSON.stringify(request), id, balanceMicros, version, attempt, performance.now() - beganMs],
    )
  }

  /** Once for each key, done again while it meets others. */
  async #done(work: Work): Promise<OperationResult> {
    const beganMs = performance.now()
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await again(() => this.carryOut(work, { attempt, beganMs }))
        if (attempt > 1) this.conflictsResolved++
        return result
      } catch (error) {
        if (!(error instanceof Conflict)) throw error
        this.conflicts++
        await this.#noteConflict(work, attempt, error)
        if (attempt === MOST_ATTEMPTS) throw error
        await delay(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt))
      }
    }
  }

  async #noteConflict({ tenant, key }: Work, attempt: number, { expectedVersion }: Conflict): Promise<void> {
    await this.database.query(
      'INSERT INTO race_events (tenant, key, attempt, expected_version) VALUES ($1, $2, $3, $4)',
      [tenant, key, attempt, expectedVersion],
    )
  }
}

/** @throws BillingError when the tenant would fall below its floor */
export function checkFloor(tenant: string, { tenantMicros, floorMicros }: Basis, amountMicros: bigint): void {
  if (tenantMicros - amountMicros < floorMicros)
    throw new BillingError('ERR_BILLING_FLOOR', `the accounts of ${tenant} would fall below their floor`)
}

function unknownAccount({ tenant, account }: AccountRef): BillingError {
  return new BillingError('ERR_BILLING_UNKNOWN', `${tenant} has no account ${account}`, { field: 'account' })
}

async function credit(client: Client, id: string, amountMicros: bigint): Promise<void> {
  await client.query('UPDATE accounts SET balance_micros = balance_micros + $2, version = version + 1 WHERE id = $1', [
    id,
    amountMicros,
  ])
}

/** Changes the other side of an amount: money that came in, or what the tenant paid. */
async function otherSide(client: Client, tenant: string, id: string, amount: bigint): Promise<Step> {
  const other = await changeOfSystem(client, tenant, amount > 0n ? 'funding' : 'revenue', -amount)
  return amount > 0n
    ? { fromId: other, toId: id, amountMicros: amount }
    : { fromId: id, toId: other, amountMicros: -amount }
}

async function checkSameDeposit(client: Client, { tenant, account }: AccountRef, depositMicros: bigint): Promise<void> {
  const { rows } = await client.query<{ deposit: string }>(
    `SELECT coalesce(sum(amount_micros), 0) AS deposit FROM ledger_transfers
     WHERE reason = 'deposit' AND tenant = $1 AND key = $2`,
    [tenant, `deposit ${account}`],
  )
  if (BigInt(rows[0]!.deposit) !== depositMicros)
    throw keyReused('depositMicros', `the account ${account} was opened with another deposit`)
}
