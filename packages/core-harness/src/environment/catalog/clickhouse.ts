import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import type { ClickHouseClient } from '@clickhouse/client'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

import type { Dependency, Installation, Limits, Missing, Server } from '../dependency.ts'
import { nodeProgram } from '../node-program.ts'

const SERVER = fileURLToPath(new URL('../clickhouse-server/main.ts', import.meta.url))

/** ClickHouse. A lease is a database. The native provider runs the engine of the npm package chdb behind its HTTP interface. */
export const clickhouse: Dependency = {
  name: 'clickhouse',
  title: 'ClickHouse',
  urlVariable: 'CLICKHOUSE_URL',
  schemes: ['http:', 'https:'],
  minimumVersion: '24.3',
  limits: { memoryBytes: 2 * 1024 * 1024 * 1024, cpus: 2, openFiles: 16_384 },
  tenancy: 'shared',
  startWithinMs: 60_000,
  native: {
    find: findChdb,
    async start({ directory, limits, secret, freePort, spawn }) {
      const port = await freePort()
      const options = ['--port', String(port), '--path', directory, '--max-memory-bytes', String(limits.memoryBytes)]
      spawn({
        command: nodeProgram,
        args: ['--disable-warning=ExperimentalWarning', SERVER, ...options],
        env: { ...process.env, CLICKHOUSE_USER: 'harness', CLICKHOUSE_PASSWORD: secret },
        stopSignal: 'KILL',
      })
      return [`http://harness:${secret}@127.0.0.1:${port}/default`]
    },
  },
  container: {
    image: 'clickhouse/clickhouse-server:25.8',
    /** Files and no variables: variables of a container can be read by all who may use the daemon. */
    async start({ limits, secret, run }) {
      const started = await run({
        ports: [8123],
        environment: { CLICKHOUSE_SKIP_USER_SETUP: '1' },
        files: [
          { path: '/etc/clickhouse-server/users.d/lease.xml', content: containerUser(secret) },
          { path: '/etc/clickhouse-server/config.d/lease.xml', content: containerSettings(limits) },
        ],
      })
      return [`http://harness:${secret}@${started.host}:${started.port(8123)}/default`]
    },
  },
  async probe([url = '']) {
    const client = createClient({ url, request_timeout: 5_000, log: quiet })
    try {
      const answer = await client.query({ query: 'SELECT version() AS version', format: 'JSONEachRow' })
      return (await answer.json<{ version: string }>())[0]?.version ?? ''
    } finally {
      await client.close()
    }
  },
  async slice(server, id) {
    await administer(server, `CREATE DATABASE ${databaseOf(id)}`)
    const url = new URL(server.urls[0] ?? '')
    url.pathname = `/${databaseOf(id)}`
    return { url: url.href, urls: [url.href] }
  },
  async clean(server, id) {
    await administer(server, `DROP DATABASE IF EXISTS ${databaseOf(id)}`)
  },
  async release(server) {
    const url = server.urls[0] ?? ''
    await administrators.get(url)?.close()
    administrators.delete(url)
  },
}

/** Errors reach the caller; the library would write them to the log as well, at every try of a server that starts. */
const quiet = { level: ClickHouseLogLevel.OFF }

async function findChdb(): Promise<Installation | Missing> {
  const require = createRequire(import.meta.url)
  try {
    const platform = process.platform === 'linux' ? `linux-${process.arch}-gnu` : `${process.platform}-${process.arch}`
    const engine = require(`@chdb/lib-${platform}/package.json`) as { version: string }
    return Promise.resolve({ program: require.resolve('chdb'), version: engine.version, origin: 'npm package chdb' })
  } catch {
    return Promise.resolve({
      missing: `the npm package chdb is not installed, or has no build for ${process.platform} on ${process.arch}`,
      install: 'npm ci --include=optional',
    })
  }
}

function containerUser(secret: string): string {
  const digest = createHash('sha256').update(secret).digest('hex')
  return (
    '<clickhouse><users><default remove="remove"/><harness>' +
    `<password_sha256_hex>${digest}</password_sha256_hex><networks><ip>::/0</ip></networks>` +
    '<profile>default</profile><quota>default</quota><access_management>1</access_management>' +
    '</harness></users></clickhouse>\n'
  )
}

/** Its log on standard output, which it has there by itself on a terminal only. */
function containerSettings({ memoryBytes }: Limits): string {
  return (
    '<clickhouse><logger><level>information</level><console>1</console></logger>' +
    `<max_server_memory_usage>${memoryBytes}</max_server_memory_usage></clickhouse>\n`
  )
}

function databaseOf(id: string): string {
  return `lease_${id}`
}

const administrators = new Map<string, ClickHouseClient>()

async function administer(server: Server, command: string): Promise<void> {
  const url = server.urls[0] ?? ''
  let administrator = administrators.get(url)
  if (!administrator) {
    administrator = createClient({ url, log: quiet })
    administrators.set(url, administrator)
  }
  await administrator.command({ query: command })
}
