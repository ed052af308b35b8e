import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { MICROS_IN_MINOR } from '../src/contract.ts'
import { roundToMinor } from '../src/money.ts'

const HALF = MICROS_IN_MINOR / 2n
const anyMicros = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n })

function distance(micros: bigint, minor: bigint): bigint {
  const away = micros - minor * MICROS_IN_MINOR
  return away < 0n ? -away : away
}

describe('rounding to minor units', () => {
  test.each([
    [0n, 0n],
    [HALF - 1n, 0n],
    [HALF, 0n],
    [HALF + 1n, 1n],
    [MICROS_IN_MINOR + HALF - 1n, 1n],
    [MICROS_IN_MINOR + HALF, 2n],
    [2n * MICROS_IN_MINOR + HALF, 2n],
    [10n ** 24n + HALF, 10n ** 18n],
  ])('%d micros are %d, and the same below zero', (micros, minor) => {
    expect(roundToMinor(micros)).toBe(minor)
    expect(roundToMinor(-micros)).toBe(-minor)
  })

  test('nothing is nearer', () => {
    fc.assert(fc.property(anyMicros, (micros) => distance(micros, roundToMinor(micros)) <= HALF))
  })

  test('of two that are equally near it is the even one', () => {
    fc.assert(fc.property(anyMicros, (minor) => roundToMinor(minor * MICROS_IN_MINOR + HALF) % 2n === 0n))
  })

  test('a refund of all that was charged is rounded to what was charged', () => {
    fc.assert(fc.property(anyMicros, (micros) => roundToMinor(-micros) === -roundToMinor(micros)))
  })

  test('more is never rounded to less', () => {
    fc.assert(
      fc.property(anyMicros, anyMicros, (one, other) => one > other || roundToMinor(one) <= roundToMinor(other)),
    )
  })
})
