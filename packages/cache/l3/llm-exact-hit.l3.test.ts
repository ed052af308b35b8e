import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { ask, optionsOn, requestOf } from './llm-requests.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

guarantee('cache.llm.exact-hit', async (context) => {
  const redis = await context.lease('redis')
  const options = optionsOn(redis)
  const nodes = await Promise.all([context.host(options), context.host(options), context.host(options)])
  const requests = [
    requestOf({}),
    requestOf({ prompt: 'Какая квота у плана «Про»? 🚀' }),
    requestOf({ prompt: '' }),
    requestOf({ tools: [{ name: 'search', parameters: { q: 'string', limit: 10 } }], temperature: 0.7 }),
    requestOf({ systemPrompt: 'x'.repeat(100_000) }),
  ]
  let hits = 0
  for (const [index, request] of requests.entries()) {
    const first = await ask(nodes[0]!, request, ['answer ', `number ${index}`])
    expect(first).toMatchObject({ served: 'miss', calledModel: true, text: `answer number ${index}` })
    for (const node of nodes) {
      const again = await ask(node, request, 'another answer')
      expect(again).toMatchObject({ served: 'exact', calledModel: false, text: `answer number ${index}` })
      hits++
    }
  }
  context.evidence({ requests: requests.length, nodes: nodes.length, exactHits: hits })
})
