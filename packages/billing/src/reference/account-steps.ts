import type { Client } from './database.ts'

/** Money that leaves one account and comes to another. */
export interface Step {
  readonly fromId: string
  readonly toId: string
  readonly amountMicros: bigint
}

/** What entries are made for. */
export interface Cause {
  readonly reason: 'deposit' | 'transfer' | 'operation'
  readonly tenant: string
  readonly key: string
}

/** Enters steps into the ledger. */
export async function post(client: Client, { reason, tenant, key }: Cause, steps: readonly Step[]): Promise<void> {
  for (const { fromId, toId, amountMicros } of steps)
    await client.query(
      `INSERT INTO ledger_transfers (reason, tenant, key, from_account, to_account, amount_micros)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [reason, tenant, key, fromId, toId, amountMicros],
    )
}

/** Changes the balance of an account of the system, which is made when there is none. @returns its id */
export async function changeOfSystem(client: Client, tenant: string, account: string, change: bigint): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO accounts AS a (kind, tenant, account, balance_micros, version) VALUES ('system', $1, $2, $3, 1)
     ON CONFLICT (kind, tenant, account)
       DO UPDATE SET balance_micros = a.balance_micros + excluded.balance_micros, version = a.version + 1
     RETURNING a.id`,
    [tenant, account, change],
  )
  return rows[0]!.id
}

/** How far down amounts go together, at most. */
export function lowestPoint(amounts: readonly bigint[]): bigint {
  let [sum, lowest] = [0n, 0n]
  for (const amount of amounts) {
    sum += amount
    if (sum < lowest) lowest = sum
  }
  return lowest
}
