import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Redis } from 'ioredis'

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
      const ports = await Promise.all(Array.from({ length: 2 * MASTERS }, freePort))
      const masters = mastersOn(ports.slice(0, MASTERS), (_, index) => ports[MASTERS + index] ?? 0)
      for (const master of masters) {
        // A folder each: when a test kills one master, the others keep theirs.
        const folder = join(directory, String(master.port))
        await mkdir(folder)
        const settings = [
          ...masterSettings(master, secret),
          ...redisSettings({ ...limits, memoryBytes: Math.floor(limits.memoryBytes / MASTERS) }, options),
          'bind 127.0.0.1',
          `dir ${folder}`,
        ]
        const file = join(folder, 'redis.conf')
        await writeFile(file, settings.join('\n'), { mode: 0o600 })
        await writeFile(join(folder, nodesFileOf(master)), clusterOf(masters, master))
        spawn({ command: installation.program, args: [file], stopSignal: 'KILL', cwd: folder, directory: folder })
      }
      return urlsOf('127.0.0.1', masters, secret)
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
      const masters = mastersOn(ports, (port) => port + (port < 55_000 ? 10_000 : -10_000))
      const settingsFiles = masters.map((master) => ({
        path: `/etc/redis-${master.port}.conf`,
        content: [
          ...masterSettings(master, secret),
          ...redisSettings({ ...limits, memoryBytes: Math.floor(limits.memoryBytes / MASTERS) }, options),
          'bind * -::*',
          'cluster-announce-ip 127.0.0.1',
          'dir /data',
        ].join('\n'),
      }))
      const nodesFiles = masters.map((master) => ({
        // The image's own account gets what lies there.
        path: `/data/${nodesFileOf(master)}`,
        content: clusterOf(masters, master),
      }))
      await run({
        ports: ports.map((port) => ({ container: port, host: port })),
        command: ['sh', '-c', RUN_ALL, 'sh', ...settingsFiles.map(({ path }) => path)],
        files: [...settingsFiles, ...nodesFiles],
      })
      return urlsOf('127.0.0.1', masters, secret)
    },
  },
  async probe(urls) {
    const versions = await Promise.all(urls.map((url) => askRedis(url, askMember)))
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

interface Master {
  /** Forty hexadecimal digits. */
  readonly id: string
  readonly port: number
  readonly busPort: number
  readonly slots: string
}

function mastersOn(ports: readonly number[], busPortOf: (port: number, index: number) => number): Master[] {
  return ports.map((port, index) => {
    const from = Math.floor((index * SLOTS) / ports.length)
    const to = Math.floor(((index + 1) * SLOTS) / ports.length) - 1
    return { id: randomBytes(20).toString('hex'), port, busPort: busPortOf(port, index), slots: `${from}-${to}` }
  })
}

function masterSettings({ port, busPort }: Master, secret: string): string[] {
  return [
    `port ${port}`,
    `cluster-port ${busPort}`,
    'cluster-enabled yes',
    `cluster-config-file ${nodesFileOf({ port })}`,
    'cluster-node-timeout 5000',
    `requirepass ${secret}`,
    `masterauth ${secret}`,
  ]
}

function nodesFileOf({ port }: Pick<Master, 'port'>): string {
  return `nodes-${port}.conf`
}

/**
 * What a master would have written about a cluster that was formed before, in the format of `CLUSTER NODES`: nobody has to
 * meet, and no order of arrival can go wrong. A master that starts in a cluster takes writes after two seconds, always
 * (`CLUSTER_WRITABLE_DELAY` of cluster.c), which is most of the time that a cluster takes here.
 */
function clusterOf(masters: readonly Master[], self: Master): string {
  const lines = masters.map(({ id, port, busPort, slots }, index) => {
    const flags = id === self.id ? 'myself,master' : 'master'
    return `${id} 127.0.0.1:${port}@${busPort} ${flags} - 0 0 ${index + 1} connected ${slots}`
  })
  return [...lines, `vars currentEpoch ${masters.length} lastVoteEpoch 0`, ''].join('\n')
}

function urlsOf(host: string, masters: readonly Master[], secret: string): string[] {
  return masters.map(({ port }) => `redis://:${secret}@${host}:${port}`)
}

/** Throws until this member sees the whole cluster and takes writes. */
async function askMember(connection: Redis): Promise<string> {
  const info = await connection.info('server')
  const version = /redis_version:(\S+)/.exec(info)?.[1] ?? ''
  if (/redis_mode:standalone/.test(info))
    throw new HarnessError('the server is a single Redis, not a member of a cluster', {
      remedy: 'REDIS_CLUSTER_URL takes the URLs of a Redis Cluster; a single server goes into REDIS_URL.',
    })
  const state = await connection.cluster('INFO')
  if (!/cluster_state:ok/.test(state) || !new RegExp(`cluster_slots_ok:${SLOTS}`).test(state))
    throw new Error(`the cluster is not whole: ${state.split('\r\n').slice(0, 3).join(' ')}`)
  return version
}
