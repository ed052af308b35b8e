import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { ScratchWorkspace } from '../../bench/scratch/scratch-workspace.ts'
import { functionalRecord, loadRecord } from './sample-records.ts'

let workspace: ScratchWorkspace
let runs = ''

beforeAll(() => {
  workspace = new ScratchWorkspace()
  runs = join(workspace.folder, '.proving-ground/runs')
  const keep = (id: string, content: unknown): void => {
    mkdirSync(join(runs, id), { recursive: true })
    writeFileSync(join(runs, id, 'run.json'), JSON.stringify(content))
  }
  keep('20260301T080000-aaaaaa', functionalRecord())
  keep('20260302T091500-0a1b2c', loadRecord())
  mkdirSync(join(runs, '20260303T100000-unfini'))
})

afterAll(async () => {
  await workspace.dispose()
}, 30_000)

test('the reports of the latest run that has ended are written beside it', async () => {
  const { code, stdout, stderr } = await workspace.harness(['report', '--include-l4'])
  const folder = join(runs, '20260302T091500-0a1b2c')
  const files = ['report.html', 'benchmark.json', 'summary.md', 'junit.xml']
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe(files.map((file) => `${join(folder, file)}\n`).join(''))
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/)
  expect(JSON.parse(readFileSync(join(folder, 'benchmark.json'), 'utf8'))).toMatchObject({ verdict: 'fail' })
})

test.each([
  ['by id', () => '20260301T080000-aaaaaa'],
  ['by folder', () => join(runs, '20260301T080000-aaaaaa')],
  ['by file', () => join(runs, '20260301T080000-aaaaaa/run.json')],
])('a run is found %s, and only what was asked for is written', async (_name, given) => {
  const folder = join(runs, '20260301T080000-aaaaaa')
  const { code, stdout } = await workspace.harness(['report', given(), '--format', 'markdown'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(folder, 'summary.md')}\n` })
  expect(readdirSync(folder).sort()).toEqual(['run.json', 'summary.md'])
})

test('the schema is printed', async () => {
  const { code, stdout } = await workspace.harness(['report', '--schema'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' })
})

test.each([
  [
    ['report', '20260302T091500-0a1b2d'],
    2,
    /there is no run "20260302T091500-0a1b2d"\n {2}Did you mean 20260302T091500-0a1b2c\? The latest are: /,
  ],
  [['report', '20260303T100000-unfini'], 2, /there is no run "20260303T100000-unfini"/],
  [['report', '20260301T080000-aaaaaa', '--include-l4'], 1, /holds no results of L4\n {2}Run the load suites/],
  [['report', '--format', 'pdf'], 2, /there is no format "pdf"\n {2}There are: html, json, markdown, junit\./],
  [['report', 'one', 'two'], 2, /it takes one run/],
  [['sla', '--category', 'l4'], 2, /there is no category "l4"/],
])('%j is refused in words', async (args, code, expected) => {
  const result = await workspace.harness(args)
  expect(result).toMatchObject({ code, stdout: '' })
  expect(result.stderr).toMatch(expected)
  expect(result.stderr).not.toMatch(/\n\s+at /)
})

test('a record that cannot be read is named, with its field', async () => {
  const folder = join(workspace.folder, 'broken')
  mkdirSync(folder)
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...functionalRecord(), verdict: 'great' }))
  const { code, stderr } = await workspace.harness(['report', folder])
  expect(code).toBe(1)
  expect(stderr).toMatch(/run\.json: verdict: Invalid option/)
  expect(existsSync(join(folder, 'report.html'))).toBe(false)
})

test.each([
  [['sla', '--category', 'l4-performance'], 1, /5 of 9 service levels met, pass rate 55\.5 %\n$/],
  [
    ['sla', '20260301T080000-aaaaaa', '--category', 'l3-integration'],
    0,
    /3 of 3 service levels met, pass rate 100\.0 %\n$/,
  ],
  [['sla', '20260301T080000-aaaaaa'], 1, /holds nothing of l4-performance: nothing was shown to be met/],
  [['sla', '--category', 'all'], 1, /9 of 14 service levels met/],
])('%j prints the service levels', async (args, code, expected) => {
  const { stdout, ...result } = await workspace.harness(args)
  expect(result).toEqual({ code, stderr: '' })
  expect(stdout).toMatch(expected)
})
