import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { askProgram, findServerProgram } from '../program.ts'
import { versionIn } from '../version.ts'
import type { Dependency, Installation, LeaseOptions, Limits, Missing } from '../dependency.ts'
import { askRedis, removeByPrefix } from './redis-connection.ts'

/**
 * Redis. A lease is a server of its own, because publish/subscribe and settings cross logical databases; on a server that
 * the user gave, a lease is a key prefix.
 */
export const redis: Dependency = {
  name: 'redis',
  title: 'Redis',
  urlVariable: 'REDIS_URL',
  schemes: ['redis:', 'rediss:'],
  minimumVersion: '6.2',
  limits: { memoryBytes: 256 * 1024 * 1024, cpus: 1, openFiles: 4_096 },
  tenancy: 'own',
  startWithinMs: 10_000,
  native: {
    find: findRedis,
    async start({ installation, directory, limits, options, secret, freePort, spawn }) {
      const port = await freePort()
      const file = join(directory, 'redis.conf')
      const settings = [...redisSettings(limits, options), `requirepass ${secret}`, 'bind 127.0.0.1', `port ${port}`]
      await writeFile(file, [...settings, `dir ${directory}`].join('\n'), { mode: 0o600 })
      spawn({ command: installation.program, args: [file], stopSignal: 'KILL' })
      return [`redis://:${secret}@127.0.0.1:${port}/0`]
    },
  },
  container: {
    image: 'redis:8.2-bookworm',
    builtImage: 'proving-ground/redis:trixie',
    async start({ limits, options, secret, run }) {
      const settings = [...redisSettings(limits, options), `requirepass ${secret}`, 'bind * -::*']
      const started = await run({
        ports: [6379],
        command: ['redis-server', '/etc/redis-lease.conf'],
        files: [{ path: '/etc/redis-lease.conf', content: settings.join('\n') }],
      })
      return [`redis://:${secret}@${started.host}:${started.port(6379)}/0`]
    },
  },
  async probe([url = '']) {
    return await askRedis(url, async (connection) => {
      await connection.ping()
      return /redis_version:(\S+)/.exec(await connection.info('server'))?.[1] ?? ''
    })
  },
  slice({ urls: [url = ''] }, id) {
    return Promise.resolve({ url, urls: [url], keyPrefix: `${id}:` })
  },
  async clean({ urls: [url = ''] }, id) {
    await askRedis(url, (connection) => removeByPrefix(connection, `${id}:`))
  },
}

/** Also serves redis-cluster. */
export async function findRedis(): Promise<Installation | Missing> {
  const program = findServerProgram('redis-server')
  if (program === undefined)
    return {
      missing: 'there is no redis-server on the PATH or in the usual places',
      install: 'apt-get install redis-server',
    }
  return { program, version: versionIn(await askProgram(program, ['--version'])), origin: program }
}

/** Nothing is kept on disk, and memory is bounded by Redis itself. */
export function redisSettings(limits: Limits, options: LeaseOptions): string[] {
  return [
    'save ""',
    'appendonly no',
    `maxmemory ${options.maxmemoryBytes ?? limits.memoryBytes}`,
    `maxmemory-policy ${options.maxmemoryPolicy ?? 'noeviction'}`,
  ]
}
