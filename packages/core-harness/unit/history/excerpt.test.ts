import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { excerptOf } from '../../src/history/excerpt.ts'
import { sampleOperations } from '../report/sample-history.ts'

const all = sampleOperations(2_000)

test('a history that is small enough is whole', () => {
  expect(excerptOf(all, [5], 2_000)).toEqual({ operations: all, note: '' })
})

test('of a large one the marked ones, their neighbourhood, and a sample of the rest are left', () => {
  const { operations, note } = excerptOf(all, [1_500, 3], 200)
  const kept = operations.map(({ index }) => index)
  expect(note).toBe(
    '200 of 2,000 operations are drawn: those of the anomalies, those around the first one, and an even sample of the others.',
  )
  expect(kept).toEqual(expect.arrayContaining([3, 1_500, 1_460, 1_540]))
  expect(kept.filter((index) => index < 1_400).length).toBeGreaterThan(60)
  expect(excerptOf(all, [], 200).note).toMatch(/an even sample of all\.$/)
})

test('there are as many as may be, each once, in order, with all that are marked', () => {
  const indexes = fc.array(fc.nat(1_999), { maxLength: 20 })
  fc.assert(
    fc.property(indexes, fc.integer({ min: 20, max: 2_100 }), (marked, atMost) => {
      const kept = excerptOf(all, marked, atMost).operations.map(({ index }) => index)
      expect(kept).toHaveLength(Math.min(atMost, all.length))
      expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b))
      for (const index of marked) expect(kept).toContain(index)
    }),
  )
})
