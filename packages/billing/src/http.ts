import { defineAdapter } from '@proving-ground/core-harness/guarantee/adapter'
import { ServiceProcess, deployedTargets } from '@proving-ground/core-harness/staging'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { billing } from './contract.ts'
import type { BillingNode, BillingOptions } from './contract.ts'
import { BillingHttpClient } from './http/client.ts'
import { namespaceOf, namespaced } from './http/namespaced.ts'
import { variablesOf } from './http/settings.ts'

const SERVER = fileURLToPath(new URL('./server.ts', import.meta.url))

/**
 * The billing service behind HTTP.
 *
 * Each node is a client of a service that this process starts for it, on the stores of the options, and that ends with this
 * process. `SERVICE_ADAPTER` says what runs in the service; the reference when it is not set.
 *
 * With STAGING_BILLING_URL each node is a client of one of the deployed instances, and neither the stores nor the settings
 * of the options are used: guarantees hold there when it has the prices and the clock that their tests ask for.
 */
export default defineAdapter(billing, {
  name: 'http',
  offers: billing.capabilities,
  async open(options: BillingOptions): Promise<BillingNode> {
    const deployed = await deployedTargets('billing')
    if (!deployed) return await openOwn(options)
    // Nodes are processes that know nothing of each other: their ids spread them.
    const url = deployed.urls[process.pid % deployed.urls.length] as string
    const client = new BillingHttpClient(url, { token: deployed.token })
    await client.checkReady()
    return namespaced(client, namespaceOf(options))
  },
})

async function openOwn(options: BillingOptions): Promise<BillingNode> {
  const token = randomBytes(24).toString('hex')
  const adapterPath = process.env.SERVICE_ADAPTER || undefined
  const environment = variablesOf(options)
  const service = await ServiceProcess.start({ name: 'billing', server: SERVER, environment, token, adapterPath })
  const client = new BillingHttpClient(service.url, { token })
  return Object.assign(client, {
    async close(): Promise<void> {
      await BillingHttpClient.prototype.close.call(client)
      await service.stop()
    },
  })
}
