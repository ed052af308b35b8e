import { expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { HEADER, linesOf, scratchFolder } from '../scratch-folder.ts'

const HARNESS = fileURLToPath(new URL('../../../bin/harness.mjs', import.meta.url))

function check(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [HARNESS, 'check', ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

/** One register: 1 is written, and then `found` is read. */
const register = (found: number) =>
  linesOf(
    HEADER,
    { type: 'invoke', process: 0, f: 'write', value: 1, timeNs: 1e9 },
    { type: 'ok', process: 0, f: 'write', value: null, timeNs: 2e9 },
    { type: 'invoke', process: 1, f: 'read', value: null, timeNs: 3e9 },
    { type: 'ok', process: 1, f: 'read', value: found, timeNs: 4e9 },
    { fault: { kind: 'pause', target: 'redis', fromNs: 1e9, toNs: 2e9 } },
  )

const LINEARIZABLE = ['--checker', 'linearizable', '--option', 'model=register']

test('0 for valid, 1 for invalid with its evidence, 2 for what cannot be read', async () => {
  using folder = scratchFolder()
  const good = folder.write('good.jsonl', register(1))
  const bad = folder.write('bad.jsonl', register(7))
  const [valid, invalid, both, missing] = await Promise.all([
    check(good, ...LINEARIZABLE),
    check(bad, ...LINEARIZABLE),
    check(bad, good, ...LINEARIZABLE),
    check(`${good}x`, ...LINEARIZABLE),
  ])
  expect(valid).toMatchObject({ code: 0, stderr: '' })
  expect(valid.stdout).toContain(`${good}: valid by linearizable\n  2 operations, 2 processes, 1 fault, seed 7`)
  expect(invalid).toMatchObject({ code: 1, stderr: '' })
  expect(invalid.stdout).toContain(`${bad}: invalid by linearizable`)
  expect(invalid.stdout).toMatch(/Anomalies.*\n {2}never-written: read → 7/)
  expect(invalid.stdout).toMatch(/process 1 .*[├╞]/)
  expect(both).toMatchObject({ code: 1 })
  expect(both.stdout).toContain(`${good}: valid`)
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no such file') })
})

test('the same history as Jepsen writes it, there and back, with the same verdict', async () => {
  using folder = scratchFolder()
  const bad = folder.write('bad.jsonl', register(7))
  const { code, stdout } = await check(bad, '--edn')
  expect(code).toBe(0)
  expect(stdout.split('\n')[0]).toMatch(/^\{:type :(invoke|info), /)
  const back = await check(folder.write('bad.edn', stdout), ...LINEARIZABLE, '--json')
  expect(back.code).toBe(1)
  expect(JSON.parse(back.stdout)).toMatchObject({ checker: 'linearizable', verdict: 'invalid', notes: [] })
})

test('a history of another checker, and a bad one, exit with 2', async () => {
  using folder = scratchFolder()
  const none = folder.write('none.jsonl', linesOf(HEADER, { type: 'ok', process: 1, f: 'read', timeNs: 1 }))
  const other = folder.write('other.jsonl', linesOf(HEADER, { type: 'invoke', process: 1, f: 'transfer', timeNs: 1 }))
  const [bad, foreign] = await Promise.all([check(none, ...LINEARIZABLE), check(other, ...LINEARIZABLE)])
  expect(bad).toMatchObject({ code: 2, stderr: expect.stringMatching(/none\.jsonl, line 2: process 1 ends/) })
  expect(foreign).toMatchObject({ code: 2, stderr: expect.stringMatching(/operation 0 \(transfer\)/) })
})

test('a command line that is wrong is told what there is', async () => {
  using folder = scratchFolder()
  const file = folder.write('good.jsonl', register(1))
  const [nothing, none, unknown, option, value] = await Promise.all([
    check(),
    check(file),
    check(file, '--checker', 'linearisable'),
    check(file, '--checker', 'linearizable', '--option', 'modle=register'),
    check(file, '--checker', 'linearizable', '--option', 'model=tape'),
  ])
  expect(nothing).toMatchObject({ code: 2, stderr: expect.stringContaining('linearizable: ') })
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('it takes --checker NAME') })
  expect(none.stderr).toMatch(/linearizable: .*\n\s+model/)
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean linearizable?') })
  expect(option).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean model?') })
  expect(value).toMatchObject({ code: 2, stderr: expect.stringContaining('--option model: ') })
})
