import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { existsSync, mkdirSync, readFileSync, readdirSync, statfsSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

import { eventually } from '../../src/guarantee/eventually.ts'
import { ScratchWorkspace } from '../../bench/scratch/scratch-workspace.ts'

let workspace: ScratchWorkspace

beforeEach(() => {
  workspace = new ScratchWorkspace()
})

afterEach(async () => {
  await workspace.dispose()
}, 30_000)

function supervisors(): number[] {
  return workspace
    .processes()
    .filter(({ command }) => command.includes('/supervisor.ts'))
    .map(({ processId }) => processId)
}

test('four processes that ask at the same moment share one supervisor and one server', async () => {
  const holders = [1, 2, 3, 4].map(() => workspace.holder())
  const leases = await Promise.all(holders.map((holder) => holder.lease('redis-cluster')))
  expect(new Set(leases.map(({ url }) => url)).size).toBe(1)
  expect(new Set(leases.map(({ keyPrefix }) => keyPrefix)).size).toBe(4)
  const status = await holders[0]!.status()
  expect(status.servers).toMatchObject([{ dependency: 'redis-cluster', leases: 4 }])
  await eventually(() => supervisors().length === 1, { withinMs: 5_000, describe: 'one supervisor stays' })
  expect(supervisors()).toEqual([status.supervisor])
}, 60_000)

test('it ends, with all servers, when nobody has used it for a while', async () => {
  const holder = workspace.holder({ HARNESS_IDLE_MS: '400' })
  await holder.lease('redis')
  expect(workspace.temporaryFiles()).toHaveLength(1)
  await holder.end()
  await workspace.isEmpty()
})

test('it stays while somebody is connected, however idle', async () => {
  const holder = workspace.holder({ HARNESS_IDLE_MS: '200' })
  const { supervisor } = await holder.status()
  await new Promise((resolve) => setTimeout(resolve, 600)) // Three times the time after which it would end.
  expect((await holder.status()).supervisor).toBe(supervisor)
  await holder.end()
  await workspace.isEmpty()
})

test('a lease ends with its holder, killed or not', async () => {
  const [first, second] = [workspace.holder(), workspace.holder()]
  await first.lease('redis')
  await second.lease('redis')
  await first.kill()
  await eventually(async () => (await second.status()).servers.length === 1, {
    withinMs: 5_000,
    describe: 'one is left',
  })
  await second.ask({ do: 'disconnect' })
  const third = workspace.holder()
  await eventually(async () => (await third.status()).servers.length === 0, {
    withinMs: 5_000,
    describe: 'none is left',
  })
})

test('up, status and down of the command line', async () => {
  expect(await workspace.harness(['status'])).toEqual({ code: 0, stdout: 'nothing runs\n', stderr: '' })
  expect(await workspace.harness(['down'])).toEqual({ code: 0, stdout: 'nothing runs\n', stderr: '' })
  const up = await workspace.harness(['up', 'redis'], { HARNESS_IDLE_MS: '300' })
  expect(up).toMatchObject({ code: 0, stderr: '' })
  expect(up.stdout).toMatch(/^redis is up after [\d.]+ s: native [\d.]+ redis:\/\/\*\*\*@127\.0\.0\.1:\d+\/0\n$/)
  await new Promise((resolve) => setTimeout(resolve, 700)) // Longer than it would stay idle.
  const { stdout } = await workspace.harness(['status', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({
    running: true,
    pinned: true,
    servers: [{ dependency: 'redis', provider: 'native', leases: 0, isAlive: true }],
  })
  expect(await workspace.harness(['down'])).toEqual({ code: 0, stdout: 'ended the supervisor and redis\n', stderr: '' })
  await workspace.isEmpty(500)
})

test('Ctrl-C during up leaves nothing', async () => {
  const { process: command, result } = workspace.startHarness(['up', 'rabbitmq', 'redis-cluster'])
  const servers = (): number => workspace.processes().filter((one) => /redis-server|rabbitmq/.test(one.command)).length
  await eventually(() => servers() >= 2, { withinMs: 15_000, describe: 'servers are being started' })
  command.kill('SIGINT')
  const { code, stdout, stderr } = await result
  expect(code).toBe(130)
  expect(stdout).toContain('rabbitmq was given up')
  expect(stderr).toContain('the command was interrupted')
  // Not "soon": when the command returns.
  expect(workspace.processes().filter((one) => /redis-server|beam|rabbitmq/.test(one.command))).toEqual([])
  await workspace.isEmpty()
}, 60_000)

test('what one gives up, another who waits for it gets', async () => {
  const [patient, hasty] = [workspace.holder(), workspace.holder()]
  await patient.ask({ do: 'connect' })
  const waited = patient.lease('redis-cluster')
  await expect(hasty.askAndCancel({ do: 'lease', dependency: 'redis-cluster' }, 300)).rejects.toMatchObject({
    code: 'ERR_CANCELLED',
  })
  await expect(waited).resolves.toMatchObject({ dependency: 'redis-cluster' })
  expect((await patient.status()).servers).toMatchObject([{ leases: 1 }])
}, 30_000)

test('a lease that its holder gives up, or is killed during, leaves nothing', async () => {
  const [hasty, killed, watching] = [workspace.holder(), workspace.holder(), workspace.holder()]
  await watching.ask({ do: 'connect' })
  await expect(hasty.askAndCancel({ do: 'lease', dependency: 'rabbitmq' }, 700)).rejects.toMatchObject({
    code: 'ERR_CANCELLED',
  })
  const dying = killed.lease('rabbitmq')
  dying.catch(() => undefined) // It cannot come to anything.
  await eventually(() => workspace.processes().some(({ command }) => command.includes('rabbitmq')), {
    withinMs: 10_000,
    describe: 'it is being started',
  })
  await killed.kill()
  await eventually(() => !workspace.processes().some(({ command }) => /rabbitmq|beam/.test(command)), {
    withinMs: 5_000,
    describe: 'it was given up',
  })
  expect((await watching.status()).servers).toEqual([])
}, 60_000)

test('down while servers are being started and leased ends those too', async () => {
  const holder = workspace.holder()
  await holder.ask({ do: 'connect' })
  const requests = [
    holder.lease('rabbitmq'),
    holder.lease('redis-cluster'),
    holder.lease('redis'),
    holder.up('postgres'),
  ]
  const outcomes = Promise.allSettled(requests)
  await eventually(() => workspace.processes().length > 5, { withinMs: 10_000, describe: 'servers are being started' })
  expect(await workspace.harness(['down'])).toMatchObject({ code: 0, stderr: '' })
  const others = (): number => workspace.processes().filter(({ processId }) => processId !== holder.process.pid).length
  await eventually(() => others() === 0, { withinMs: 500, describe: 'nothing but the holder runs' })
  for (const outcome of await outcomes) {
    if (outcome.status === 'rejected') expect(String(outcome.reason)).toMatch(/it is ending|went away/)
  }
}, 60_000)

test('a process whose only tie is its connection can end', async () => {
  const client = JSON.stringify(new URL('../../src/environment/client.ts', import.meta.url).href)
  const program = join(workspace.folder, 'program.ts')
  writeFileSync(
    program,
    `import { EnvironmentClient } from ${client}
     const client = await EnvironmentClient.connect()
     await client.lease('redis')
     console.log('done')`,
  )
  const { spawnSync } = await import('node:child_process')
  const { nodeProgram } = await import('../../src/environment/node-program.ts')
  const ended = spawnSync(nodeProgram, [program], { env: workspace.environment(), encoding: 'utf8', timeout: 15_000 })
  expect(ended).toMatchObject({ status: 0, stdout: 'done\n' })
})

test('two providers that are asked for at once are two servers', async () => {
  const owner = workspace.holder()
  const own = await owner.lease('redis-cluster')
  const urls = own.urls.join(',')
  const guest = workspace.holder({ REDIS_CLUSTER_URL: urls, HARNESS_PROVIDER: 'external' })
  const native = workspace.holder({ HARNESS_PROVIDER: 'native' })
  const [asGuest, asNative] = await Promise.all([guest.lease('redis-cluster'), native.lease('redis-cluster')])
  expect(asGuest.provider).toBe('external')
  expect(asNative.provider).toBe('native')
  const { servers } = await owner.status()
  expect(servers.map(({ provider, leases }) => `${provider} ${leases}`).sort()).toEqual(['external 1', 'native 2'])
}, 30_000)

test('a folder that was left behind, by a supervisor killed together with its keeper, is swept by the next', async () => {
  const holder = workspace.holder()
  await holder.lease('redis')
  const [left] = workspace.temporaryFiles()
  const doomed = workspace.processes().filter(({ command }) => /\/(supervisor|keeper)\.ts/.test(command))
  expect(doomed).toHaveLength(2)
  for (const { processId } of doomed) process.kill(processId, 'SIGKILL')
  await eventually(() => workspace.processes().length === 1, { withinMs: 5_000, describe: 'only the holder runs' })
  expect(workspace.temporaryFiles()).toEqual([left])
  const next = workspace.holder()
  await next.lease('redis')
  await eventually(() => !workspace.temporaryFiles().includes(left as string), {
    withinMs: 5_000,
    describe: 'it is swept',
  })
  expect(workspace.temporaryFiles()).toHaveLength(1)
})

test('a keeper that is killed is replaced, and the next cleans up', async () => {
  const holder = workspace.holder()
  const { supervisor } = await holder.status()
  const keepers = (): number[] =>
    workspace.processes().flatMap(({ command, processId }) => (command.includes('/keeper.ts') ? [processId] : []))
  const [first = 0] = keepers()
  process.kill(first, 'SIGKILL')
  await eventually(() => keepers().some((id) => id !== first), { withinMs: 5_000, describe: 'there is another keeper' })
  await holder.lease('redis')
  expect(workspace.temporaryFiles()).toHaveLength(1)
  process.kill(supervisor, 'SIGKILL')
  await holder.end()
  await workspace.isEmpty()
})

test('who does not know the token is sent away', async () => {
  const holder = workspace.holder()
  await holder.ask({ do: 'connect' })
  const token = join(workspace.folder, '.proving-ground/cache/supervisor-token')
  expect(readFileSync(token, 'utf8')).toMatch(/^[0-9a-f]{48}$/)
  const address = `\0proving-ground-${workspace.id}`
  for (const greeting of ['{"token":"wrong"}\n', 'GET / HTTP/1.1\r\n\r\n', `{"token":"${'x'.repeat(4_000)}"}\n`]) {
    const stranger = connect(address)
    const closed = new Promise<string>((resolve) => {
      let received = ''
      stranger.on('data', (text) => (received += String(text)))
      stranger.on('error', () => undefined)
      stranger.on('close', () => resolve(received))
    })
    stranger.write(greeting)
    expect(await closed).toBe('')
  }
  expect((await holder.status()).servers).toEqual([])
})

test('a supervisor that cannot be started says why at once', async () => {
  const notAFolder = join(workspace.folder, 'file')
  writeFileSync(notAFolder, '')
  const began = performance.now()
  const { code, stderr } = await workspace.harness(['up', 'redis'], { TMPDIR: notAFolder })
  expect(performance.now() - began).toBeLessThan(10_000)
  expect(code).toBe(1)
  expect(stderr).toMatch(/making the folder .*\/file\/proving-ground-.* for the files of servers: .*\n.*set TMPDIR/i)
})

test('servers keep their files in memory where there is plenty of it, and where TMPDIR says otherwise there', async () => {
  const { bavail, bsize } = statfsSync('/dev/shm')
  const hasPlenty = bavail * bsize >= 4 * 1024 ** 3 && process.availableMemory() >= 4 * 1024 ** 3
  const holder = workspace.holder({ TMPDIR: '' })
  await holder.lease('redis')
  const [root = ''] = workspace.temporaryFiles()
  expect(existsSync(join(hasPlenty ? '/dev/shm' : '/tmp', root))).toBe(true)
  await workspace.endHolders()
  await workspace.harness(['down'])
  expect(workspace.temporaryFiles()).toEqual([])
  await workspace.holder().lease('redis')
  expect(readdirSync(workspace.temporaryFolder)).toHaveLength(1)
})

test('a workspace that cannot hold state says so', async () => {
  const blocked = join(workspace.folder, 'blocked')
  mkdirSync(blocked)
  writeFileSync(join(blocked, '.proving-ground'), 'a file, where a folder has to be')
  const { code, stderr } = await workspace.harness(['up', 'redis'], { HARNESS_WORKSPACE: blocked })
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^harness: making the folder .*\/blocked\/\.proving-ground\/.*\n {2}Make .* writable, or set HARNESS_WORKSPACE/,
  )
})

test.each(['soon', '-5', '0', '1e99', '99999999999'])('HARNESS_IDLE_MS=%s is refused', async (text) => {
  const { code, stderr } = await workspace.harness(['up', 'redis'], { HARNESS_IDLE_MS: text })
  expect(code).toBe(1)
  expect(stderr).toContain(`reading HARNESS_IDLE_MS: "${text}" is no time`)
  expect(workspace.processes()).toEqual([])
})

test('logs of ended servers are kept, but not without end', async () => {
  const logs = join(workspace.folder, '.proving-ground/logs')
  mkdirSync(logs, { recursive: true })
  for (let index = 0; index < 300; index++) writeFileSync(join(logs, `old-${index}.log`), '')
  const holder = workspace.holder()
  await holder.lease('redis')
  expect(readdirSync(logs).length).toBeLessThan(210)
  expect(existsSync(join(logs, 'supervisor.log'))).toBe(true)
})
