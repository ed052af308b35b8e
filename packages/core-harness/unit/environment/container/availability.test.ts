import { afterEach, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { askDocker } from '../../../src/environment/providers/docker.ts'
import { FakeEngine, answering } from './fake-engine.ts'
import type { Reply } from './fake-engine.ts'

/** Whether a Docker daemon can run an image, asked of one that answers in every way that daemons do. */
const IMAGE = 'redis:8'
const BUILT = 'proving-ground/redis:trixie'
const ANSWER_WITHIN_MS = 3_000
const REGISTRY_WITHIN_MS = 5_000
/** For the machine to be busy with other tests. */
const SLACK_MS = 2_000

const inherited = process.env.DOCKER_HOST
let engine: FakeEngine | undefined

afterEach(async () => {
  if (inherited === undefined) delete process.env.DOCKER_HOST
  else process.env.DOCKER_HOST = inherited
  await engine?.stop()
  engine = undefined
})

async function daemon(replies: Readonly<Record<string, Reply>>): Promise<FakeEngine> {
  engine = await FakeEngine.start(answering(replies))
  process.env.DOCKER_HOST = engine.address
  return engine
}

async function timed<Value>(asked: Promise<Value>): Promise<{ answer: Value; tookMs: number }> {
  const began = performance.now()
  return { answer: await asked, tookMs: performance.now() - began }
}

test('an image that the daemon has is taken, and no registry is asked', async () => {
  const { asked } = await daemon({ [`GET /images/${IMAGE}/json`]: { status: 200 } })
  expect(await askDocker(IMAGE, BUILT)).toEqual({ image: IMAGE, why: `the Docker daemon has ${IMAGE}` })
  expect(asked).toEqual(['GET /_ping', `GET /images/${IMAGE}/json`])
})

test('the built image is taken where the daemon has it and not the official one, and no registry is asked', async () => {
  const { asked } = await daemon({ [`GET /images/${BUILT}/json`]: { status: 200 } })
  const answer = await askDocker(IMAGE, BUILT)
  expect(answer).toMatchObject({ image: BUILT, why: expect.stringContaining(`not ${IMAGE}`) })
  expect(asked.filter((request) => request.includes('/distribution/'))).toEqual([])
})

test('the official image is preferred to the built one where the daemon has both', async () => {
  await daemon({ [`GET /images/`]: { status: 200 } })
  expect(await askDocker(IMAGE, BUILT)).toMatchObject({ image: IMAGE })
})

test('an image that the registry has can be pulled', async () => {
  await daemon({ [`GET /distribution/${IMAGE}/json`]: { status: 200, body: {} } })
  expect(await askDocker(IMAGE, BUILT)).toEqual({ image: IMAGE, why: `the Docker daemon can pull ${IMAGE}` })
})

test('where the image cannot be pulled, the daemon says why, and the remedy names both ways to get one', async () => {
  const message = 'Get "https://registry.invalid/v2/": no such host'
  await daemon({ [`GET /distribution/${IMAGE}/json`]: { status: 500, body: { message } } })
  expect(await askDocker(IMAGE, BUILT)).toEqual({
    obstacle: `the Docker daemon has no image ${IMAGE} and cannot pull it (${message})`,
    remedy: `docker pull ${IMAGE}, or docker/build.sh, which makes ${BUILT}`,
  })
})

test('an answer that is no JSON is shown as it is', async () => {
  await daemon({ [`GET /distribution/${IMAGE}/json`]: { status: 502, body: '<h1>Bad Gateway</h1>' } })
  expect(await askDocker(IMAGE)).toMatchObject({ obstacle: expect.stringContaining('(<h1>Bad Gateway</h1>)') })
})

test('a registry that stays silent is not waited for', async () => {
  await daemon({ [`GET /distribution/${IMAGE}/json`]: 'never' })
  const { answer, tookMs } = await timed(askDocker(IMAGE))
  expect(answer).toMatchObject({ obstacle: expect.stringContaining(`no answer within ${REGISTRY_WITHIN_MS} ms`) })
  expect(tookMs).toBeLessThan(REGISTRY_WITHIN_MS + SLACK_MS)
}, 15_000)

test.each<[string, Record<string, Reply>, string]>([
  ['takes connections and stays silent', { 'GET /_ping': 'never' }, `no answer within ${ANSWER_WITHIN_MS} ms`],
  ['answers a ping and then stays silent', { 'GET /images/': 'never' }, `no answer within ${ANSWER_WITHIN_MS} ms`],
  ['is starting', { 'GET /_ping': { status: 503 } }, 'it answered with status 503'],
  ['fails inside', { 'GET /images/': { status: 500, body: { message: 'database is locked' } } }, 'database is locked'],
])('a daemon that %s cannot serve', async (_, replies, reason) => {
  await daemon(replies)
  const { answer, tookMs } = await timed(askDocker(IMAGE))
  expect(answer).toMatchObject({ obstacle: expect.stringContaining(reason), remedy: expect.any(String) })
  expect(answer.obstacle).toContain(process.env.DOCKER_HOST)
  expect(tookMs).toBeLessThan(ANSWER_WITHIN_MS + SLACK_MS)
})

test('where there is no socket, or a file that nobody listens on, that is known at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'no-engine-'))
  writeFileSync(join(folder, 'stale.sock'), '')
  try {
    for (const name of ['none.sock', 'stale.sock']) {
      process.env.DOCKER_HOST = `unix://${folder}/${name}`
      const { answer, tookMs } = await timed(askDocker(IMAGE))
      expect(answer).toEqual({
        obstacle: expect.stringMatching(new RegExp(`no Docker daemon answers at unix://.*${name} \\(.*connect E`)),
        remedy: 'Start Docker, or set DOCKER_HOST.',
      })
      expect(tookMs).toBeLessThan(SLACK_MS)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
