import { describe, expect, test } from '@jest/globals'
import { LocalTier } from '../src/reference/local-tier.ts'

function tierAt(clock: { nowMs: number }, entries = 10): LocalTier {
  return new LocalTier({ entries, now: () => clock.nowMs })
}

/** What a read of Redis does with its answer. */
function copy(tier: LocalTier, key: string, value: string, expiresAtMs: number, meanwhile = (): void => {}): void {
  const fill = tier.beginFill(key)
  meanwhile()
  tier.keep(fill, Buffer.from(value), expiresAtMs)
  tier.endFill(fill)
}

describe('the local tier', () => {
  test('serves a copy until its time, and not at it', () => {
    const clock = { nowMs: 0 }
    const tier = tierAt(clock)
    copy(tier, 'k', 'v', 100)
    clock.nowMs = 99.9
    expect(tier.get('k')?.toString()).toBe('v')
    clock.nowMs = 100
    expect(tier.get('k')).toBeUndefined()
  })

  test('keeps nothing that was invalidated while it was read', () => {
    const tier = tierAt({ nowMs: 0 })
    copy(tier, 'a', 'old', 100, () => tier.invalidate('a'))
    copy(tier, 'b', 'old', 100, () => tier.flush())
    copy(tier, 'c', 'new', 100, () => tier.invalidate('another'))
    expect(['a', 'b', 'c'].map((key) => tier.get(key)?.toString())).toEqual([undefined, undefined, 'new'])
  })

  test('overtakes every read of the key under way, and none that begins later', () => {
    const tier = tierAt({ nowMs: 0 })
    const [first, second] = [tier.beginFill('k'), tier.beginFill('k')]
    tier.endFill(first)
    tier.invalidate('k')
    const third = tier.beginFill('k')
    expect([first, second, third].map((fill) => fill.overtaken)).toEqual([false, true, false])
  })

  test('drops what is invalidated, everything on a flush, and the least recently used when full', () => {
    const tier = tierAt({ nowMs: 0 }, 2)
    copy(tier, 'a', '1', 100)
    copy(tier, 'b', '2', 100)
    tier.get('a')
    copy(tier, 'c', '3', 100)
    expect(['a', 'b', 'c'].map((key) => tier.get(key)?.toString())).toEqual(['1', undefined, '3'])
    tier.invalidate('a')
    expect(tier.get('a')).toBeUndefined()
    tier.flush()
    expect(tier.get('c')).toBeUndefined()
  })

  test('keeps bytes of its own, and nothing at all when it has no room', () => {
    const tier = tierAt({ nowMs: 0 })
    const reply = Buffer.from('value')
    const fill = tier.beginFill('k')
    tier.keep(fill, reply, 100)
    reply.fill(0)
    expect(tier.get('k')?.toString()).toBe('value')
    const none = tierAt({ nowMs: 0 }, 0)
    copy(none, 'k', 'v', 100)
    expect(none.get('k')).toBeUndefined()
  })
})
