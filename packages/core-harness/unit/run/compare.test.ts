import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { checkOut } from '../../src/run/compare-checkout.ts'
import { compareVersions } from '../../src/run/compare.ts'
import type { CompareOptions } from '../../src/run/compare.ts'
import { functionalRecord } from '../report/sample-records.ts'

let workspace: string

/** In place of Nx: leaves what a run of the suite would, as slow as the version says that it is. */
const RUNNER = `#!${process.execPath}
const { mkdirSync, writeFileSync, readFileSync, appendFileSync } = require('node:fs')
const { join } = require('node:path')
const version = JSON.parse(readFileSync('version.json', 'utf8'))
const parts = join(process.env.HARNESS_RUN_DIRECTORY, 'parts')
console.log('quick is ' + process.env.HARNESS_QUICK)
if (version.hangs) {
  writeFileSync(version.hangs, String(process.pid))
  setInterval(() => {}, 1000)
} else if (!version.isBroken) {
  mkdirSync(parts, { recursive: true })
  const part = JSON.parse(readFileSync(version.part, 'utf8'))
  const wobble = 1 + 0.01 * (Number(process.hrtime.bigint() % 100n) / 100)
  for (const guarantee of part.guarantees) guarantee.durationMs = 1000 * version.slowness * wobble
  part.durationMs = 5000 * version.slowness * wobble
  writeFileSync(join(parts, 'toy.json'), JSON.stringify(part))
} else {
  console.log('it cannot start')
  process.exit(1)
}
`

beforeEach(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'proving-ground-repository-')))
  mkdirSync(join(workspace, 'node_modules/.bin'), { recursive: true })
  mkdirSync(join(workspace, 'packages/toy'), { recursive: true })
  writeFileSync(join(workspace, 'node_modules/.bin/nx'), RUNNER, { mode: 0o755 })
  writeFileSync(join(workspace, '.gitignore'), 'node_modules\n')
  writeFileSync(join(workspace, 'package.json'), '{}')
  writeFileSync(join(workspace, 'packages/toy/package.json'), '{ "name": "@toys/toy" }')
  mkdirSync(join(workspace, 'node_modules/@toys'))
  git('init', '--quiet', '--initial-branch=main')
})

afterEach(() => rmSync(workspace, { recursive: true, force: true }))

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...identity, ...args], { cwd: workspace, encoding: 'utf8' }).trim()
}

/** Commits a version of the workspace and gives it a tag. */
function commitVersion(tag: string, version: Readonly<Record<string, unknown>>): void {
  const part = functionalRecord().parts[0]
  const guarantees = part?.guarantees.map((one) => ({ ...one, status: 'passed' })) ?? []
  const file = join(workspace, 'node_modules/part.json')
  writeFileSync(file, JSON.stringify({ ...part, package: 'toy', fileFailures: [], guarantees }))
  writeFileSync(join(workspace, 'version.json'), JSON.stringify({ part: file, slowness: 1, ...version }))
  git('add', '.')
  git('commit', '--quiet', '-m', tag)
  git('tag', tag)
}

function worktrees(): string[] {
  return git('worktree', 'list', '--porcelain')
    .split('\n')
    .filter((line) => line.startsWith('worktree '))
}

function optionsFor(base: string, candidate: string): CompareOptions {
  const { level = 'L3' } = functionalRecord().parts[0]?.guarantees[0] ?? {}
  return {
    base,
    candidate,
    suite: `toy:${level.toLowerCase()}`,
    pairs: 5,
    metrics: [`toy:${level.toLowerCase()}@duration`],
    workspace,
    directory: join(workspace, 'node_modules/.runs'),
    signal: new AbortController().signal,
    tell: () => undefined,
  }
}

test('finds which of two commits is slower, and leaves no worktree', async () => {
  commitVersion('v1', {})
  commitVersion('v2', { slowness: 1.2 })
  const told: string[] = []
  const result = await compareVersions({ ...optionsFor('v1', 'v2'), tell: (line) => told.push(line) })
  expect(result.comparisons.map(({ verdict }) => verdict)).toEqual(['slower'])
  expect(result.comparisons[0]?.ratio).toBeCloseTo(1.2, 1)
  expect(
    told
      .filter((line) => line.startsWith('pair'))
      .map((line) => line.replace(/ took.*/, ''))
      .slice(0, 4),
  ).toEqual(['pair 1 of 5: base', 'pair 1 of 5: candidate', 'pair 2 of 5: candidate', 'pair 2 of 5: base'])
  expect((await compareVersions(optionsFor('v2', 'v2'))).comparisons[0]?.verdict).toBe('same')
  expect(worktrees()).toHaveLength(1)
})

