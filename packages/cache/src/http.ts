import { defineAdapter } from '@proving-ground/core-harness/guarantee/adapter'
import { openOverHttp } from '@proving-ground/core-harness/staging'
import { fileURLToPath } from 'node:url'
import { cache, type CacheNode, type CacheNodeOptions } from './contract.ts'
import { CacheHttpClient } from './http/client.ts'
import { namespaceOf, namespaced } from './http/namespaced.ts'
import { variablesOf } from './http/settings.ts'

const SERVER = fileURLToPath(new URL('./server.ts', import.meta.url))

/**
 * The cache behind HTTP.
 *
 * Each node is a client of a service that this process starts for it, on the Redis of the options, and that ends with this
 * process. `SERVICE_ADAPTER` says what runs in the service; the reference when it is not set.
 *
 * With STAGING_CACHE_URL each node is a client of one of the deployed instances, and the Redis of the options is not used:
 * guarantees whose tests look at Redis, or cut it off, say nothing then.
 *
 * Locks and the LLM cache are not offered: the service has no routes for them.
 */
export default defineAdapter(cache, {
  name: 'http',
  offers: ['write-fence', 'cluster', 'sessions'],
  async open(options: CacheNodeOptions): Promise<CacheNode> {
    const { node, isShared } = await openOverHttp({
      name: 'cache',
      server: SERVER,
      variables: () => variablesOf(options),
      connect: (url, token) => new CacheHttpClient(url, { token }),
    })
    return isShared ? namespaced(node, namespaceOf(options)) : node
  },
})
