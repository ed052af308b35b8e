import { expect, test } from '@jest/globals'
import { DEFAULT_OPTIONS } from '../src/options.ts'
import { readOptions } from '../src/settings.ts'

const least = { LLM_API_KEY: 'sk-key' }

test('with the key alone all is as by default', () => {
  expect(readOptions(least)).toEqual({ ...DEFAULT_OPTIONS, apiKey: 'sk-key' })
})

test('every variable is read', () => {
  const options = readOptions({
    ...least,
    LLM_SEED: '7',
    LLM_TTFT_MS: 'lognormal:200:0.5',
    LLM_TOKENS_PER_SECOND: '50',
    LLM_ANSWER_TOKENS: '16',
    LLM_FAULTS: '0.1 timeout',
    LLM_MOST_UNDER_WAY: '3',
  })
  expect(options).toEqual({
    apiKey: 'sk-key',
    seed: 7,
    models: DEFAULT_OPTIONS.models,
    timeToFirstTokenMs: { kind: 'lognormal', median: 200, sigma: 0.5 },
    tokensPerSecond: { kind: 'constant', value: 50 },
    answerTokens: { kind: 'constant', value: 16 },
    faults: [{ share: 0.1, fault: { kind: 'timeout' } }],
    mostUnderWay: 3,
  })
})

test('what is missing or wrong is named', () => {
  expect(() => readOptions({})).toThrow('LLM_API_KEY')
  expect(() => readOptions({ ...least, LLM_TTFT_MS: 'fast' })).toThrow('LLM_TTFT_MS')
  expect(() => readOptions({ ...least, LLM_TOKENS_PER_SECOND: '0' })).toThrow('LLM_TOKENS_PER_SECOND')
  expect(() => readOptions({ ...least, LLM_FAULTS: '2 timeout' })).toThrow('LLM_FAULTS')
  expect(() => readOptions({ ...least, SERVICE_TOKEN: 'a-token-of-sixteen-or-more' })).toThrow('SERVICE_TOKEN')
})
