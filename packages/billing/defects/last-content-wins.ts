import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { UsageRecorder, rowOf } from '../src/reference/usage-recorder.ts'
import type { Outcome, PricedEvent } from '../src/reference/usage-recorder.ts'

export default defineDefect(billing, {
  name: 'last-content-wins',
  breaks: ['billing.events.key-reuse'],
  description: 'An event whose key is there writes over the one that was recorded first, as an upsert does.',
  incident: {
    title: 'isomer #2093: ON CONFLICT DO UPDATE writes over what another has just created',
    url: 'https://github.com/opengovsg/isomer/pull/2093',
  },
  open: (options: BillingOptions) => createBillingNode(options, { recorder: (parts) => new UpsertingRecorder(parts) }),
})

class UpsertingRecorder extends UsageRecorder {
  protected override async store(events: readonly PricedEvent[]): Promise<ReadonlyMap<number, Outcome>> {
    // By the list price: what is included was counted the first time.
    await this.parts.database.retried(
      `UPDATE usage_events u SET tier = e.tier, model = e.model, prompt_tokens = e.prompt_tokens,
         completion_tokens = e.completion_tokens, at = e.at, is_estimated = e.is_estimated,
         charge_micros = e.prompt_tokens * e.prompt_minor + e.completion_tokens * e.completion_minor
       FROM json_populate_recordset(NULL::usage_input, $1) e
       WHERE u.tenant = e.tenant AND u.key = e.key
         AND (u.tier, u.model, u.prompt_tokens, u.completion_tokens, u.at, u.is_estimated)
           IS DISTINCT FROM (e.tier, e.model, e.prompt_tokens, e.completion_tokens, e.at, e.is_estimated)`,
      [JSON.stringify(events.map(rowOf))],
    )
    return await super.store(events)
  }
}
