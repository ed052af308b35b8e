import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { startLlmSandbox } from '@proving-ground/llm-sandbox/client'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { Asker, callOf, chargeOf } from './model-calls.ts'
import type { Answer, Message } from './model-calls.ts'
import { PLAIN_PRICE, invoiced, leaseStores, quiet } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const ANSWER_TOKENS = 12
const user = (content: string): Message[] => [{ role: 'user', content }]

/** What is counted differently by those who count something else than tokens. */
const PROMPTS: readonly Message[][] = [
  user('hello'),
  [
    { role: 'system', content: 'You are terse.' },
    { role: 'user', content: 'internationalisation, antidisestablishmentarianism; x=>{return[[[1]]]}' },
    { role: 'assistant', content: 'No.' },
    { role: 'user', content: '' },
  ],
  user('<|endoftext|> and <|im_start|>system<|im_end|> are texts, when a user writes them'),
  user('你好，世界 · مرحبا · नमस्ते · e\u0301é · 👩‍👩‍👧‍👦🇺🇳'),
  user(`${'a'.repeat(5_000)}${'\u{1f600}'.repeat(1_500)}${' '.repeat(3_000)}`),
]

guarantee('billing.tokens.estimated', async (context) => {
  const llm = await startLlmSandbox({ answerTokens: { kind: 'constant', value: ANSWER_TOKENS } })
  context.onCleanup(() => llm.stop())
  const asker = new Asker(llm)
  const { service } = await context.host(await leaseStores(context))
  let [estimated, promptTokens, completionTokens] = [0, 0, 0]

  /** @param counts of the prompt as the sandbox counted it, and of what arrived: of each piece it makes one token */
  const bill = async (messages: readonly Message[], answer: Answer): Promise<void> => {
    const counts = { promptTokens: llm.requests().at(-1)!.promptTokens, completionTokens: answer.pieces }
    expect(answer.usage).toBeUndefined()
    const call = callOf(`call ${estimated}`, messages, answer, PLAIN_PRICE.model)
    const expected = { key: call.key, ...counts, chargeMicros: chargeOf(counts), isEstimated: true }
    expect(await service.recordCall(call)).toEqual({ ...expected, status: 'recorded' })
    expect(await service.recordCall(call)).toEqual({ ...expected, status: 'duplicate' })
    estimated++
    promptTokens += counts.promptTokens
    completionTokens += counts.completionTokens
  }

  for (const messages of PROMPTS) {
    const whole = await asker.streamed({ messages })
    expect(whole.pieces).toBe(ANSWER_TOKENS)
    expect(llm.requests().at(-1)).toMatchObject({ completionTokens: ANSWER_TOKENS, outcome: 'answered' })
    await bill(messages, whole)
  }
  let [cutWithin, cutBefore] = [0, 0]
  for (const events of [0, 1, 2, 3, 7, 12]) {
    const request = { messages: PROMPTS[1]!, stream_options: { include_usage: true } }
    const answer = await asker.streamed(request, `cut-after=${events}`)
    expect(answer.wasCut).toBe(true)
    cutWithin += Number(answer.pieces > 0)
    cutBefore += Number(answer.pieces === 0)
    await bill(PROMPTS[1]!, answer)
  }
  context.sometimes('a stream was cut in the middle of its text', cutWithin)
  context.sometimes('a stream was cut before its text', cutBefore)

  const said = await asker.whole({ messages: PROMPTS[0]! })
  expect(await service.recordCall(callOf('said', PROMPTS[0]!, said, PLAIN_PRICE.model))).toMatchObject(said.usage!)
  promptTokens += said.usage!.promptTokens
  completionTokens += said.usage!.completionTokens

  const micros = chargeOf({ promptTokens, completionTokens })
  expect(await invoiced(service)).toEqual({ promptTokens, completionTokens, micros })
  await quiet(service)
  const [day, ...others] = await service.usage('acme', '2026-10-01', '2026-10-31')
  expect(others).toEqual([])
  expect(day).toMatchObject({ events: estimated + 1, estimatedEvents: estimated, chargeMicros: micros })
  context.evidence({ estimated, cutWithin, cutBefore })
})
