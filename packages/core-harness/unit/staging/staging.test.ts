import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

import { eventually } from '../../src/guarantee/eventually.ts'
import { ServiceClient } from '../../src/service/client.ts'
import { loadService } from '../../src/staging/service-declaration.ts'
import { deployedTargets } from '../../src/staging/targets.ts'
import { openStaging } from '../../src/staging/staging.ts'
import type { LeaseSource, Staging, StagingSpec } from '../../src/staging/staging.ts'

const TOY = fileURLToPath(new URL('./fixture', import.meta.url))
const NO_LEASES: LeaseSource = {
  lease: () => Promise.reject(new Error('nothing is leased here')),
  release: () => Promise.resolve(),
}

let open: Staging[] = []
const clients: ServiceClient[] = []

beforeEach(() => {
  open = []
})

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
  await Promise.all(open.map((staging) => staging.close()))
})

async function stage(spec: Partial<StagingSpec> = {}): Promise<Staging> {
  const service = await loadService(TOY)
  const whole = { service, packageDirectory: TOY, instances: 1, variables: {}, ...spec }
  const staging = await openStaging(whole, NO_LEASES)
  open.push(staging)
  return staging
}

function clientOf({ url, token }: { readonly url: string; readonly token: string | undefined }): ServiceClient {
  const client = new ServiceClient(url, { token, timeoutMs: 2_000 })
  clients.push(client)
  return client
}

function exists(processId: number | undefined): boolean {
  try {
    return process.kill(processId as number, 0)
  } catch {
    return false
  }
}

test('two instances, each a process of its own with the same token, are gone after close', async () => {
  const staging = await stage({ instances: 2, adapterPath: '/some/adapter.ts' })
  const [first, second] = staging.instances
  expect(staging.isDeployed).toBe(false)
  expect(first!.token).toBe(second!.token)
  expect(new Set(staging.instances.map(({ processId }) => processId)).size).toBe(2)
  for (const instance of staging.instances) {
    await clientOf(instance).checkReady()
    await expect(clientOf({ url: instance.url, token: undefined }).checkReady()).rejects.toThrow(/401/)
    const { body } = await clientOf(instance).send({ method: 'GET', path: '/adapter' }, [200])
    expect(JSON.parse(body.toString())).toEqual({ adapter: '/some/adapter.ts' })
  }
  await staging.close()
  expect(staging.instances.filter(({ processId }) => exists(processId))).toEqual([])
})

test('an instance is paused, resumed, killed and restarted at the same URL', async () => {
  const [instance] = (await stage()).instances
  const { url, processId } = instance!
  const client = clientOf(instance!)
  await client.checkReady()
  await instance!.pause()
  await expect(client.checkReady(AbortSignal.timeout(200))).rejects.toThrow()
  await instance!.resume()
  await client.checkReady()
  await instance!.kill()
  expect(exists(processId)).toBe(false)
  await expect(client.checkReady()).rejects.toThrow(/ECONNREFUSED/)
  await instance!.restart()
  await client.checkReady()
  expect(instance!.url).toBe(url)
  expect(instance!.processId).not.toBe(processId)
  await instance!.restart() // In order, while it runs.
  await client.checkReady()
})

test('a paused instance does not hold up the end', async () => {
  const staging = await stage()
  await staging.instances[0]!.pause()
  const began = performance.now()
  await staging.close()
  expect(performance.now() - began).toBeLessThan(5_000) // The guard's patience with it is 7 s.
})

test.each([
  [
    'ends while it starts',
    { TOY_FAILS: 'redis://:secret@10.0.0.1' },
    /ended with code 1[^]*connecting to redis:\/\/\*\*\*@10/,
  ],
  [
    'is not ready in time',
    { TOY_NOT_READY: '1' },
    /not ready within 1500 ms \(GET \/ready: 503 toy is not ready: the toy sleeps\)[^]*listening/,
  ],
])('one that %s is reported with the last lines of its log, and nothing is left', async (_, environment, message) => {
  const service = { ...(await loadService(TOY)), environment: () => environment }
  const failed = stage({ service, instances: 2, readyWithinMs: 1_500 })
  await expect(failed).rejects.toMatchObject({
    name: 'HarnessError',
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(/service-toy-.*\.log/),
  })
  await expect(failed).rejects.toMatchObject({ message: expect.not.stringContaining('secret') })
})

test('a package without a declaration is refused with what to write', async () => {
  await expect(loadService(`${TOY}/src`)).rejects.toMatchObject({ remedy: expect.stringContaining('defineService') })
})

test('a deployed service that is not on the list is refused, before anything is sent to it', async () => {
  let requests = 0
  const server = createServer((_request, response) => (requests++, response.end())).listen(0, '127.0.0.1')
  await eventually(() => expect(server.listening).toBe(true), { withinMs: 5_000, describe: 'the server listens' })
  const { port } = server.address() as { port: number }
  const variables = { STAGING_TOY_URL: `http://127.0.0.1:${port}` }
  await expect(stage({ variables })).rejects.toMatchObject({
    remedy: expect.stringContaining(`"http://127.0.0.1:${port}"`),
  })
  await expect(deployedTargets('toy', { STAGING_TOY_URL: ' , ' })).rejects.toThrow(/no URL/)
  expect(await deployedTargets('toy', { STAGING_OTHER_URL: 'x' })).toBeUndefined()
  expect(requests).toBe(0)
  server.close()
})

test('no redirect is followed', async () => {
  const paths: string[] = []
  const server = createServer((request, response) => {
    paths.push(request.url ?? '')
    response.writeHead(307, { location: '/elsewhere' }).end()
  }).listen(0, '127.0.0.1')
  await eventually(() => expect(server.listening).toBe(true), { withinMs: 5_000, describe: 'the server listens' })
  const { port } = server.address() as { port: number }
  await expect(clientOf({ url: `http://127.0.0.1:${port}/base/`, token: undefined }).checkReady()).rejects.toThrow(
    /307/,
  )
  expect(paths).toEqual(['/base/ready'])
  server.close()
})
