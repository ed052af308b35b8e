import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { stripVTControlCharacters, styleText } from 'node:util'

import { toBenchmark } from '../../src/report/benchmark.ts'
import { summary } from '../../src/report/console.ts'
import { formatValue, percent } from '../../src/report/format-value.ts'
import { text, toMarkdown } from '../../src/report/markdown.ts'
import { plain } from '../../src/report/plain-text.ts'
import { slaCompliance } from '../../src/report/sla.ts'
import { functionalRecord, guarantee, hostileRecord, loadRecord } from './sample-records.ts'

const shown = (record: ReturnType<typeof loadRecord>): string => stripVTControlCharacters(summary(record, 'runs/x'))

test('the console shows each objective against its thresholds, and what to do about a breach', () => {
  const output = shown(loadRecord())
  expect(output).toMatch(/✗ p99\.9 +fail +never answered +< 10 ms +< 25 ms +< 50 ms +18,000/)
  expect(output).toMatch(/✓ hit-rate +pass +93 % +> 80 % +> 60 % +> 40 %/)
  expect(output).toContain('! cache.load.mixed#read-p99 warn (LOW): 99 % of operations')
  expect(output).toContain('→ Look at the slowest commands of Redis')
  expect(output).toContain(
    '? the measurement of sessions is not good enough (generator-late): p99 of the lateness is 7.4 ms',
  )
  expect(output).toContain('protected: $187,000 a month; at risk: $54,000 a month ($6,000 of it, because nobody knows)')
  expect(output).toContain('10 guarantees, 6 kept (60.0 %)')
  expect(output).toMatch(/By severity\n {2}INFO: 5\n {2}LOW: 1\n {2}HIGH: 2\n {2}CRITICAL: 2\n/)
  expect(output).toMatch(/By category\n {2}billing: 1\/2 \(50\.0 %\)\n {2}cache: 5\/8 \(62\.5 %\)/)
  expect(output).toContain('✗ cache, no guarantee: pool › gives connections back\n    expected 0, received 2')
  expect(output).toContain('✗ l4/eviction.l4.test.ts could not be run to its end')
  expect(output).toContain('survivor: delete-before-commit names cache.invalidation.commit-order, but its test passed')
})

test('a run of L3 stays as short as it was', () => {
  const output = shown(functionalRecord())
  expect(output).not.toMatch(/Objectives|By severity|protected/)
  expect(output).toContain('Verdict: pass · guarantees: 3 passed, 0 failed, 1 not offered · 4.3 s')
})

test('no text of a record acts on a terminal', () => {
  expect(shown(hostileRecord())).not.toMatch(/(?!\n)\p{Cc}/u)
  // Without the colours that are its own.
  const [red, end] = styleText('red', ' ', { validateStream: false }).split(' ') as [string, string]
  const bare = summary(hostileRecord(), 'x').replaceAll(red, '').replaceAll(end, '')
  expect(bare).toBe(shown(hostileRecord()).replaceAll('runs/x', 'x'))
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      expect(plain(value)).not.toMatch(/(?![\t\n])\p{Cc}|[\u202A-\u202E\u2066-\u2069]/u)
    }),
  )
})

test('the benchmark report holds each objective with its baselines', () => {
  const benchmark = toBenchmark(loadRecord()) as Record<string, unknown>
  expect(benchmark).toMatchObject({
    format: 'proving-ground/benchmark/1',
    verdict: 'fail',
    summary: { total_tests: 10, passed: 6, failed: 4, not_offered: 1, pass_rate: 0.6 },
    severity_breakdown: { INFO: 5, LOW: 1, HIGH: 2, CRITICAL: 2 },
    category_breakdown: { billing: { passed: 1, total: 2, pass_rate: 0.5 } },
  })
  const objectives = benchmark.objectives as Record<string, unknown>[]
  expect(objectives).toHaveLength(9)
  expect(objectives[2]).toMatchObject({
    name: 'cache.load.mixed#hit-rate',
    value: 0.93,
    baseline: 0.8,
    warning: 0.6,
    critical: 0.4,
    verdict: 'pass',
    recommendation: null,
  })
  expect(objectives[1]).toMatchObject({ value: 'unbounded', severity: 'CRITICAL', recommendation: expect.any(String) })
  expect((benchmark.baselines as Record<string, unknown>)['cache.load.mixed#hit-rate']).toEqual({
    description: 'More than 80 % of reads are hits',
    category: 'cache',
    metric: 'hits / (hits + misses)',
    unit: 'share',
    baseline_value: 0.8,
    warning_threshold: 0.6,
    critical_threshold: 0.4,
    higher_is_better: true,
  })
})

