import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions, CacheValue } from '../src/contract.ts'
import { A_MINUTE, hostCluster } from './cluster-of-nodes.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

/** What a caller without types may pass: a missing value, or a value with a part missing that JSON would drop or null. */
const UNDEFINED = [undefined, [1, undefined], { plan: { price: undefined } }] as unknown as CacheValue[]

guarantee('cache.values.undefined-refused', async (context) => {
  const [node, other] = await hostCluster(context, 2)
  const saysSo = expect.objectContaining({ message: expect.stringMatching(/undefined/) })
  let refused = 0
  for (const [index, value] of UNDEFINED.entries()) {
    const [present, absent] = [`present ${index}`, `absent ${index}`].map((key) => ({ tenant: 'acme', key }))
    await node!.service.set(present!, 'before', A_MINUTE)

    await expect(node!.service.set(present!, value, A_MINUTE)).rejects.toEqual(saysSo)
    await expect(node!.service.set(absent!, value, A_MINUTE)).rejects.toEqual(saysSo)
    await expect(node!.service.getOrLoad(absent!, () => Promise.resolve(value), A_MINUTE)).rejects.toEqual(saysSo)
    refused += 3
    if (context.offers('sessions')) {
      const session = `session ${index}`
      await expect(node!.service.sessions.start(session, value, A_MINUTE)).rejects.toEqual(saysSo)
      expect(await other!.service.sessions.get(session)).toBeUndefined()
      refused++
    }

    for (const { service } of [node!, other!])
      expect([await service.get(present!), await service.get(absent!)]).toEqual(['before', undefined])
    const loaded = await node!.service.getOrLoad(absent!, () => Promise.resolve('a value'), A_MINUTE)
    expect(loaded).toBe('a value')
  }
  context.evidence({ refused })
})
