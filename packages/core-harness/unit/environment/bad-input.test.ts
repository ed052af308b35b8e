import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { freePort } from '../../src/environment/port.ts'
import { ScratchWorkspace } from '../../bench/scratch/scratch-workspace.ts'
import type { CommandResult } from '../../bench/scratch/scratch-workspace.ts'

/** Stands in every password that these tests give away; nothing may ever show it. */
const MARKER = 'hunter2marker'

let workspace: ScratchWorkspace

beforeEach(() => {
  workspace = new ScratchWorkspace({ HARNESS_IDLE_MS: '2000' })
})

afterEach(async () => {
  await workspace.dispose()
}, 30_000)

/** What a user reads who asks for a dependency; it is an error without a stack, and shows no password. */
async function refusal(name: string, environment: Record<string, string> = {}): Promise<string> {
  const result = await workspace.harness(['up', name], environment)
  expect(result.code).toBe(1)
  expectNoSecret(result)
  expect(result.stderr).toMatch(/^harness: /)
  expect(result.stderr).not.toMatch(/\n\s+at .*:\d+:\d+/)
  return result.stderr
}

function expectNoSecret({ stdout, stderr }: CommandResult): void {
  for (const text of [stdout, stderr, workspace.logs(), ...workspace.processes().map(({ command }) => command)])
    expect(text).not.toContain(MARKER)
}

describe('what the user asks for', () => {
  test('a provider that there is not, in the environment', async () => {
    const text = await refusal('redis', { HARNESS_PROVIDER: 'docker' })
    expect(text).toContain('HARNESS_PROVIDER="docker" is none\n  It takes external, container, native')
    expect(await refusal('redis', { HARNESS_PROVIDER_REDIS: 'dokcer' })).toContain('HARNESS_PROVIDER_REDIS="dokcer"')
  })

  test('a provider that there is not, in the configuration file', async () => {
    workspace.configure({ dependencies: { redis: { provider: 'docker' } } })
    const text = await refusal('redis')
    expect(text).toMatch(/reading .*proving-ground\.config\.json:\n.*"external"\|"container"\|"native"/)
    expect(text).toContain('dependencies.redis.provider')
  })

  test.each([
    [
      'a mistake of syntax',
      '{\n  "idleMs": 5000,\n  "provider": native\n}',
      /config\.json: line 3, column 15: expected a value/,
    ],
    ['a file that ends early', '{ "idleMs": 5000', /config\.json: line 1, column 17: expected "," or "}"/],
    ['an unknown field', '{ "idelMs": 5000 }', /Unrecognized key: "idelMs"/],
    ['a value of another type', '{ "idleMs": "5000" }', /expected .*, received string[^]*idleMs/],
    ['an unknown dependency', '{ "dependencies": { "mysql": {} } }', /mysql/],
    [
      'too little memory',
      '{ "dependencies": { "redis": { "limits": { "memoryBytes": 5 } } } }',
      /16777216[^]*memoryBytes/,
    ],
    ['no object', '[]', /expected object/],
  ])('a configuration file with %s', async (_, text, expected) => {
    workspace.configure(text)
    expect(await refusal('redis')).toMatch(expected)
    const doctor = await workspace.harness(['doctor'])
    expect(doctor.code).toBe(1)
    expect(doctor.stderr).toMatch(expected)
  })

  test('a configuration file that breaks while the supervisor runs is told to the next who asks', async () => {
    expect(await workspace.harness(['up', 'redis'])).toMatchObject({ code: 0 })
    workspace.configure('{')
    expect(await refusal('redis-cluster')).toContain('line 1, column 2')
    workspace.configure('{}')
    expect(await workspace.harness(['up', 'redis'])).toMatchObject({ code: 0 })
  })

  test('a provider that is forced and cannot serve', async () => {
    expect(await refusal('redis', { HARNESS_PROVIDER: 'external' })).toMatch(/REDIS_URL is not set\n {2}Set REDIS_URL/)
    expect(await refusal('redis', { HARNESS_PROVIDER: 'container' })).toMatch(
      /no Docker daemon answers.*\n {2}Start Docker/,
    )
  })
})

