import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { BillingError } from '../src/errors.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { UsageRecorder } from '../src/reference/usage-recorder.ts'
import type { Outcome, PricedEvent } from '../src/reference/usage-recorder.ts'

export default defineDefect(billing, {
  name: 'any-content-is-a-duplicate',
  breaks: ['billing.events.key-reuse'],
  description:
    'A key is not bound to its content: another event with it is answered with what was recorded first, and lost.',
  incident: {
    title: 'idempotency4j #12: Add request fingerprinting to detect payload mismatch',
    url: 'https://github.com/josipmusa/idempotency4j/issues/12',
  },
  open: (options: BillingOptions) => createBillingNode(options, { recorder: (parts) => new CarelessRecorder(parts) }),
})

class CarelessRecorder extends UsageRecorder {
  protected override async store(events: readonly PricedEvent[]): Promise<ReadonlyMap<number, Outcome>> {
    try {
      return await super.store(events)
    } catch (error) {
      const clash = events.find(({ ordinal }) => isReused(error, ordinal))
      if (!clash) throw error
      const others = events.filter((priced) => priced !== clash)
      const outcomes = others.length === 0 ? [] : await this.store(others)
      return new Map([...outcomes, [clash.ordinal, { isNew: false, chargeMicros: await this.#chargeOf(clash) }]])
    }
  }

  async #chargeOf({ event: { tenant, key } }: PricedEvent): Promise<bigint> {
    const [row] = await this.parts.database.query<{ charge_micros: string }>(
      'SELECT charge_micros FROM usage_events WHERE tenant = $1 AND key = $2',
      [tenant, key],
    )
    return BigInt(row!.charge_micros)
  }
}

function isReused(error: unknown, ordinal: number): boolean {
  return error instanceof BillingError && error.field === `events[${ordinal}].key`
}
