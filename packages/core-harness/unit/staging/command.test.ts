import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { ScratchWorkspace } from '../../bench/scratch/scratch-workspace.ts'
import { eventually } from '../../src/guarantee/eventually.ts'

let workspace: ScratchWorkspace

beforeAll(() => {
  workspace = new ScratchWorkspace({ STAGING_CACHE_URL: '' })
})

afterAll(async () => {
  await workspace.harness(['staging', 'down'])
  await workspace.dispose()
}, 30_000)

interface Kept {
  readonly service: string
  readonly url: string
  readonly processId: number
}

async function status(): Promise<Kept[]> {
  return JSON.parse((await workspace.harness(['staging', 'status', '--json'])).stdout) as Kept[]
}

test('up keeps the cache with its Redis until down, and tells no token', async () => {
  const up = await workspace.harness(['staging', 'up', 'cache', '--instances', '2'])
  expect(up).toMatchObject({ code: 0, stderr: '' })
  const kept = await status()
  expect(kept.map(({ service }) => service)).toEqual(['cache', 'cache'])
  expect(up.stdout).toContain(`export STAGING_CACHE_URL=${kept.map(({ url }) => url).join(',')}\n`)
  expect(up.stdout).toMatch(/export STAGING_TOKEN="\$\(cat '.*'\)"/)
  expect(up.stdout).not.toMatch(/[0-9a-f]{48}/)
  expect((await fetch(`${kept[0]!.url}/health`)).status).toBe(200)
  expect((await fetch(`${kept[0]!.url}/ready`)).status).toBe(401)
  expect(await workspace.harness(['staging', 'up'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('kept already'),
  })

  expect(await workspace.harness(['staging', 'down'])).toMatchObject({ code: 0, stdout: 'ended 2 processes\n' })
  await expect(fetch(`${kept[0]!.url}/health`)).rejects.toThrow()
  expect(await workspace.harness(['staging', 'status'])).toMatchObject({ code: 0, stdout: 'no staging is kept\n' })
  expect(await workspace.harness(['staging', 'down'])).toMatchObject({ code: 0, stdout: 'no staging is kept\n' })
}, 60_000)

test('when what keeps it is killed outright, services and leases go with it', async () => {
  expect(await workspace.harness(['staging', 'up', '--instances', '1'])).toMatchObject({ code: 0 })
  const keeper = workspace.processes().find(({ command }) => command.includes('staging/keeper.ts'))
  process.kill(keeper!.processId, 'SIGKILL')
  const left = () => workspace.processes().filter(({ command }) => /cache\/src\/server\.ts|redis-server/.test(command))
  await eventually(() => expect(left()).toEqual([]), {
    withinMs: 10_000,
    describe: 'its services and their Redis are gone',
  })
  expect(await status()).toEqual([])
  expect(await workspace.harness(['staging', 'up', '--instances', '1'])).toMatchObject({ code: 0 })
  expect(await workspace.harness(['staging', 'down'])).toMatchObject({ code: 0 })
}, 60_000)

test('Ctrl-C while it starts leaves nothing', async () => {
  const { process: command, result } = workspace.startHarness(['staging', 'up'])
  const isStarting = () =>
    expect(workspace.processes().some((one) => one.command.includes('staging/keeper.ts'))).toBe(true)
  await eventually(isStarting, { withinMs: 10_000, describe: 'the staging is being started' })
  command.kill('SIGINT')
  // It may have been quick enough to come up before; then it is kept, as it says.
  const { code } = await result
  if (code === 0) await workspace.harness(['staging', 'down'])
  else expect(code).toBe(130)
  const services = () =>
    workspace
      .processes()
      .filter((one) => /keeper\.ts|server\.ts/.test(one.command) && !one.command.includes('environment'))
  await eventually(() => expect(services()).toEqual([]), { withinMs: 10_000, describe: 'nothing of it is left' })
}, 60_000)

test.each([
  [['staging'], /what is to be done is missing/],
  [['staging', 'upp'], /Did you mean up/],
  [['staging', 'up', 'cach'], /Did you mean cache/],
  [['staging', 'up', '--instances', '0'], /It takes 1 to 32/],
])('%j is a wrong command line', async (args, message) => {
  expect(await workspace.harness(args)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) })
})
