import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { ask, optionsOn } from './llm-requests.ts'
import { SAMPLE_WORKLOAD, sampleWorkload } from '../src/sample-traffic/sample-workload.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const SAVINGS = 0.4

guarantee('cache.llm.savings', async (context) => {
  const redis = await context.lease('redis')
  const options = optionsOn(redis)
  const nodes = await Promise.all([context.host(options), context.host(options)])
  const workload = sampleWorkload(SAMPLE_WORKLOAD)

  const served = { exact: 0, semantic: 0, miss: 0 }
  const wrong: { prompt: string; got: string; right: string }[] = []
  let calls = 0
  for (const [index, { request, truth }] of workload.entries()) {
    const exchange = await ask(nodes[index % nodes.length]!, request, [truth])
    served[exchange.served]++
    if (exchange.calledModel) calls++
    if (exchange.text !== truth) wrong.push({ prompt: request.prompt, got: exchange.text, right: truth })
  }
  const savings = 1 - calls / workload.length
  context.evidence({ ...SAMPLE_WORKLOAD, savings, calls, ...served, wrongAnswers: wrong.length })
  expect(wrong).toEqual([])
  expect(savings).toBeGreaterThanOrEqual(SAVINGS)
})
