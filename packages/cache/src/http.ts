import { defineAdapter } from '@proving-ground/core-harness/guarantee/adapter'
import { ServiceProcess, deployedTargets } from '@proving-ground/core-harness/staging'
import { randomBytes } from 'node:crypto'
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
    const deployed = await deployedTargets('cache')
    if (!deployed) return await openOwn(options)
    // Nodes are processes that know nothing of each other: their ids spread them.
    const url = deployed.urls[process.pid % deployed.urls.length] as string
    const client = new CacheHttpClient(url, { token: deployed.token })
    await client.checkReady()
    return namespaced(client, namespaceOf(options))
  },
})

async function openOwn(options: CacheNodeOptions): Promise<CacheNode> {
  const token = randomBytes(24).toString('hex')
  const adapterPath = process.env.SERVICE_ADAPTER || undefined
  const environment = variablesOf(options)
  const service = await ServiceProcess.start({ name: 'cache', server: SERVER, environment, token, adapterPath })
  const client = new CacheHttpClient(service.url, { token })
  return Object.assign(client, {
    async close(): Promise<void> {
      await CacheHttpClient.prototype.close.call(client)
      await service.stop()
    },
  })
}
