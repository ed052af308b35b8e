import { connect } from 'amqplib'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Dependency, Installation, Limits, Missing } from '../dependency.ts'
import { HarnessError } from '../errors.ts'
import { findProgram, findServerProgram } from '../program.ts'
import { versionIn } from '../version.ts'

const MANAGEMENT_PORT = 15_672
/** What it takes to end when it is asked to. */
const ORDERLY_END_MS = 15_000

/**
 * Starts Erlang's name server in the same process group, and the program once it answers. Where none answers, Erlang starts
 * one by itself, as a daemon that nobody ends; NO_DAEMON forbids that.
 */
const WITH_NAME_SERVER = `
epmd -address 127.0.0.1 & names=$!
until epmd -names >/dev/null 2>&1; do
  kill -0 "$names" 2>/dev/null || { echo 'epmd has ended: address already in use?'; exit 1; }
  sleep 0.02
done
exec "$0"
`
const NO_DAEMON = '-start_epmd false'

/**
 * RabbitMQ. A lease is a virtual host, made through the management interface: `RABBITMQ_MANAGEMENT_URL` for a server that
 * the user gave, by default port 15672 of the same host. The second URL of a server is its management interface.
 */
export const rabbitmq: Dependency = {
  name: 'rabbitmq',
  title: 'RabbitMQ',
  urlVariable: 'RABBITMQ_URL',
  companionVariable: 'RABBITMQ_MANAGEMENT_URL',
  schemes: ['amqp:', 'amqps:'],
  minimumVersion: '3.9',
  limits: { memoryBytes: 1024 * 1024 * 1024, cpus: 2, openFiles: 16_384 },
  tenancy: 'shared',
  startWithinMs: 60_000,
  native: {
    find: () => Promise.resolve(findRabbitmq()),
    async start({ installation, directory, limits, secret, freePort, spawn }) {
      const [port, management, distribution, names] = await Promise.all([
        freePort(),
        freePort(),
        freePort(),
        freePort(),
      ])
      const listeners = [
        `listeners.tcp.1 = 127.0.0.1:${port}`,
        'management.tcp.ip = 127.0.0.1',
        `management.tcp.port = ${management}`,
      ]
      await writeFile(join(directory, 'rabbitmq.conf'), settings(limits, secret, listeners), { mode: 0o600 })
      await writeFile(join(directory, 'enabled_plugins'), '[rabbitmq_management].')
      await mkdir(join(directory, 'home'))
      spawn({
        command: '/bin/sh',
        args: ['-c', WITH_NAME_SERVER, installation.program],
        env: nodeEnvironment(directory, { distribution, names, schedulers: Math.ceil(limits.cpus) }),
        stopSignal: 'KILL',
        graceMs: ORDERLY_END_MS,
      })
      const credentials = `harness:${secret}@127.0.0.1`
      return [`amqp://${credentials}:${port}`, `http://${credentials}:${management}`]
    },
  },
  container: {
    image: 'rabbitmq:4.2-management',
    builtImage: 'proving-ground/rabbitmq:trixie',
    async start({ limits, secret, run }) {
      const started = await run({
        ports: [5672, MANAGEMENT_PORT],
        environment: { RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: schedulerFlags(Math.ceil(limits.cpus)) },
        files: [{ path: '/etc/rabbitmq/conf.d/90-lease.conf', content: settings(limits, secret, []) }],
      })
      const credentials = `harness:${secret}@${started.host}`
      return [`amqp://${credentials}:${started.port(5672)}`, `http://${credentials}:${started.port(MANAGEMENT_PORT)}`]
    },
  },
  async probe(urls) {
    const version = await useQueue(urls)
    await manage(urls, 'GET', '/api/overview')
    return version
  },
  probeLease: useQueue,
  async slice(server, id) {
    const host = virtualHostOf(id)
    await manage(server.urls, 'PUT', `/api/vhosts/${host}`, {})
    const user = decodeURIComponent(new URL(server.urls[0] ?? '').username) || 'guest'
    const all = { configure: '.*', write: '.*', read: '.*' }
    await manage(server.urls, 'PUT', `/api/permissions/${host}/${encodeURIComponent(user)}`, all)
    const url = new URL(server.urls[0] ?? '')
    url.pathname = `/${host}`
    return { url: url.href, urls: [url.href] }
  },
  async clean(server, id) {
    await manage(server.urls, 'DELETE', `/api/vhosts/${virtualHostOf(id)}`)
  },
}

