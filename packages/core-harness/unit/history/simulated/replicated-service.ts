import type { Json } from '../../../src/history/operation.ts'
import type { Request, Service } from './service.ts'

export type ReplicationBug = 'diverged' | 'late'

/** Two stores, to the second of which each write goes a little later; with a bug not at all, or far too late. */
export function replicatedService(bug?: ReplicationBug): Service {
  const first: Json[] = []
  const second: Json[] = []
  let pending: Json[] = []
  let rounds = 0
  const snapshots: Request[] = [...'121212121212'].map((digit) => ({
    f: 'snapshot',
    input: { store: `store ${digit}` },
  }))
  return {
    ask: (random, asked) =>
      random() < 0.8
        ? { f: 'write', input: asked }
        : { f: 'snapshot', input: { store: random() < 0.5 ? 'store 1' : 'store 2' } },
    finale: () => [{ f: 'quiesce' }, ...snapshots],
    answer({ f, input = null }, random) {
      if (f === 'quiesce') rounds = 1
      if (f === 'write') {
        first.push(input)
        if (bug !== 'diverged' || random() < 0.9) pending.push(input)
      }
      if (f !== 'snapshot') return null
      rounds += rounds > 0 ? 1 : 0
      const isDue = bug !== 'late' || rounds > 10
      if (random() < 0.3 || rounds > 6) pending = isDue ? (second.push(...pending), []) : pending
      return (input as { store: string }).store === 'store 1' ? [...first] : [...second].reverse()
    },
  }
}
