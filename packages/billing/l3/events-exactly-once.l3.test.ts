import { expect } from '@jest/globals'
import { eventually, openSuite } from '@proving-ground/core-harness/guarantee'
import { uniqueEffects } from '@proving-ground/core-harness/history/checkers/unique-effects'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, UsageEvent } from '../src/contract.ts'
import { Deliveries } from './deliveries.ts'
import { EVENT_MICROS, PERIOD, PLAIN_PRICE, eventOf, hostNodes, invoiced, leaseStores } from './nodes.ts'
import type { Context, Node } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const AT_ONCE = 50
/** Which events are sent in which way. */
const KEYS_AT_ONCE = [0, 1, 2, 3, 4, 5]
const ANSWER_LOST = [6, 7]
const LATE = [8, 9]
const KILLED = Array.from({ length: 20 }, (_, index) => 10 + index)
const EVENTS = 10 + KILLED.length
/** On a quiet machine it takes 10 ms. Where it never comes, the event is sent again without it. */
const RECORDED_WITHIN_MS = 5_000

/** Each has a model, and so a line of the invoice, of its own. */
const modelOf = (number: number): string => `model ${number}`
const sent = (number: number): UsageEvent => eventOf(number, { model: modelOf(number) })
const prices = Array.from({ length: EVENTS }, (_, number) => ({ ...PLAIN_PRICE, model: modelOf(number) }))

async function sendTwice([first, second, third]: readonly Node[]): Promise<void> {
  const of = (number: number): UsageEvent => ({ ...sent(number), tenant: 'globex' })
  const recorded = { key: 'event 0', status: 'recorded', chargeMicros: EVENT_MICROS }
  expect(await first!.service.record([of(0)])).toEqual([recorded])
  expect(await second!.service.record([of(0)])).toEqual([{ ...recorded, status: 'duplicate' }])
  // The same twice in a batch, beside one that is there and one that is new.
  const batch = await third!.service.record([of(0), of(1), of(2), of(1)])
  expect(batch.map(({ status }) => status)).toEqual(['duplicate', 'recorded', 'recorded', 'duplicate'])
  expect((await invoiced(first!.service, 'globex')).micros).toBe(3n * EVENT_MICROS)
}

async function sendAtOnce(nodes: readonly Node[], deliveries: Deliveries): Promise<void> {
  for (const number of KEYS_AT_ONCE)
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) =>
        deliveries.send(nodes[index % nodes.length]!.service, sent(number)),
      ),
    )
}

/** Through a connection to PostgreSQL that is cut after the event was recorded, or before it arrived. */
async function loseAnswers(
  context: Context,
  { node, remote, proxy }: { node: Node; remote: Node; proxy: Awaited<ReturnType<Context['proxy']>> },
  deliveries: Deliveries,
): Promise<void> {
  const verify = (): Promise<unknown> => remote.service.invoice('acme', PERIOD)
  for (const number of ANSWER_LOST) {
    const silence = await context.fault(proxy.fault('postgres', { kind: 'cut', direction: 'down' }), { verify })
    const lost = deliveries.send(remote.service, sent(number))
    await eventually(() => isOnInvoice(node, number), {
      withinMs: RECORDED_WITHIN_MS,
      describe: 'the event is recorded',
    }).catch(() => undefined)
    await proxy.cut()
    expect(await lost).toEqual({ status: 'unknown' })
    const { status } = await deliveries.send(node.service, sent(number))
    context.sometimes('an event was recorded, and its answer lost', status === 'duplicate')
    await proxy.restore()
    await silence.heal()
  }
  for (const number of LATE) {
    const held = proxy.fault('postgres', { kind: 'cut', direction: 'up' })
    const silence = await context.fault(held, { verify })
    const late = deliveries.send(remote.service, sent(number))
    await eventually(() => held.bytes > 0, { withinMs: RECORDED_WITHIN_MS, describe: 'the event is under way' })
    await deliveries.send(node.service, sent(number))
    await silence.heal()
    const { status } = await late
    context.sometimes('an event arrived late, after it had been sent again', status === 'duplicate')
  }
}

async function isOnInvoice({ service }: Node, number: number): Promise<boolean> {
  const { lines } = await service.invoice('acme', PERIOD)
  return lines.some(({ model }) => model === modelOf(number))
}

/** Many at once to a node that is killed when the first is answered and the later ones wait, and all again to another. */
async function killWhileSending(victim: Node, other: Node, deliveries: Deliveries): Promise<void> {
  const send = (numbers: readonly number[]) => numbers.map((number) => deliveries.send(victim.service, sent(number)))
  const half = KILLED.length / 2
  const early = send(KILLED.slice(0, half))
  await Promise.race(early)
  await victim.pause()
  const late = send(KILLED.slice(half))
  await victim.kill()
  await Promise.all([...early, ...late])
  await Promise.all(KILLED.map((number) => deliveries.send(other.service, sent(number))))
}

guarantee('billing.events.exactly-once', async (context) => {
  const options = await leaseStores(context, { prices })
  const proxy = await context.proxy(options.postgresUrl)
  const [nodes, remote] = await Promise.all([
    hostNodes(context, 3, options),
    context.host({ ...options, postgresUrl: proxy.url }),
  ])
  const journal = context.history('events')
  const deliveries = new Deliveries(journal)

  await sendTwice(nodes)
  await sendAtOnce([...nodes, remote], deliveries)
  context.sometimes('an event came while it was being recorded, or was there', deliveries.counts.duplicate)
  await loseAnswers(context, { node: nodes[0]!, remote, proxy }, deliveries)
  await killWhileSending(nodes[2]!, nodes[1]!, deliveries)
  context.sometimes(
    'nobody knew what had become of an event',
    deliveries.counts.unknown,
    ANSWER_LOST.length + KILLED.length / 2,
  )

  await deliveries.readBack(nodes[0]!.service, ['acme'], ({ model }) => model.replace('model', 'event'))
  context.evidence({ deliveries: deliveries.counts })
  await context.check(journal, uniqueEffects)
})
