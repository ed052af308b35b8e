import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { realOrSandbox } from '@proving-ground/llm-sandbox/client'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { Asker, callOf, chargeOf } from './model-calls.ts'
import type { Answer, Message } from './model-calls.ts'
import { PLAIN_PRICE, analysed, invoiced, leaseStores, quiet } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const REASONING = 'o4-mini'
const BUDGET_TOKENS = 5_000

const HELLO: Message[] = [
  { role: 'system', content: 'Answer in one word.' },
  { role: 'user', content: 'Say 你好, or 👩‍👩‍👧.' },
]
/** Its description is part of the prompt, and of no message. */
const TOOLS = [
  {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      description: 'The weather at a place',
      parameters: { type: 'object', properties: { place: { type: 'string', description: 'A town' } } },
    },
  },
]
const WITH_USAGE = { stream_options: { include_usage: true } }

guarantee('billing.tokens.as-reported', async (context) => {
  const llm = await realOrSandbox({ realLlm: context.mode.realLlm, budgetTokens: BUDGET_TOKENS })
  context.onCleanup(() => llm.stop())
  const asker = new Asker(llm)
  const prices = [PLAIN_PRICE, { ...PLAIN_PRICE, model: REASONING }]
  const { service } = await context.host(await leaseStores(context, { prices }))

  const thinking = { model: REASONING, messages: HELLO, max_completion_tokens: 400 }
  const answers: [model: string, answer: Answer][] = [
    [PLAIN_PRICE.model, await asker.whole({ messages: HELLO })],
    [PLAIN_PRICE.model, await asker.streamed({ messages: HELLO, ...WITH_USAGE })],
    [PLAIN_PRICE.model, await asker.whole({ messages: HELLO, tools: TOOLS })],
    [PLAIN_PRICE.model, await asker.streamed({ messages: HELLO, tools: TOOLS, ...WITH_USAGE })],
    // What was thought is paid for, and not in the answer.
    [REASONING, await asker.whole(thinking)],
    [REASONING, await asker.streamed({ ...thinking, ...WITH_USAGE })],
    // An API that takes nothing for an answer says so.
    [
      PLAIN_PRICE.model,
      { completion: 'Hello.', pieces: 1, wasCut: false, usage: { promptTokens: 0, completionTokens: 0 } },
    ],
  ]

  let [differ, promptTokens, completionTokens] = [0, 0, 0]
  for (const [index, [model, answer]] of answers.entries()) {
    const call = callOf(`call ${index}`, HELLO, answer, model)
    const usage = call.usage!
    const expected = { key: call.key, ...usage, chargeMicros: chargeOf(usage), isEstimated: false }
    expect(await service.recordCall(call)).toEqual({ ...expected, status: 'recorded' })
    expect(await service.recordCall(call)).toEqual({ ...expected, status: 'duplicate' })
    promptTokens += usage.promptTokens
    completionTokens += usage.completionTokens
    const { usage: _, ...unsaid } = call
    const counted = await service.recordCall({ ...unsaid, tenant: 'who was told nothing' })
    if (counted.promptTokens !== usage.promptTokens || counted.completionTokens !== usage.completionTokens) differ++
  }
  // Otherwise nobody could tell which of both was billed.
  context.sometimes('the API counted what is not in the texts', differ, 5)

  const micros = chargeOf({ promptTokens, completionTokens })
  expect(await invoiced(service)).toEqual({ promptTokens, completionTokens, micros })
  await quiet(service)
  expect(await analysed(service)).toEqual({ events: answers.length, promptTokens, completionTokens, micros })
  const days = await service.usage('acme', '2026-10-01', '2026-10-31')
  expect(days.map(({ estimatedEvents }) => estimatedEvents)).toEqual(days.map(() => 0))
  context.evidence({ model: llm.kind, calls: answers.length, usedTokens: llm.usedTokens() })
})
