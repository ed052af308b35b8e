import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { allowedTarget } from '../../src/staging/allow-list.ts'

const ALLOW = ['https://staging.example.com', 'http://127.0.0.1:*', 'http://[::1]:4000', 'http://Lab.Example.com:8080']

function isAllowed(text: string, allow: readonly string[] = ALLOW): boolean {
  try {
    allowedTarget(text, 'STAGING_CACHE_URL', allow)
    return true
  } catch (error) {
    expect(error).toMatchObject({ name: 'HarnessError', remedy: expect.any(String) })
    return false
  }
}

test.each([
  'https://staging.example.com',
  'https://STAGING.Example.COM:443/',
  'https://staging.example.com/cache/v2',
  'http://127.0.0.1:1',
  'http://127.0.0.1',
  'http://127.1:4000', // The one notation of both is 127.0.0.1.
  'http://[::1]:4000',
  'http://[0:0:0:0:0:0:0:1]:4000',
  'http://lab.example.com:8080',
])('%s is allowed', (url) => expect(isAllowed(url)).toBe(true))

test.each([
  ['http://staging.example.com', 'another scheme'],
  ['https://staging.example.com:8443', 'another port'],
  ['https://staging.example.com.', 'a trailing dot is another name'],
  ['https://staging.example.com.evil.com', 'a longer name'],
  ['https://evil-staging.example.com', 'a longer name'],
  ['https://evil.staging.example.com', 'a name below'],
  ['https://example.com', 'a name above'],
  ['https://staging.example.com@evil.com', 'a user'],
  ['https://user:password@staging.example.com', 'a user'],
  ['https://staging.example.com:443@evil.com', 'a password'],
  ['https://evil.com/@staging.example.com', 'an @'],
  ['https://evil.com\\@staging.example.com', 'a backslash'],
  ['https://staging.example.com\\.evil.com', 'a backslash'],
  ['https://staging.example.com\t.evil.com', 'a tab, which URL parsers drop'],
  ['https://staging.exam\nple.com', 'a newline, which URL parsers drop'],
  ['https://evil.com#staging.example.com', 'a fragment'],
  ['https://evil.com?staging.example.com', 'a query'],
  ['https://staging.example.com/?', 'an empty query'],
  ['https://ѕtaging.example.com', 'a letter that looks alike'],
  ['http://[::1]', 'another port'],
  ['http://[::ffff:127.0.0.1]:4000', 'IPv4 in IPv6 is another address'],
  ['http://localhost:4000', 'a name is not the address it stands for'],
  ['http://0.0.0.0:4000', 'another address'],
  ['http://127.0.0.2:4000', 'another address'],
  ['http://lab.example.com', 'another port'],
  ['ftp://staging.example.com', 'another scheme'],
  ['staging.example.com', 'no scheme'],
  ['https://', 'no host'],
  ['', 'nothing'],
])('%j is refused: %s', (url) => expect(isAllowed(url)).toBe(false))

test('nothing is allowed by an empty list, loopback included', () => {
  for (const url of ['http://127.0.0.1:4000', 'http://localhost', 'http://[::1]:80'])
    expect(isAllowed(url, [])).toBe(false)
})

test('what connects is what was checked', () => {
  expect(allowedTarget('HTTPS://Staging.Example.com:443/a', 'X', ALLOW).href).toBe('https://staging.example.com/a')
})

test('no other host than that of an entry is allowed, whatever is put around it', () => {
  const glue = fc.constantFrom(
    '.',
    '@',
    ':',
    '/',
    '\\',
    '#',
    '?',
    '%2e',
    '%40',
    '-',
    '\t',
    '[',
    ']',
    '。',
    'evil.com',
    '443',
    '//',
  )
  const text = fc
    .tuple(fc.array(glue, { maxLength: 4 }), fc.array(glue, { maxLength: 4 }))
    .map(([before, after]) => `https://${before.join('')}staging.example.com${after.join('')}`)
  fc.assert(
    fc.property(text, (url) => {
      if (isAllowed(url))
        expect(new URL(url)).toMatchObject({ hostname: 'staging.example.com', port: '', username: '' })
    }),
    { numRuns: 2_000 },
  )
})

test('the refusal shows the entry to add, and no password', () => {
  expect(() => allowedTarget('https://prod.example.com/x', 'STAGING_CACHE_URL', ['http://127.0.0.1:*'])).toThrow(
    expect.objectContaining({
      message: expect.stringContaining('STAGING_CACHE_URL: https://prod.example.com is not on the list'),
      remedy: expect.stringContaining(
        '"staging": { "allow": ["http://127.0.0.1:*","https://prod.example.com"] }'.replace(',', ', '),
      ),
    }),
  )
  expect(() => allowedTarget('https://me:secret@prod.example.com', 'X', [])).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('secret') }),
  )
})
