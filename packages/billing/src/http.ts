import { defineAdapter } from '@proving-ground/core-harness/guarantee/adapter'
import { openOverHttp } from '@proving-ground/core-harness/staging'
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
    const { node, isShared } = await openOverHttp({
      name: 'billing',
      server: SERVER,
      variables: () => variablesOf(options),
      connect: (url, token) => new BillingHttpClient(url, { token }),
    })
    return isShared ? namespaced(node, namespaceOf(options)) : node
  },
})
