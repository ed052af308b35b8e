import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import type { Journal, Json } from '@proving-ground/core-harness/history'
import { canary } from '@proving-ground/core-harness/history/checkers/canary'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { NOBODY, PRICES, TENANTS, allOf, promptTokens } from './colliding-tenants.ts'
import type { CollidingTenant } from './colliding-tenants.ts'
import { PERIOD, eventOf, hostNodes, leaseStores, quiet } from './nodes.ts'
import type { Context } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const micros = ({ number }: CollidingTenant): bigint => 1_000_000n * BigInt(number)
const eventsOf = (tenant: CollidingTenant) =>
  tenant.keys.map((key, index) =>
    eventOf(0, {
      key,
      tenant: tenant.name,
      model: tenant.model,
      promptTokens: promptTokens(tenant, index),
      completionTokens: 0,
    }),
  )
const chargeOf = (tenant: CollidingTenant): bigint =>
  eventsOf(tenant).reduce((sum, event) => sum + 3n * BigInt(event.promptTokens), 0n)
/** Half of what `shared` cost, which is the first of a tenant's events. */
const refundOf = (tenant: CollidingTenant): bigint => (3n * BigInt(promptTokens(tenant, 0))) / 2n

/** Runs `work` for all, each on one of the nodes, and tells the journal what each was answered. */
async function forAll(all: All, work: Work): Promise<void> {
  await Promise.all(TENANTS.map((tenant) => forOne(all, work, tenant)))
}

async function forOne({ nodes, journal }: All, { f, run }: Work, tenant: CollidingTenant): Promise<void> {
  const operation = journal.invoke(journal.newProcess(), f, { tenant: tenant.name, token: tenant.token })
  journal.ok(operation, asJson(await run(nodes[tenant.number % nodes.length]!, tenant)))
}

interface All {
  readonly nodes: readonly BillingNode[]
  readonly journal: Journal
}
interface Work {
  readonly f: 'write' | 'read'
  run(node: BillingNode, tenant: CollidingTenant): Promise<unknown>
}

function asJson(value: unknown): Json {
  return JSON.parse(
    JSON.stringify(value ?? null, (_, part: unknown) => (typeof part === 'bigint' ? `${part}` : part)),
  ) as Json
}

async function recordAll(node: BillingNode, tenant: CollidingTenant): Promise<unknown> {
  const events = eventsOf(tenant)
  const recorded = await node.record(events)
  expect(recorded).toEqual(
    events.map((event) => ({ key: event.key, status: 'recorded', chargeMicros: 3n * BigInt(event.promptTokens) })),
  )
  return recorded
}

/** What all tenants do with the same keys is done for each. */
async function changeAll(node: BillingNode, tenant: CollidingTenant): Promise<unknown> {
  const { name, account } = tenant
  const refunded = await node.refund({ key: 'shared', tenant: name, of: 'shared', shareBasisPoints: 5_000 })
  expect(refunded).toEqual({ status: 'refunded', amountMicros: refundOf(tenant) })
  await node.openAccount({ tenant: name, account }, micros(tenant))
  const operated = await node.operate({ tenant: name, account, key: 'shared', amountsMicros: [-micros(tenant), 1n] })
  expect(operated).toMatchObject({ status: 'done', balanceMicros: 1n })
  await node.setBudget(name, 2n * micros(tenant))
  const reserved = await node.reserve('shared', name, micros(tenant))
  expect(reserved).toEqual({ isGranted: true, leftMicros: micros(tenant) })
  await node.settle('shared', name, micros(tenant))
  return [refunded, operated, asJson(reserved)]
}

/** All that is this tenant's, and nothing else. */
async function readAll(node: BillingNode, tenant: CollidingTenant): Promise<unknown> {
  const { name, model, account } = tenant
  const all = await allOf(node, name, PERIOD)
  const tokens = eventsOf(tenant).reduce((sum, event) => sum + event.promptTokens, 0)
  const lines = [
    { kind: 'usage', model, promptTokens: tokens, micros: chargeOf(tenant) },
    { kind: 'refund', model, promptTokens: 0, micros: -refundOf(tenant) },
  ]
  expect(all.invoice).toMatchObject({ tenant: name, lines })
  expect(all.usage).toMatchObject([
    { model, events: tenant.keys.length, promptTokens: tokens, chargeMicros: chargeOf(tenant) },
  ])
  expect(all.ledger.map((row) => row.tenant)).toEqual(['own', 'system', 'system', 'system'].map(() => name))
  expect(all.ledger.filter(({ kind }) => kind === 'own')).toMatchObject([{ account, balanceMicros: 1n }])
  expect(all.spent).toBe(micros(tenant))
  expect(await node.account({ tenant: name, account })).toMatchObject({ tenant: name, balanceMicros: 1n })
  return all
}

/** With names of others, nothing is to be had: neither what is there nor that it is there. */
async function reachFor(node: BillingNode, tenant: CollidingTenant): Promise<unknown> {
  const { name, keys } = tenant
  const unknown = { code: 'ERR_BILLING_UNKNOWN' }
  const foreign = TENANTS.flatMap((other) => other.keys).find((key) => !keys.includes(key))!
  const refund = { key: 'foreign', tenant: name, of: foreign, shareBasisPoints: 1 }
  await expect(node.refund(refund)).rejects.toMatchObject(unknown)
  const neighbour = TENANTS[tenant.number % TENANTS.length]!
  await expect(node.account({ tenant: name, account: neighbour.account })).rejects.toMatchObject(unknown)
  await expect(node.settle(foreign, name, 1n)).rejects.toMatchObject(unknown)
  const [again] = await node.record(eventsOf(tenant).slice(0, 1))
  expect(again).toEqual({ key: 'shared', status: 'duplicate', chargeMicros: 3n * BigInt(promptTokens(tenant, 0)) })
  return again
}

guarantee('billing.tenant.isolation', async (context: Context) => {
  const hosted = await hostNodes(context, 2, await leaseStores(context, { prices: PRICES }))
  const nodes = hosted.map(({ service }) => service)
  const journal = context.history('tenants')
  const all = { nodes, journal }
  // One after the other, so that what is there is seen by those who come.
  for (const tenant of TENANTS) await forOne(all, { f: 'write', run: recordAll }, tenant)
  await forAll(all, { f: 'write', run: changeAll })
  await forAll(all, { f: 'read', run: reachFor })
  await quiet(nodes[0]!)
  await forAll(all, { f: 'read', run: readAll })

  // Two tenants' events with one key, in one batch.
  const two = TENANTS.slice(0, 2).map((tenant) => ({ ...eventsOf(tenant)[0]!, key: 'in one batch' }))
  expect((await nodes[0]!.record(two)).map(({ status }) => status)).toEqual(['recorded', 'recorded'])

  for (const name of NOBODY) {
    const operation = journal.invoke(journal.newProcess(), 'read', name)
    const found = await allOf(nodes[0]!, name, PERIOD)
    journal.ok(operation, asJson(found))
    expect(found).toMatchObject({ invoice: { lines: [], totalMinor: 0n }, usage: [], ledger: [], spent: 0n })
  }
  const { counts } = await context.check(journal, canary)
  context.evidence({ tenants: TENANTS.length, strangers: NOBODY.length, ...counts })
})
