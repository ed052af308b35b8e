import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { ask, optionsOn, peek, requestOf } from './llm-requests.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const BOUND = 5
/** Prompts of which none is like another to any embedder. */
const PROMPTS = [
  'How do I reset my password?',
  'Which regions store my data?',
  'Write a haiku about autumn leaves',
  'What does an invoice line of type credit mean?',
  'Translate good morning into Portuguese',
  'Why did the nightly export job crash?',
  'List three uses of a Bloom filter',
  'Who approves expenses above the travel budget?',
  'When was the transistor invented?',
  'Suggest a name for a bakery in Oslo',
]

guarantee('cache.llm.lru-eviction', async (context) => {
  const redis = await context.lease('redis')
  const options = optionsOn(redis, { maxEntriesPerScope: BOUND })
  const [writer, reader] = await Promise.all([context.host(options), context.host(options)])
  const asked = (index: number): ReturnType<typeof requestOf> => requestOf({ prompt: PROMPTS[index]! })
  const store = async (index: number): Promise<void> => {
    expect(await ask(writer, asked(index), `answer ${index}`)).toMatchObject({ served: 'miss', calledModel: true })
  }
  const held = async (): Promise<number[]> => {
    const found = await Promise.all(PROMPTS.map((_, index) => peek(reader, asked(index))))
    found.forEach((exchange, index) => {
      if (exchange) expect(exchange.text).toBe(`answer ${index}`)
    })
    return found.flatMap((exchange, index) => (exchange ? [index] : []))
  }
  await ask(writer, requestOf({ tenant: 'globex' }), 'the answer of a scope that is not full')

  for (const index of [0, 1, 2, 3, 4]) await store(index)
  // Both kinds of hit are uses: 2 and 3 are now the least recently used.
  expect(await peek(reader, asked(0))).toMatchObject({ served: 'exact' })
  expect(await peek(reader, asked(4))).toMatchObject({ served: 'exact' })
  expect(await peek(reader, requestOf({ prompt: 'Please, which regions store my data?' }))).toMatchObject({
    served: 'semantic',
    text: 'answer 1',
  })
  await store(5)
  await store(6)
  const afterTwo = await held()
  expect(afterTwo).toEqual([0, 1, 4, 5, 6])

  for (const index of [2, 3, 7, 8, 9]) await store(index)
  const afterAll = await held()
  expect(afterAll).toEqual([2, 3, 7, 8, 9])
  expect(await peek(reader, requestOf({ tenant: 'globex' }))).toMatchObject({ served: 'exact' })
  context.evidence({ bound: BOUND, stored: 12, heldAfterTwoMore: afterTwo, heldAtLast: afterAll })
})
