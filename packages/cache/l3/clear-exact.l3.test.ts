import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache, INVALIDATION_BOUND_MS } from '../src/contract.ts'
import type { CacheKey, CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostCluster, type Node } from './cluster-of-nodes.ts'
import { until } from './expiry.ts'
import { modelMatches } from '../src/model/glob-model.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const KEYS = [
  ...['', 'u', 'us', 'user', 'users', 'user:', 'User:1', 'user:1', 'user:2', 'user:12', 'user:1:2', 'xuser:1'],
  ...['user:*', 'user:?', 'user:[12]', 'user:[1', 'user:]', 'user:^1', 'user:-', 'user:\\', 'user:\\*', 'user:!2'],
  ...['a-z', 'b', '[a-z]', 'a^b', '{a,b}', 'x y', 'x\ny', 'été', 'e\u0301te\u0301', '💡', '💡💡', '\0'],
]
const PATTERNS = [
  ...['', '*', '**', '?', '??', '*?*', 'user:*', 'user:?', 'user:1', 'us*r:?', '*1*', 'user:1*2', 'x?y', '*:*:*'],
  ...['user:\\*', 'user:\\?', 'user:[12]', 'user:[1*', 'user:^1', 'user:[^1]', 'user:\\\\', 'user:\\\\*', '*\\**'],
  ...['a-z', '[a-z]', '\\[a-z\\]', '{a,b}', '\\u\\s\\e\\r', '?t?', '💡', '?💡', '\0', '*é'],
]

/** A tenant whose name is a pattern too, and one that this pattern would match. */
const tenantOf = (index: number): string => `t*[${index}]?`
const bystanderOf = (index: number): string => `tother${index}x`

async function readAll(nodes: readonly Node[], keys: readonly CacheKey[]) {
  return await Promise.all(
    nodes.flatMap((node) => keys.map(async (key) => ({ ...key, found: await node.service.get(key) }))),
  )
}

guarantee('cache.clear.exact', async (context) => {
  const nodes = await hostCluster(context, 3)
  const everyKey = PATTERNS.flatMap((_, index) =>
    [tenantOf(index), bystanderOf(index)].flatMap((tenant) => KEYS.map((key) => ({ tenant, key }))),
  )
  await Promise.all(everyKey.map((key, index) => nodes[index % 3]!.service.set(key, 'value', A_MINUTE)))
  await until(performance.now() + INVALIDATION_BOUND_MS)
  const before = await readAll(nodes, everyKey) // Every node has its copies now.
  expect(before.filter(({ found }) => found !== 'value').slice(0, 5)).toEqual([])

  const removed = await Promise.all(
    PATTERNS.map((pattern, index) => nodes[index % 3]!.service.clear(tenantOf(index), pattern)),
  )
  await until(performance.now() + INVALIDATION_BOUND_MS)
  const after = await readAll(nodes, everyKey)

  const wrong = after.filter(({ tenant, key, found }) => {
    const pattern = PATTERNS[PATTERNS.findIndex((_, index) => tenantOf(index) === tenant)]
    return found !== (pattern !== undefined && modelMatches(pattern, key) ? undefined : 'value')
  })
  expect(wrong.slice(0, 5)).toEqual([])
  const expected = PATTERNS.map((pattern) => KEYS.filter((key) => modelMatches(pattern, key)).length)
  expect(Object.fromEntries(PATTERNS.map((pattern, index) => [pattern, removed[index]]))).toEqual(
    Object.fromEntries(PATTERNS.map((pattern, index) => [pattern, expected[index]])),
  )
  context.evidence({ patterns: PATTERNS.length, keys: everyKey.length, removed: removed.reduce((a, b) => a + b, 0) })
})
