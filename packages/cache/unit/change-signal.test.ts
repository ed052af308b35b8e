import { expect, test } from '@jest/globals'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ChangeSignal } from '../src/reference/change-signal.ts'

test('a change wakes all who watch the key, from when they began to watch', async () => {
  const signal = new ChangeSignal()
  const woken: string[] = []
  const watch = (key: string, name: string): { stop(): void } => {
    const watching = signal.watch(key)
    void watching.changed.then(() => woken.push(name))
    return watching
  }
  signal.notify('k')
  watch('k', 'first')
  watch('k', 'stopped').stop()
  watch('k', 'second')
  watch('other', 'other')
  await nextTurn()
  expect(woken).toEqual([])

  signal.notify('k')
  await nextTurn()
  expect(woken).toEqual(['first', 'second'])

  signal.notifyAll()
  await nextTurn()
  expect(woken).toEqual(['first', 'second', 'other'])
})
