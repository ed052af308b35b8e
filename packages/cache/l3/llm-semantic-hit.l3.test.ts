import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { LABELLED_PAIRS } from '../src/sample-traffic/labelled-pairs.ts'
import { ask, optionsOn, peek, requestOf } from './llm-requests.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

/** Wordings of the first question that any embedder finds close to it, and none finds equal. */
const QUESTION = 'How do I reset my password?'
const PARAPHRASES = [
  'How can I reset my password?',
  'How do I reset my password, please?',
  'Please tell me how I can reset my password.',
  'Could you tell me how to reset my password?',
]

guarantee('cache.llm.semantic-hit', async (context) => {
  const redis = await context.lease('redis')
  const lenient = optionsOn(redis, { similarityThreshold: 0.65 })
  const strict = optionsOn(redis, { similarityThreshold: 0.9999 })
  const [writer, reader, strictReader] = await Promise.all([
    context.host(lenient),
    context.host(lenient),
    context.host(strict),
  ])

  await ask(writer, requestOf({ prompt: QUESTION }), 'the answer')
  for (const prompt of PARAPHRASES) {
    const above = await ask(reader, requestOf({ prompt }), 'another answer')
    expect({ prompt, ...above }).toMatchObject({ prompt, served: 'semantic', calledModel: false, text: 'the answer' })
    expect({ prompt, below: await peek(strictReader, requestOf({ prompt })) }).toEqual({ prompt, below: undefined })
  }

  const unrelated = LABELLED_PAIRS.filter(({ kind }) => kind === 'unrelated')
  for (const { first, second } of unrelated) {
    await ask(writer, requestOf({ prompt: first }), `answer to ${first}`)
    expect({ second, below: await peek(reader, requestOf({ prompt: second })) }).toEqual({ second, below: undefined })
  }
  context.evidence({ paraphrasesServed: PARAPHRASES.length, belowThreshold: PARAPHRASES.length + unrelated.length })
})