describe('a URL', () => {
  test.each([
    ['redis', 'REDIS_URL', `redis//:${MARKER}@localhost:6379`, 'is no URL'],
    ['redis', 'REDIS_URL', `redis://:${MARKER}/@localhost:port`, 'is no URL'],
    ['redis', 'REDIS_URL', `http://user:${MARKER}@localhost:6379`, 'is no URL of Redis'],
    ['redis', 'REDIS_URL', `user:${MARKER}@localhost:6379`, 'is no URL of Redis'],
    ['redis', 'REDIS_URL', `redis://:${MARKER}%zz@localhost:6379`, 'write it as %25'],
    ['postgres', 'POSTGRES_URL', `mysql://user:${MARKER}@localhost/db`, 'is no URL of PostgreSQL'],
    ['clickhouse', 'CLICKHOUSE_URL', `clickhouse://user:${MARKER}@localhost:8123`, 'is no URL of ClickHouse'],
    ['rabbitmq', 'RABBITMQ_URL', `http://user:${MARKER}@localhost:15672`, 'is no URL of RabbitMQ'],
    ['redis-cluster', 'REDIS_CLUSTER_URL', `redis://:${MARKER}@a:1,b:2`, 'is no URL of Redis Cluster'],
  ])('for %s that cannot be one: %s=%s', async (name, variable, url, problem) => {
    const text = await refusal(name, { [variable]: url })
    expect(text).toContain(`reading ${variable}: "`)
    expect(text).toContain(problem)
    expect(text).toContain('such as ')
  })

  test.each([
    ['redis', 'REDIS_URL', 'redis://:PASSWORD@127.0.0.1:PORT'],
    ['redis-cluster', 'REDIS_CLUSTER_URL', 'redis://:PASSWORD@127.0.0.1:PORT'],
    ['postgres', 'POSTGRES_URL', 'postgres://user:PASSWORD@127.0.0.1:PORT/db'],
    ['clickhouse', 'CLICKHOUSE_URL', 'http://user:PASSWORD@127.0.0.1:PORT'],
    ['rabbitmq', 'RABBITMQ_URL', 'amqp://user:PASSWORD@127.0.0.1:PORT'],
  ])('for %s where nobody listens', async (name, variable, template) => {
    const url = template.replace('PASSWORD', MARKER).replace('PORT', String(await freePort()))
    const text = await refusal(name, { [variable]: url })
    expect(text).toMatch(
      new RegExp(`connecting to .* at .*\\*\\*\\*@127\\.0\\.0\\.1:.*ECONNREFUSED[^]*Check ${variable}`),
    )
    const doctor = await workspace.harness(['doctor', '--json'], { [variable]: url })
    expect(doctor.code).toBe(1)
    expectNoSecret(doctor)
    const { dependencies } = JSON.parse(doctor.stdout) as { dependencies: { name: string; provider?: string }[] }
    expect(dependencies.find((one) => one.name === name)).not.toHaveProperty('provider')
  })

  test.each([
    ['redis', 'REDIS_URL', 'redis'],
    ['postgres', 'POSTGRES_URL', 'postgres'],
    ['clickhouse', 'CLICKHOUSE_URL', 'http'],
    ['rabbitmq', 'RABBITMQ_URL', 'amqp'],
  ])('for %s where somebody listens who never answers', async (name, variable, scheme) => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    workspace.configure({ dependencies: { [name]: { startWithinMs: 1_000 } } })
    const { port } = silent.address() as { port: number }
    const began = performance.now()
    const text = await refusal(name, { [variable]: `${scheme}://user:${MARKER}@127.0.0.1:${port}` })
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(text).toMatch(/connecting to .*: .*(no answer|timeout|timed out)/i)
    silent.close()
  })
})

describe('a password that is wrong', () => {
  let owner: ScratchWorkspace
  const urls: Record<string, string> = {}

  beforeAll(async () => {
    owner = new ScratchWorkspace()
    const holder = owner.holder()
    await Promise.all(
      (['redis', 'redis-cluster', 'postgres', 'clickhouse', 'rabbitmq'] as const).map(async (name) => {
        const url = new URL((await holder.lease(name)).url)
        url.password = MARKER
        urls[name] = url.href
      }),
    )
  }, 90_000)

  afterAll(async () => {
    await owner.dispose()
  }, 30_000)

  test.each([
    ['redis', 'REDIS_URL', /WRONGPASS/],
    ['redis-cluster', 'REDIS_CLUSTER_URL', /WRONGPASS/],
    ['postgres', 'POSTGRES_URL', /password authentication failed/],
    ['clickhouse', 'CLICKHOUSE_URL', /Authentication failed|password is incorrect/i],
    ['rabbitmq', 'RABBITMQ_URL', /ACCESS.REFUSED/i],
  ])('for %s', async (name, variable, expected) => {
    const text = await refusal(name, { [variable]: urls[name] ?? '' })
    expect(text).toMatch(expected)
    expect(text).toContain(`Check ${variable}: host, port, user and password`)
  })

  test('a single Redis where a cluster is due', async () => {
    const holder = owner.holder()
    const { url } = await holder.lease('redis')
    expect(await refusal('redis-cluster', { REDIS_CLUSTER_URL: url })).toMatch(/not a member of a cluster\n.*REDIS_URL/)
  })
})

