import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import pg from 'pg'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

/** The key stays unique, and no index begins with the tenant. Nodes that open at once take turns. */
const DROP = `
  BEGIN;
  SELECT pg_advisory_xact_lock(7193023);
  ALTER TABLE usage_events DROP CONSTRAINT IF EXISTS usage_events_pkey CASCADE;
  CREATE UNIQUE INDEX IF NOT EXISTS usage_events_by_key ON usage_events (key, tenant);
  DROP INDEX IF EXISTS usage_events_by_time;
  COMMIT`

export default defineDefect(billing, {
  name: 'no-index-by-tenant',
  breaks: ['billing.database.flat-queries'],
  description: 'No index begins with the tenant, so that an invoice reads the events of all.',
  incident: {
    title: 'diggerhq/opencomputer #526: Billing Index',
    url: 'https://github.com/diggerhq/opencomputer/pull/526',
  },
  async open(options: BillingOptions) {
    const node = await createBillingNode(options)
    const client = new pg.Client({ connectionString: options.postgresUrl })
    await client.connect()
    await client.query(DROP)
    await client.end()
    return node
  },
})
