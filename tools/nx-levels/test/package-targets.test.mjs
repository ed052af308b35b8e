import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { packageTargets } from '../package-targets.mjs'

describe('the targets of a package', () => {
  const folders = []
  after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

  const targetsOf = (files, reusable = true) => {
    const folder = mkdtempSync(join(tmpdir(), 'package-targets-'))
    folders.push(folder)
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), '')
    }
    return packageTargets({ name: 'cache', root: 'packages/cache', folder, reusable })
  }

  test('are lint alone when it has only sources', () => {
    assert.deepEqual(Object.keys(targetsOf(['src/contract.ts'])), ['lint'])
  })

  test('ask for tests, not for folders', () => {
    assert.deepEqual(Object.keys(targetsOf(['unit/clock.ts', 'l3/cluster.ts', 'l4/stack.ts'])), ['lint'])
  })

  test('follow its folders, with one target for each L3 file', () => {
    const files = ['unit/a.test.ts', 'l3/b.l3.test.ts', 'l3/deep/c.l3.test.ts', 'l4/d.l4.test.ts', 'defects/e.ts']
    assert.deepEqual(Object.keys(targetsOf(files)).sort(), [
      'l3',
      'l3-ci',
      'l3-ci--b',
      'l3-ci--deep/c',
      'l4',
      'lint',
      'prove',
      'unit',
    ])
  })

  test('run one L3 file by its path', () => {
    const { 'l3-ci--b': shard } = targetsOf(['l3/b.l3.test.ts'])
    assert.match(
      shard.options.commands[0],
      /l3\.config\.mjs --rootDir packages\/cache .*packages\/cache\/l3\/b\.l3\.test\.ts$/,
    )
  })

  test('never negate a file of the package itself', () => {
    const targets = targetsOf([
      'unit/a.test.ts',
      'l3/b.l3.test.ts',
      'l3/c.l3.test.ts',
      'l4/d.l4.test.ts',
      'defects/e.ts',
    ])
    const inputs = Object.values(targets).flatMap((target) => target.inputs)
    assert.deepEqual(
      inputs.filter((input) => typeof input === 'string' && input.startsWith('!')),
      [],
    )
  })

  test('never cache L4, and no level on servers that are not ours', () => {
    const files = ['l3/b.l3.test.ts', 'l4/d.l4.test.ts', 'defects/e.ts']
    const cached = (targets) => Object.keys(targets).filter((name) => targets[name].cache)
    // Prove measures too, where there is L4.
    assert.deepEqual(cached(targetsOf(files)), ['lint', 'l3', 'l3-ci--b'])
    assert.deepEqual(cached(targetsOf(files.filter((file) => !file.startsWith('l4/')))), [
      'lint',
      'l3',
      'l3-ci--b',
      'prove',
    ])
    assert.deepEqual(cached(targetsOf(files, false)), ['lint'])
  })
})
