import { expect, test } from '@jest/globals'
import { BODY_LIMIT_BYTES, served } from './serve.ts'

const service = served()
const OPERATION = { key: 'k', tenant: 'a', account: 'x' }

/** Sent, refused with this status and field, and not asked of the node. */
test.each([
  ['POST', '/v1/events', 400, 'body', '{"events":'],
  ['POST', '/v1/events', 400, 'body', ''],
  ['POST', '/v1/events', 400, 'body', '[]'],
  ['POST', '/v1/events', 400, 'body', 'null'],
  ['POST', '/v1/events', 400, 'body', Buffer.of(0x7b, 0xff, 0x7d)],
  ['POST', '/v1/events', 400, 'dryRun', '{"events":[],"dryRun":true}'],
  ['POST', '/v1/events?tenant=a', 400, 'tenant', '{"events":[]}'],
  ['POST', '/v1/events', 413, 'body', JSON.stringify({ events: 'x'.repeat(BODY_LIMIT_BYTES) })],
  ['PUT', '/v1/budgets', 400, 'budgetMicros', '{"tenant":"a","budgetMicros":5}'],
  ...['', '1.5', '1e3', '+1', '0x10', ' 1', '01', '-0', '9'.repeat(20)].map(
    (text) => ['PUT', '/v1/budgets', 400, 'budgetMicros', JSON.stringify({ tenant: 'a', budgetMicros: text })] as const,
  ),
  ['POST', '/v1/operations', 400, 'amountsMicros[1]', JSON.stringify({ ...OPERATION, amountsMicros: ['1', 2] })],
  ['GET', '/v1/invoices?tenant=a&tenant=b&period=2026-10', 400, 'tenant', undefined],
  ['GET', '/v1/invoices?tenant=%FF&period=2026-10', 400, 'tenant', undefined],
  ['GET', '/v1/invoices?tenant=a&period=2026-10&month=1', 400, 'month', undefined],
  ['GET', '/v1/ledger?tenant=', 400, 'tenant', undefined],
] as const)('%s %s is refused with %i for %s (%#)', async (method, path, status, field, body) => {
  const answer = await service.send(method, path, body)
  expect(await answer.json()).toMatchObject({ status, field })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(service.node.asked).toEqual([])
})

test('a body of another type, or of none, is refused', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json5', 'application/jsonp']) {
    const answer = await service.send('POST', '/v1/events', '{"events":[]}', type)
    expect(await answer.json()).toMatchObject({ status: 415, field: 'content-type', code: 'ERR_BILLING_INVALID' })
  }
  expect((await service.send('POST', '/v1/events')).status).toBe(415)
  expect((await service.send('POST', '/v1/events', '{"events":[]}', 'Application/JSON; charset=utf-8')).status).toBe(
    200,
  )
  expect(service.node.asked).toEqual([['record', []]])
})

test('who shows no token is refused before anything is read', async () => {
  for (const path of ['/v1/events', '/openapi.json', '/v1/ledger'])
    expect((await fetch(service.url + path, { method: path === '/v1/events' ? 'POST' : 'GET' })).status).toBe(401)
  expect(service.node.asked).toEqual([])
})

test('the figures of the node are among those of the process', async () => {
  expect(await service.client.stats()).toMatchObject({
    service: 'billing',
    own: { adapter: 'fake', priceHits: 2, priceMisses: 3, connections: 4, mostConnections: 5, connectionsOpened: 6 },
  })
})

test('it is ready while the node can say what it has to carry', async () => {
  await service.client.checkReady()
  service.node.failure = new Error('the database is away')
  await expect(service.client.checkReady()).rejects.toThrow('the database is away')
})
