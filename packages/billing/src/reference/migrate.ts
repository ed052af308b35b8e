import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import type { Price } from '../contract.ts'
import { invalid } from '../validate.ts'
import type { Client, Database } from './database.ts'

const DIRECTORY = fileURLToPath(new URL('./migrations/', import.meta.url))
/** Any number, the same in all nodes: nodes that open at once take turns. */
const TURN = 7_193_021

/** The schema in SQL, in order. */
export function migrations(): { readonly name: string; readonly sql: string }[] {
  const names = readdirSync(DIRECTORY)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
  return names.map((name) => ({ name, sql: readFileSync(`${DIRECTORY}${name}`, 'utf8') }))
}

/**
 * Brings the schema up to date, and puts prices there that are not there yet.
 *
 * @throws BillingError when a price is there with other terms: what was charged by it would not be true any more
 */
export async function migrate(database: Database, prices: readonly Price[]): Promise<void> {
  await database.transaction(async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [TURN])
    await client.query('CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY)')
    const { rows } = await client.query<{ name: string }>('SELECT name FROM schema_migrations')
    const done = new Set(rows.map(({ name }) => name))
    for (const { name, sql } of migrations()) {
      if (done.has(name)) continue
      await client.query(sql)
      await client.query('INSERT INTO schema_migrations VALUES ($1)', [name])
    }
    await installPrices(client, prices)
  })
}

async function installPrices(client: Client, prices: readonly Price[]): Promise<void> {
  const rows = JSON.stringify(
    prices.map((price) => ({
      model: price.model,
      tier: price.tier,
      prompt_minor: price.promptMinorPerMillion,
      completion_minor: price.completionMinorPerMillion,
      included_prompt: price.includedPromptTokens,
      included_completion: price.includedCompletionTokens,
    })),
  )
  await client.query(
    'INSERT INTO prices SELECT * FROM json_populate_recordset(NULL::prices, $1) ON CONFLICT DO NOTHING',
    [rows],
  )
  const { rows: others } = await client.query<{ model: string; tier: string }>(
    'SELECT model, tier FROM json_populate_recordset(NULL::prices, $1) p WHERE NOT EXISTS (SELECT FROM prices q WHERE q = p)',
    [rows],
  )
  const [other] = others
  if (other) throw invalid('prices', `${other.model} in tier ${other.tier} has another price already`)
}
