import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { differenceOf } from '../src/model/same-value.ts'
import type { CacheValue } from '../src/contract.ts'
import { codec } from '../src/reference/codec.ts'

const field = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toJSON', 'b', 'o', ''))
const { value } = fc.letrec<{ value: CacheValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.oneof(fc.string(), fc.constantFrom('\ud800', '\udc00', '\0')),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(field, tie('value'), { maxKeys: 3 }),
  ),
}))

describe('the codec', () => {
  test('gives every value back', () => {
    fc.assert(
      fc.property(value, (original) => {
        const difference = differenceOf(original, codec.decode(codec.encode(original, 'it')))
        if (difference !== undefined) throw new Error(difference)
      }),
      { numRuns: 2_000 },
    )
  })

  test('gives back a copy that shares nothing', () => {
    const encoded = codec.encode({ list: [1], bytes: Uint8Array.of(1) }, 'it')
    const first = codec.decode(encoded) as { list: number[]; bytes: Uint8Array }
    first.list.push(2)
    first.bytes[0] = 9
    expect(differenceOf({ list: [1], bytes: Uint8Array.of(1) }, codec.decode(encoded))).toBeUndefined()
    const bytes = codec.encode(Uint8Array.of(1), 'it')
    ;(codec.decode(bytes) as Uint8Array)[0] = 9
    expect(differenceOf(Uint8Array.of(1), codec.decode(bytes))).toBeUndefined()
  })

  const holed: unknown[] = [1]
  holed.length = 2
  const circle: Record<string, unknown> = {}
  circle.itself = circle
  test.each([
    ['undefined', undefined, 'value is undefined'],
    ['undefined in an object', { a: { b: undefined } }, 'value.a.b is undefined'],
    ['undefined in an array', [1, [undefined]], 'value[1][0] is undefined'],
    ['a hole in an array', holed, 'value[1] is undefined'],
    ['NaN, which JSON would turn into null', { rate: NaN }, 'value.rate is NaN'],
    ['Infinity', -Infinity, 'value is -Infinity'],
    ['a function', () => 1, 'value is a function'],
    ['a bigint', { cents: 1n }, 'value.cents is a bigint'],
    ['a symbol', Symbol('x'), 'value is a symbol'],
    ['a Date, which JSON would turn into text', { at: new Date(0) }, 'value.at is a Date'],
    ['a Map, which JSON would empty', new Map([[1, 2]]), 'value is a Map'],
    ['other typed arrays', Float64Array.of(1), 'value is a Float64Array'],
    ['what holds itself', circle, 'nested deeper than 1000 levels, or within itself'],
  ])('refuses %s, and says where', (_name, refused, where) => {
    const encode = (): Buffer => codec.encode(refused as CacheValue, 'key "k" of tenant "t"')
    expect(encode).toThrow(TypeError)
    expect(encode).toThrow(where)
    expect(encode).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_VALUE', message: expect.stringContaining('key "k"') }),
    )
  })
})
