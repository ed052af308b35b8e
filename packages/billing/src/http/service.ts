import type { Adapter } from '@proving-ground/core-harness/guarantee/adapter'
import { loadAdapter } from '@proving-ground/core-harness/guarantee/load'
import { SettingError, text } from '@proving-ground/core-harness/service'
import type { OpenedService, Variables } from '@proving-ground/core-harness/service'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BillingNode, BillingOptions } from '../contract.ts'
import { tokensIn } from '../reference/tokens.ts'
import { problemOf } from './problems.ts'
import { declareRoutes } from './routes.ts'
import { readNodeOptions } from './settings.ts'

const REFERENCE = fileURLToPath(new URL('../reference/adapter.ts', import.meta.url))

/** Opens one node of the adapter that SERVICE_ADAPTER names, the reference when it names none. */
export async function openBillingService(variables: Variables): Promise<OpenedService> {
  const options = readNodeOptions(variables)
  const adapter = await adapterOf(variables)
  // Loads what counts tokens before the service is ready, and not while it answers the first who needs it.
  tokensIn('')
  return billingService(await adapter.open(options), adapter.name)
}

/** The service of a node. */
export function billingService(node: BillingNode, adapterName: string): OpenedService {
  return {
    routes: (app) => declareRoutes(app, node),
    // Without ClickHouse and Redis it records all the same, and who turns its callers away would lose that.
    ready: async () => void (await node.pendingAnalytics()),
    stats: async () => ({ adapter: adapterName, ...(await node.figures()) }),
    problemOf,
    close: () => node.close(),
  }
}

async function adapterOf(variables: Variables): Promise<Adapter<BillingNode, BillingOptions>> {
  const chosen = text(variables, 'SERVICE_ADAPTER')
  const adapter = await loadAdapter(chosen === undefined ? REFERENCE : resolve(chosen))
  if (adapter.contract === 'billing') return adapter as Adapter<BillingNode, BillingOptions>
  throw new SettingError('SERVICE_ADAPTER', `it names an adapter of ${adapter.contract}`, 'takes an adapter of billing')
}
