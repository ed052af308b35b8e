import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { modelMatches } from '../src/model/glob-model.ts'
import { compileGlob, escapeForRedisMatch } from '../src/reference/glob.ts'

const text = fc.string({
  unit: fc.constantFrom('a', 'b', '*', '?', '[', ']', '^', '-', '\\', 'é', '💡', '\n'),
  maxLength: 8,
})
/** The contract does not say what a backslash at the end escapes. */
const pattern = text.filter((candidate) => !/(^|[^\\])(\\\\)*\\$/.test(candidate))

describe('a glob', () => {
  test('matches as the contract says', () => {
    fc.assert(
      fc.property(pattern, text, (glob, key) => compileGlob(glob).matches(key) === modelMatches(glob, key)),
      { numRuns: 5_000 },
    )
  })

  test('matches only what begins with its literal prefix', () => {
    fc.assert(
      fc.property(pattern, text, (glob, key) => {
        const { literalPrefix, matches } = compileGlob(glob)
        return !matches(key) || key.startsWith(literalPrefix)
      }),
    )
  })

  test('takes a surrogate pair as one character, and half of one too', () => {
    expect(['💡', '\ud83d', 'ab'].map((key) => compileGlob('?').matches(key))).toEqual([true, true, false])
    expect(compileGlob('\ud83d*').matches('💡')).toBe(false)
  })

  test('takes a backslash at the end literally', () => {
    expect(compileGlob('a\\').matches('a\\')).toBe(true)
  })

  test('takes time in proportion to its length, however many stars it has', () => {
    const beganMs = performance.now()
    expect(compileGlob('a*'.repeat(50) + 'b').matches('a'.repeat(10_000))).toBe(false)
    // A matcher that tries every way to share the text among the stars would not end in the lifetime of the universe.
    expect(performance.now() - beganMs).toBeLessThan(5_000)
  })
})

test('text escaped for MATCH has no unescaped character with a meaning to Redis', () => {
  fc.assert(fc.property(text, (literal) => !/[*?[\]]/.test(escapeForRedisMatch(literal).replace(/\\[^]/g, ''))))
  expect(escapeForRedisMatch('a*[b]?\\^-')).toBe('a\\*\\[b\\]\\?\\\\^-')
})
