import type { Adapter } from '@proving-ground/core-harness/guarantee/adapter'
import { loadAdapter } from '@proving-ground/core-harness/guarantee/load'
import { SettingError, text } from '@proving-ground/core-harness/service'
import type { OpenedService, Variables } from '@proving-ground/core-harness/service'
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CacheNode, CacheNodeOptions } from '../contract.ts'
import { Loans } from './loans.ts'
import { problemOf } from './problems.ts'
import { declareRoutes } from './routes.ts'
import { readNodeOptions } from './settings.ts'

const REFERENCE = fileURLToPath(new URL('../reference/adapter.ts', import.meta.url))

/** Opens one node of the adapter that SERVICE_ADAPTER names, the reference when it names none. */
export async function openCacheService(variables: Variables): Promise<OpenedService> {
  const options = readNodeOptions(variables)
  const adapter = await adapterOf(variables)
  const node = await adapter.open(options)
  return cacheService(node, adapter.name)
}

/** The service of a node. */
export function cacheService(node: CacheNode, adapterName: string): OpenedService {
  const counts = { hits: 0, misses: 0, writes: 0, deletes: 0 }
  const loans = new Loans()
  const probe = { tenant: 'proving-ground', key: `ready ${randomUUID()}` }
  return {
    routes: (app) => declareRoutes(app, node, loans, counts),
    // A write, because what was read before is answered without Redis.
    ready: () => node.set(probe, true, { ttlMs: 1_000 }),
    stats: () => ({ adapter: adapterName, ...counts }),
    problemOf,
    async close() {
      loans.close()
      await node.close()
    },
  }
}

async function adapterOf(variables: Variables): Promise<Adapter<CacheNode, CacheNodeOptions>> {
  const chosen = text(variables, 'SERVICE_ADAPTER')
  const adapter = await loadAdapter(chosen === undefined ? REFERENCE : resolve(chosen))
  if (adapter.contract === 'cache') return adapter as Adapter<CacheNode, CacheNodeOptions>
  throw new SettingError('SERVICE_ADAPTER', `it names an adapter of ${adapter.contract}`, 'takes an adapter of cache')
}
