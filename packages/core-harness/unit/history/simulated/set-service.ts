import type { Json } from '../../../src/history/operation.ts'
import type { Service } from './service.ts'

export type SetBug = 'lost' | 'stale' | 'unexpected' | 'duplicate'

/** A set to which numbers are added. With a bug it forgets, reads from a replica, keeps what it refused, or counts twice. */
export function setService(bug?: SetBug): Service {
  const held: Json[] = []
  let replica: Json[] = []
  return {
    ask: (random, asked) => (random() < 0.5 ? { f: 'add', input: asked } : { f: 'read' }),
    finale: () => [{ f: 'read' }, { f: 'read' }],
    answer({ f, input = null }, random) {
      if (f === 'read') {
        if (bug === 'stale' && random() < 0.3) return replica
        if (bug === 'duplicate' && random() < 0.3) return [...held, ...held.slice(0, 1)]
        replica = [...held]
        return replica
      }
      const isRefused = random() < 0.1
      if (bug === 'unexpected' || !isRefused) held.push(input)
      if (bug === 'lost' && random() < 0.2) held.splice(Math.floor(random() * held.length), 1)
      return isRefused ? undefined : null
    },
  }
}
