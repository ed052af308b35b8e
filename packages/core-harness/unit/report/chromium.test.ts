import { expect, test } from '@jest/globals'

import { findChromium } from './chromium.ts'

test('the browser that CHROMIUM names is taken, and a wrong name is not passed over', () => {
  expect(findChromium({ CHROMIUM: process.execPath })).toBe(process.execPath)
  expect(() => findChromium({ CHROMIUM: '/nowhere/chromium' })).toThrow(
    'CHROMIUM=/nowhere/chromium is not the absolute path of a program',
  )
  expect(() => findChromium({ CHROMIUM: 'chromium' })).toThrow(/absolute path/)
})
