import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions, Recorded, UsageEvent } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { UsageRecorder } from '../src/reference/usage-recorder.ts'

export default defineDefect(billing, {
  name: 'negatives-become-zero',
  breaks: ['billing.events.validation'],
  description: 'Negative numbers of tokens are taken for zero, and nobody hears of it.',
  incident: {
    title: 'openclaw #26409: Clamp negative usage values in usage normalization',
    url: 'https://github.com/openclaw/openclaw/pull/26409',
  },
  open: (options: BillingOptions) => createBillingNode(options, { recorder: (parts) => new ClampingRecorder(parts) }),
})

class ClampingRecorder extends UsageRecorder {
  override async record(given: readonly UsageEvent[]): Promise<readonly Recorded[]> {
    return await super.record(Array.isArray(given) ? given.map(clamped) : given)
  }
}

function clamped(event: UsageEvent): UsageEvent {
  if (typeof event !== 'object' || event === null) return event
  const { promptTokens, completionTokens } = event
  return { ...event, promptTokens: atLeastZero(promptTokens), completionTokens: atLeastZero(completionTokens) }
}

function atLeastZero(tokens: number): number {
  return tokens < 0 ? 0 : tokens
}
