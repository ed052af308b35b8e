import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache, INVALIDATION_BOUND_MS } from '../src/contract.ts'
import type { CacheKey, CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostNodes, optionsFor, range } from './cluster-of-nodes.ts'
import { until } from './expiry.ts'
import { seededRandom } from '@proving-ground/core-harness/statistics/seeded-random'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const SEED = 20_260_101
const OPERATIONS = 500
const KEYS: readonly CacheKey[] = range(6).map((index) => ({ tenant: 'acme', key: `hot ${index}` }))

/** One operation, by a number from 0 to below 1. Every value is written once in a run. */
function operate(node: CacheNode, key: CacheKey, choice: number, value: string): Promise<unknown> {
  if (choice < 0.45) return node.set(key, value, A_MINUTE)
  if (choice < 0.5) return node.set(key, value, { keepTtl: true })
  if (choice < 0.6) return node.delete(key)
  if (choice < 0.8) return node.getOrLoad(key, () => Promise.resolve(value), A_MINUTE)
  if (choice < 0.99) return node.get(key)
  return node.clear(key.tenant, '*')
}

guarantee('cache.nodes.converge', async (context) => {
  const random = seededRandom(SEED)
  const options = optionsFor(await context.lease('redis'))
  const nodes = await hostNodes(context, 4, options)
  const present: number[] = []
  const values = new Map<CacheKey, string[]>(KEYS.map((key) => [key, []]))
  const meantFor = (key: CacheKey): string[] => values.get(key)!
  for (const round of range(3)) {
    await Promise.all(
      range(OPERATIONS).map((operation) => {
        const key = KEYS[Math.floor(random() * KEYS.length)]!
        const value = `${round}/${operation}`
        meantFor(key).push(value)
        return operate(nodes[operation % 4]!.service, key, random(), value)
      }),
    )
    await until(performance.now() + INVALIDATION_BOUND_MS)

    const [fresh] = await hostNodes(context, 1, options)
    const held = await Promise.all(KEYS.map((key) => fresh!.service.get(key)))
    // Whatever the order was, a key holds nothing, or a value that was meant for this key.
    for (const [index, value] of held.entries()) expect([undefined, ...meantFor(KEYS[index]!)]).toContain(value)
    for (const _ of range(5))
      for (const node of nodes) expect(await Promise.all(KEYS.map((key) => node.service.get(key)))).toEqual(held)
    present.push(held.filter((value) => value !== undefined).length)
  }
  context.evidence({ seed: SEED, operations: 3 * OPERATIONS, keys: KEYS.length, nodes: 4, present })
})
