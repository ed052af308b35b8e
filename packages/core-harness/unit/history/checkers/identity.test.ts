import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'

import { identityOf } from '../../../src/history/identity.ts'
import type { Json } from '../../../src/history/operation.ts'

test('values have the same identity just when they are equal as JSON', () => {
  const value = fc.jsonValue({ maxDepth: 2 }).map((one) => JSON.parse(JSON.stringify(one)) as Json)
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(identityOf(a) === identityOf(b)).toBe(isDeepStrictEqual(a, b))
      expect(identityOf(JSON.parse(JSON.stringify(a)) as Json)).toBe(identityOf(a))
    }),
  )
})

test('the order of fields does not matter, at any depth; that of lists does', () => {
  expect(identityOf([{ a: { x: 1, y: 2 }, b: 1 }])).toBe(identityOf([{ b: 1, a: { y: 2, x: 1 } }]))
  expect(identityOf([1, 2])).not.toBe(identityOf([2, 1]))
})

test('no text is taken for a list or an object', () => {
  const list = identityOf([1])
  expect(identityOf(list as string)).not.toBe(list)
  expect(identityOf('\u0000[1]')).not.toBe(identityOf('[1]'))
  expect([identityOf('1'), identityOf(1), identityOf(null), identityOf('null'), identityOf(true)]).toEqual([
    '1',
    1,
    null,
    'null',
    true,
  ])
})