test('compares a folder as it is, and leaves it', async () => {
  commitVersion('v1', {})
  writeFileSync(
    join(workspace, 'version.json'),
    JSON.stringify({ part: join(workspace, 'node_modules/part.json'), slowness: 0.8 }),
  )
  const { comparisons, candidate } = await compareVersions(optionsFor('v1', workspace))
  expect(comparisons[0]?.verdict).toBe('faster')
  expect(candidate).toBe(workspace)
  expect(existsSync(workspace)).toBe(true)
})

test('a worktree has the installed packages, and its own of the workspace', () => {
  commitVersion('v1', {})
  mkdirSync(join(workspace, 'node_modules/pacer'))
  const checkout = checkOut('v1', workspace)
  try {
    expect(realpathSync(join(checkout.directory, 'node_modules/pacer'))).toBe(join(workspace, 'node_modules/pacer'))
    expect(realpathSync(join(checkout.directory, 'node_modules/@toys/toy'))).toBe(
      join(checkout.directory, 'packages/toy'),
    )
  } finally {
    checkout.remove()
  }
  expect(existsSync(checkout.directory)).toBe(false)
  expect(existsSync(join(workspace, 'node_modules/pacer'))).toBe(true)
})

test('a run that measures nothing is told with the end of its output', async () => {
  commitVersion('v1', {})
  commitVersion('v2', { isBroken: true })
  const failure: unknown = await compareVersions(optionsFor('v1', 'v2')).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    message: expect.stringMatching(/nothing was measured\n(.*\n)*it cannot start/),
    remedy: expect.stringMatching(/in (\S+\/output\.log)\. .*with v2 \([0-9a-f]{8}\) checked out/),
  })
  const [log = ''] = /\S+\/output\.log/.exec((failure as { remedy: string }).remedy) ?? []
  expect(existsSync(log)).toBe(true)
  expect(worktrees()).toHaveLength(1)
})

test.each(['no-such-ref', '--output=/tmp/x', 'v1..v2', ''])('refuses %j as a version', async (version) => {
  commitVersion('v1', {})
  await expect(compareVersions(optionsFor('v1', version))).rejects.toThrow(
    'neither a folder with a package.json nor a git ref',
  )
  expect(worktrees()).toHaveLength(1)
})

test('names the metrics that there are when none of those wanted was measured', async () => {
  commitVersion('v1', {})
  const failure = compareVersions({ ...optionsFor('v1', 'v1'), metrics: ['#p99'] })
  await expect(failure).rejects.toMatchObject({ remedy: expect.stringContaining('@duration') })
})

test('when it is interrupted, the run ends and the worktrees are removed', async () => {
  const started = join(workspace, 'node_modules/started')
  commitVersion('v1', { hangs: started })
  const controller = new AbortController()
  const comparison = compareVersions({ ...optionsFor('v1', 'v1'), signal: controller.signal })
  const outcome = comparison.catch((error: unknown) => error)
  while (!existsSync(started)) await new Promise((resolve) => setTimeout(resolve, 10))
  controller.abort()
  expect(await outcome).toMatchObject({ message: 'the comparison was interrupted', exitCode: 130 })
  expect(worktrees()).toHaveLength(1)
})

test('when its process ends at once, the worktrees are removed', async () => {
  const started = join(workspace, 'node_modules/started')
  commitVersion('v1', { hangs: started })
  const own = join(workspace, 'node_modules/tmp')
  mkdirSync(own)
  const { signal: _signal, tell: _tell, ...data } = optionsFor('v1', 'v1')
  const script = `
    const { compareVersions } = await import(${JSON.stringify(new URL('../../src/run/compare.ts', import.meta.url).href)})
    process.on('SIGTERM', () => process.exit(130))
    await compareVersions({ ...${JSON.stringify(data)}, signal: new AbortController().signal, tell: () => undefined })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: 'ignore',
    env: { ...process.env, TMPDIR: own },
  })
  while (!existsSync(started)) await new Promise((resolve) => setTimeout(resolve, 10))
  child.kill('SIGTERM')
  const [code] = (await once(child, 'exit')) as [number]
  expect(code).toBe(130)
  expect(readdirSync(own).filter((name) => name.startsWith('proving-ground-compare-'))).toEqual([])
  process.kill(Number(readFileSync(started, 'utf8')), 'SIGKILL')
})
