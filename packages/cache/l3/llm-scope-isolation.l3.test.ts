import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { ask, optionsOn, requestOf } from './llm-requests.ts'
import { describeScope, requestsOfDistinctScopes } from './llm-scopes.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const PARAPHRASE = 'How can I reset my password, please?'

guarantee('cache.llm.scope-isolation', async (context) => {
  const redis = await context.lease('redis')
  const options = optionsOn(redis)
  const [writer, reader] = await Promise.all([context.host(options), context.host(options)])
  const requests = requestsOfDistinctScopes()
  const canaryOf = (index: number): string => `canary ${index} of ${describeScope(requests[index]!)}`

  // Every scope asks the same, so an answer that crosses is served instead of calling the model.
  for (const [index, request] of requests.entries()) {
    const first = await ask(writer, request, canaryOf(index))
    expect(first).toMatchObject({ calledModel: true, text: canaryOf(index) })
  }
  let semanticHits = 0
  for (const [index, request] of requests.entries()) {
    const again = await ask(reader, request, `new ${canaryOf(index)}`)
    expect(again).toMatchObject({ served: 'exact', text: canaryOf(index) })
    const alike = await ask(reader, { ...request, prompt: PARAPHRASE }, canaryOf(index))
    expect(alike.text).toBe(canaryOf(index))
    if (alike.served === 'semantic') semanticHits++
  }

  // A scope that has no answer of its own has nothing to be like.
  const neighbours = [
    { tenant: 'initech' },
    { model: 'o3' },
    { temperature: 0.2 },
    { systemPrompt: 'Be brief.' },
    { tools: ['x'] },
  ]
  for (const parts of neighbours) {
    const request = requestOf({ ...parts, prompt: PARAPHRASE })
    expect(await ask(reader, request, 'its own answer')).toMatchObject({ calledModel: true, text: 'its own answer' })
  }
  context.evidence({ scopes: requests.length + neighbours.length, semanticHitsWithinAScope: semanticHits, leaks: 0 })
})