describe('a server on this machine', () => {
  test('that is not installed', async () => {
    const empty = join(workspace.folder, 'empty')
    mkdirSync(empty)
    const text = await refusal('redis', { HARNESS_SERVERS_PATH: empty })
    expect(text).toContain('container: no Docker daemon answers')
    expect(text).toContain('native: there is no redis-server')
    expect(text).toContain('apt-get install redis-server')
    const doctor = await workspace.harness(['doctor'], { HARNESS_SERVERS_PATH: empty })
    expect(doctor.code).toBe(1)
    expect(doctor.stdout).toMatch(/✗ rabbitmq: no provider can serve it[^]*→ apt-get install rabbitmq-server/)
    expect(doctor.stdout).toMatch(/✓ postgres: native/)
  })

  test('that is too old', async () => {
    const servers = workspace.fakeServer('redis-server', 'echo "Redis server v=5.0.14 sha=00000000:0 malloc=libc"')
    expect(await refusal('redis', { HARNESS_SERVERS_PATH: servers })).toMatch(
      /redis-server 5\.0\.14 is too old: 6\.2 or later is needed[^]*Install Redis 6\.2 or later/,
    )
  })

  test('that says it is new, and is old', async () => {
    const real = execFileSync('sh', ['-c', 'command -v redis-server'], { encoding: 'utf8' }).trim()
    const script = `[ "$1" = --version ] && exec echo "Redis server v=99.0.0"; exec ${real} "$@"`
    const servers = workspace.fakeServer('redis-server', script)
    expect(await workspace.harness(['up', 'redis'], { HARNESS_SERVERS_PATH: servers })).toMatchObject({ code: 0 })
    expect((await workspace.harness(['status'])).stdout).not.toContain('99.0.0')
  })

  test('that ends at once, with the last lines of its log', async () => {
    const script = '[ "$1" = --version ] && exec echo "v=7.2.0"; for n in $(seq 30); do echo "line $n"; done; exit 3'
    const servers = workspace.fakeServer('redis-server', script)
    const text = await refusal('redis', { HARNESS_SERVERS_PATH: servers })
    expect(text).toContain('its process ended before it was ready\nThe last lines of its log:\nline 11\n')
    expect(text).toContain('line 30\n')
    expect(text).not.toContain('line 10\n')
    expect(text).toMatch(/The whole log: .*\/logs\/redis-.*\.log/)
  })

  test('that says nothing and ends', async () => {
    const servers = workspace.fakeServer('redis-server', '[ "$1" = --version ] && exec echo "v=7.2.0"; exit 0')
    expect(await refusal('redis', { HARNESS_SERVERS_PATH: servers })).toContain('It wrote nothing to its log.')
  })

  test('that writes its password into its log', async () => {
    const script = '[ "$1" = --version ] && exec echo "v=7.2.0"; sed -n "s/^requirepass/password is/p" "$1"; exit 1'
    const servers = workspace.fakeServer('redis-server', script)
    expect(await refusal('redis', { HARNESS_SERVERS_PATH: servers })).toMatch(/password is \*\*\*\n/)
  })

  test('that never becomes healthy', async () => {
    workspace.configure({ dependencies: { redis: { startWithinMs: 800 } } })
    const servers = workspace.fakeServer(
      'redis-server',
      '[ "$1" = --version ] && exec echo "v=7.2.0"; echo waiting; exec sleep 60',
    )
    const began = performance.now()
    const text = await refusal('redis', { HARNESS_SERVERS_PATH: servers })
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(text).toMatch(/it was not healthy within 800 ms \(.*ECONNREFUSED.*\)\nThe last lines of its log:\nwaiting/)
    expect(workspace.processes().filter(({ command }) => command.includes('sleep 60'))).toEqual([])
  })

  test('that cannot say its version', async () => {
    const servers = workspace.fakeServer('redis-server', 'echo "cannot open shared object file" >&2; exit 127')
    expect(await refusal('redis', { HARNESS_SERVERS_PATH: servers })).toMatch(
      /native: .*cannot open shared object file/,
    )
  })
})

const isRoot = process.getuid?.() === 0

describe('a disk', () => {
  test('that is full, or files that may not grow', async () => {
    const folder = join(workspace.folder, 'small')
    mkdirSync(folder, { mode: 0o777 })
    // Where no small disk can be mounted, a folder that takes no files does.
    if (isRoot) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=777', 'tmpfs', folder])
    else execFileSync('chmod', ['0555', folder])
    try {
      const text = await refusal('postgres', { TMPDIR: folder })
      expect(text).toMatch(isRoot ? /no space left/i : /EACCES|permission denied/i)
      expect(text).toMatch(/[Ff]ree space in .*small/)
      expect(text).toContain('set TMPDIR')
      await workspace.harness(['down'])
    } finally {
      if (isRoot) execFileSync('umount', [folder])
    }
  })
})

test('the real passwords of servers show nowhere', async () => {
  const holder = workspace.holder()
  const leases = await Promise.all(
    (['redis', 'redis-cluster', 'postgres', 'clickhouse', 'rabbitmq'] as const).map((name) => holder.lease(name)),
  )
  const passwords = leases.map(({ url }) => new URL(url).password)
  expect(new Set(passwords).size).toBe(5)
  const status = await workspace.harness(['status', '--json'])
  const shown = [status.stdout, status.stderr, workspace.logs(), ...workspace.processes().map(({ command }) => command)]
  for (const password of passwords) for (const text of shown) expect(text).not.toContain(password)
}, 90_000)
