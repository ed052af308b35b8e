import { randomUUID } from 'node:crypto'
import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { delimiter, join } from 'node:path'
import { mayReuseResults } from './reuse.mjs'

/**
 * Prints one line of facts that a result on real dependencies rests on and that no file of the workspace tells: Nx makes
 * it part of the hash of such a result, so that a change of any fact is a cache miss.
 *
 * The programs are not asked for their version: RabbitMQ would start Erlang for the answer, and this runs before every
 * `nx run`. Where a program really lies, its size and the time of its build change with its version.
 */

const MODULES = new URL('../../node_modules/', import.meta.url)
const DOCKER_ANSWERS_WITHIN_MS = 100

const docker = await dockerVersion(process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock')
const facts = {
  platform: process.platform,
  arch: process.arch,
  node: installedVersion('node') ?? process.versions.node,
  provider: process.env.HARNESS_PROVIDER || (docker === 'none' ? 'native' : 'container'),
  docker,
  'redis-server': program('redis-server'),
  'rabbitmq-server': program('rabbitmq-server'),
  postgres: program('postgres', debianPostgres()),
  chdb: installedVersion('chdb') ?? 'none',
  ...harnessSettings(),
  // Nx gives a task the variables of .env files, which the plugin has not seen when it allowed the task to be cached.
  ...(mayReuseResults(process.env) ? {} : { never: randomUUID() }),
}
console.log(
  Object.entries(facts)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' '),
)

function installedVersion(module) {
  try {
    return JSON.parse(readFileSync(new URL(`${module}/package.json`, MODULES), 'utf8')).version
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

function program(name, folders = []) {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...folders]) {
    const path = join(folder, name)
    const found = statSync(path, { throwIfNoEntry: false })
    if (found?.isFile()) return `${realpathSync(path)} ${found.size} ${Math.trunc(found.mtimeMs)}`
  }
  return 'none'
}

/** Debian keeps the servers of PostgreSQL out of PATH, in a folder per major version. */
function debianPostgres() {
  const root = '/usr/lib/postgresql'
  if (!statSync(root, { throwIfNoEntry: false })) return []
  return readdirSync(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'))
}

function harnessSettings() {
  return Object.fromEntries(
    Object.entries(process.env)
      .filter(([name]) => name.startsWith('HARNESS_') && name !== 'HARNESS_PROVIDER')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/**
 * The version of the daemon, or `none` when nobody answers. A remote daemon is named by its address and not asked.
 *
 * @param {string} host as in DOCKER_HOST
 * @returns {Promise<string>}
 */
function dockerVersion(host) {
  if (!host.startsWith('unix://')) return Promise.resolve(host)
  return new Promise((resolve) => {
    const socketPath = host.slice('unix://'.length)
    const call = request({ socketPath, path: '/version', timeout: DOCKER_ANSWERS_WITHIN_MS })
    call.on('response', async (response) => {
      let body = ''
      try {
        for await (const chunk of response.setEncoding('utf8')) body += chunk
        resolve(JSON.parse(body).Version ?? 'of unknown version')
      } catch {
        resolve('of unknown version')
      }
    })
    // No socket, a refusal and silence all leave the harness without containers.
    call.on('timeout', () => call.destroy(new Error('no answer')))
    call.on('error', () => resolve('none'))
    call.end()
  })
}
