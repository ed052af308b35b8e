import { expect, test } from '@jest/globals'

import { createApp, queryOf } from '../../src/service/app.ts'
import { Problem } from '../../src/service/problem.ts'
import { parameter } from '../../src/service/query.ts'
import type { OpenedService } from '../../src/service/serve.ts'

const TOKEN = 'a-token-of-sixteen-or-more'
const authorization = `Bearer ${TOKEN}`

async function appOf(
  service: Partial<OpenedService> = {},
  options: { readonly isOpen?: boolean; readonly log?: string[] } = {},
) {
  const opened: OpenedService = {
    routes: () => undefined,
    ready: () => Promise.resolve(),
    close: () => Promise.resolve(),
    ...service,
  }
  return await createApp('toy', opened, { token: options.isOpen ? undefined : TOKEN, bodyLimitBytes: 1_024 }, (line) =>
    options.log?.push(line),
  )
}

test('health is open to all; nothing else is, not even what is not there', async () => {
  const app = await appOf()
  expect((await app.inject('/health')).statusCode).toBe(200)
  for (const url of ['/ready', '/stats', '/nowhere', '/health/', '/health%2f', '//health']) {
    const refused = await app.inject(url)
    expect([url, refused.statusCode, refused.headers['www-authenticate']]).toEqual([url, 401, 'Bearer'])
    expect(refused.json()).toMatchObject({ status: 401, title: 'Unauthorized' })
  }
  expect((await app.inject({ url: '/ready', headers: { authorization } })).statusCode).toBe(200)
  expect((await app.inject({ url: '/nowhere', headers: { authorization } })).statusCode).toBe(404)
  await app.close()
})

test('ready is 503 with the reason while a dependency is away, and no password of it; the log has it once', async () => {
  const log: string[] = []
  let isAway = true
  const away = (): Promise<never> => Promise.reject(new Error('redis://:secret@db:6379 is away'))
  const app = await appOf({ ready: () => (isAway ? away() : Promise.resolve()) }, { isOpen: true, log })
  const answers = [await app.inject('/ready'), await app.inject('/ready')]
  for (const { statusCode, headers } of answers)
    expect([statusCode, headers['content-type']]).toEqual([503, expect.stringContaining('application/problem+json')])
  expect(answers[1]!.json()).toMatchObject({ status: 503, detail: 'toy is not ready: redis://***@db:6379 is away' })
  isAway = false
  expect((await app.inject('/ready')).statusCode).toBe(200)
  expect(log).toEqual(['not ready: redis://***@db:6379 is away', 'ready again'])
  await app.close()
})

test('stats say how the process and the service are', async () => {
  const app = await appOf({ stats: () => ({ hits: 3 }) }, { isOpen: true })
  const stats = (await app.inject('/stats')).json() as Record<string, unknown>
  const positive = expect.any(Number)
  expect(stats).toMatchObject({
    service: 'toy',
    requests: 1,
    failures: 0,
    rssBytes: positive,
    cpuCores: positive,
    uptimeMs: positive,
    eventLoopDelayMs: { p50: positive, p99: positive, max: positive },
    own: { hits: 3 },
  })
  expect(((await app.inject('/stats')).json() as { requests: number }).requests).toBe(2)
  await app.close()
})

test('problems name the field; what was not foreseen tells the caller nothing and the log all but what was sent', async () => {
  const log: string[] = []
  const app = await appOf(
    {
      routes(scope) {
        scope.get('/key', (request) => ({ key: parameter(queryOf(request), 'key') }))
        scope.get('/known', () => Promise.reject(Object.assign(new Error('full'), { code: 'ERR_FULL' })))
        scope.get('/unknown', () => Promise.reject(new Error('amqp://me:secret@host: broken pipe')))
        scope.post('/body', () => 'taken')
      },
      problemOf: (error) =>
        (error as { code?: unknown }).code === 'ERR_FULL' ? new Problem(503, 'full', { cause: error }) : undefined,
    },
    { isOpen: true, log },
  )
  expect((await app.inject('/key?key=%C3%BC')).json()).toEqual({ key: 'ü' })
  expect((await app.inject('/key?key=%C3')).json()).toMatchObject({ status: 400, field: 'key' })
  expect((await app.inject('/key')).json()).toMatchObject({ status: 400, field: 'key' })
  expect((await app.inject('/known')).json()).toMatchObject({ status: 503, name: 'Error', code: 'ERR_FULL' })
  const unknown = await app.inject('/unknown?key=private')
  expect(unknown.statusCode).toBe(500)
  expect(unknown.body).not.toMatch(/secret|broken|private/)
  expect(log.join('\n')).toMatch(/GET \/unknown 500: .*broken pipe/)
  expect(log.join('\n')).not.toMatch(/secret|private/)
  const long = await app.inject({
    method: 'POST',
    url: '/body',
    headers: { 'content-type': 'text/plain' },
    body: 'x'.repeat(2_000),
  })
  expect(long.json()).toMatchObject({ status: 413 })
  await app.close()
})

test('every answer says how long the request was in the service', async () => {
  const app = await appOf({ routes: (scope) => void scope.get('/', () => 'here') }, { isOpen: true })
  for (const url of ['/', '/health', '/nowhere'])
    expect((await app.inject(url)).headers['server-timing']).toMatch(/^service;dur=\d+\.\d{3}$/)
  await app.close()
})
