import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { PassThrough } from 'node:stream'

import { readArguments } from '../../src/cli/arguments.ts'
import { editDistance, nearest } from '../../src/cli/nearest.ts'
import { findJsonMistake } from '../../src/environment/json-mistake.ts'
import { receiveLines } from '../../src/environment/lines.ts'
import { passwordsOf, withoutCredentials, withoutPassword, withoutSecrets } from '../../src/environment/url-secrets.ts'
import { compareVersions, versionIn } from '../../src/environment/version.ts'

test('lines of JSON arrive as they were sent, however the stream is cut into chunks', () => {
  const cut = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 })
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), cut, (messages, sizes) => {
      const bytes = Buffer.from(messages.map((message) => `${JSON.stringify(message)}\n`).join(''))
      const received: unknown[] = []
      const stream = new PassThrough()
      receiveLines(stream, (message) => received.push(message))
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1
        stream.emit('data', bytes.subarray(at, at + size))
        at += size
      }
      expect(received).toEqual(messages.map((message) => JSON.parse(JSON.stringify(message)) as unknown))
    }),
  )
})

test('separators of Unicode inside a text do not end a line', () => {
  const stream = new PassThrough()
  const received: unknown[] = []
  receiveLines(stream, (message) => received.push(message))
  stream.emit('data', Buffer.from(`${JSON.stringify({ sql: 'a\u2028b\u2029c\r' })}\n`))
  expect(received).toEqual([{ sql: 'a\u2028b\u2029c\r' }])
})

test.each([
  ['no JSON', 'hello\n'],
  ['a line that is too long', `"${'x'.repeat(50)}"\n`],
  ['a line that is too long and does not end', 'x'.repeat(50)],
])('%s ends the stream', (_, text) => {
  const stream = new PassThrough()
  stream.on('error', () => undefined)
  receiveLines(
    stream,
    () => undefined,
    () => 20,
  )
  stream.emit('data', Buffer.from(text))
  expect(stream.destroyed).toBe(true)
})

test.each([
  ['redis://user:secret@host:1/0', 'redis://***@host:1/0'],
  ['failed: redis://:secret@a,redis://:secret@b', 'failed: redis://***@a,redis://***@b'],
  ['postgres://u:pa/ss@secret@host/db', 'postgres://***@host/db'],
  ['postgres://host/db?password=secret&x=1', 'postgres://host/db?password=***&x=1'],
  ['http://host:8123/?user=u&access_token=secret', 'http://host:8123/?user=u&access_token=***'],
  ['redis//:secret@host', 'redis//***@host'],
])('%s is shown as %s', (text, shown) => {
  expect(withoutPassword(text)).toBe(shown)
  expect(withoutPassword(text)).not.toContain('secret')
})

test('a password is never shown, whatever stands around it', () => {
  const part = fc.stringMatching(/^[a-z0-9:/?#%]{0,8}$/)
  fc.assert(
    fc.property(
      fc.constantFrom('redis://', 'redis:', 'amqp//', ''),
      part,
      part,
      part,
      (scheme, before, after, host) => {
        expect(withoutCredentials(`${scheme}${before}s3cr3t${after}@${host}`)).not.toContain('s3cr3t')
      },
    ),
  )
})

test('a password is blotted out in both its forms', () => {
  const secrets = passwordsOf(['redis://:a%2Fb%40c@host', 'redis://host', 'redis://:50%@host'])
  expect(secrets).toEqual(['a%2Fb%40c', 'a/b@c', '50%', '50%'])
  expect(withoutSecrets('rejected a/b@c and a%2Fb%40c', secrets)).toBe('rejected *** and ***')
})

test.each([
  ['{"a": 1,\n "b": oops}', 2, 7],
  ['{"a": 1', 1, 8],
  ['{"a": 1,}', 1, 9],
  ["{'a': 1}", 1, 2],
  ['{"a": 1}\n}', 2, 1],
  ['', 1, 1],
  ['[1 2]', 1, 4],
  ['{"a": "line\nbreak"}', 1, 7],
  ['{"a": 01}', 1, 7],
])('the mistake of %j is at line %i, column %i', (text, line, column) => {
  expect(findJsonMistake(text)).toMatchObject({ line, column })
})

test('what is JSON has no mistake before its end', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(findJsonMistake(text).expected).toBe('the end of the file')
    }),
  )
})

test('versions are compared number by number', () => {
  expect(compareVersions('7.0.15', '7.0')).toBeGreaterThan(0)
  expect(compareVersions('6.2', '6.10')).toBeLessThan(0)
  expect(compareVersions('14', '14.0.0')).toBe(0)
  expect(versionIn('Redis server v=7.0.15 sha=00000000:0')).toBe('7.0.15')
})

test('the nearest word is the one that was meant', () => {
  expect(nearest('doktor', ['doctor', 'down'])).toBe('doctor')
  expect(nearest('sttaus', ['status', 'up'])).toBe('status')
  expect(nearest('postgresql', ['postgres', 'redis'])).toBe('postgres')
  expect(nearest('quite-different', ['up', 'down'])).toBeUndefined()
})

test('the distance of two words is a metric', () => {
  const word = fc.stringMatching(/^[ab-]{0,6}$/)
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a))
      expect(editDistance(a, b) === 0).toBe(a === b)
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
      expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length))
    }),
  )
})

test('an unknown option names the nearest', () => {
  expect(() => readArguments('status', ['--jsn'], { json: { type: 'boolean' } })).toThrow('there is no option --jsn')
  expect(() => readArguments('status', ['extra'], { json: { type: 'boolean' } })).toThrow(/extra/)
  expect(() => readArguments('run', ['--level'], { level: { type: 'string' } })).toThrow(/argument missing/)
})
