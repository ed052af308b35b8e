import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createServer } from 'node:net'

import { redisCluster } from '../../../src/environment/catalog/redis-cluster.ts'
import { postgres } from '../../../src/environment/catalog/postgres.ts'
import { eventually } from '../../../src/guarantee/eventually.ts'
import type { Holder } from '../scratch/holder.ts'
import type { ScratchWorkspace } from '../scratch/scratch-workspace.ts'
import { containerWorkspace, containersOf, describeOnDocker, killContainer } from './real-daemon.ts'
import type { Inspected } from './real-daemon.ts'

/** Containers that end by themselves, before they are ready or later. */
const describeHere = await describeOnDocker(['redis', 'postgres'])

describeHere('a container that ends by itself', () => {
  let workspace: ScratchWorkspace
  let holder: Holder

  beforeAll(() => {
    workspace = containerWorkspace()
    holder = workspace.holder()
  })

  afterAll(async () => {
    await workspace.dispose()
  }, 60_000)

  test('before it is ready: that is told at once, with its last lines, and nothing is left', async () => {
    // The other image has no redis-server, which a shell finds out after the container was started.
    const [other] = await imagesHere()
    const mistaken = workspace.holder({ HARNESS_IMAGE_REDIS: other ?? '' })
    await mistaken.ask({ do: 'connect' })
    const began = performance.now()
    const failure = await mistaken.lease('redis').then(
      () => undefined,
      (error: Error) => error,
    )
    const tookMs = performance.now() - began
    expect(failure?.message).toMatch(
      /starting Redis \(container, .*\): its (container ended with exit code 127|process ended)/,
    )
    expect(failure?.message).toMatch(/last lines of its log:\n.*redis-server: not found/)
    expect(tookMs).toBeLessThan(8_000) // The library would find out after ten seconds, its probe after another ten.
    const left = (await containersOf(workspace)).map(({ Config }) => Config.Cmd)
    expect(left.filter((command) => command[0] === 'redis-server')).toEqual([])
  })

  test('later: the next lease gets another, and the dead one leaves nothing', async () => {
    const before = await holder.lease('postgres')
    const [container] = await containersOf(workspace)
    await killContainer(container as Inspected)
    await eventually(async () => (await holder.status()).servers.every(({ isAlive }) => !isAlive), {
      withinMs: 5_000,
      describe: 'its end is noticed',
    })
    const after = await holder.lease('postgres')
    expect(new URL(after.url).host).not.toBe(new URL(before.url).host)
    await holder.release(before)
    await holder.release(after)
    const left = await containersOf(workspace)
    expect(left).toHaveLength(1)
    expect(left[0]?.Id).not.toBe(container?.Id)
  }, 60_000)

  test('one master of a cluster takes its container along', async () => {
    await holder.lease('redis-cluster')
    const cluster = (await containersOf(workspace)).find(({ Config }) => Config.Image.includes('redis')) as Inspected
    const [url = ''] = (await holder.lease('redis-cluster')).urls
    const { askRedis } = await import('../../../src/environment/catalog/redis-connection.ts')
    await askRedis(url, (connection) => connection.call('SHUTDOWN', 'NOSAVE')).catch((error: Error) => error)
    await eventually(async () => (await containersOf(workspace)).every(({ Id }) => Id !== cluster.Id), {
      withinMs: 10_000,
      describe: 'the container is gone',
    })
    const after = await holder.lease('redis-cluster')
    expect(await redisCluster.probe(after.urls)).toBe(after.version)
  }, 60_000)

  /** Of PostgreSQL, official or built. */
  async function imagesHere(): Promise<string[]> {
    await holder.lease('postgres')
    const images = (await containersOf(workspace)).map(({ Config }) => Config.Image)
    const { image, builtImage = '' } = postgres.container
    return images.filter((name) => [image, builtImage].includes(name))
  }
})

describeHere('a port that is taken', () => {
  test('is told by the daemon as such, which makes the starter try another', async () => {
    const { startContainer } = await import('../../../src/environment/providers/container.ts')
    const { openLog } = await import('../../../src/environment/log.ts')
    const { resolveProvider, preferenceOf } = await import('../../../src/environment/providers/resolve.ts')
    const configuration = { dependencies: {}, adapters: {}, idleMs: 1_000 }
    const preference = preferenceOf(redisCluster, configuration, { HARNESS_PROVIDER: 'container' })
    const resolution = await resolveProvider(redisCluster, preference)
    if (resolution.provider !== 'container') throw new Error('another provider was forced')
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as { port: number }
    const site = { owner: `test-${process.pid}`, log: openLog(`taken-${process.pid}`), options: {}, secret: 'x' }
    const wanting = {
      ...redisCluster,
      container: {
        ...redisCluster.container,
        start: async ({ run }: Parameters<typeof redisCluster.container.start>[0]) => {
          await run({ ports: [{ container: 6379, host: port }] })
          return []
        },
      },
    }
    try {
      await expect(startContainer(wanting, resolution, site)).rejects.toThrow(
        /address already in use|already allocated/,
      )
    } finally {
      taken.close()
      site.log.close()
    }
  }, 30_000)
})
