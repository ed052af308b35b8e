import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import type { Journal } from '@proving-ground/core-harness/history'
import { uniqueEffects } from '@proving-ground/core-harness/history/checkers/unique-effects'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, Micros, OperationResult } from '../src/contract.ts'
import { outOfBalance, range } from './ledger.ts'
import { hostNodes, leaseStores } from './nodes.ts'
import type { Node } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const AT_ONCE = 12
const KEYS = 9
const DEPOSIT: Micros = 10_000n
const FROM = { tenant: 'acme', account: 'main' }
const TO = { tenant: 'globex', account: 'main' }

/** What is asked for with a key: an amount that goes from one tenant to another, or out. */
interface Request {
  readonly key: string
  readonly kind: 'transfer' | 'operation'
  readonly amountMicros: Micros
}

async function send({ service }: Node, { key, kind, amountMicros }: Request): Promise<OperationResult> {
  return kind === 'transfer'
    ? await service.transfer({ key, from: FROM, to: TO, amountMicros })
    : await service.operate({ key, ...FROM, amountsMicros: [-amountMicros] })
}

/** Each change of the account has a version of its own, which is its effect. A key that is refused had none. */
async function ask(journal: Journal, node: Node, request: Request): Promise<OperationResult['status'] | 'refused'> {
  const parameters = { kind: request.kind, amount: String(request.amountMicros) }
  const asked = journal.invoke(journal.newProcess(), 'request', { idempotencyKey: request.key, parameters })
  try {
    const { status, version } = await send(node, request)
    journal.ok(asked, { effect: version })
    return status
  } catch (error) {
    if ((error as { readonly code?: string }).code !== 'ERR_BILLING_KEY_REUSED') throw error
    journal.fail(asked, error)
    return 'refused'
  }
}

guarantee('billing.ledger.transfer-once', async (context) => {
  const nodes = await hostNodes(context, 3, await leaseStores(context))
  const { service } = nodes[0]!
  await Promise.all([service.openAccount(FROM, DEPOSIT), service.openAccount(TO, 0n)])
  const journal = context.history('keys')
  const at = (number: number): Node => nodes[number % nodes.length]!
  const requests = range(KEYS).map((number): Request => {
    const kind = number % 2 === 0 ? 'transfer' : 'operation'
    return { key: `key ${number}`, kind, amountMicros: BigInt(number + 1) }
  })

  for (const request of requests) {
    const statuses = await Promise.all(range(AT_ONCE).map((number) => ask(journal, at(number), request)))
    expect(statuses.filter((status) => status === 'done')).toHaveLength(1)
    expect(statuses.filter((status) => status === 'duplicate')).toHaveLength(AT_ONCE - 1)
  }

  // With other content: another amount, and another kind of the same amount.
  for (const [number, request] of requests.entries()) {
    const others: readonly Request[] = [
      { ...request, amountMicros: request.amountMicros + 1n },
      { ...request, kind: request.kind === 'transfer' ? 'operation' : 'transfer' },
    ]
    for (const other of others) expect(await ask(journal, at(number), other)).toBe('refused')
    expect(await ask(journal, at(number), request)).toBe('duplicate')
  }

  // Two contents of one key at once: one of them stands.
  const pairs = range(KEYS).map((number) => {
    const key = `contested ${number}`
    return [1n, 2n].map((amountMicros): Request => ({ key, kind: 'transfer', amountMicros }))
  })
  let spentMicros = requests.reduce((sum, { amountMicros }) => sum + amountMicros, 0n)
  for (const pair of pairs) {
    const statuses = await Promise.all(pair.map((request, number) => ask(journal, at(number), request)))
    expect(statuses.toSorted()).toEqual(['done', 'refused'])
    spentMicros += pair[statuses.indexOf('done')]!.amountMicros
  }

  expect((await service.account(FROM)).balanceMicros).toBe(DEPOSIT - spentMicros)
  expect(outOfBalance(await service.ledger())).toEqual([])
  await context.check(journal, uniqueEffects)
})
