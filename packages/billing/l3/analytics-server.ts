import { createClient } from '@clickhouse/client'
import type { ClickHouseClient } from '@clickhouse/client'

import type { Context } from './nodes.ts'

/** The analytics store as its administrator sees it: no test hangs on what an adapter calls its tables. */
export class AnalyticsServer {
  readonly #client: ClickHouseClient

  constructor(context: Context, url: string) {
    this.#client = createClient({ url })
    context.onCleanup(() => this.#client.close())
  }

  /** From now on no merge puts right what was inserted twice. Of the tables that are there: nodes have made them. */
  async stopMerges(): Promise<void> {
    const tables = await this.#rows<{ database: string; name: string }>(
      `SELECT database, name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
    )
    for (const { database, name } of tables)
      await this.#client.command({ query: `SYSTEM STOP MERGES \`${database}\`.\`${name}\`` })
  }

  /** Rows as they lie there, each as often as it was inserted as long as no merge has made one of them. */
  async rows(): Promise<number> {
    const [found] = await this.#rows<{ rows: string }>(
      'SELECT toString(sum(rows)) AS rows FROM system.parts WHERE active AND database = currentDatabase()',
    )
    return Number(found!.rows)
  }

  async #rows<Row>(query: string): Promise<Row[]> {
    const found = await this.#client.query({ query, format: 'JSONEachRow' })
    return await found.json<Row>()
  }
}
