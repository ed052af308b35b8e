import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheKey, CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostNodes, optionsFor, type Node } from './cluster-of-nodes.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

/** Pairs of tenant and key, made so that a careless way to join the two parts makes one name of several. */
// prettier-ignore
const PAIRS = [
  // Separators within a part.
  ...[':', '::', '/', '|', '.', '-', '_', ' ', '\0', '\n', '\\', '{', '}', '%3A', '\u001f'].flatMap((separator) => [
    [`a${separator}b`, 'c'],
    ['a', `b${separator}c`],
    [`a${separator}`, `b${separator}c`],
    [`a${separator}b${separator}`, 'c'],
  ]),
  // Without any separator, and with empty parts.
  ['ab', 'c'], ['a', 'bc'], ['', 'abc'], ['abc', ''], ['', ''],
  // What looks like a length, an escape, a hash tag, or a namespace of the cache.
  ['1:a', 'b'], ['1', 'a:b'], ['1', ':1:a'], ['11', 'a'], ['a', '1:a'], ['2:ab', 'c'], ['k', '1:a'], ['s', 'id'],
  ['\\0', 'x'], ['\0' + '0000', 'x'], ['\0', '0000x'], ['{a}', 'b'], ['a', '{b}'],
  // Glob characters.
  ['*', 'x'], ['a*', 'x'], ['a?', 'x'], ['a[b]', 'x'], ['ab', 'x'], ['a', 'x'], ['a\\*', 'x'],
  // Characters that some systems fold together.
  ['\u00e9', 'x'], ['e\u0301', 'x'], ['E\u0301', 'x'], ['é ', 'x'], ['A', 'x'], ['ﬁ', 'x'], ['fi', 'x'],
  ['\ud800', 'x'], ['\ud801', 'x'], ['\ufffd', 'x'], ['x', '\ud800'], ['x', '\udc00'], ['x', '\ufffd'],
  ['\ud83d', '\ude80'], ['\ud83d\ude80', ''], ['', '\ud83d\ude80'],
] as const

const KEYS: readonly CacheKey[] = PAIRS.map(([tenant, key]) => ({ tenant, key }))
const canaryOf = ({ tenant, key }: CacheKey): string => `canary of ${JSON.stringify([tenant, key])}`

/** Where a node gives for a key what it must not: the first few. */
async function wrongReads(nodes: readonly Node[], expected: (key: CacheKey) => string | undefined) {
  const reads = await Promise.all(
    nodes.flatMap((node) =>
      KEYS.map(async (key) => ({ key, got: await node.service.get(key), wanted: expected(key) })),
    ),
  )
  return reads.filter(({ got, wanted }) => got !== wanted).slice(0, 5)
}

guarantee('cache.tenant.isolation', async (context) => {
  const options = optionsFor(await context.lease('redis'))
  const [first, second] = await hostNodes(context, 2, options)
  expect(new Set(PAIRS.map((pair) => JSON.stringify(pair))).size).toBe(PAIRS.length)

  await Promise.all(KEYS.map((key, index) => [first!, second!][index % 2]!.service.set(key, canaryOf(key), A_MINUTE)))
  const [fresh] = await hostNodes(context, 1, options)
  expect(await wrongReads([fresh!], canaryOf)).toEqual([])
  const loaded = await Promise.all(
    KEYS.map((key) => second!.service.getOrLoad(key, () => Promise.resolve('nobody'), A_MINUTE)),
  )
  expect(loaded).toEqual(KEYS.map(canaryOf))

  if (context.offers('sessions')) {
    const sessionIds = KEYS.map(({ tenant, key }) => `${tenant}:${key}`)
    await Promise.all(sessionIds.map((id) => first!.service.sessions.start(id, `session ${id}`, A_MINUTE)))
    expect(await wrongReads([fresh!], canaryOf)).toEqual([])
    await Promise.all(sessionIds.map((id) => second!.service.sessions.end(id)))
    expect(await wrongReads([fresh!], canaryOf)).toEqual([])
  }

  const cleared = ['a*', '*', 'a', '\ud800']
  for (const tenant of cleared)
    expect(await first!.service.clear(tenant, '*')).toBe(KEYS.filter((key) => key.tenant === tenant).length)
  const [afterwards] = await hostNodes(context, 1, options)
  const survivor = (key: CacheKey): string | undefined => (cleared.includes(key.tenant) ? undefined : canaryOf(key))
  expect(await wrongReads([afterwards!], survivor)).toEqual([])
  context.evidence({ canaries: KEYS.length, clearedTenants: cleared.length })
})
