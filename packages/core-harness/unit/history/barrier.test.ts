import { expect, test } from '@jest/globals'

import { Barrier } from '../../src/history/barrier.ts'

test('holds operations until enough have come, again and again', async () => {
  const barrier = new Barrier({ read: 3 }, { withinMs: 60_000 })
  const order: string[] = []
  const reach = async (name: string) => {
    order.push(`${name} comes`)
    expect(await barrier.reach('read')).toBe(true)
    order.push(`${name} goes`)
  }
  await Promise.all(['a', 'b', 'c'].map(reach))
  await Promise.all(['d', 'e', 'f'].map(reach))
  expect(order.slice(0, 3)).toEqual(['a comes', 'b comes', 'c comes'])
  expect(order.slice(6, 9)).toEqual(['d comes', 'e comes', 'f comes'])
  expect(barrier.met('read')).toBe(2)
})

test('who is alone for too long goes on alone, and counts for nobody after', async () => {
  const barrier = new Barrier({ read: 2 }, { withinMs: 1 })
  expect(await barrier.reach('read')).toBe(false)
  expect(await barrier.reach('read')).toBe(false)
  expect(barrier.met('read')).toBe(0)
})

test('an abort ends the wait', async () => {
  const barrier = new Barrier({ read: 2 }, { withinMs: 60_000 })
  const abort = new AbortController()
  const waiting = barrier.reach('read', abort.signal)
  abort.abort(new Error('given up'))
  await expect(waiting).rejects.toThrow('given up')
  await expect(barrier.reach('read', abort.signal)).rejects.toThrow('given up')
  const together = [barrier.reach('read'), barrier.reach('read')]
  expect(await Promise.all(together)).toEqual([true, true])
})

test('points know nothing of each other, and one that is not there is refused', async () => {
  const barrier = new Barrier({ read: 2, write: 1 }, { withinMs: 60_000 })
  const waiting = barrier.reach('read')
  expect(await barrier.reach('write')).toBe(true)
  expect(await barrier.reach('read')).toBe(true)
  expect(await waiting).toBe(true)
  await expect(barrier.reach('raed')).rejects.toThrow(/reaching the barrier "raed"/)
})
