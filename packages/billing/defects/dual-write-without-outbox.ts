import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { Analytics } from '../src/reference/analytics.ts'
import type { AnalyticsLine } from '../src/reference/analytics.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Outbox } from '../src/reference/outbox.ts'
import type { RecorderParts } from '../src/reference/usage-recorder.ts'
import { UsageRecorder } from '../src/reference/usage-recorder.ts'
import type { Outcome, PricedEvent } from '../src/reference/usage-recorder.ts'

export default defineDefect(billing, {
  name: 'dual-write-without-outbox',
  breaks: ['billing.dual.same-sums', 'billing.dual.crash', 'billing.dual.outage'],
  description:
    'Events are written to the analytics store after the commit, by whoever recorded them: when that fails, or the process dies, nobody does it again.',
  incident: {
    title:
      'event-sourcing-microservices-example #28: the server dies after the commit, before the event is saved to Kafka',
    url: 'https://github.com/kbastani/event-sourcing-microservices-example/issues/28',
  },
  open: (options: BillingOptions): Promise<BillingNode> => {
    const analytics = new Analytics(options.clickhouseUrl)
    return createBillingNode(options, {
      analytics: () => analytics,
      recorder: (parts) => new DualWriter(parts, analytics),
      outbox: (parts) => new NoOutbox(parts),
    })
  },
})

class DualWriter extends UsageRecorder {
  readonly #analytics: Analytics

  constructor(parts: RecorderParts, analytics: Analytics) {
    super(parts)
    this.#analytics = analytics
  }

  protected override async store(events: readonly PricedEvent[]): Promise<ReadonlyMap<number, Outcome>> {
    const outcomes = await super.store(events)
    this.parts.step('record.committed')
    const lines = events.flatMap((priced) => lineOf(priced, outcomes.get(priced.ordinal)!))
    if (lines.length > 0) await this.#analytics.insert(lines).catch(() => undefined)
    return outcomes
  }
}

function lineOf({ event }: PricedEvent, { isNew, chargeMicros }: Outcome): AnalyticsLine[] {
  if (!isNew) return []
  const { tenant, model, key, tier, promptTokens, completionTokens } = event
  const day = new Date(event.atMs).toISOString().slice(0, '2026-10-15'.length)
  const counts = { prompt_tokens: promptTokens, completion_tokens: completionTokens }
  const rest = { is_estimated: Number(event.isEstimated), charge_micros: String(chargeMicros) }
  return [{ tenant, day, model, key, tier, ...counts, ...rest }]
}

/** What the statement puts there is of no use. */
class NoOutbox extends Outbox {
  protected override async carry(): Promise<number> {
    return (await this.parts.database.query('DELETE FROM outbox RETURNING id')).length
  }
}
