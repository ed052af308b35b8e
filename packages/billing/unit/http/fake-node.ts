import type { BillingNode } from '../../src/contract.ts'

/** Answers of each kind, with amounts that no number of JSON holds. */
const LARGE = 2n ** 62n + 1n
const RECORDED = { key: 'k', status: 'recorded', chargeMicros: LARGE } as const
const OPERATED = { status: 'done', balanceMicros: -LARGE, version: 3 } as const
export const LINE = {
  kind: 'usage',
  model: 'gpt-4o',
  tier: 'early',
  promptTokens: 1,
  completionTokens: 2,
  micros: LARGE,
  amountMinor: 0n,
} as const

/** Writes down what it is asked, and gives an answer of the right kind. */
export class FakeNode implements BillingNode {
  readonly asked: unknown[][] = []
  /** Thrown by every method when it is there. */
  failure: unknown

  readonly record = this.#method('record', [RECORDED])
  readonly recordCall = this.#method('recordCall', {
    ...RECORDED,
    promptTokens: 1,
    completionTokens: 2,
    isEstimated: true,
  })
  readonly refund = this.#method('refund', { status: 'duplicate', amountMicros: 0n } as const)
  readonly invoice = this.#method('invoice', { tenant: 'a', period: '2026-10', lines: [LINE], totalMinor: -5n })
  readonly usage = this.#method('usage', [
    {
      day: '2026-10-01',
      model: '',
      events: 1,
      promptTokens: 1,
      completionTokens: 2,
      estimatedEvents: 0,
      chargeMicros: LARGE,
    },
  ])
  readonly pendingAnalytics = this.#method('pendingAnalytics', 7)
  readonly openAccount = this.#method('openAccount', undefined)
  readonly setFloor = this.#method('setFloor', undefined)
  readonly account = this.#method('account', { tenant: 'a', account: 'b', balanceMicros: LARGE, version: 0 })
  readonly transfer = this.#method('transfer', OPERATED)
  readonly operate = this.#method('operate', OPERATED)
  readonly ledger = this.#method('ledger', [
    { tenant: 'a', account: 'b', kind: 'own', balanceMicros: LARGE, entriesMicros: LARGE } as const,
  ])
  readonly setBudget = this.#method('setBudget', undefined)
  readonly reserve = this.#method('reserve', { isGranted: true, leftMicros: undefined })
  readonly settle = this.#method('settle', undefined)
  readonly spent = this.#method('spent', LARGE)
  readonly figures = this.#method('figures', {
    conflicts: 1,
    conflictsResolved: 1,
    priceHits: 2,
    priceMisses: 3,
    connections: 4,
    mostConnections: 5,
    connectionsOpened: 6,
  })
  readonly crashPoints = this.#method('crashPoints', ['record.checked'])
  readonly close = this.#method('close', undefined)

  #method<Answer>(name: string, answer: Answer): (...given: unknown[]) => Promise<Answer> {
    return (...given) => {
      this.asked.push([name, ...given])
      return this.failure === undefined ? Promise.resolve(answer) : Promise.reject(this.failure as Error)
    }
  }
}
