import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { readHistory } from '../../src/history/read-history.ts'
import type { GuaranteeResult, RunPart } from '../../src/run/record.ts'

const workspace = fileURLToPath(new URL('../../../..', import.meta.url))
const fixture = fileURLToPath(new URL('../fixtures/judged', import.meta.url))

let directory = ''
let part: RunPart

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'judged-'))
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js']
  const configuration = ['--config', 'packages/core-harness/src/jest/l3.config.mjs', '--rootDir', fixture]
  const env = { ...process.env, HARNESS_RUN_DIRECTORY: directory, HARNESS_SEED: '7', ADAPTER: '' }
  spawnSync(process.execPath, [...jest, ...configuration], { cwd: workspace, env, stdio: 'ignore' })
  part = JSON.parse(readFileSync(join(directory, 'parts/judged-l3.json'), 'utf8')) as RunPart
}, 60_000)

afterAll(() => rmSync(directory, { recursive: true }))

function result(name: string): GuaranteeResult {
  return part.guarantees.find(({ id }) => id === `judged.test.${name}`) as GuaranteeResult
}

test('each way to come out has its verdict', () => {
  const statuses = part.guarantees.map(({ id, status }) => [id.slice('judged.test.'.length), status])
  expect(Object.fromEntries(statuses)).toEqual({
    valid: 'passed',
    invalid: 'failed',
    unknown: 'no-data',
    broken: 'failed',
    rare: 'no-data',
    'rare-and-wrong': 'failed',
    faulted: 'passed',
    untouched: 'failed',
    'not-working': 'failed',
    unhealed: 'failed',
  })
})

test('an invalid history says what is wrong, draws it, and how to see it again', () => {
  const file = join(directory, 'histories/judged.test.invalid-reads.jsonl')
  const [words = '', drawing = '', , commands = ''] = result('invalid').reason?.split('\n\n') ?? []
  expect(words).toMatch(/the history reads of 4 operations is invalid by never-less\n {2}less: read 4 after 5$/)
  expect(drawing).toMatch(/^process 0 {2}╞═ 1 read → 5 ═╡╞═ 2 read → 4 ═╡\nseconds/)
  expect(commands).toContain(`judge again: npx harness check ${file} --checker never-less --option atLeast=2`)
  expect(commands).toContain('run again:   HARNESS_SEED=7 npx nx run judged:l3 --testNamePattern judged.test.invalid')
})

test('histories are in the folder of the run, and in the record with what was found', () => {
  expect(result('invalid').histories).toMatchObject([
    {
      name: 'reads',
      seed: 7,
      operations: 4,
      results: [{ verdict: 'invalid', counterexample: [{ output: 5 }, { output: 4 }] }],
    },
  ])
  const [{ file = '' } = {}] = result('invalid').histories ?? []
  expect(file).toBe('histories/judged.test.invalid-reads.jsonl')
  expect(readHistory(join(directory, file)).history.operations).toHaveLength(4)
})

test('what runs by a seed says so in the command that runs it again, and nothing else does', () => {
  expect(result('invalid').reproduce).toMatch(/^HARNESS_SEED=7 npx nx run judged:l3/)
  expect(result('rare').reproduce).toMatch(/^npx nx run judged:l3/)
})

test('a history that cannot be judged is no data, with why', () => {
  expect(result('unknown').reason).toMatch(/could not be judged by never-less\n {2}there are less than 10 reads\n/)
})

test('a history that was never judged is kept', () => {
  expect(result('broken').histories).toMatchObject([{ operations: 1, results: [] }])
  expect(result('broken').reason).toMatch(/it broke first/)
})

test('what never happened is named, and everything is counted', () => {
  expect(result('rare').reason).toMatch(/"the lock expired while held" never happened/)
  expect(result('rare').sometimes).toEqual([
    { name: 'a conflict happened', count: 1, minimum: 1 },
    { name: 'the lock expired while held', count: 0, minimum: 1 },
  ])
  expect(result('valid').sometimes).toEqual([{ name: 'a read met a write', count: 2, minimum: 2 }])
  expect(result('rare-and-wrong').reason).toMatch(/it is wrong/)
})

test('faults are healed before the checker reads, and are in the history and in the record', () => {
  const { faults = [], histories } = result('faulted')
  expect(faults).toMatchObject([
    { kind: 'pause', target: 'redis', touched: 1 },
    { kind: 'cut', target: 'redis', touched: 3 },
  ])
  for (const { fromMs, toMs } of faults)
    expect([0 <= fromMs, fromMs <= toMs, toMs < 20_000]).toEqual([true, true, true])
  const { history } = readHistory(join(directory, histories?.[0]?.file ?? ''))
  expect(history.faults.map(({ kind }) => kind)).toEqual(['pause', 'cut'])
  expect(history.faults[0]?.fromNs).toBeGreaterThan(history.operations[0]?.completedNs ?? Infinity)
})

test('a fault that touched nothing fails the test, and so does one that cannot be healed', () => {
  expect(result('untouched').reason).toMatch(/"pause" of redis touched nothing/)
  expect(result('not-working').reason).toMatch(/works again after a fault: not within 50 ms \(it is gone\)/)
  expect(result('unhealed').reason).toMatch(/it does not answer/)
})