/** Makes a queue and removes it; resolves with the server's version. */
async function useQueue([url = '']: readonly string[]): Promise<string> {
  const connection = await connect(url, { timeout: 5_000 })
  connection.on('error', () => undefined) // An operation in flight reports the loss of the connection itself.
  try {
    const channel = await connection.createChannel()
    const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true })
    await channel.deleteQueue(queue)
    return versionIn(String(connection.connection.serverProperties.version))
  } finally {
    await connection.close()
  }
}

/** The server's own script first: the one on the PATH of a Debian machine changes the account and hides the output. */
function findRabbitmq(): Installation | Missing {
  const program = findServerProgram('rabbitmq-server', {
    before: ['/usr/lib/rabbitmq/bin', '/opt/homebrew/opt/rabbitmq/sbin'],
  })
  if (program === undefined)
    return {
      missing: 'there is no rabbitmq-server on the PATH or in the usual places',
      install: 'apt-get install rabbitmq-server',
    }
  if (findProgram('epmd') === undefined)
    return {
      missing: `there is ${program}, but no Erlang (epmd) on the PATH`,
      install: 'apt-get install rabbitmq-server',
    }
  return { program, version: installedVersion(program), origin: program }
}

/** Read off the folder that the package has put the release into: to ask the program takes a second. */
function installedVersion(program: string): string {
  const releases = '/usr/lib/rabbitmq/lib'
  const names = existsSync(releases) ? readdirSync(releases) : []
  return versionIn(names.find((name) => name.startsWith('rabbitmq_server-')) ?? program)
}

function settings(limits: Limits, secret: string, listeners: readonly string[]): string {
  return [
    ...listeners,
    'default_user = harness',
    `default_pass = ${secret}`,
    'loopback_users.harness = false',
    'log.console = true',
    'log.console.level = info',
    'log.file = false',
    'disk_free_limit.absolute = 50MB',
    `vm_memory_high_watermark.absolute = ${limits.memoryBytes}`,
    '',
  ].join('\n')
}

function nodeEnvironment(
  directory: string,
  { distribution, names, schedulers }: { distribution: number; names: number; schedulers: number },
): NodeJS.ProcessEnv {
  return {
    ...process.env,
    HOME: join(directory, 'home'),
    ERL_EPMD_PORT: String(names),
    ERL_AFLAGS: NO_DAEMON,
    RABBITMQ_NODENAME: `lease-${distribution}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_PID_FILE: join(directory, 'pid'),
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'enabled_plugins'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `${schedulerFlags(schedulers)} -kernel inet_dist_use_interface {127,0,0,1}`,
  }
}

/** No busy waiting: an idle server leaves the cores to the tests. */
function schedulerFlags(schedulers: number): string {
  return `+S ${schedulers}:${schedulers} +sbwt none +sbwtdcpu none +sbwtdio none`
}

function virtualHostOf(id: string): string {
  return `lease-${id}`
}

function managementUrl([amqp = '', management]: readonly string[]): URL {
  if (management !== undefined) return new URL(management)
  const url = new URL(amqp.replace(/^amqp/, 'http'))
  url.port = String(MANAGEMENT_PORT)
  return url
}

/** @throws HarnessError when the management interface cannot be reached or refuses */
async function manage(urls: readonly string[], method: string, path: string, body?: object): Promise<void> {
  const base = managementUrl(urls)
  const credentials = `${decodeURIComponent(base.username) || 'guest'}:${decodeURIComponent(base.password) || 'guest'}`
  let response: Response
  try {
    response = await fetch(new URL(path, `${base.protocol}//${base.host}`), {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    })
  } catch (error) {
    throw new HarnessError(`asking RabbitMQ's management interface at ${base.host}: it cannot be reached`, {
      remedy: 'Enable it (rabbitmq-plugins enable rabbitmq_management), or set RABBITMQ_MANAGEMENT_URL.',
      cause: error,
    })
  }
  if (response.ok || (method === 'DELETE' && response.status === 404)) return
  throw new HarnessError(
    `asking RabbitMQ's management interface at ${base.host}: ${method} ${path} gave ${response.status}`,
    {
      remedy: 'The user needs the tag "administrator" to make virtual hosts.',
    },
  )
}
