import { expect, test } from '@jest/globals'

import { Sometimes } from '../../src/history/sometimes.ts'

test('says what was seen too seldom', () => {
  const sometimes = new Sometimes({ conflict: 3, redelivery: 1 })
  sometimes.saw('conflict')
  sometimes.saw('conflict')
  expect(sometimes.unmet()).toEqual([
    { name: 'conflict', seen: 2, minimum: 3 },
    { name: 'redelivery', seen: 0, minimum: 1 },
  ])
  sometimes.saw('conflict')
  sometimes.saw('redelivery', 5)
  expect(sometimes.unmet()).toEqual([])
  expect(sometimes.counts).toEqual({ conflict: 3, redelivery: 5 })
})

test('a name that was not declared is refused', () => {
  const sometimes = new Sometimes({ conflict: 1 })
  expect(() => sometimes.saw('conflcit')).toThrow(/"conflcit" is not declared/)
  expect(() => sometimes.seen('toString')).toThrow(/is not declared/)
})
