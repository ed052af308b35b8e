import type { Json } from '../../../src/history/operation.ts'
import type { Service } from './service.ts'

export type VersionBug = 'stale' | 'backward' | 'unexpected'

/** A value whose highest version wins. With a bug it is read from a late replica, from either of two, or before a write is refused. */
export function versionedService(bug?: VersionBug): Service {
  let current = 0
  let shown = 0
  const replicas = [0, 0]
  return {
    ask: (random, asked) => (random() < 0.4 ? { f: 'write', input: asked + 1 } : { f: 'read' }),
    finale: () => [{ f: 'read' }],
    answer({ f, input = null }, random) {
      if (f === 'read') return shownTo(random)
      if (random() < 0.1) {
        if (bug === 'unexpected') shown = Number(input)
        return undefined
      }
      current = Math.max(current, Number(input))
      shown = current
      return null
    },
  }

  function shownTo(random: () => number): Json {
    const replica = Math.floor(random() * 2)
    if (bug === 'stale' || bug === 'backward') {
      const late = bug === 'stale' ? 0 : replica
      if (random() < 0.3) replicas[late] = current
      return replicas[late] ?? null
    }
    return shown
  }
}
