import { describe, expect, test } from '@jest/globals'
import { INVALIDATION_BOUND_MS } from '../src/contract.ts'
import { FRESHNESS_LEASE_MS, FreshnessLease } from '../src/reference/freshness-lease.ts'

describe('the freshness lease', () => {
  test('is shorter than the bound of the contract', () => {
    expect(FRESHNESS_LEASE_MS).toBeLessThan(INVALIDATION_BOUND_MS)
  })

  test('counts from when the ping was sent, not from when it was answered', () => {
    let nowMs = 1_000
    const lease = new FreshnessLease(() => nowMs)
    expect(lease.holds()).toBe(false)
    nowMs = 1_030
    lease.confirm(1_000)
    expect(lease.holds()).toBe(true)
    nowMs = 1_000 + FRESHNESS_LEASE_MS
    expect(lease.holds()).toBe(true)
    nowMs += 0.001
    expect(lease.holds()).toBe(false)
  })

  test('does not hold after a pause, whatever was answered before it', () => {
    let nowMs = 0
    const lease = new FreshnessLease(() => nowMs)
    lease.confirm(0)
    nowMs = 5_000
    expect(lease.holds()).toBe(false)
    lease.confirm(1)
    expect(lease.holds()).toBe(false)
    lease.confirm(4_999)
    expect(lease.holds()).toBe(true)
  })

  test('is never shortened by an answer that comes late, and ends when it is revoked', () => {
    const lease = new FreshnessLease(() => 100)
    lease.confirm(90)
    lease.confirm(10)
    expect(lease.holds()).toBe(true)
    lease.revoke()
    expect(lease.holds()).toBe(false)
  })
})
