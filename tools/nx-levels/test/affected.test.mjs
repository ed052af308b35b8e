import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import { ScratchWorkspace } from './scratch-workspace.mjs'

const PACKAGES = ['core-harness', 'cache', 'messaging', 'gateway']
const SHARDS = ['l3-ci--coherence', 'l3-ci--expiry']
const LEVELS = ['unit', 'l3', ...SHARDS, 'l4', 'prove']
const ON_DEPENDENCIES = ['l3', ...SHARDS, 'l4', 'prove']

/** @type {{ change: string, does: (workspace: ScratchWorkspace) => void, selects: Record<string, string[]> }[]} */
const SELECTIONS = [
  {
    change: 'an L3 file',
    does: edits('packages/cache/l3/coherence.l3.test.ts'),
    selects: { cache: ['l3', 'l3-ci--coherence', 'prove'] },
  },
  {
    change: 'a file that L3 files of a package share',
    does: edits('packages/cache/l3/cluster.ts'),
    selects: { cache: ['l3', ...SHARDS, 'prove'] },
  },
  {
    change: 'two L3 files of two packages',
    does: edits('packages/cache/l3/coherence.l3.test.ts', 'packages/messaging/l3/expiry.l3.test.ts'),
    selects: { cache: ['l3', 'l3-ci--coherence', 'prove'], messaging: ['l3', 'l3-ci--expiry', 'prove'] },
  },
  {
    change: 'a renamed L3 file',
    does: (workspace) =>
      workspace.git('mv', 'packages/cache/l3/coherence.l3.test.ts', 'packages/cache/l3/staleness.l3.test.ts'),
    selects: { cache: ['l3', 'prove'] },
  },
  {
    change: 'a deleted L3 file',
    does: (workspace) => workspace.delete('packages/cache/l3/coherence.l3.test.ts'),
    selects: { cache: ['l3', 'prove'] },
  },
  {
    change: 'a file that moves from one package to another',
    does: (workspace) =>
      workspace.git('mv', 'packages/cache/adapters/library.ts', 'packages/messaging/adapters/other.ts'),
    selects: { cache: ON_DEPENDENCIES, messaging: ON_DEPENDENCIES },
  },
  { change: 'an L4 file', does: edits('packages/cache/l4/load.l4.test.ts'), selects: { cache: ['l4', 'prove'] } },
  { change: 'a unit test', does: edits('packages/cache/unit/contract.test.ts'), selects: { cache: ['unit'] } },
  { change: 'a defect', does: edits('packages/cache/defects/stale.ts'), selects: { cache: ['prove'] } },
  { change: 'an adapter', does: edits('packages/cache/adapters/library.ts'), selects: { cache: ON_DEPENDENCIES } },
  { change: 'the README of a package', does: edits('packages/cache/README.md'), selects: {} },
  { change: 'a file at the root that nothing reads', does: edits('CONTRIBUTING.md'), selects: {} },
  {
    change: 'the tests of a tool',
    does: edits('tools/nx-levels/test/other.test.mjs'),
    selects: { 'proving-ground': ['unit'] },
  },
  { change: 'the staging stack', does: edits('docker/staging.yml'), selects: everyPackage(['l4']) },
  {
    change: 'the sources of a service that nobody depends on',
    does: edits('packages/messaging/src/contract.ts'),
    selects: { messaging: LEVELS },
  },
  {
    change: 'the sources of a service that the gateway depends on',
    does: edits('packages/cache/src/contract.ts'),
    selects: { cache: LEVELS, gateway: LEVELS },
  },
  {
    change: 'the manifest of a service',
    does: (workspace) => workspace.addPackage('messaging', ['core-harness', 'cache']),
    selects: { messaging: LEVELS },
  },
  {
    change: 'the sources of core-harness',
    does: edits('packages/core-harness/src/contract.ts'),
    selects: everyPackage(LEVELS),
  },
  {
    change: 'a new file in the sources of core-harness',
    does: edits('packages/core-harness/src/history/journal.ts'),
    selects: everyPackage(LEVELS),
  },
  {
    change: 'the command of core-harness',
    does: edits('packages/core-harness/bin/harness.mjs'),
    selects: everyPackage(LEVELS),
  },
  {
    change: 'a unit test of core-harness',
    does: edits('packages/core-harness/unit/contract.test.ts'),
    selects: { 'core-harness': ['unit'] },
  },
  {
    change: 'an L3 file of core-harness',
    does: edits('packages/core-harness/l3/expiry.l3.test.ts'),
    selects: { 'core-harness': ['l3', 'l3-ci--expiry', 'prove'] },
  },
  {
    change: 'an example of core-harness',
    does: edits('packages/core-harness/examples/counter.ts'),
    selects: { 'core-harness': LEVELS },
  },
  {
    change: 'a new package',
    does: (workspace) => workspace.addPackage('billing', ['core-harness']),
    selects: { billing: LEVELS },
  },
  {
    // Nx cannot know any more who depended on it.
    change: 'a deleted package',
    does: (workspace) => workspace.delete('packages/messaging'),
    selects: { 'core-harness': LEVELS, cache: LEVELS, gateway: LEVELS, 'proving-ground': ['unit'] },
  },
  ...[
    'package-lock.json',
    'nx.json',
    'tsconfig.base.json',
    'proving-ground.config.json',
    'packages/core-harness/src/jest/preset.mjs',
    'tools/nx-levels/target.mjs',
  ].map((path) => ({
    change: path,
    does: edits(path),
    selects: { ...everyPackage(LEVELS), 'proving-ground': ['unit'] },
  })),
  {
    change: 'a version in package.json',
    does: (workspace) => workspace.replace('package.json', /"version": ".*"/, '"version": "9.9.9"'),
    selects: { ...everyPackage(LEVELS), 'proving-ground': ['unit'] },
  },
]

