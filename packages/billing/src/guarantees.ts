import type { Guarantee } from '@proving-ground/core-harness/guarantee/contract'

type Capability = 'analytics' | 'crash-points' | 'accounts' | 'budgets' | 'token-counts'

/** Dual writes and the ledger: what the transaction coordination suite protects. */
const money = {
  level: 'L3',
  segment: 'All',
  businessGoal: 'Every customer pays for what was used, once',
  protectedMonthlyRevenueUsd: 150_000,
} as const
const accounts = { ...money, businessGoal: 'No money is made or lost', requires: ['accounts'] } as const
const dual = { ...money, businessGoal: 'Invoices and analytics tell the same', requires: ['analytics'] } as const
const tokens = { ...money, requires: ['token-counts'] } as const
const database = {
  level: 'L3',
  segment: 'All',
  category: 'database',
  businessGoal: 'The database keeps up with growth',
  protectedMonthlyRevenueUsd: 50_000,
} as const

export const guarantees = {
  'billing.events.exactly-once': {
    ...money,
    statement:
      'An event is counted once, whether its key is sent twice, 50 times at once over several nodes, or again after a timeout',
  },
  'billing.events.key-reuse': {
    ...money,
    statement: 'A key that comes again with other content is refused, and what was recorded first stands',
  },
  'billing.events.crash': {
    ...money,
    statement:
      'When the process dies at any step of recording an event and the event is sent again, it is counted once',
    requires: ['crash-points'],
  },
  'billing.events.batch-atomic': {
    ...money,
    statement: 'A batch in which one event is refused leaves nothing behind, in no store',
  },
  'billing.events.window': {
    ...money,
    statement: 'Events up to 35 days old and up to 5 minutes ahead are taken; a second beyond, they are refused',
  },
  'billing.events.validation': {
    ...money,
    statement: 'Bad input is refused with the field that is wrong, and records nothing',
    businessGoal: 'A bug in a caller is found at the call',
  },
  'billing.dual.same-sums': {
    ...dual,
    statement: 'Once quiet, both stores hold the same events, tokens and charges, without a merge of ClickHouse',
  },
  'billing.dual.crash': {
    ...dual,
    statement:
      'When the process dies at any step between the commit and the analytics store, nothing is lost and nothing doubled',
    requires: ['analytics', 'crash-points'],
  },
  'billing.dual.outage': {
    ...dual,
    statement: 'While ClickHouse is away for 10 s events are taken; when it is back they all arrive, once',
  },
  'billing.dual.retried-insert': {
    ...dual,
    statement: 'An insert whose answer was lost, and that is made again, does not double anything',
  },
  'billing.ledger.balances': {
    ...accounts,
    statement: 'In every snapshot all accounts sum to zero, and each balance is what its entries sum up to',
  },
  'billing.ledger.floor': {
    ...accounts,
    statement: 'No tenant’s accounts together ever fall below its floor, however many debits come at once',
  },
  'billing.ledger.floor-across-accounts': {
    ...accounts,
    statement: 'Debits of two accounts at once never bring their sum below the floor',
  },
  'billing.ledger.account-race': {
    ...accounts,
    statement:
      '20 operations of 3 steps at once on one account meet in conflicts, all of which are resolved; the balance is exact',
  },
  'billing.ledger.transfer-once': {
    ...accounts,
    statement: 'A transfer or an operation that is sent again is done once; its key with other content is refused',
  },
  'billing.money.exact': {
    ...money,
    statement: 'Charges and invoices are those of exact rational arithmetic, rounded once for each line, half to even',
  },
  'billing.money.invoice-sums': {
    ...money,
    statement: 'An invoice equals the sum of its lines, and its lines hold each event and refund of the period once',
  },
  'billing.money.refunds-bounded': {
    ...money,
    statement: 'Refunds of an event never exceed its charge, also when many come at once; a share is one of the charge',
  },
  'billing.budget.bounded': {
    ...money,
    statement: 'Calls at once never spend more than the budget, and what calls in flight cost beyond their estimates',
    businessGoal: 'No customer gets a bill that it forbade',
    requires: ['budgets'],
  },
  'billing.budget.first-requests': {
    ...money,
    statement: 'The first requests of a new tenant, all at once, do not pass by the default budget',
    businessGoal: 'No customer gets a bill that it forbade',
    requires: ['budgets'],
  },
  'billing.tokens.as-reported': {
    ...tokens,
    statement: 'Where the model’s API says what was used, exactly that is billed',
  },
  'billing.tokens.estimated': {
    ...tokens,
    statement:
      'A call whose stream was cut is billed by the service’s own count of its tokens, and marked as estimated',
  },
  'billing.tenant.isolation': {
    ...money,
    statement: 'No tenant sees another’s usage, invoices or accounts, also with names and keys crafted to collide',
    segment: 'Enterprise',
    businessGoal: 'No tenant ever reads another tenant',
    protectedMonthlyRevenueUsd: 200_000,
  },
  'billing.database.bulk-insert': {
    ...database,
    statement: '50,000 events are recorded in less than 30 s (warning 45 s, critical 60 s)',
  },
  'billing.database.parallel-reads': {
    ...database,
    statement: '10 reads at once over 50,000 events are answered in less than 5 s (warning 8 s, critical 12 s)',
  },
  'billing.database.flat-queries': {
    ...database,
    statement:
      'An invoice of one tenant takes less than 5 s, and no longer among 90,000 events of others than among 5,000',
  },
  'billing.database.pool-reuse': {
    ...database,
    statement: 'Requests share the pool: never more connections than it may have, and none is left in use',
  },
} as const satisfies Readonly<Record<string, Guarantee<Capability>>>
