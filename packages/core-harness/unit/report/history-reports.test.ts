import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

import { openJournal } from '../../src/history/journal.ts'
import { summary } from '../../src/report/console.ts'
import { finishRun } from '../../src/report/finish.ts'
import { historiesIn, operationsToDraw } from '../../src/report/histories.ts'
import { historyView } from '../../src/report/html/history-view.ts'
import { operationColumns } from '../../src/report/html/operation-columns.ts'
import { toHtml } from '../../src/report/html/page.ts'
import { toJunit } from '../../src/report/junit.ts'
import { toMarkdown } from '../../src/report/markdown.ts'
import { RunDirectory } from '../../src/run/run-directory.ts'
import { history, historyEvidence, lostWrite, operation, sampleOperations, staleRead } from './sample-history.ts'
import { historyRecord } from './sample-history-record.ts'
import { guarantee, hostileRecord, loadRecord, part, record } from './sample-records.ts'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'proving-ground-histories-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

test('the console draws the first counter-example, and says how to see each again', () => {
  const output = stripVTControlCharacters(summary(historyRecord(), 'runs/x'))
  expect(output).toContain(
    '    the history register is not valid by linearizable\n      read 7 at 12.031 s\n    process 0',
  )
  expect(output).toContain('    process 3                   ├─ 3 read x → 9 ─┤╞═ 5 read x → 7 ═╡\n')
  expect(output.match(/^ {4}process 0 /gm)).toHaveLength(1)
  expect(output).toContain(
    '    judge: npx harness check .proving-ground/runs/x/histories/cache.history.register.jsonl --checker linearizable\n' +
      '    again: HARNESS_SEED=42 npx nx run cache:l3',
  )
  expect(output).not.toContain('at x')
})

test('the page tells faults and what happened sometimes', () => {
  const html = toHtml(historyRecord())
  expect(html).toContain('"11.995 s to 12.020 s after the test began, touched 1"')
  expect(html).toContain('"faults":[{"name":"pause redis","workload":"the test","fromSecond":11.995,"toSecond":12.02}]')
  expect(html).toContain('{"name":"the lock expired while held","value":"0 times"}')
})

test('JUnit holds the explanation, the drawing and the commands', () => {
  const xml = toJunit(historyRecord())
  expect(xml).toContain('<failure message="the history register is not valid by linearizable">')
  expect(xml).toContain('process 0  ├─ 1 ─┤')
  expect(xml).toContain('--checker linearizable\nHARNESS_SEED=42 npx nx run cache:l3</failure>')
  expect(xml).toContain('<error message="what it looks for never happened: the lock expired while held">')
})

test('Markdown holds the explanation, the file and the command', () => {
  const markdown = toMarkdown(historyRecord())
  expect(markdown).toContain('## Histories that were not found valid')
  expect(markdown).toMatch(
    /- ✗ \*\*register\*\* of `cache\.history\.register`: invalid by linearizable, 5 operations in `histories\//,
  )
  expect(markdown).toContain('not\\-linearizable: read 7 at 12.031 s')
  expect(markdown).toContain('no read was acknowledged: let the test run longer')
  expect(markdown).not.toContain('process 0')
})

test('records without histories are as they were', () => {
  expect(toMarkdown(loadRecord())).not.toContain('Histories')
  expect(toHtml(loadRecord())).toContain('"histories":[]')
})

test('hostile texts of a history change no structure', () => {
  const tags = (xml: string): string[] => xml.match(/<\/?[a-z-]+/gi) ?? []
  expect(tags(toJunit(hostileRecord(historyRecord())))).toEqual(tags(toJunit(historyRecord())))
  expect(tags(toHtml(hostileRecord(historyRecord())))).toEqual(tags(toHtml(historyRecord())))
  const outsideOfCode = toMarkdown(hostileRecord(historyRecord())).replace(/(?<!\\)`[^`\n]*`/g, '')
  expect(outsideOfCode).not.toMatch(/<script|[^\\]\]\(https/)
})

test('ten thousand operations take less than a megabyte, with long values too', () => {
  const long = sampleOperations(10_000).map((one) => ({ ...one, output: `${one.index} ${'x'.repeat(500)}` }))
  for (const operations of [sampleOperations(10_000), long])
    expect(JSON.stringify(operationColumns(operations)).length).toBeLessThan(1_000_000)
})

test('columns hold what the operations hold', () => {
  const operations = [
    operation(3, 0, 'write', [1, null], [1, 2]),
    operation(7, 4, 'read', [null, 1], [1.5, 4], { outcome: 'fail', error: 'refused' }),
    { ...operation(9, 1, 'read', [null, null], [5, 6], { outcome: 'info' }), completedNs: Infinity },
  ]
  const { texts, unitNs, originNs, ...columns } = operationColumns(operations)
  expect([unitNs, originNs]).toEqual([1, 1e6])
  expect(columns).toMatchObject({
    index: [3, 4, 2],
    process: [0, 4, 1],
    outcome: 'ofi',
    invoked: [0, 500_000, 3_500_000],
    took: [1_000_000, 2_500_000, -1],
  })
  expect(columns.f.map((place) => texts[place])).toEqual(['write', 'read', 'read'])
  expect(columns.error.map((place) => texts[place])).toEqual(['', 'refused', ''])
  expect(columns.input.map((place) => texts[place])).toEqual(['1', '', ''])
})

test('what shows an anomaly is found in the columns, whatever was left out', () => {
  const operations = sampleOperations(5_000)
  const evidence = historyEvidence('x', [staleRead(operations.slice(0, 5), [4_000, 17])], operations.length)
  const view = historyView(evidence, history(operations), 300)
  const [{ operations: places = [] } = {}] = view.results[0]?.anomalies ?? []
  const indexes = view.operations.index.reduce<number[]>((all, step) => [...all, (all.at(-1) ?? 0) + step], [])
  expect(places.map((place) => indexes[place])).toEqual([4_000, 17])
  expect(view.facts).toContainEqual({ name: 'operations', value: '5,000' })
})

test('those that were not found valid are drawn first, when there are more than a page can hold', () => {
  const valid = { checker: 'bank', verdict: 'valid', counts: {}, anomalies: [] } as const
  const good = Array.from({ length: 6 }, (_, index) => historyEvidence(`good-${index}`, [valid], 20_000))
  const bad = historyEvidence('bad', [staleRead(lostWrite(), [0, 8])], 20_000)
  const run = record([part('cache', [guarantee('cache.history.x', 'failed', { histories: [...good, bad] })])], 'fail')
  const shares = operationsToDraw(run)
  expect(shares.get(bad)).toBe(10_000)
  expect(good.map((one) => shares.get(one))).toEqual([10_000, 10_000, 10_000, 400, 400, 400])
})

test('a run that ends draws the histories that are in its folder', () => {
  const directory = new RunDirectory(folder, false)
  const [{ file = '' } = {}] = historyRecord().parts[0]?.guarantees[0]?.histories ?? []
  const journal = openJournal({ file: join(folder, file), name: 'register' })
  journal.ok(journal.invoke(journal.newProcess(), 'read', null, 'a-key-of-its-own'), 1)
  journal.close()
  for (const one of historyRecord().parts) directory.writePart(one.package, one)
  finishRun(directory, { startedAt: new Date(), command: 'test', trendsFor: () => ({}) })
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('a-key-of-its-own')
  expect(historiesIn(folder)(historyEvidence('gone', []))).toBeUndefined()
})
