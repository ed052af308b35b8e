import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { finishRun } from '../../src/report/finish.ts'
import { readRecord } from '../../src/run/record-schema.ts'
import { RunDirectory } from '../../src/run/run-directory.ts'
import { loadRecord, sampleTrends } from './sample-records.ts'

let directory: RunDirectory

beforeEach(() => {
  directory = new RunDirectory(mkdtempSync(join(tmpdir(), 'proving-ground-finish-')), false)
})

afterEach(() => {
  rmSync(directory.path, { recursive: true })
})

test('a run that ends leaves its record and every report', () => {
  for (const [index, part] of loadRecord().parts.entries()) directory.writePart(`part-${index}`, part)
  const record = finishRun(directory, { startedAt: new Date(), command: 'test', trendsFor: sampleTrends })
  const files = readdirSync(directory.path).filter((name) => name !== 'parts')
  expect(files.sort()).toEqual(['benchmark.json', 'junit.xml', 'report.html', 'run.json', 'summary.md'])
  expect(readRecord(join(directory.path, 'run.json'))).toEqual(JSON.parse(JSON.stringify(record)))
  expect(readFileSync(join(directory.path, 'report.html'), 'utf8')).toContain('2026-02-24T09:00')
  expect(record.verdict).toBe('fail')
})

test('a run in which nothing was done says so everywhere', () => {
  expect(finishRun(directory, { startedAt: new Date(), command: 'test', trendsFor: () => ({}) }).verdict).toBe(
    'no-data',
  )
  expect(readFileSync(join(directory.path, 'summary.md'), 'utf8')).toMatch(/^# \? no data: Nothing was measured/)
  expect(readFileSync(join(directory.path, 'report.html'), 'utf8')).toContain('Nothing was measured')
})
