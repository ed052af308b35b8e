import { expect, test } from '@jest/globals'
import { lowestPoint } from '../src/reference/account-steps.ts'

test.each([
  [[], 0n],
  [[5n, 3n], 0n],
  [[5n, -5n], 0n],
  [[-5n, 5n], -5n],
  [[3n, -5n, 9n, -1n], -2n],
  [[-1n, -2n, -3n], -6n],
])('amounts of %p go down to %p together', (amounts, lowest) => {
  expect(lowestPoint(amounts)).toBe(lowest)
})
