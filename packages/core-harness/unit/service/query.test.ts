import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { encodeText, parameter, parseQuery } from '../../src/service/query.ts'

/** Any string of JavaScript, with halves of surrogate pairs and what has a meaning in URLs. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\ud83d', '\udc00', '%', '%ED%A0%80', '+', '&', '=', '#', ''),
    ),
  )
  .map((parts) => parts.join(''))

test('any string comes back exactly', () => {
  fc.assert(
    fc.property(anyText, anyText, (tenant, key) => {
      const query = `tenant=${encodeText(tenant)}&key=${encodeText(key)}`
      expect(query).toMatch(/^[\x21-\x7e]*$/)
      expect(parseQuery(query)).toEqual(Object.assign(Object.create(null), { tenant, key }))
    }),
    {
      examples: [
        ['\ud83d', '\ude80'],
        ['\ud83d\ude80', ''],
        ['\udfff\ud800', '..'],
      ],
    },
  )
})

test('what is well-formed is encoded as everybody does', () => {
  expect(encodeText('a b/ü')).toBe('a%20b%2F%C3%BC')
  expect(encodeText('\ud800')).toBe('%ED%A0%80')
  expect(encodeText('\udfff')).toBe('%ED%BF%BF')
  expect(parseQuery('q=a+b')).toMatchObject({ q: 'a+b' })
})

test.each([
  ['%', 'the percent sign stands alone'],
  ['%C3', 'half a character'],
  ['%C3%28', 'not UTF-8'],
  ['%ED%A0', 'half of half a pair'],
  ['%ED%A0%80%FF', 'not UTF-8 beside half a pair'],
])('key=%s is refused: %s', (encoded) => {
  expect(() => parseQuery(`key=${encoded}`)).toThrow(expect.objectContaining({ status: 400, field: 'key' }))
})

test('a name that comes twice, and one that is missing, are refused by name', () => {
  expect(() => parseQuery('key=a&key=b')).toThrow(expect.objectContaining({ status: 400, field: 'key' }))
  expect(() => parameter(parseQuery('key=a'), 'tenant')).toThrow(
    expect.objectContaining({ status: 400, field: 'tenant' }),
  )
  expect(() => parameter(parseQuery(''), 'toString')).toThrow(expect.objectContaining({ field: 'toString' }))
  expect(parameter(parseQuery('key'), 'key')).toBe('')
})
