import { expect, test } from '@jest/globals'

import { normalCdf, studentQuantile, studentTail } from '../../src/statistics/distributions.ts'

test.each([
  [0, 0.5],
  [1, 0.841344746],
  [-1.959963985, 0.025],
  [2.99, 0.998605113],
  [-3.01, 0.001306238],
  [-5, 2.866516e-7],
])('the normal distribution at %d is %d', (z, probability) => {
  expect(normalCdf(z) / probability).toBeCloseTo(1, 6)
})

// From the tables of Student's distribution.
test.each([
  [0.975, 1, 12.7062],
  [0.975, 4, 2.77645],
  [0.995, 4, 4.60409],
  [0.995, 9, 3.24984],
  [0.9995, 4, 8.6103],
  [0.975, 30, 2.04227],
])("Student's quantile of %d with %d degrees of freedom is %d", (probability, freedom, quantile) => {
  expect(studentQuantile(probability, freedom) / quantile).toBeCloseTo(1, 4)
  expect(studentTail(quantile, freedom) / (1 - probability)).toBeCloseTo(1, 3)
})
