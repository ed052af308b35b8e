import { beforeAll, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { GuaranteeResult, RunPart } from '../../src/run/record.ts'

const workspace = fileURLToPath(new URL('../../../..', import.meta.url))
const fixture = fileURLToPath(new URL('../fixtures/unsteady', import.meta.url))

let exitCode: number | null = null
let part: RunPart

function runSuite(...args: string[]): void {
  const directory = mkdtempSync(join(tmpdir(), 'unsteady-'))
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js']
  const configuration = ['--config', 'packages/core-harness/src/jest/l3.config.mjs', '--rootDir', fixture]
  const env = { ...process.env, HARNESS_RUN_DIRECTORY: directory, ADAPTER: '' }
  exitCode = spawnSync(process.execPath, [...jest, ...configuration, ...args], {
    cwd: workspace,
    env,
    stdio: 'ignore',
  }).status
  part = JSON.parse(readFileSync(join(directory, 'parts/unsteady-l3.json'), 'utf8')) as RunPart
  rmSync(directory, { recursive: true })
}

function result(name: string): GuaranteeResult {
  return part.guarantees.find(({ id }) => id === `unsteady.test.${name}`) as GuaranteeResult
}

beforeAll(() => runSuite(), 60_000)

test('each way to come out has its verdict, and the run is red', () => {
  expect(
    Object.fromEntries(part.guarantees.map(({ id, status }) => [id.slice('unsteady.test.'.length), status])),
  ).toEqual({
    passes: 'passed',
    fails: 'failed',
    hangs: 'failed',
    'not-offered': 'not-offered',
    missing: 'no-data',
    'fails-and-stays': 'failed',
    'cleanup-fails': 'failed',
  })
  expect(exitCode).toBe(1)
})

test('the reason is what was found', () => {
  expect(result('fails').reason).toMatch(/Expected: "expected"[^]*Received: "found"/)
  expect(result('hangs').reason).toMatch(/did not end within 2000 ms/)
  expect(result('not-offered').reason).toBe('the adapter reference does not offer flight')
  expect(result('missing').reason).toBe('its test did not run to an end')
  expect(result('cleanup-fails').reason).toMatch(/^HarnessError: cleaning up after the test: it is stuck/)
})

test('what cannot be cleaned up does not hide what the test found', () => {
  expect(result('fails-and-stays').reason).toMatch(/Expected: "expected"[^]*Received: "found"/)
})

test('evidence reaches the record', () => {
  expect(result('passes').evidence).toEqual({ large: '100000000000000000000', text: 'seen' })
})

test('the node of a test that hangs is gone', () => {
  const { processId } = result('hangs').evidence
  expect(processId).toEqual(expect.any(Number))
  expect(existsSync(`/proc/${String(processId)}`)).toBe(false)
})

test('every result says how to run it again', () => {
  expect(result('fails').reproduce).toBe('npx nx run unsteady:l3 --testNamePattern unsteady.test.fails')
})

test('a part of the suite is judged by that part alone', () => {
  runSuite('-t', 'unsteady\\.test\\.(passes|not-offered)')
  expect(part.guarantees.map(({ id, status }) => [id, status])).toEqual([
    ['unsteady.test.passes', 'passed'],
    ['unsteady.test.not-offered', 'not-offered'],
  ])
  expect(exitCode).toBe(0)
}, 60_000)
