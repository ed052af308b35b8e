import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'

const NONSENSE = 'the canary sings' as never

export default defineDefect(billing, {
  name: 'canary',
  breaks: 'all',
  description: 'Everything is acknowledged, nothing is done, and every answer is nonsense.',
  incident: {
    title: 'luna-testing #11: All tests pass, whatever they assert',
    url: 'https://github.com/ccampbell/luna-testing/issues/11',
  },
  open: (_options: BillingOptions): Promise<BillingNode> =>
    Promise.resolve({
      record: () => Promise.resolve([NONSENSE]),
      recordCall: () => Promise.resolve(NONSENSE),
      refund: () => Promise.resolve({ status: NONSENSE, amountMicros: -1n }),
      invoice: (tenant, period) => Promise.resolve({ tenant, period, lines: [NONSENSE], totalMinor: -1n }),
      usage: () => Promise.resolve([NONSENSE]),
      pendingAnalytics: () => Promise.resolve(0),
      openAccount: () => Promise.resolve(),
      setFloor: () => Promise.resolve(),
      account: (account) => Promise.resolve({ ...account, balanceMicros: -1n, version: -1 }),
      transfer: () => Promise.resolve({ status: NONSENSE, balanceMicros: -1n, version: -1 }),
      operate: () => Promise.resolve({ status: NONSENSE, balanceMicros: -1n, version: -1 }),
      ledger: () => Promise.resolve([NONSENSE]),
      setBudget: () => Promise.resolve(),
      reserve: () => Promise.resolve({ isGranted: true, leftMicros: -1n }),
      settle: () => Promise.resolve(),
      spent: () => Promise.resolve(-1n),
      figures: () => Promise.resolve(NONSENSE),
      crashPoints: () => Promise.resolve([NONSENSE]),
      close: () => Promise.resolve(),
    }),
})
