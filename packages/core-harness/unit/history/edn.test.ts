import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { printEdn } from '../../src/history/edn-print.ts'
import { EdnMistake, Keyword, readEdn } from '../../src/history/edn.ts'
import type { Json } from '../../src/history/operation.ts'

const read = (text: string) => [...readEdn(text)].map(({ value }) => value)

test.each<[string, unknown[]]>([
  ['', []],
  ['  ; nothing but a comment', []],
  ['nil true false', [null, true, false]],
  ['1 -2 +3 4N 0', [1, -2, 3, 4, 0]],
  ['9007199254740993 -9007199254740993N', [9007199254740993n, -9007199254740993n]],
  ['1.5 2e3 -4.25M 1/2 ##Inf', [1.5, 2000, -4.25, '1/2', 'Inf']],
  [':read :ns/name sym', [new Keyword('read'), new Keyword('ns/name'), 'sym']],
  ['"a \\"quoted\\" \\u00e9\\n" "ü"', ['a "quoted" é\n', 'ü']],
  ['\\a \\newline \\( "x"', ['a', 'newline', '(', 'x']],
  ['#{1 2} (3, 4) {}', [[1, 2], [3, 4], new Map()]],
  [
    '{:a [1 {:b nil}], 2 "x"}',
    [
      new Map<unknown, unknown>([
        [new Keyword('a'), [1, new Map([[new Keyword('b'), null]])]],
        [2, 'x'],
      ]),
    ],
  ],
  ['#jepsen.history.Op{:index 0} #inst "2026"', [new Map([[new Keyword('index'), 0]]), '2026']],
  ['1 #_ {:ignored [2]} 3 #_4', [1, 3]],
  ['; a vector\n[1 #_2 3]\n; the end', [1, 3]],
])('%s', (text, expected) => {
  expect(read(text)).toEqual(expected)
})

test.each([
  ['{:a 1', 1, /the text ends before "}"/],
  ['[1\n2', 2, /the text ends before "\]"/],
  ['\n\n{:a 1]', 3, /"\]" closes nothing/],
  ['1 {:a 1\n:b}', 2, /a map ends with a key that has no value/],
  ['1\n"abc', 2, /a string does not end/],
  ['"a\\q"', 1, /\\q, which means nothing/],
  ['"a\\u12"', 1, /means nothing/],
  ['1 )', 1, /"\)" closes nothing/],
  ['[1]\n2', 2, /something follows/],
  ['1 #_', 1, /the text ends where a value is expected/],
])('%s is a mistake in line %d', (text, line, expected) => {
  expect(() => read(text)).toThrow(expected)
  expect(() => read(text)).toThrow(EdnMistake)
  expect(() => read(text)).toThrow(expect.objectContaining({ line }))
})

/** What was JSON, of what is read: fields are text again, and keywords too. */
function asJson(value: unknown): unknown {
  if (value instanceof Keyword) return value.name
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, field]) => [String(asJson(name)), asJson(field)]))
  return Array.isArray(value) ? value.map(asJson) : value
}

/** Whole numbers beyond 2^53 are text in a history. */
function inRange(_name: string, value: unknown): unknown {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? String(value) : value
}

test('any JSON is printed so that it is read again', () => {
  const json = fc
    .jsonValue({ noUnicodeString: false })
    .map((value) => JSON.parse(JSON.stringify(value), inRange) as Json)
  fc.assert(
    fc.property(json, (value) => {
      // As the item of a vector: a text that is one vector is its items.
      expect(asJson(read(`[${printEdn(value)}]`)[0])).toEqual(value)
    }),
  )
})

test('fields are keywords and whole numbers where their name allows it', () => {
  expect(printEdn({ from: 1, 'a b': 2, '7': 3, '07': 4 })).toBe('{7 3, :from 1, "a b" 2, "07" 4}')
  expect(printEdn([new Keyword('append'), new Keyword('two words')])).toBe('[:append "two words"]')
})