test('the benchmark report of a run without guarantees has no pass rate', () => {
  expect(toBenchmark({ ...functionalRecord(), parts: [] })).toMatchObject({
    summary: { total_tests: 0, pass_rate: null },
  })
})

test('the Markdown says the verdict first, and what to do', () => {
  const markdown = toMarkdown(loadRecord())
  expect(markdown.split('\n')[0]).toBe(
    '# ✗ fail: 2 of 9 objectives miss their critical threshold; \\$54,000 a month at risk',
  )
  expect(markdown).toContain(
    '| ✗ fail | `cache.load.mixed#p99` | 612.4 ms | &lt; 10 ms | &lt; 25 ms | &lt; 50 ms | 18,000 |',
  )
  expect(markdown).toMatch(/\*\*fail, CRITICAL\*\*[^]*→ Look at the slowest commands of Redis/)
  expect(markdown).toContain('6 of 11 guarantees kept.')
})

test('nothing in a text is Markdown, HTML, a mention or the end of a cell', () => {
  const rows = toMarkdown(hostileRecord()).split('\n')
  const cells = (row: string): number => row.replace(/\\[|\\]/g, '').split('|').length
  const tables = rows.flatMap((row, index) => (/^\| --- /.test(row) ? [index] : []))
  expect(tables).toHaveLength(3)
  for (const rule of tables)
    for (let row = rule - 1; rows[row]?.startsWith('|'); row++)
      expect(cells(rows[row] ?? '')).toBe(cells(rows[rule] ?? ''))
  const special = fc.string({ unit: fc.constantFrom(...'<>@|`*_[]\\#!&- a\n') })
  fc.assert(
    fc.property(fc.oneof(special, fc.string({ unit: 'binary' })), (value) => {
      expect(text(value)).not.toMatch(/[<>@\n]|(?<!\\)(?:\\\\)*[|`*_[\]]/)
    }),
  )
})

test('the SLA is met only where something was measured and all of it was met', () => {
  const record = loadRecord()
  const load = slaCompliance(record, 'l4-performance')
  expect(load.isMet).toBe(false)
  expect(load.lines.at(-1)).toMatch(/5 of 9 service levels met, pass rate 55\.5 %$/)
  expect(slaCompliance(functionalRecord(), 'l3-integration').isMet).toBe(true)
  expect(slaCompliance(functionalRecord(), 'l4-performance')).toMatchObject({ isMet: false })
  expect(slaCompliance({ ...record, parts: [] }, 'all').isMet).toBe(false)
})

test('a guarantee whose test failed although no objective did is not met', () => {
  const record = loadRecord()
  const green = record.parts[1]?.guarantees[1]
  const parts = [
    { ...record.parts[0]!, guarantees: [guarantee('cache.load.x', 'failed', { ...green, status: 'failed' })] },
  ]
  const { isMet, lines } = slaCompliance({ ...record, parts }, 'l4-performance')
  expect(isMet).toBe(false)
  expect(lines.at(-1)).toContain('1 of 2 service levels met')
})

test.each([
  [0.99996, 'share', '99.996 %'],
  [0.9999999, 'share', '100 %'],
  [9.4123, 'ms', '9.4123 ms'],
  [12_345, 'ms', '12.345 s'],
  [1_203.7, 'per-second', '1,203.7/s'],
  [412 * 2 ** 20, 'bytes', '412 MiB'],
  ['unbounded', 'ms', 'never answered'],
  [null, 'count', 'none'],
] as const)('%p in %s reads %s', (value, unit, expected) => {
  expect(formatValue(value, unit)).toBe(expected)
})

test('a rate is never rounded up to all', () => {
  expect(percent(9_999, 10_000)).toBe('99.9 %')
  expect(percent(10, 10)).toBe('100.0 %')
  expect(percent(0, 0)).toBe('–')
})
