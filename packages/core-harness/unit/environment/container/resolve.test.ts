import { afterEach, expect, test } from '@jest/globals'

import { redis } from '../../../src/environment/catalog/redis.ts'
import type { Dependency } from '../../../src/environment/dependency.ts'
import { candidatesOf, preferenceOf, resolveProvider } from '../../../src/environment/providers/resolve.ts'
import { FakeEngine, answering } from './fake-engine.ts'
import type { Reply } from './fake-engine.ts'

/** Which provider serves, with a Docker daemon that answers, as far as the order of the providers depends on it. */
const OFFICIAL = redis.container.image
const BUILT = redis.container.builtImage ?? ''
const NO_NETWORK: Reply = { status: 500, body: { message: 'no such host' } }

/** Redis on a machine that has it, whatever this machine has. */
const installed: Dependency = {
  ...redis,
  native: { ...redis.native, find: () => Promise.resolve({ program: '/x', version: '8.0.2', origin: '/x' }) },
}

const inherited = process.env.DOCKER_HOST
let engine: FakeEngine | undefined

afterEach(async () => {
  if (inherited === undefined) delete process.env.DOCKER_HOST
  else process.env.DOCKER_HOST = inherited
  await engine?.stop()
  engine = undefined
})

async function daemon(replies: Readonly<Record<string, Reply>>): Promise<void> {
  engine = await FakeEngine.start(answering({ 'GET /distribution/': NO_NETWORK, ...replies }))
  process.env.DOCKER_HOST = engine.address
}

const preference = (environment: NodeJS.ProcessEnv = {}) =>
  preferenceOf(installed, { dependencies: {}, adapters: {}, idleMs: 1_000 }, environment)

test('a daemon that has the image serves before what is installed', async () => {
  await daemon({ [`GET /images/${OFFICIAL}/`]: { status: 200 } })
  expect(await resolveProvider(installed, preference())).toMatchObject({ provider: 'container', image: OFFICIAL })
})

test('an image of docker/build.sh serves where the official one is not there', async () => {
  await daemon({ [`GET /images/${BUILT}/`]: { status: 200 } })
  expect(await resolveProvider(installed, preference())).toMatchObject({ provider: 'container', image: BUILT })
})

test('a daemon without image or network leaves it to what is installed, and the reason can be shown', async () => {
  await daemon({})
  expect(await resolveProvider(installed, preference())).toMatchObject({ provider: 'native' })
  const container = await candidatesOf(installed, preference())[0]?.()
  expect(container).toMatchObject({
    provider: 'container',
    obstacle: `the Docker daemon has no image ${OFFICIAL} and cannot pull it (no such host)`,
    remedy: expect.stringContaining('docker/build.sh'),
  })
})

test('an image that the user names is an order: no built one takes its place', async () => {
  await daemon({ [`GET /images/${BUILT}/`]: { status: 200 } })
  const named = preference({ HARNESS_IMAGE_REDIS: 'redis:7', HARNESS_PROVIDER: 'container' })
  await expect(resolveProvider(installed, named)).rejects.toThrow(/has no image redis:7 and cannot pull it/)
})

test('a forced container provider that cannot serve is an error, whatever is installed', async () => {
  await daemon({})
  const forced = preference({ HARNESS_PROVIDER: 'container' })
  await expect(resolveProvider(installed, forced)).rejects.toMatchObject({
    message: expect.stringContaining('by the provider "container" that was asked for'),
    remedy: expect.stringContaining(`docker pull ${OFFICIAL}`),
  })
})
