import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { ScratchWorkspace } from '../../bench/scratch/scratch-workspace.ts'
import type { RunPart } from '../../src/run/record.ts'

const REPOSITORY = fileURLToPath(new URL('../../../..', import.meta.url))
const SUITE = [
  '--experimental-vm-modules',
  'node_modules/jest/bin/jest.js',
  ...['--config', 'packages/core-harness/src/jest/l4.config.mjs', '--rootDir', join(REPOSITORY, 'packages/cache')],
  'sla-concurrency',
]

let workspace: ScratchWorkspace

beforeAll(() => {
  workspace = new ScratchWorkspace({ STAGING_CACHE_URL: '' })
})

afterAll(async () => {
  await workspace.harness(['staging', 'down'])
  await workspace.dispose()
}, 30_000)

/** Runs one L4 suite in a shell that was told what `harness staging up` printed. */
function runSuite(exports: string): { readonly text: string; readonly part: RunPart } {
  const directory = join(workspace.folder, 'run')
  const { stdout, stderr } = spawnSync('/bin/sh', ['-c', `${exports}\nexec "$@"`, 'sh', process.execPath, ...SUITE], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    env: workspace.environment({
      HARNESS_ENV: 'staging',
      HARNESS_QUICK: '1',
      HARNESS_RUN_DIRECTORY: directory,
      TMPDIR: tmpdir(), // Where Jest has its cache, which is not the workspace's.
    }),
  })
  return {
    text: `${stdout}${stderr}`,
    part: JSON.parse(readFileSync(join(directory, 'parts/cache-l4.json'), 'utf8')) as RunPart,
  }
}

test('an L4 suite loads the deployed services that it is told of, and starts none of its own', async () => {
  const up = await workspace.harness(['staging', 'up', 'cache', '--instances', '2'])
  expect(up).toMatchObject({ code: 0 })
  const before = workspace.processes().filter(({ command }) => command.includes('cache/src/server.ts'))
  expect(before.length).toBeGreaterThan(0)

  const { part, text } = runSuite(up.stdout)

  // How fast it answered is not what is tested here: it did, all of it, and right.
  const [result] = part.guarantees
  expect(result?.id).toBe('cache.sla.concurrency')
  expect(result?.load?.workloads).toMatchObject([{ planned: 500, completed: 500, failed: 0 }])
  const objectives = result?.load?.objectives.map(({ id, value }) => [id.split('#')[1], value])
  expect(objectives).toContainEqual(['violations', 0])
  expect(result?.dependencies).toEqual([])
  const watched = new Set(result?.load?.resources.map(({ of }) => of))
  expect([...watched].sort()).toEqual(['cache-1', 'cache-2'])
  const after = workspace.processes().filter(({ command }) => command.includes('cache/src/server.ts'))
  expect(after.map(({ processId }) => processId)).toEqual(before.map(({ processId }) => processId))
  const token = /STAGING_TOKEN="\$\(cat '(.*)'\)"/.exec(up.stdout)?.[1] as string
  expect(text).not.toContain(readFileSync(token, 'utf8').trim())
}, 90_000)

test('with a token that is not theirs, it says that they refuse it, and which variables to look at', async () => {
  const exports = `export STAGING_CACHE_URL=${await urls()} STAGING_TOKEN=mistaken`
  const { part } = runSuite(exports)
  expect(part.guarantees[0]?.status).toBe('failed')
  expect(part.guarantees[0]?.reason).toMatch(
    /connecting to the deployed service at http.*401.*Check STAGING_CACHE_URL, and the token/s,
  )
}, 60_000)

async function urls(): Promise<string> {
  const { stdout } = await workspace.harness(['staging', 'status', '--json'])
  return (JSON.parse(stdout) as { url: string }[]).map(({ url }) => url).join(',')
}
