import { describe, expect, test } from '@jest/globals'
import type { CacheNodeOptions } from '../src/contract.ts'
import { checkLifetime, checkOptions, checkTtl } from '../src/reference/options.ts'

const GOOD: CacheNodeOptions = { redisUrls: ['redis://:pw@127.0.0.1:6379/0'], mode: 'single', keyPrefix: 'app:' }

describe('options of a node', () => {
  test('that can work are accepted', () => {
    expect(() => checkOptions(GOOD)).not.toThrow()
    expect(() => checkOptions({ ...GOOD, mode: 'cluster', redisUrls: ['rediss://a:1', 'rediss://b:2'] })).not.toThrow()
    expect(() => checkOptions({ ...GOOD, localEntries: 0 })).not.toThrow()
  })

  test.each([
    ['no URL', { redisUrls: [] }, 'redisUrls'],
    ['several URLs of a single server', { redisUrls: ['redis://a', 'redis://b'] }, 'redisUrls'],
    ['a URL of something else', { redisUrls: ['http://127.0.0.1:6379'] }, 'redisUrls'],
    ['another mode', { mode: 'sentinel' }, 'mode'],
    ['half a surrogate pair in the prefix', { keyPrefix: '\ud800' }, 'keyPrefix'],
    ['a negative number of entries', { localEntries: -1 }, 'localEntries'],
  ])('are refused: %s', (_name, change, option) => {
    const check = (): void => checkOptions({ ...GOOD, ...change } as CacheNodeOptions)
    expect(check).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTIONS' }))
    expect(check).toThrow(option)
  })

  test('are refused without telling the password', () => {
    expect(() => checkOptions({ ...GOOD, redisUrls: ['http://:secret@127.0.0.1'] })).not.toThrow('secret')
  })
})

describe('lifetimes', () => {
  test('are whole milliseconds, rounded down', () => {
    expect(checkTtl(1_500.9, 'it')).toBe(1_500)
    expect(checkLifetime({ ttlMs: 7.7 }, 'it')).toEqual({ ttlMs: 7 })
    expect(checkLifetime({ keepTtl: true }, 'it')).toEqual({ keepTtl: true })
  })

  test.each([0, 0.9, -1, NaN, Infinity, undefined, '5s'])('of %s are refused', (ttlMs) => {
    expect(() => checkTtl(ttlMs as number, 'it')).toThrow(expect.objectContaining({ code: 'ERR_CACHE_LIFETIME' }))
  })
})