describe('nx affected selects exactly what a change can break', () => {
  const workspace = new ScratchWorkspace()
  after(() => workspace.remove())
  afterEach(() => {
    workspace.git('reset', '--quiet', '--hard', 'main')
    workspace.git('clean', '--quiet', '--force', '-d')
  })

  for (const { change, does, selects } of SELECTIONS) {
    test(`${change}: ${summary(selects)}`, async () => {
      does(workspace)
      assert.deepEqual(await workspace.affectedTasks(LEVELS, 'HEAD'), tasks(selects))
    })
  }

  test('nothing: nothing', async () => {
    assert.deepEqual(await workspace.affectedTasks([...LEVELS, 'lint', 'typecheck'], 'HEAD'), [])
  })

  test('commits between two revisions, as on a pull request', async () => {
    workspace.git('checkout', '--quiet', '-B', 'topic')
    edits('packages/cache/l3/coherence.l3.test.ts')(workspace)
    workspace.commit('first')
    workspace.delete('packages/messaging/defects/stale.ts')
    workspace.write('packages/messaging/defects/lost.ts', 'export const defect = 1')
    workspace.commit('second')
    assert.deepEqual(
      await workspace.affectedTasks(LEVELS, 'main'),
      tasks({ cache: ['l3', 'l3-ci--coherence', 'prove'], messaging: ['prove'] }),
    )
  })

  test('the aggregate l3-ci: with every shard of the package, of which the unchanged come from the cache', async () => {
    edits('packages/cache/l3/coherence.l3.test.ts')(workspace)
    assert.deepEqual(await workspace.affectedTasks(['l3-ci'], 'HEAD'), tasks({ cache: ['l3-ci', ...SHARDS] }))
  })

  test('a README: the lint of its package', async () => {
    edits('packages/cache/README.md')(workspace)
    assert.deepEqual(await workspace.affectedTasks(['lint', 'typecheck'], 'HEAD'), ['cache:lint'])
  })

  test('sources: types once, and lint where their types are seen', async () => {
    edits('packages/cache/src/contract.ts')(workspace)
    assert.deepEqual(await workspace.affectedTasks(['lint', 'typecheck'], 'HEAD'), [
      'cache:lint',
      'gateway:lint',
      'proving-ground:typecheck',
    ])
  })
})

/** Appends an empty line to each file, or makes it. */
function edits(...paths) {
  return (workspace) => paths.forEach((path) => workspace.append(path, '\n'))
}

function everyPackage(targets) {
  return Object.fromEntries(PACKAGES.map((name) => [name, targets]))
}

function tasks(selects) {
  return Object.entries(selects)
    .flatMap(([project, targets]) => targets.map((target) => `${project}:${target}`))
    .sort()
}

function summary(selects) {
  const projects = Object.entries(selects).map(([project, targets]) => `${project} ${targets.join(' ')}`)
  return projects.length > 2 ? `in every package ${selects.cache.join(' ')}` : projects.join(', ') || 'nothing'
}
