import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { loadDependency } from '../../../src/environment/catalog/index.ts'
import type { DependencyName } from '../../../src/environment/dependency.ts'
import { OWNER_LABEL } from '../../../src/environment/providers/container-label.ts'
import type { Lease } from '../../../src/environment/protocol.ts'
import { eventually } from '../../../src/guarantee/eventually.ts'
import type { Holder } from '../scratch/holder.ts'
import type { ScratchWorkspace } from '../scratch/scratch-workspace.ts'
import { containerWorkspace, containersOf, describeOnDocker, hasVolume } from './real-daemon.ts'
import type { Inspected } from './real-daemon.ts'

/** Every dependency in a container: it works, within its limits, for this machine only, and leaves nothing. */
const NAMES: readonly DependencyName[] = ['redis', 'redis-cluster', 'postgres', 'rabbitmq']

for (const name of NAMES) {
  const describeHere = await describeOnDocker([name])
  describeHere(`${name} in a container`, () => {
    let workspace: ScratchWorkspace
    let holder: Holder
    let lease: Lease
    let container: Inspected

    beforeAll(async () => {
      workspace = containerWorkspace()
      holder = workspace.holder()
      lease = await holder.lease(name)
      const [first, ...others] = await containersOf(workspace)
      expect(others).toEqual([])
      container = first as Inspected
    }, 90_000)

    afterAll(async () => {
      await workspace.dispose()
    }, 60_000)

    test('it is leased and does what it is there for', async () => {
      expect(lease).toMatchObject({ dependency: name, provider: 'container' })
      expect(await (await loadDependency(name)).probe(urlsOf(lease, container))).toBe(lease.version)
    })

    test('it is reachable over the loopback interface only', () => {
      const bindings = Object.values(container.NetworkSettings.Ports).flatMap((bound) => bound ?? [])
      expect(bindings.length).toBeGreaterThan(0)
      expect(new Set(bindings.map(({ HostIp }) => HostIp))).toEqual(new Set(['127.0.0.1']))
    })

    test('it has quotas of memory and processor, no swap, and limits of open files', async () => {
      const { memoryBytes, cpus, openFiles } = (await loadDependency(name)).limits
      const { Memory, MemorySwap, CpuQuota, CpuPeriod, Ulimits } = container.HostConfig
      expect(Memory).toBe(1.5 * memoryBytes)
      expect(MemorySwap).toBe(Memory)
      expect(CpuQuota / CpuPeriod).toBe(cpus)
      expect(Ulimits).toContainEqual({ Name: 'nofile', Soft: openFiles, Hard: openFiles })
    })

    test('it carries the label of its supervisor', () => {
      expect(container.Config.Labels[OWNER_LABEL]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{8}$/)
    })

    test('its password cannot be read off the daemon', () => {
      const { password } = new URL(lease.url)
      expect(password).toMatch(/^[0-9a-f]{24}$/)
      expect(JSON.stringify(container)).not.toContain(password)
    })

    test('what it writes is in its log', async () => {
      const { servers } = await holder.status()
      expect(servers).toMatchObject([{ logFile: expect.stringContaining(`/${name}-`) }])
      expect(workspace.logs()).toMatch(/ready|started|accept connections|Cluster state changed/i)
    })

    test('nothing of it is left when it is stopped, its volumes included', async () => {
      const volumes = container.Mounts.flatMap(({ Type, Name }) =>
        Type === 'volume' && Name !== undefined ? [Name] : [],
      )
      expect(await Promise.all(volumes.map(hasVolume))).toEqual(volumes.map(() => true))
      await holder.end()
      await workspace.harness(['down'])
      await eventually(async () => (await containersOf(workspace)).length === 0, {
        withinMs: 10_000,
        describe: 'the container is removed',
      })
      expect(await Promise.all(volumes.map(hasVolume))).toEqual(volumes.map(() => false))
    }, 30_000)
  })
}

/** RabbitMQ is probed through its management interface too, of which a lease does not tell. */
function urlsOf({ dependency, urls }: Lease, { NetworkSettings }: Inspected): readonly string[] {
  if (dependency !== 'rabbitmq') return urls
  const management = new URL((urls[0] ?? '').replace(/^amqp/, 'http'))
  management.port = NetworkSettings.Ports['15672/tcp']?.[0]?.HostPort ?? ''
  management.pathname = '/'
  return [...urls, management.href]
}
