import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'

import type { Dependency } from '../dependency.ts'
import { HarnessError } from '../errors.ts'
import { askRedis, removeByPrefix } from './redis-connection.ts'
import { findRedis, redisSettings } from './redis.ts'

const MASTERS = 3
const SLOTS = 16_384

/** A Redis for each file that is given, under the image's account; when one ends, all end. */
const RUN_ALL = 'trap "exit 1" TERM; for file; do { docker-entrypoint.sh redis-server "$file"; kill $$; } & done; wait'

/** Redis Cluster with three masters. A lease is a key prefix: channels are shared by all leases and carry it too. */
export const redisCluster: Dependency = {
  name: 'redis-cluster',
  title: 'Redis Cluster',
  urlVariable: 'REDIS_CLUSTER_URL',
  schemes: ['redis:', 'rediss:'],
  minimumVersion: '7.0',
  limits: { memoryBytes: 384 * 1024 * 1024, cpus: 1, openFiles: 4_096 },
  tenancy: 'shared',
  startWithinMs: 30_000,
  native: {
    find: findRedis,
    async start({ installation, directory, limits, options, secret, freePort, spawn }) {
      const ports = await Promise.all(Array.from({ length: MASTERS }, freePort))
      for (const port of ports) {
        // A folder each: when a test kills one master, the others keep theirs.
        const folder = join(directory, String(port))
        await mkdir(folder)
        const settings = [
          ...masterSettings(port, await freePort(), secret),
          ...redisSettings({ ...limits, memoryBytes: Math.floor(limits.memoryBytes / MASTERS) }, options),
          'bind 127.0.0.1',
          `dir ${folder}`,
        ]
        const file = join(folder, 'redis.conf')
        await writeFile(file, settings.join('\n'), { mode: 0o600 })
        spawn({ command: installation.program, args: [file], stopSignal: 'KILL', cwd: folder, directory: folder })
      }
      return urlsOf('127.0.0.1', ports, secret)
    },
  },
  container: {
    image: 'redis:8.2-bookworm',
    builtImage: 'proving-ground/redis:trixie',
    /**
     * Three masters in one container. They tell clients the ports of this machine and each other the loopback address,
     * so a port has the same number inside and outside.
     */
    async start({ limits, options, secret, freePort, run }) {
      const ports = await Promise.all(Array.from({ length: MASTERS }, freePort))
      const files = ports.map((port) => ({
        path: `/etc/redis-${port}.conf`,
        content: [
          ...masterSettings(port, port + (port < 55_000 ? 10_000 : -10_000), secret),
          ...redisSettings({ ...limits, memoryBytes: Math.floor(limits.memoryBytes / MASTERS) }, options),
          'bind * -::*',
          'cluster-announce-ip 127.0.0.1',
          'dir /tmp',
        ].join('\n'),
      }))
      await run({
        ports: ports.map((port) => ({ container: port, host: port })),
        command: ['sh', '-c', RUN_ALL, 'sh', ...files.map(({ path }) => path)],
        files,
      })
      return urlsOf('127.0.0.1', ports, secret)
    },
  },
  async probe(urls) {
    const versions = await Promise.all(urls.map((url) => askRedis(url, joinCluster(urls))))
    return versions[0] ?? ''
  },
  /** Makes nothing, but makes sure that all masters are there. */
  async slice({ urls }, id) {
    await redisCluster.probe(urls)
    return { url: urls[0] ?? '', urls, keyPrefix: `${id}:` }
  },
  async clean({ urls }, id) {
    await Promise.all(urls.map((url) => askRedis(url, (connection) => removeByPrefix(connection, `${id}:`))))
  },
}

function masterSettings(port: number, busPort: number, secret: string): string[] {
  return [
    `port ${port}`,
    `cluster-port ${busPort}`,
    'cluster-enabled yes',
    `cluster-config-file nodes-${port}.conf`,
    'cluster-node-timeout 5000',
    `requirepass ${secret}`,
    `masterauth ${secret}`,
  ]
}

function urlsOf(host: string, ports: readonly number[], secret: string): string[] {
  return ports.map((port) => `redis://:${secret}@${host}:${port}`)
}

/**
 * One step of forming the cluster, safe to repeat: a fresh master takes its share of the slots and meets the first one.
 * Throws until this master sees the whole cluster and accepts writes.
 */
function joinCluster(urls: readonly string[]): (connection: Redis) => Promise<string> {
  return async (connection) => {
    const info = await connection.info('server')
    const version = /redis_version:(\S+)/.exec(info)?.[1] ?? ''
    if (/redis_mode:standalone/.test(info))
      throw new HarnessError('the server is a single Redis, not a member of a cluster', {
        remedy: 'REDIS_CLUSTER_URL takes the URLs of a Redis Cluster; a single server goes into REDIS_URL.',
      })
    const state = await connection.cluster('INFO')
    if (/cluster_slots_assigned:0\b/.test(state)) await takeShare(connection, urls)
    if (!/cluster_state:ok/.test(state) || !new RegExp(`cluster_slots_ok:${SLOTS}`).test(state))
      throw new Error(`the cluster is not formed yet: ${state.split('\r\n').slice(0, 3).join(' ')}`)
    return version
  }
}

async function takeShare(connection: Redis, urls: readonly string[]): Promise<void> {
  const own = urls.findIndex((url) => Number(new URL(url).port) === connection.options.port)
  const from = Math.floor((own * SLOTS) / urls.length)
  const to = Math.floor(((own + 1) * SLOTS) / urls.length) - 1
  const first = new URL(urls[0] ?? '')
  // Before anything is changed: where the first master does not answer yet, all of this is done again.
  const bus = await askRedis(urls[0] ?? '', (node) => node.config('GET', 'cluster-port'))
  await connection.call('CLUSTER', 'SET-CONFIG-EPOCH', String(own + 1))
  await connection.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to))
  if (own > 0) await connection.call('CLUSTER', 'MEET', '127.0.0.1', first.port, (bus as string[])[1] ?? '')
}
