import { afterEach, beforeEach } from '@jest/globals'
import { createApp } from '@proving-ground/core-harness/service'
import { BillingHttpClient } from '../../src/http/client.ts'
import { billingService } from '../../src/http/service.ts'
import { FakeNode } from './fake-node.ts'

const TOKEN = 'a-token-of-sixteen-or-more'
export const BODY_LIMIT_BYTES = 4_096

export interface Served {
  node: FakeNode
  url: string
  client: BillingHttpClient
  /** As the client does, with anything. */
  send(method: string, path: string, body?: string | Buffer, type?: string): Promise<Response>
}

/** The service of a fake node over a real socket, anew for each test. */
export function served(): Served {
  const now = {} as Served
  let end: () => Promise<void>
  beforeEach(async () => {
    now.node = new FakeNode()
    const settings = { token: TOKEN, bodyLimitBytes: BODY_LIMIT_BYTES }
    const app = await createApp('billing', billingService(now.node, 'fake'), settings, () => undefined)
    now.url = await app.listen({ host: '127.0.0.1', port: 0 })
    now.client = new BillingHttpClient(now.url, { token: TOKEN, connections: 2 })
    now.send = (method, path, body, type = 'application/json') =>
      fetch(now.url + path, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, ...(body !== undefined && { 'content-type': type }) },
        ...(body !== undefined && { body }),
      })
    end = async () => {
      await now.client.close()
      await app.close()
    }
  })
  afterEach(async () => await end())
  return now
}
