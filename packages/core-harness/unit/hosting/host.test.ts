import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'

import { eventually } from '../../src/guarantee/eventually.ts'
import { Hosting } from '../../src/guarantee/hosting/host.ts'

const ADAPTER = fileURLToPath(new URL('./fixture-adapter.ts', import.meta.url))

interface Service {
  id(): Promise<number>
  echo<Value>(value: Value): Promise<Value>
  nested: { deep: { add(a: number, b: number): Promise<number> } }
  environment(name: string): Promise<string | undefined>
  missing(): Promise<void>
  crash(): Promise<void>
  hang(): Promise<void>
  close(): Promise<void>
}

let hosting: Hosting

beforeEach(() => {
  hosting = new Hosting(ADAPTER)
})

afterEach(async () => {
  await hosting.end()
})

function runs(id: number): boolean {
  return existsSync(`/proc/${id}`)
}

test('a node is a process of its own, and its methods are called by their path', async () => {
  const { service, processId } = await hosting.host<Service>({})
  expect(processId).not.toBe(process.pid)
  expect(await service.id()).toBe(processId)
  expect(await service.nested.deep.add(2, 3)).toBe(5)
  expect(await service.echo({ big: 2n ** 70n, at: new Date(5) })).toEqual({ big: 2n ** 70n, at: new Date(5) })
})

test('nodes inherit nothing of the test runner', async () => {
  const { service } = await hosting.host<Service>({})
  expect(await service.environment('JEST_WORKER_ID')).toBeUndefined()
  expect(await service.environment('NODE_OPTIONS')).toBeUndefined()
  expect(await service.environment('NODE_ENV')).toBe('production')
})

test('options can hold functions', async () => {
  const opened: number[] = []
  const { processId } = await hosting.host<Service>({ onOpen: (id: number) => Promise.resolve(void opened.push(id)) })
  expect(opened).toEqual([processId])
})

test('a method that is not there says which', async () => {
  const { service } = await hosting.host<Service>({})
  await expect(service.missing()).rejects.toThrow('the service has no method missing')
})

test('an adapter that does not open says why, and its process is gone', async () => {
  let id = 0
  const failing = hosting.host<Service>({ fail: 'no such host', onOpen: (got: number) => Promise.resolve((id = got)) })
  await expect(failing).rejects.toMatchObject({
    name: 'HarnessError',
    message: expect.stringContaining('no such host'),
    cause: { code: 'E_OPEN' },
  })
  expect(id).toBe(0)
})

test('a process that ends while the adapter opens is told with its code and what it wrote', async () => {
  await expect(hosting.host<Service>({ exit: 9 })).rejects.toThrow(
    /ended with code 9\n[^]*the last words of the adapter/,
  )
})

test('an adapter that cannot be loaded says why', async () => {
  const other = new Hosting('/no/such/adapter.ts')
  await expect(other.host<Service>({})).rejects.toThrow(/loading the adapter \/no\/such\/adapter\.ts/)
  await other.end()
})

test('a call under way says what the process died of', async () => {
  const { service } = await hosting.host<Service>({})
  await expect(service.crash()).rejects.toMatchObject({
    code: 'ERR_NODE_GONE',
    message: expect.stringMatching(/ended with code \d+\n[^]*nobody catches this/),
  })
})

test('a paused node does not answer until it runs again', async () => {
  const node = await hosting.host<Service>({})
  await node.pause()
  let answered = false
  const answer = node.service.echo('late').finally(() => (answered = true))
  expect(await stays(() => !answered, 100)).toBe(true)
  await node.resume()
  expect(await answer).toBe('late')
})

test('kill ends a node at once, a paused one too, and calls under way fail', async () => {
  const node = await hosting.host<Service>({})
  await node.pause()
  const call = node.service.hang()
  call.catch(() => undefined) // Awaited below.
  await node.kill()
  expect(runs(node.processId)).toBe(false)
  await expect(call).rejects.toMatchObject({ code: 'ERR_NODE_GONE' })
  await node.kill()
})

test('the end of a test ends all its nodes, one that is only being opened too', async () => {
  const ready = await hosting.host<Service>({})
  await ready.pause()
  let openingId = 0
  const opening = hosting.host<Service>({
    onOpen: (id: number) => ((openingId = id), new Promise(() => undefined)),
  })
  opening.catch(() => undefined) // Awaited below.
  await eventually(() => openingId > 0, { withinMs: 10_000, describe: 'the adapter is being opened' })
  await hosting.end()
  expect(runs(ready.processId)).toBe(false)
  expect(runs(openingId)).toBe(false)
  await expect(opening).rejects.toThrow('its test has ended')
  await expect(hosting.host<Service>({})).rejects.toThrow('its test has ended')
})

test('a node can be killed from outside, and the next call says so', async () => {
  const node = await hosting.host<Service>({})
  process.kill(node.processId, 'SIGKILL')
  await eventually(() => !runs(node.processId), { withinMs: 5_000, describe: 'the process is gone' })
  await expect(node.service.id()).rejects.toMatchObject({
    code: 'ERR_NODE_GONE',
    message: expect.stringContaining('137'),
  })
})

test('a stranger that connects is sent away', async () => {
  const withPort = new Hosting(ADAPTER)
  const { service } = await withPort.host<Service>({})
  const port = Number(await service.environment('HARNESS_HOST_PORT'))
  const stranger = connect(port, '127.0.0.1')
  await once(stranger, 'connect')
  const closed = once(stranger, 'close')
  stranger.write('GET / HTTP/1.1\r\n\r\n')
  await closed
  expect(await service.echo(1)).toBe(1)
  await withPort.end()
})

/** Whether a condition holds all the while. */
async function stays(holds: () => boolean, forMs: number): Promise<boolean> {
  const deadline = performance.now() + forMs
  while (performance.now() < deadline) {
    if (!holds()) return false
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return true
}
