import { expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { oneWordOf, required } from '../../src/service/setting.ts'
import { readSettings } from '../../src/service/settings.ts'
import { bearerCheck } from '../../src/service/token.ts'

const TOKEN = 'a-token-of-sixteen-or-more'

test('without any variable: loopback, a free port, any caller', () => {
  expect(readSettings({ HOST: '', PORT: '' })).toMatchObject({ host: '127.0.0.1', port: 0, token: undefined })
})

test.each([
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '80a'],
  ['SERVICE_TOKEN', 'short'],
  ['SERVICE_TOKEN', 'with a space in between'],
  ['SERVICE_TOKEN_FILE', '/nowhere/token'],
  ['SERVICE_BODY_LIMIT_BYTES', '1.5'],
  ['SERVICE_STOP_WITHIN_MS', '1e9'],
])('%s="%s" is refused with its name, and with exit code 2', (name, value) => {
  const refused = expect.objectContaining({ message: expect.stringContaining(name), exitCode: 2 })
  expect(() => readSettings({ [name]: value })).toThrow(refused)
})

test('a token that is refused is not repeated', () => {
  expect(() => readSettings({ SERVICE_TOKEN: 'my secret' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('my secret') }),
  )
})

test('a token may lie in a file, with a newline at its end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-test-'))
  try {
    writeFileSync(join(folder, 'token'), `${TOKEN}\n`)
    expect(readSettings({ SERVICE_TOKEN_FILE: join(folder, 'token') }).token).toBe(TOKEN)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('words and variables that have to be there', () => {
  expect(oneWordOf({}, 'MODE', ['single', 'cluster'])).toBe('single')
  expect(oneWordOf({ MODE: 'cluster' }, 'MODE', ['single', 'cluster'])).toBe('cluster')
  expect(() => oneWordOf({ MODE: 'both' }, 'MODE', ['single', 'cluster'])).toThrow(/MODE: "both"/)
  expect(() => required({ URL: '' }, 'URL', 'takes a URL')).toThrow(/URL: it is not set/)
})

test('only the token as a whole is the token', () => {
  const isShown = bearerCheck(TOKEN)
  expect([`Bearer ${TOKEN}`, `bearer  ${TOKEN}`].map(isShown)).toEqual([true, true])
  const wrong = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    TOKEN,
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Bearer ${TOKEN} x`,
  ]
  expect(wrong.filter(isShown)).toEqual([])
})
