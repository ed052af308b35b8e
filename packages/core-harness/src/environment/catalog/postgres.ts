import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

import type { Dependency, Limits, Server } from '../dependency.ts'
import { HarnessError } from '../errors.ts'
import { versionIn } from '../version.ts'
import { findPostgres, preparedDataDirectory, unprivileged } from './postgres-installation.ts'

/** In a container. */
const PASSWORD_FILE = '/run/postgres-password'
const AFTERWARDS = fileURLToPath(new URL('./postgres-afterwards.sh', import.meta.url))

/**
 * PostgreSQL. A lease is a database, cloned from a template when the holder brings migrations, so that they run once
 * however many test files use them.
 */
export const postgres: Dependency = {
  name: 'postgres',
  title: 'PostgreSQL',
  urlVariable: 'POSTGRES_URL',
  schemes: ['postgres:', 'postgresql:'],
  minimumVersion: '14',
  limits: { memoryBytes: 512 * 1024 * 1024, cpus: 2, openFiles: 4_096 },
  tenancy: 'shared',
  startWithinMs: 30_000,
  native: {
    find: findPostgres,
    async start({ installation, directory, limits, freePort, spawn }) {
      const { data, secret } = await preparedDataDirectory(installation, directory)
      const port = await freePort()
      const settings = {
        ...serverSettings(limits, installation.version),
        listen_addresses: '127.0.0.1',
        // None: its file would lie in /tmp, and stay there when the server is killed.
        unix_socket_directories: '',
        // In files of its data directory, and not of /dev/shm, for the same reason.
        dynamic_shared_memory_type: 'mmap',
        port: String(port),
      }
      const { command, args } = unprivileged(installation.program, ['-D', data, ...flags(settings)])
      // Immediate shutdown: nothing of it is kept, but shared memory is given back, which SIGKILL would not do.
      const signals = { stopSignal: 'QUIT', orderlySignal: 'INT' } as const
      spawn({ command, args, ...signals, limitMemory: true, afterwards: AFTERWARDS })
      return [`postgres://harness:${secret}@127.0.0.1:${port}/postgres`]
    },
  },
  container: {
    image: 'postgres:18.1-bookworm',
    builtImage: 'proving-ground/postgres:trixie',
    async start({ limits, secret, run }) {
      const started = await run({
        ports: [5432],
        environment: {
          POSTGRES_USER: 'harness',
          POSTGRES_PASSWORD_FILE: PASSWORD_FILE,
          POSTGRES_DB: 'postgres',
          POSTGRES_INITDB_ARGS: '--no-sync',
        },
        // A file and no variable: variables of a container can be read by all who may use the daemon.
        files: [{ path: PASSWORD_FILE, content: secret }],
        command: ['postgres', ...flags(serverSettings(limits, '14'))],
      })
      return [`postgres://harness:${secret}@${started.host}:${started.port(5432)}/postgres`]
    },
  },
  async probe([url = '']) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: 5_000 })
    client.on('error', () => undefined) // A query in flight reports the loss of the connection itself.
    try {
      await client.connect()
      const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
      return versionIn(`${rows[0]?.server_version}.0`)
    } finally {
      await client.end()
    }
  },
  async slice(server, id, { migrations = [] }) {
    const template = migrations.length === 0 ? '' : `TEMPLATE ${await templateOf(server, migrations)}`
    await administer(server, `CREATE DATABASE ${databaseOf(id)} ${template} ${copyStrategy(server, template)}`)
    const url = new URL(server.urls[0] ?? '')
    url.pathname = `/${databaseOf(id)}`
    return { url: url.href, urls: [url.href] }
  },
  async clean(server, id) {
    const names = id === server.holder ? await templatesOf(server) : [databaseOf(id)]
    for (const name of names) {
      await connectionsEnd(server, name)
      await administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    }
  },
  async release(server) {
    const url = server.urls[0] ?? ''
    for (const key of templates.keys()) if (key.startsWith(`${url} `)) templates.delete(key)
    const administrator = administrators.get(url)
    administrators.delete(url)
    await administrator?.end()
  },
}

