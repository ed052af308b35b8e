import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { decimalsFor, secondsText } from '../../src/history/operation-text.ts'
import type { Operation } from '../../src/history/operation.ts'
import { timelineText } from '../../src/history/timeline-text.ts'
import { PAUSE, lostWrite, operation, sampleOperations } from '../report/sample-history.ts'

test('lanes, outcomes, what is marked, faults, and each operation in words', () => {
  expect(timelineText(lostWrite(), { marked: [0, 8], faults: [PAUSE] })).toBe(
    [
      'fault        ░ pause redis ░░░░░░░░░░░░░░░░░░░░',
      'process 0  ╞═ 1 write x 9 ═╡',
      'process 1   ├─ 2 write x 7 ──────────────────────────────────────?┄',
      'process 2                    ├─ 4 cas x [1 2] ──×',
      'process 3                   ├─ 3 read x → 9 ─┤ ╞═ 5 read x → 7 ═╡',
      'seconds    11.990           12.000             12.031',
      '',
      ' 1  process 0  write x 9    11.990 s to 11.998 s                   ◀',
      ' 2  process 1  write x 7    11.992 s to 13.000 s, info: ETIMEDOUT',
      ' 3  process 3  read x → 9   12.000 s to 12.005 s',
      ' 4  process 2  cas x [1 2]  12.001 s to 12.032 s, fail: it was 9',
      ' 5  process 3  read x → 7   12.031 s to 12.033 s                   ◀',
    ].join('\n'),
  )
})

test('of many operations it draws the marked ones and what came just before, and says how many it leaves out', () => {
  const all = sampleOperations(500, 4)
  const lines = timelineText(all, { marked: [300] }).split('\n')
  expect(lines.at(-1)).toBe('488 more operations are left out.')
  expect(lines.filter((line) => line.startsWith('process'))).toHaveLength(4)
  expect(lines.filter((line) => line.endsWith('◀'))).toHaveLength(1)
  expect(lines.at(-2)).toMatch(/^12 .*◀$/)
})

test('of many processes it draws six', () => {
  const all = Array.from({ length: 12 }, (_, process) => operation(process, process, 'read', [null, 1], [process, 20]))
  expect(timelineText(all).match(/^process/gm)).toHaveLength(6)
  expect(timelineText(all)).toContain('6 more operations are left out.')
})

test('nothing is nothing to draw', () => {
  expect(timelineText([])).toBe('No operation to draw.')
})

test('no value acts on a terminal, or breaks a line', () => {
  const hostile = operation(0, 0, 'write\u001b[31m', ['a\nb\u202e\u0007', null], [0, 1], { error: '\u001b]0;x\u0007' })
  const text = timelineText([{ ...hostile, outcome: 'fail', key: '\u2028' }])
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u202e]/u)
  expect(text.split('\n')).toHaveLength(4)
})

const operations = fc
  .array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 30 }), fc.constantFrom('ok', 'fail', 'info'), fc.boolean()), {
    minLength: 1,
    maxLength: 12,
  })
  .map((drawn) => {
    const freeMs = [0, 1, 2, 3]
    const names = [0, 1, 2, 3]
    return drawn
      .map(([worker, tookMs, outcome, isOpen], index): Operation => {
        const fromMs = freeMs[worker] ?? 0
        freeMs[worker] = fromMs + tookMs
        const process = names[worker] ?? 0
        if (outcome === 'info') names[worker] = process + 4
        const open = outcome === 'info' && isOpen ? { completedNs: Infinity } : {}
        return operation(index, process, 'read', [null, index], [fromMs, fromMs + tookMs], {
          outcome,
          ...open,
        } as object)
      })
      .sort((a, b) => a.invokedNs - b.invokedNs)
      .map((one, index) => ({ ...one, index }))
  })

test('what ended before another began is drawn to the left of it, and what overlaps in time overlaps', () => {
  fc.assert(
    fc.property(operations, (all) => {
      fc.pre(new Set(all.map(({ process }) => process)).size <= 6)
      const shown = timelineText(all, { columns: 10_000 }).split('\n')
      const spans = all.flatMap((one, index) => {
        const lane = shown.find((line) => line.startsWith(`process ${one.process} `)) ?? ''
        const from = lane.search(new RegExp(`├─+ ${index + 1} `))
        return from === -1 ? [] : [{ one, from, to: from + 1 + lane.slice(from + 1).search(/[┤×?]/) }]
      })
      for (const a of spans)
        for (const b of spans)
          if (a.one.completedNs < b.one.invokedNs) expect(a.to).toBeLessThan(b.from)
          else if (b.one.completedNs > a.one.invokedNs && a.one.completedNs > b.one.invokedNs)
            expect(a.to).toBeGreaterThan(b.from)
    }),
  )
})

test('times have as many decimals as it takes to tell them apart', () => {
  expect(decimalsFor([1e9, 2e9])).toBe(3)
  expect(decimalsFor([1e9, 1e9 + 1_000])).toBe(6)
  expect(decimalsFor([1, 2, Infinity])).toBe(9)
  expect(secondsText(12_031_000_000)).toBe('12.031')
})
