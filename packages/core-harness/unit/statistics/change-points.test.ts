import { expect, test } from '@jest/globals'

import { changePoints } from '../../src/statistics/change-points.ts'
import { normalValues } from './simulated.ts'

test('noise alone seldom has a change', () => {
  const rounds = 150
  let alarms = 0
  for (let round = 0; round < rounds; round++)
    if (changePoints(normalValues(round * 31 + 1, 30), { seed: round }).length > 0) alarms += 1
  // 1 % of 150 is 1.5; more than 6 have a chance of one in a thousand.
  expect(alarms).toBeLessThanOrEqual(6)
})

test('heavy tails are no change either', () => {
  let alarms = 0
  for (let round = 0; round < 100; round++) {
    const [top, bottom] = [normalValues(round * 2 + 1, 30), normalValues(round * 2 + 7_001, 30)]
    const cauchy = top.map((value, index) => value / Number(bottom[index]))
    if (changePoints(cauchy, { seed: round }).length > 0) alarms += 1
  }
  expect(alarms).toBeLessThanOrEqual(5)
})

test('a shift of two standard deviations is found where it is', () => {
  const rounds = 50
  let found = 0
  for (let round = 0; round < rounds; round++) {
    const values = normalValues(round * 17 + 5, 40).map((value, index) => (index < 20 ? value : value + 2))
    const [first, ...more] = changePoints(values, { seed: round })
    if (first && more.length === 0 && Math.abs(first.index - 20) <= 2) found += 1
  }
  expect(found / rounds).toBeGreaterThan(0.85)
})

test('a change of spread is found, though the mean stays', () => {
  const values = normalValues(3, 120).map((value, index) => (index < 60 ? value : value * 6))
  const [first] = changePoints(values)
  expect(Math.abs(Number(first?.index) - 60)).toBeLessThanOrEqual(12)
})

test('several changes are found in their order, with the medians between them', () => {
  const levels = [10, 30, 20]
  const values = normalValues(11, 60).map((value, index) => value + Number(levels[Math.floor(index / 20)]))
  const found = changePoints(values)
  expect(found.map(({ index }) => index)).toEqual([20, 40])
  // The median of twenty is within 1 of the truth in all but one of a thousand.
  const medians = [found[0]?.before, found[0]?.after, found[1]?.after].map(Number)
  expect(medians.every((value, index) => Math.abs(value - Number(levels[index])) < 1)).toBe(true)
})

test('a change needs ten values on each side', () => {
  const step = (before: number, after: number) => [...Array<number>(before).fill(1), ...Array<number>(after).fill(9)]
  expect(changePoints(step(10, 10)).map(({ index }) => index)).toEqual([10])
  expect(changePoints(step(9, 9))).toEqual([])
  expect(changePoints(step(10, 9))).toEqual([])
})

test('values that are all the same have no change', () => {
  expect(changePoints(Array<number>(40).fill(3))).toEqual([])
  expect(changePoints([])).toEqual([])
})
