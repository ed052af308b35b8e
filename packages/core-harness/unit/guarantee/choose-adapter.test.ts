import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { chooseAdapter } from '../../src/guarantee/choose-adapter.ts'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'choose-adapter-'))
  mkdirSync(join(folder, 'adapters'))
  for (const file of ['adapters/bentocache.ts', 'mine.ts']) writeFileSync(join(folder, file), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

const choose = (adapter?: string): string =>
  chooseAdapter('cache', folder, { INIT_CWD: folder, ...(adapter === undefined ? {} : { ADAPTER: adapter }) })

test('the reference is chosen when nothing is said, or when it is named', () => {
  expect(choose()).toBe(join(folder, 'src/reference/adapter.ts'))
  expect(choose('')).toBe(join(folder, 'src/reference/adapter.ts'))
  expect(choose('cache:reference')).toBe(join(folder, 'src/reference/adapter.ts'))
})

test('an adapter of the package is chosen by name, one of the user by path', () => {
  expect(choose('cache:bentocache')).toBe(join(folder, 'adapters/bentocache.ts'))
  expect(choose('./mine.ts')).toBe(join(folder, 'mine.ts'))
  expect(choose('mine.ts')).toBe(join(folder, 'mine.ts'))
  expect(choose(`cache:${join(folder, 'mine.ts')}`)).toBe(join(folder, 'mine.ts'))
})

test('of several choices the one for the contract counts', () => {
  expect(choose('billing:other, cache:bentocache')).toBe(join(folder, 'adapters/bentocache.ts'))
  expect(choose('billing:other')).toBe(join(folder, 'src/reference/adapter.ts'))
})

test.each([
  ['cache:nothing', /no adapter "nothing".*/],
  ['cache:./nothing.ts', /there is no file .*nothing\.ts/],
  ['bentocache', /names no contract and is no path/],
  ['cache:a/b', /there is no adapter "a\/b"/],
])('%s is refused', (adapter, reason) => {
  expect(() => choose(adapter)).toThrow(reason)
})
