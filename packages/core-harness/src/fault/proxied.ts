import type { Lease } from '../environment/protocol.ts'
import { openProxy } from './proxy.ts'
import type { Proxy } from './proxy.ts'

/** A lease that is reached through proxies. */
export interface Proxied {
  /** The same lease with the proxies' URLs. */
  readonly lease: Lease
  /** One for each URL of the lease, in their order. */
  readonly proxies: readonly [Proxy, ...Proxy[]]
  close(): Promise<void>
}

/**
 * Places a proxy before each URL of a lease. A client of a cluster has to be told of them (ioredis: `natMap`), because the
 * masters name each other by their own addresses.
 */
export async function proxied(lease: Lease): Promise<Proxied> {
  const first = await openProxy(lease.url)
  const others = await Promise.all(lease.urls.slice(1).map(openProxy))
  const proxies = [first, ...others] as const
  return {
    lease: { ...lease, url: first.url, urls: proxies.map(({ url }) => url) },
    proxies,
    close: async () => void (await Promise.all(proxies.map((proxy) => proxy.close()))),
  }
}
