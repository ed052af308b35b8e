import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { ScratchWorkspace } from './scratch-workspace.mjs'

describe('a result is taken from the cache only when everything that it rests on is the same', () => {
  const workspace = new ScratchWorkspace()
  after(() => workspace.remove())

  const runs = async (task, environment) => ((await isCacheHit(workspace, task, environment)) ? 'hit' : 'run')

  test('L3, run twice', async () => {
    assert.equal(await runs('cache:l3'), 'run')
    assert.equal(await runs('cache:l3'), 'hit')
  })

  test('L3, after the edit of what it does not read', async () => {
    workspace.append('packages/cache/README.md', 'more\n')
    workspace.append('packages/cache/unit/contract.test.ts', '\n')
    workspace.append('packages/cache/l4/load.l4.test.ts', '\n')
    workspace.append('packages/core-harness/unit/contract.test.ts', '\n')
    assert.equal(await runs('cache:l3'), 'hit')
  })

  for (const path of [
    'packages/cache/l3/coherence.l3.test.ts',
    'packages/cache/l3/cluster.ts',
    'packages/cache/src/contract.ts',
    'packages/core-harness/src/contract.ts',
    'proving-ground.config.json',
  ]) {
    test(`L3, after the edit of ${path}`, async () => {
      workspace.append(path, '\n')
      assert.equal(await runs('cache:l3'), 'run')
    })
  }

  test('one L3 file, after the edit of another and of itself', async () => {
    await runs('cache:l3-ci--coherence')
    workspace.append('packages/cache/l3/expiry.l3.test.ts', '\n')
    assert.equal(await runs('cache:l3-ci--coherence'), 'hit')
    workspace.append('packages/cache/l3/coherence.l3.test.ts', '\n')
    assert.equal(await runs('cache:l3-ci--coherence'), 'run')
  })

  test('L3, with another provider, adapter or setting of the harness', async () => {
    await runs('cache:l3')
    for (const environment of [{ HARNESS_PROVIDER: 'container' }, { ADAPTER: 'http' }, { HARNESS_SEED: '7' }]) {
      assert.equal(await runs('cache:l3', environment), 'run')
    }
    assert.equal(await runs('cache:l3'), 'hit')
  })

  test('L3, with another version of a dependency', async () => {
    workspace.write('.local/redis-server', '#!/bin/sh\n# version 7')
    chmodSync(join(workspace.root, '.local/redis-server'), 0o755)
    const environment = { PATH: [join(workspace.root, '.local'), process.env.PATH].join(delimiter) }
    assert.equal(await runs('cache:l3', environment), 'run')
    assert.equal(await runs('cache:l3', environment), 'hit')
    workspace.append('.local/redis-server', '# version 8\n')
    assert.equal(await runs('cache:l3', environment), 'run')
  })

  test('L3 and prove, with the URL of a server', async () => {
    const environment = { REDIS_URL: 'redis://staging:6379' }
    for (const task of ['cache:l3', 'cache:l3-ci--expiry', 'cache:prove']) {
      await runs(task, environment)
      assert.equal(await runs(task, environment), 'run', task)
    }
  })

  test('L3, with an adapter that a path names', async () => {
    await runs('cache:l3', { ADAPTER: './mine.ts' })
    assert.equal(await runs('cache:l3', { ADAPTER: './mine.ts' }), 'run')
  })

  test('L3, with the URL of a server in the .env file of the package', async () => {
    workspace.write('packages/cache/.env', 'REDIS_URL=redis://staging:6379')
    await runs('cache:l3')
    assert.equal(await runs('cache:l3'), 'run')
    workspace.delete('packages/cache/.env')
  })

  test('prove of a package without L4, after the edit of a defect', async () => {
    workspace.delete('packages/messaging/l4/load.l4.test.ts')
    await runs('messaging:prove')
    assert.equal(await runs('messaging:prove'), 'hit')
    workspace.append('packages/messaging/defects/stale.ts', '\n')
    assert.equal(await runs('messaging:prove'), 'run')
  })

  test('L4, and prove of a package that has L4, run twice', async () => {
    for (const task of ['cache:l4', 'cache:prove']) {
      await runs(task)
      assert.equal(await runs(task), 'run', task)
    }
  })

  test('a failed result', async () => {
    workspace.write(
      'packages/messaging/l3/expiry.l3.test.ts',
      `import { test } from '@jest/globals'\ntest('fails', () => { throw new Error('expired late') })`,
    )
    for (let run = 1; run <= 2; run++) {
      await assert.rejects(workspace.nx(['run', 'messaging:l3']), (error) =>
        /expired late/.test(error.stderr + error.stdout),
      )
    }
  })
})

async function isCacheHit(workspace, task, environment) {
  const output = await workspace.nx(['run', task], environment)
  const hits = /Cache:\s+(\d)\/1 hit/.exec(output)?.[1]
  assert.ok(hits, `Nx did not say whether ${task} came from the cache:\n${output}`)
  return hits === '1'
}
