import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'

import { readRecord, recordJsonSchema, recordSchema } from '../../src/run/record-schema.ts'
import type { RunRecord } from '../../src/run/record.ts'
import { historyRecord } from './sample-history-record.ts'
import { functionalRecord, hostileRecord, loadRecord } from './sample-records.ts'

/**
 * The paths of all fields, as `machine.cores`. Compared in place of the types themselves, which the compiler takes for equal
 * beyond some depth.
 */
type Paths<T> = T extends readonly (infer One)[]
  ? Paths<One>
  : T extends object
    ? { [Key in keyof T & string]-?: Key | `${Key}.${Paths<T[Key]>}` }[keyof T & string]
    : never

type Same<A, B> = [A, B] extends [B, A] ? true : false

type Histories<R extends Read | RunRecord> = NonNullable<R['parts'][number]['guarantees'][number]['histories']>

type Read = z.output<typeof recordSchema>
type Tags<R extends Read | RunRecord> = NonNullable<
  R['parts'][number]['guarantees'][number]['load']
>['workloads'][number]['tags'][string]

/** Checked by the compiler: the schema and the type have the same fields, those of what has free names too. */
const IS_SAME: readonly [
  Same<Paths<Read>, Paths<RunRecord>>,
  Same<Paths<Read['killMatrices'][string]>, Paths<RunRecord['killMatrices'][string]>>,
  Same<Paths<Tags<Read>>, Paths<Tags<RunRecord>>>,
  Same<Paths<Histories<Read>>, Paths<Histories<RunRecord>>>,
] = [true, true, true, true]

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'proving-ground-record-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

function write(content: unknown): string {
  const file = join(folder, 'run.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

test('the schema and the type are one', () => {
  expect(IS_SAME).toEqual([true, true, true, true])
})

test('the published schema is that of the code: harness report --schema > packages/core-harness/src/run/record.schema.json', () => {
  const published = new URL('../../src/run/record.schema.json', import.meta.url)
  expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(recordJsonSchema())
})

test.each([
  ['of L3', functionalRecord],
  ['with load, faults and a kill matrix', loadRecord],
  ['with histories, faults and what happened sometimes', historyRecord],
  ['of hostile texts', () => hostileRecord()],
])('a record %s comes back as it was written', (_name, make) => {
  const record = make()
  expect(readRecord(write(record))).toEqual(record)
})

test('a field of a later version is left out, and no obstacle', () => {
  const record = functionalRecord()
  expect(readRecord(write({ ...record, weather: 'fine' }))).toEqual(record)
})

test.each([
  ['nothing', '', /run\.json: line 1, column 1: expected a value/],
  ['half a file', '{"format": "proving-gr', /line 1, column 12: expected a value/],
  ['no object', 'null', /its format is not said, and this version reads "proving-ground\/run\/1"/],
  [
    'another format',
    { ...functionalRecord(), format: 'proving-ground/run/9' },
    /its format is "proving-ground\/run\/9"/,
  ],
  ['a field that is missing', { ...functionalRecord(), machine: undefined }, /run\.json: machine: Invalid input/],
  [
    'a field that is wrong, deep inside',
    { ...functionalRecord(), parts: [{ ...functionalRecord().parts[0], durationMs: 'long' }] },
    /run\.json: parts\[0\]\.durationMs: Invalid input: expected number, received string/,
  ],
])('%s is refused in words', (_name, content, expected) => {
  expect(() => readRecord(write(content))).toThrow(expected)
  expect(() => readRecord(write(content))).toThrow(expect.objectContaining({ remedy: expect.any(String) }))
})

test('a file that is not there is refused in words', () => {
  expect(() => readRecord(join(folder, 'nowhere.json'))).toThrow(/nowhere\.json: there is no such file/)
})
