import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { HarnessError } from '../../src/environment/errors.ts'
import { historyJsonSchema } from '../../src/history/history-format.ts'
import { readHistory } from '../../src/history/read-history.ts'
import { HEADER, linesOf, scratchFolder } from './scratch-folder.ts'

const invoke = (process: number, timeNs: number, f = 'read') => ({ type: 'invoke', process, f, value: null, timeNs })
const ok = (process: number, timeNs: number, f = 'read') => ({ type: 'ok', process, f, value: 1, timeNs })
const info = (process: number, timeNs: number) => ({ type: 'info', process, f: 'read', timeNs })

test('the published schema is that of the code: harness check --schema > packages/core-harness/src/history/history.schema.json', () => {
  const published = new URL('../../src/history/history.schema.json', import.meta.url)
  expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(historyJsonSchema())
})

test.each([
  ['nothing', '', /line 1: it is empty/],
  ['no JSON', 'bank\n', /line 1: it is not JSON/],
  ['half a header', '{"format":', /line 1: its format is not said/],
  [
    'another format',
    linesOf({ ...HEADER, format: 'proving-ground/history/9' }),
    /line 1: its format is "proving-ground\/history\/9"/,
  ],
  ['a header without a seed', linesOf({ ...HEADER, seed: undefined }), /line 1: seed: /],
  [
    'a line in the middle that is no JSON',
    `${linesOf(HEADER, invoke(0, 1))}oops\n${linesOf(ok(0, 2))}`,
    /line 3: it is not JSON/,
  ],
  [
    'a line of another kind',
    linesOf(HEADER, { weather: 'fine' }),
    /line 2: it is neither an event nor a fault nor a shard/,
  ],
  ['a text', linesOf(HEADER, 'read'), /line 2: it is no object/],
  ['a process that is none', linesOf(HEADER, invoke(-1, 1)), /line 2: process: /],
  ['an event of no type', linesOf(HEADER, { ...invoke(0, 1), type: 'maybe' }), /line 2: type: /],
  ['an ok without invoke', linesOf(HEADER, ok(3, 1)), /line 2: process 3 ends "read" \(ok\), which it has not begun/],
  [
    'two invokes of a process',
    linesOf(HEADER, invoke(3, 1), invoke(3, 2, 'write')),
    /line 3: process 3 begins "write" while it does "read"/,
  ],
  [
    'the end of something else',
    linesOf(HEADER, invoke(3, 1), ok(3, 2, 'write')),
    /line 3: process 3 ends "write" \(ok\), but it does "read"/,
  ],
  [
    'a process after info',
    linesOf(HEADER, invoke(3, 1), info(3, 2), invoke(3, 3)),
    /line 4: process 3 begins "read" after info/,
  ],
  ['time going back', linesOf(HEADER, invoke(0, 5), invoke(1, 4)), /line 3: time goes back, from 5 to 4/],
  [
    'a fault that ends first',
    linesOf(HEADER, { fault: { kind: 'cut', target: 'redis', fromNs: 2, toNs: 1 } }),
    /line 2: the fault ends at 1/,
  ],
  ['a shard elsewhere', linesOf(HEADER, { shard: '../../etc/passwd' }), /line 2: shard: /],
])('%s is refused with its line', (_name, content, expected) => {
  using folder = scratchFolder()
  const file = folder.write('bank.jsonl', content)
  expect(() => readHistory(file)).toThrow(expected)
  expect(() => readHistory(file)).toThrow(HarnessError)
})

test('a file that is not there is refused in words', () => {
  using folder = scratchFolder()
  expect(() => readHistory(join(folder.path, 'nowhere.jsonl'))).toThrow(/nowhere\.jsonl: there is no such file/)
})

test('of a writer that was killed, what is whole counts', () => {
  using folder = scratchFolder()
  const content = linesOf(HEADER, invoke(0, 1), invoke(1, 2), ok(0, 3))
  const { history, notes } = readHistory(folder.write('bank.jsonl', `${content}{"type":"ok","process":1,"f":"re`))
  expect(history.operations.map(({ outcome, completedNs }) => [outcome, completedNs])).toEqual([
    ['ok', 3],
    ['info', Infinity],
  ])
  expect(notes).toEqual([
    expect.stringMatching(/ends within line 5: its writer was cut off/),
    expect.stringMatching(/No end of 1 operation/),
  ])
})

test('a last line without its newline counts when it is whole', () => {
  using folder = scratchFolder()
  const content = linesOf(HEADER, invoke(0, 1), ok(0, 3)).trimEnd()
  expect(readHistory(folder.write('bank.jsonl', content)).history.operations).toMatchObject([{ outcome: 'ok' }])
})

test('between files, an invoke goes before an end of the same nanosecond', () => {
  using folder = scratchFolder()
  const file = folder.write('bank.jsonl', linesOf(HEADER, { shard: 'bank.1.jsonl' }, invoke(0, 1), ok(0, 10)))
  folder.write('bank.1.jsonl', linesOf({ ...HEADER, shardOf: 'bank.jsonl' }, invoke(1_000_000, 10), ok(1_000_000, 12)))
  expect(readHistory(file).history.operations.map(({ process, index }) => [process, index])).toEqual([
    [0, 0],
    [1_000_000, 1],
  ])
})

test('a shard of another history is refused', () => {
  using folder = scratchFolder()
  const file = folder.write('bank.jsonl', linesOf(HEADER, { shard: 'bank.1.jsonl' }))
  folder.write('bank.1.jsonl', linesOf({ ...HEADER, shardOf: 'bank.jsonl', originNs: '99' }, invoke(7, 1)))
  expect(() => readHistory(file)).toThrow(/bank\.1\.jsonl, line 1: it belongs to another history/)
})

test('lines that are longer than what is read at a time, in any script, come back whole', () => {
  using folder = scratchFolder()
  const long = '\u{1f600}é\u2028'.repeat(100_000)
  const file = folder.write(
    'bank.jsonl',
    linesOf(HEADER, { ...invoke(0, 1), value: long }, ok(0, 2), invoke(0, 3), ok(0, 4)),
  )
  const { operations } = readHistory(file).history
  expect(operations[0]?.input).toBe(long)
  expect(operations).toHaveLength(2)
})

test('fields of a later version are no obstacle', () => {
  using folder = scratchFolder()
  const file = folder.write('bank.jsonl', linesOf({ ...HEADER, host: 'a' }, { ...invoke(0, 1), node: 'n1' }))
  expect(readHistory(file).history.operations).toHaveLength(1)
})