function serverSettings(limits: Limits, version: string): Record<string, string> {
  const mebibytes = Math.floor(limits.memoryBytes / 1024 / 1024)
  return {
    // What is on the disk is thrown away with the server; a crash of the machine ends the tests too.
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: `${Math.floor(mebibytes / 4)}MB`,
    max_connections: '200',
    max_parallel_workers: String(Math.ceil(limits.cpus)),
    ...(Number.parseInt(version) >= 18 ? { file_copy_method: 'clone' } : {}),
  }
}

function flags(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

function databaseOf(id: string): string {
  return `lease_${id}`
}

/** PostgreSQL 15 and later can copy files instead of logging every block, which is quicker for small templates. */
function copyStrategy(server: Server, template: string): string {
  return template !== '' && Number.parseInt(server.version) >= 15 ? 'STRATEGY FILE_COPY' : ''
}

const CONNECTIONS_END_WITHIN_MS = 500

const administrators = new Map<string, pg.Pool>()
const templates = new Map<string, Promise<string>>()

/** Runs a statement outside any lease. The pool is bounded, so that many leases at once queue here and not at the server. */
async function administer<Row extends pg.QueryResultRow>(server: Server, statement: string): Promise<Row[]> {
  const url = server.urls[0] ?? ''
  let administrator = administrators.get(url)
  if (!administrator) {
    const limits = { max: 4, connectionTimeoutMillis: 10_000, query_timeout: 60_000 }
    administrator = new pg.Pool({ connectionString: url, allowExitOnIdle: true, ...limits })
    administrator.on('error', () => undefined) // An idle connection was lost; the next statement opens another.
    administrators.set(url, administrator)
  }
  return (await administrator.query<Row>(statement)).rows
}

/**
 * Waits a moment for connections that are ending: a client says that it has ended before the server knows, and would hear
 * of a database dropped by force as an error. Those that stay are cut off by the drop.
 */
async function connectionsEnd(server: Server, database: string): Promise<void> {
  const deadline = performance.now() + CONNECTIONS_END_WITHIN_MS
  const query = `SELECT 1 FROM pg_stat_activity WHERE datname = '${database}' LIMIT 1`
  while ((await administer(server, query)).length > 0 && performance.now() < deadline) await delay(5)
}

function templatePrefix({ holder }: Server): string {
  return `template_${holder.replaceAll('-', '_')}_`
}

async function templatesOf(server: Server): Promise<string[]> {
  const query = `SELECT datname FROM pg_database WHERE starts_with(datname, '${templatePrefix(server)}')`
  return (await administer<{ datname: string }>(server, query)).map(({ datname }) => datname)
}

/** The template that these migrations make: made once for each server, and shared by all who ask meanwhile. */
function templateOf(server: Server, migrations: readonly string[]): Promise<string> {
  const digest = createHash('sha256').update(JSON.stringify(migrations)).digest('hex').slice(0, 16)
  const key = `${server.urls[0]} ${digest}`
  let template = templates.get(key)
  if (!template) {
    template = makeTemplate(server, `${templatePrefix(server)}${digest}`, migrations)
    templates.set(key, template)
    template.catch(() => templates.delete(key))
  }
  return template
}

async function makeTemplate(server: Server, name: string, migrations: readonly string[]): Promise<string> {
  await administer(server, `CREATE DATABASE ${name}`)
  const url = new URL(server.urls[0] ?? '')
  url.pathname = `/${name}`
  const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined) // A migration in flight reports the loss of the connection itself.
  try {
    await client.connect()
    for (const [index, migration] of migrations.entries()) {
      await client.query(migration).catch((error: Error) => {
        throw new HarnessError(`running migration ${index + 1} of ${migrations.length}: ${error.message}`, {
          cause: error,
        })
      })
    }
  } catch (error) {
    await client.end()
    await administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    throw error
  }
  await client.end()
  return name
}
