import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('codeowners.mjs', import.meta.url))

describe('codeowners', () => {
  let workspace

  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), 'codeowners-'))
    addPackage('messaging', ['scope:messaging', 'team:data-platform'])
    addPackage('billing', ['team:revenue', 'team:finance'])
  })
  afterEach(() => rmSync(workspace, { recursive: true, force: true }))

  function addPackage(name, tags) {
    mkdirSync(join(workspace, 'packages', name), { recursive: true })
    writeFileSync(join(workspace, 'packages', name, 'package.json'), JSON.stringify({ nx: { tags } }))
  }

  const codeowners = (...parameters) =>
    spawnSync(process.execPath, [PROGRAM, `--workspace=${workspace}`, ...parameters], { encoding: 'utf8' })
  const written = () => readFileSync(join(workspace, 'CODEOWNERS'), 'utf8')

  test('--write gives every package to the teams of its tags, and the rest to platform', () => {
    assert.equal(codeowners('--write').status, 0)
    assert.deepEqual(written().split('\n').slice(2), [
      '*                    @proving-ground/platform',
      '/packages/billing/   @proving-ground/revenue @proving-ground/finance',
      '/packages/messaging/ @proving-ground/data-platform',
      '',
    ])
  })

  test('--check passes what --write wrote, and writes nothing', () => {
    codeowners('--write')
    const before = written()
    assert.equal(codeowners('--check').status, 0)
    assert.equal(written(), before)
  })

  test('--check fails when a tag has changed', () => {
    codeowners('--write')
    addPackage('messaging', ['team:platform'])
    const { status, stderr } = codeowners('--check')
    assert.equal(status, 1)
    assert.match(stderr, /does not match the team: tags of the packages\. Run `npm run codeowners`/)
  })

  test('--check fails when there is no CODEOWNERS', () => {
    const { status, stderr } = codeowners('--check')
    assert.equal(status, 1)
    assert.match(stderr, /CODEOWNERS is missing/)
  })

  test('a package without a team is named, without a stack trace', () => {
    addPackage('tracing', ['scope:tracing'])
    const { status, stderr } = codeowners('--write')
    assert.equal(status, 1)
    assert.match(stderr, /^Nobody owns packages\/tracing\/package\.json: .*Add one/)
    assert.doesNotMatch(stderr, / at /)
  })

  test('--help prints the usage; an unknown, missing or second option is an error that prints it too', () => {
    assert.match(codeowners('--help').stdout, /^Usage: /)
    for (const parameters of [['--unknown'], [], ['--check', '--write']]) {
      const { status, stderr } = codeowners(...parameters)
      assert.equal(status, 1)
      assert.match(stderr, /Usage: /)
    }
  })
})
