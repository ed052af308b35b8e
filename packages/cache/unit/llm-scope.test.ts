import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import type { CacheValue } from '../src/contract.ts'
import { encodeCanonically } from '../src/reference/llm/canonical-encoding.ts'
import { promptIdOf, scopeOf } from '../src/reference/llm/scope.ts'
import type { LlmScope } from '../src/reference/llm/scope.ts'

/** Strings in which lone surrogates and separators are common, so that collisions would be. */
const text = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', 'b', '|', ':', ',', '"', '[', ']', '\0', '\ud800', '\udc00', 'é'),
    maxLength: 4,
  }),
  fc.string(),
)
const number = fc.oneof(
  fc.constantFrom(0, -0, 0.1 + 0.2, 0.3, 1, 2, 1e-9),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const { value } = fc.letrec<{ value: CacheValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    number,
    text,
    fc.uint8Array({ maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3 }),
  ) as fc.Arbitrary<CacheValue>,
}))
const scope: fc.Arbitrary<LlmScope> = fc.record({
  tenant: text,
  model: text,
  temperature: number,
  systemPrompt: text,
  tools: fc.array(value, { maxLength: 2 }),
})

/** 0 and -0 are one number; all else is as deep equality has it. */
function withoutNegativeZero(of: CacheValue): CacheValue {
  if (of === 0) return 0
  if (of instanceof Uint8Array || of === null || typeof of !== 'object') return of
  if (Array.isArray(of)) return (of as CacheValue[]).map(withoutNegativeZero)
  return Object.fromEntries(Object.entries(of).map(([field, item]) => [field, withoutNegativeZero(item as CacheValue)]))
}

function areEqual(a: CacheValue, b: CacheValue): boolean {
  return isDeepStrictEqual(withoutNegativeZero(a), withoutNegativeZero(b))
}

describe('the scope of an LLM request', () => {
  test('two values have one encoding exactly when they are equal', () => {
    fc.assert(
      fc.property(value, value, (a, b) => encodeCanonically(a).equals(encodeCanonically(b)) === areEqual(a, b)),
      { numRuns: 2000 },
    )
  })

  test('two scopes have one name exactly when all five parts are equal', () => {
    fc.assert(
      fc.property(scope, scope, (a, b) => {
        const equal = areEqual(Object.values(a) as CacheValue[], Object.values(b) as CacheValue[])
        return (scopeOf(a) === scopeOf(b)) === equal
      }),
      { numRuns: 1000 },
    )
  })

  test('a part that moves from one field to the next changes the name', () => {
    fc.assert(
      fc.property(scope, fc.nat(), (of, at) => {
        const whole = of.tenant + of.model
        const cut = at % (whole.length + 1)
        const moved = { ...of, tenant: whole.slice(0, cut), model: whole.slice(cut) }
        return (scopeOf(moved) === scopeOf(of)) === (moved.tenant === of.tenant)
      }),
    )
  })

  test('the order of the fields of a tool does not count, the order of the tools does', () => {
    const of = { tenant: 'a', model: 'b', temperature: 0, systemPrompt: '' }
    const [first, second] = [{ name: 'x', limit: 1 }, { name: 'y' }]
    expect(scopeOf({ ...of, tools: [{ limit: 1, name: 'x' }, second] })).toBe(
      scopeOf({ ...of, tools: [first, second] }),
    )
    expect(scopeOf({ ...of, tools: [second, first] })).not.toBe(scopeOf({ ...of, tools: [first, second] }))
  })

  test('numbers count as numbers: 0 is -0, and 0.1 + 0.2 is not 0.3', () => {
    const of = (temperature: number): string =>
      scopeOf({ tenant: 'a', model: 'b', temperature, systemPrompt: '', tools: [] })
    expect(of(-0)).toBe(of(0))
    expect(of(0.1 + 0.2)).not.toBe(of(0.3))
    expect(() => of(Number.NaN)).toThrow(TypeError)
  })

  test('what is no plain data is refused with its path', () => {
    const tools = [{ run: () => undefined }] as unknown as CacheValue[]
    expect(() => scopeOf({ tenant: 'a', model: 'b', temperature: 0, systemPrompt: '', tools })).toThrow('$[4][0].run')
    expect(() => encodeCanonically(new Map() as unknown as CacheValue)).toThrow(TypeError)
  })

  test('a prompt has another id in every scope', () => {
    expect(promptIdOf('scope one', 'hello')).not.toBe(promptIdOf('scope two', 'hello'))
    expect(promptIdOf('ab', 'c')).not.toBe(promptIdOf('a', 'bc'))
  })
})
