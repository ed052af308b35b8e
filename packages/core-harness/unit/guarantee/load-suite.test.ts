import { beforeAll, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { GuaranteeResult, RunPart } from '../../src/run/record.ts'

const workspace = fileURLToPath(new URL('../../../..', import.meta.url))
const fixture = fileURLToPath(new URL('../fixtures/loaded', import.meta.url))

let exitCode: number | null = null
let part: RunPart

beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), 'loaded-'))
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js']
  const configuration = ['--config', 'packages/core-harness/src/jest/l4.config.mjs', '--rootDir', fixture]
  const env = { ...process.env, HARNESS_RUN_DIRECTORY: directory, ADAPTER: '', HARNESS_CATEGORIES: 'api' }
  exitCode = spawnSync(process.execPath, [...jest, ...configuration], { cwd: workspace, env, stdio: 'ignore' }).status
  part = JSON.parse(readFileSync(join(directory, 'parts/loaded-l4.json'), 'utf8')) as RunPart
  rmSync(directory, { recursive: true })
}, 60_000)

function result(name: string): GuaranteeResult {
  return part.guarantees.find(({ id }) => id === `loaded.test.${name}`) as GuaranteeResult
}

test('a guarantee comes out as the worst of its objectives, and those of other categories do not run', () => {
  const statuses = part.guarantees.map(({ id, status }) => [id.slice('loaded.test.'.length), status])
  expect(Object.fromEntries(statuses)).toEqual({
    meets: 'passed',
    degraded: 'warned',
    misses: 'failed',
    unmeasured: 'no-data',
    'late-generator': 'invalid',
    'lateness-decides': 'invalid',
    disturbed: 'passed',
    'met-nothing': 'no-data',
    throws: 'failed',
  })
  expect(exitCode).not.toBe(0)
})

test('each objective is in the record with its value, and a missed one with what to do', () => {
  expect(result('misses').load?.objectives).toMatchObject([
    { id: 'loaded.test.misses#found', verdict: 'pass', value: 1 },
    { id: 'loaded.test.misses#success', verdict: 'fail', severity: 'CRITICAL', value: 0.9, samples: 30 },
  ])
  expect(result('misses').reason).toMatch(/loaded\.test\.misses#success: .*90 %.*\n\s*Read the name/)
  expect(result('misses').load?.workloads).toMatchObject([
    { planned: 30, completed: 27, failed: 3, errors: [{ message: 'every tenth', count: 3 }] },
  ])
})

test('a measurement that the generator spoilt is made again, and those discarded are told', () => {
  expect(result('late-generator').evidence).toMatchObject({
    discardedMeasurements: [{ workload: 'calls' }, { workload: 'calls' }],
  })
  expect(result('late-generator').reason).toMatch(/sent .* ms late/)
  expect(result('lateness-decides').evidence).toMatchObject({ discardedMeasurements: [{}, {}] })
  expect(result('lateness-decides').reason).toMatch(/#p90 is missed by the generator's lateness/)
})

test('a fault is a band of the workload that it fell into', () => {
  const [band] = result('disturbed').load?.faults ?? []
  expect(band).toMatchObject({ kind: 'pause', target: 'redis', workload: 'calls' })
  // The workload begins some time after the schedule: the engine gets ready first.
  expect(band?.toMs).toBeGreaterThan(0)
  expect((band?.toMs ?? 0) - (band?.fromMs ?? 0)).toBeGreaterThan(80)
})

test('a test that did not come to its end is failed, whatever its objectives say', () => {
  expect(result('throws').load?.objectives).toMatchObject([{ verdict: 'pass' }])
  expect(result('throws').reason).toMatch(/it broke before its end/)
})
