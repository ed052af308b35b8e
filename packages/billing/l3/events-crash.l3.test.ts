import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, UsageEvent } from '../src/contract.ts'
import { crash } from './crashes.ts'
import type { Death } from './crashes.ts'
import { EVENT_MICROS, analysed, eventOf, invoiced, leaseStores, quiet } from './nodes.ts'
import type { Context, Node } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

/** A dozen nodes are started one after the other: 8 s on a quiet machine. */
const TIMEOUT_MS = 90_000
const SIZES = { alone: 1, batch: 5 } as const

interface Attempt {
  readonly step: string
  readonly size: number
  /** Has no other events. */
  readonly tenant: string
  readonly death: Death | undefined
}

async function dieAtEachStep(context: Context, survivor: Node, options: BillingOptions): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = []
  for (const step of await survivor.service.crashPoints())
    for (const [name, size] of Object.entries(SIZES)) {
      const tenant = `${step} ${name}`
      const batch: UsageEvent[] = Array.from({ length: size }, (_, index) => eventOf(index, { tenant }))
      const death = await crash(context, survivor, options, { step, occurrence: 1, batches: [batch] })
      attempts.push({ step, size, tenant, death })
    }
  return attempts
}

async function expectCountedOnce(context: Context, { service }: Node, { tenant, size }: Attempt): Promise<void> {
  const once = {
    promptTokens: 100 * size,
    completionTokens: 10 * size,
    micros: EVENT_MICROS * BigInt(size),
  }
  expect({ tenant, ...(await invoiced(service, tenant)) }).toEqual({ tenant, ...once })
  if (context.offers('analytics'))
    expect({ tenant, ...(await analysed(service, tenant)) }).toEqual({ tenant, events: size, ...once })
}

guarantee(
  'billing.events.crash',
  async (context) => {
    const options = await leaseStores(context)
    const survivor = await context.host(options)
    const attempts = await dieAtEachStep(context, survivor, options)
    if (context.offers('analytics')) await quiet(survivor.service)
    for (const attempt of attempts) await expectCountedOnce(context, survivor, attempt)

    const deaths = attempts.filter(({ death }) => death !== undefined)
    const stepsOf = (size: number): string[] => deaths.filter((one) => one.size === size).map(({ step }) => step)
    context.evidence({ diedAlone: stepsOf(SIZES.alone), diedInBatch: stepsOf(SIZES.batch) })
    context.sometimes('the node died while it recorded an event', stepsOf(SIZES.alone).length)
    context.sometimes('the node died while it recorded a batch', stepsOf(SIZES.batch).length)
    const died = (hadRecorded: boolean): number =>
      deaths.filter(({ death }) => death?.hadRecorded === hadRecorded).length
    context.sometimes('the node died before the events were recorded', died(false))
    context.sometimes('the node died after that', died(true))
  },
  { timeoutMs: TIMEOUT_MS },
)
