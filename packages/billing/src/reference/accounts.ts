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
import { again } from './database.ts'
import type { Client, Database } from './database.ts'
import { keyReused } from './usage-recorder.ts'

/** Of one change; each conflict means that another change was made, so that all come to their turn. */
const MOST_ATTEMPTS = 200
const LONGEST_PAUSE_MS = 40

/** The version that was read is not the one that is there. */
class Conflict extends Error {
  readonly expectedVersion: bigint
  constructor(expectedVersion: bigint) {
    super('the account was changed meanwhile')
    this.expectedVersion = expectedVersion
  }
}

/** What a change is based on, as one statement saw it. */
export interface Basis {
  readonly id: string
  readonly balanceMicros: bigint
  readonly version: bigint
  /** Of all own accounts of the tenant together. */
  readonly tenantMicros: bigint
  readonly tenantVersion: bigint
  readonly floorMicros: bigint
}

/** A part of an operation: money that leaves one account and comes to another. */
interface Step {
  readonly reason: 'transfer' | 'operation'
  readonly fromId: string
  readonly toId: string
  readonly amountMicros: bigint
}

interface Work {
  readonly key: string
  readonly tenant: string
  readonly request: unknown
  /** Makes the changes, and says what they came to for the account that is answered for. */
  apply(client: Client): Promise<{ readonly id: string; readonly balanceMicros: bigint; readonly version: bigint }>
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
      await this.#credit(client, rows[0].id, depositMicros)
      const fromId = await systemAccount(client, tenant, 'funding', -depositMicros)
      await post(client, tenant, `deposit ${account}`, { fromId, toId: rows[0].id, amountMicros: depositMicros }, 'deposit')
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
        const step = { fromId: source.id, toId: target.id, amountMicros }
        await post(client, from.tenant, key, step, 'transfer')
        return { id: source.id, balanceMicros: source.balanceMicros - amountMicros, version: source.version + 1n }
      },
    })
  }

  async operate(given: AccountOperation): Promise<OperationResult> {
    const { key, amountsMicros, ...ref } = valid(inputs.operation, given)
    const request = { ...ref, amounts: amountsMicros.map(String) }
    return await this.#done({
      key,
      tenant: ref.tenant,
      request,
      apply: async (client) => {
        const first = await this.read(client, ref)
        if (amountsMicros.some((amount) => amount < 0n))
          await this.debitTenant(client, ref.tenant, first, -lowestPoint(amountsMicros))
        let basis = first
        for (const amount of amountsMicros) {
          await this.change(client, basis, amount)
          basis = { ...basis, balanceMicros: basis.balanceMicros + amount, version: basis.version + 1n }
          await this.#balance(client, { key, tenant: ref.tenant, id: basis.id, amount })
        }
        return basis
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
    const { rows } = await client.query<Record<'id' | 'balance' | 'version' | 'sum' | 'tenant_version' | 'floor', string>>(
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
    if (basis.tenantMicros - amountMicros < basis.floorMicros)
      throw new BillingError('ERR_BILLING_FLOOR', `the accounts of ${tenant} would fall below their floor`)
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

  async #credit(client: Client, id: string, amountMicros: bigint): Promise<void> {
    await client.query(
      'UPDATE accounts SET balance_micros = balance_micros + $2, version = version + 1 WHERE id = $1',
      [id, amountMicros],
    )
  }

  /** The other side of a step: money that came in, or what the tenant paid. */
  async #balance(
    client: Client,
    { key, tenant, id, amount }: { key: string; tenant: string; id: string; amount: bigint },
  ): Promise<void> {
    const other = await systemAccount(client, tenant, amount > 0n ? 'funding' : 'revenue', -amount)
    const step =
      amount > 0n
        ? { fromId: other, toId: id, amountMicros: amount }
        : { fromId: id, toId: other, amountMicros: -amount }
    await post(client, tenant, key, step, 'operation')
  }

  /** Once for each key, done again while it meets others. */
  async #done(work: Work): Promise<OperationResult> {
    const beganMs = performance.now()
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await again(() =>
          this.database.transaction((client) => this.#attempt(client, work, { attempt, beganMs })),
        )
        if (attempt > 1) this.conflictsResolved++
        return result
      } catch (error) {
        if (!(error instanceof Conflict)) throw error
        this.conflicts++
        await this.#noteConflict(work, attempt, error)
        if (attempt === MOST_ATTEMPTS)
          throw new BillingError('ERR_BILLING_UNAVAILABLE', 'too many others change the account; send it again', {
            cause: error,
          })
        await delay(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt))
      }
    }
  }

  async #attempt(
    client: Client,
    { key, tenant, request, apply }: Work,
    { attempt, beganMs }: { readonly attempt: number; readonly beganMs: number },
  ): Promise<OperationResult> {
    const { rows } = await client.query<{ is_same: boolean; balance_micros: string; version: string }>(
      `SELECT request::jsonb = $3::jsonb AS is_same, balance_micros, version
       FROM account_operations WHERE tenant = $1 AND key = $2`,
      [tenant, key, JSON.stringify(request)],
    )
    const [earlier] = rows
    if (earlier && !earlier.is_same) throw keyReused('key', `the key ${key} was used for something else`)
    if (earlier)
      return { status: 'duplicate', balanceMicros: BigInt(earlier.balance_micros), version: Number(earlier.version) }
    const { id, balanceMicros, version } = await apply(client)
    await client.query(
      `WITH done AS (INSERT INTO account_operations (tenant, key, request, account, balance_micros, version)
         VALUES ($1, $2, $3, $4, $5, $6))
       INSERT INTO operation_metrics VALUES ($1, $2, $7, $8)`,
      [tenant, key, JSON.stringify(request), id, balanceMicros, version, attempt, performance.now() - beganMs],
    )
    return { status: 'done', balanceMicros, version: Number(version) }
  }

  async #noteConflict({ tenant, key }: Work, attempt: number, { expectedVersion }: Conflict): Promise<void> {
    await this.database.query(
      'INSERT INTO race_events (tenant, key, attempt, expected_version) VALUES ($1, $2, $3, $4)',
      [tenant, key, attempt, expectedVersion],
    )
  }
}

function unknownAccount({ tenant, account }: AccountRef): BillingError {
  return new BillingError('ERR_BILLING_UNKNOWN', `${tenant} has no account ${account}`, { field: 'account' })
}

/** How far down the steps go together, at most. */
function lowestPoint(amounts: readonly bigint[]): bigint {
  let [sum, lowest] = [0n, 0n]
  for (const amount of amounts) {
    sum += amount
    if (sum < lowest) lowest = sum
  }
  return lowest
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

/** Changes the balance of an account of the system, which is made when there is none. @returns its id */
async function systemAccount(client: Client, tenant: string, account: string, change: bigint): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO accounts AS a (kind, tenant, account, balance_micros, version) VALUES ('system', $1, $2, $3, 1)
     ON CONFLICT (kind, tenant, account)
       DO UPDATE SET balance_micros = a.balance_micros + excluded.balance_micros, version = a.version + 1
     RETURNING a.id`,
    [tenant, account, change],
  )
  return rows[0]!.id
}

async function post(
  client: Client,
  tenant: string,
  key: string,
  { fromId, toId, amountMicros }: Omit<Step, 'reason'>,
  reason: Step['reason'] | 'deposit',
): Promise<void> {
  await client.query(
    `INSERT INTO ledger_transfers (reason, tenant, key, from_account, to_account, amount_micros)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [reason, tenant, key, fromId, toId, amountMicros],
  )
}
